"""That runs are noted: with their end, whatever it was, and nothing where there is nothing to say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from flows.recording import note_crash, recorded
from flows.redo import Redone
from schemas.errors import DatabaseError, FetchError
from schemas.runs import GONE
from schemas.stored import FetchReport, IngestReport, Problem, SourceReport
from storage.runs import source_history
from storage.sqlite import Store
from tests.noted_runs import NotedRun, noted_runs

OpenStore = Callable[..., Store]


def fetched(*errors: Problem | None, stored: int = 0) -> FetchReport:
    counts = {"found": stored, "stored": stored, "updated": 0, "quarantined": 0}
    sources = [
        SourceReport(source=f"s{n}", kind="feed", counts=counts, error=error)
        for n, error in enumerate(errors)
    ]
    return FetchReport(counts=counts, took_s=0.0, articles=(), sources=sources)


def last(store: Store) -> NotedRun:
    return noted_runs(store)[0]


def test_a_run_without_schedule_is_noted_at_its_end(store: Store) -> None:
    with recorded(store, "fetch") as recording:
        assert noted_runs(store) == []
        recording.done(fetched(None, stored=2))
    assert (last(store).state, last(store).counts["stored"]) == ("done", 2)
    assert list(source_history(store.connection)) == ["s0"]


def test_a_run_of_a_schedule_is_seen_from_its_beginning(store: Store) -> None:
    with recorded(store, "enrich", schedule="night") as recording:
        assert (last(store).state, last(store).schedule) == ("running", "night")
        recording.done(Redone(done={"vectors": 3}, failed={}))
    assert (last(store).state, last(store).counts) == ("done", {"vectors": 3, "failed": 0})


@pytest.mark.parametrize("schedule", [None, "wires"])
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FetchError("no", code="proxy"), "proxy"),
        (KeyboardInterrupt(), "interrupted"),
        (SystemExit(143), "interrupted"),
        (asyncio.CancelledError(), "interrupted"),
        (ValueError("https://ann:hush@example.org"), "unforeseen"),
    ],
)
def test_an_error_ends_a_run_as_failed_and_goes_on_up(
    store: Store, error: BaseException, code: str, schedule: str | None
) -> None:
    with pytest.raises(type(error)), recorded(store, "fetch", schedule=schedule):
        raise error
    assert len(noted_runs(store)) == 1
    found = last(store).error
    assert (last(store).state, found and found.code) == ("failed", code)
    assert "hush" not in str(found)


def test_a_fetch_that_read_none_of_its_sources_has_failed(store: Store) -> None:
    bad = Problem(code="refused", message="no connection", remedy="wait")
    for errors, state in (((bad,), "failed"), ((bad, bad), "failed"), ((bad, None), "done")):
        with recorded(store, "fetch", schedule="wires") as recording:
            recording.done(fetched(*errors))
        assert last(store).state == state


def test_the_next_run_of_a_schedule_says_of_the_last_that_it_was_killed(store: Store) -> None:
    killed = recorded(store, "fetch", schedule="wires", flow_run_id="f1")
    killed.__enter__()
    with recorded(store, "fetch", schedule="wires", flow_run_id="f2"):
        first = noted_runs(store)[1]
        assert (first.state, first.error) == ("crashed", GONE)
    assert last(store).state == "done"


def test_a_reaper_can_say_so_once(store: Store) -> None:
    killed = recorded(store, "ingest", flow_run_id="f1")
    killed.__enter__()
    before = store.connection.total_changes
    assert note_crash(store, flow_run_id="f9") == note_crash(store) == 0
    assert store.connection.total_changes == before
    assert note_crash(store, flow_run_id="f1") == 1
    assert last(store).state == "crashed"
    assert note_crash(store, flow_run_id="f1") == 0


def test_nothing_is_noted_without_a_store_or_of_an_idle_ingest(store: Store) -> None:
    with recorded(None, "ingest") as recording:
        recording.done(fetched(None))
    before = store.connection.total_changes
    with recorded(store, "ingest") as recording:
        recording.done(IngestReport(counts={"found": 3, "unchanged": 3}, took_s=0.1, articles=()))
    assert store.connection.total_changes == before


def test_a_run_does_not_fail_because_it_cannot_be_noted(
    store: Store, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise DatabaseError("busy", code="database_busy")

    monkeypatch.setattr("storage.runs.add_run", busy)
    with recorded(store, "fetch") as recording:
        recording.done(fetched(None, stored=1))
    assert noted_runs(store) == []
