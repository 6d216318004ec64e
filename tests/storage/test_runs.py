"""What is kept of runs, and what is known of schedules and sources by them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from schemas.runs import Counted, RunRecord
from schemas.stored import Problem, SourceReport
from storage.connection import APPLICATION_ID
from storage.migrations import migrations
from storage.runs import (
    add_run,
    crash_runs,
    finish_run,
    is_worth_noting,
    read_running,
    schedule_history,
    source_history,
    thin_out,
)
from storage.sqlite import Store
from tests.noted_runs import noted_runs

OpenStore = Callable[..., Store]
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
LOST = Problem(code="crashed", message="its process is gone", remedy="see: copydesk status")
BAD = Problem(code="blocked", message="403", remedy="ask")


def report(name: str, *, new: int = 0, bad: int = 0, error: Problem | None = None) -> SourceReport:
    counts = {"found": new + bad, "stored": new, "updated": 0, "quarantined": bad}
    return SourceReport(source=name, kind="feed", counts=counts, error=error)


def run(*sources: SourceReport, at: datetime = NOW, **of: Any) -> RunRecord:
    counts = {"stored": sum(one.counts["stored"] for one in sources)}
    said: dict[str, Any] = {"counts": counts, "sources": sources, "took_s": 2.0} | of
    return RunRecord(**{"verb": "fetch", "started_at": at, **said})


def keep(store: Store, record: RunRecord) -> int:
    with store.transaction():
        return add_run(store.connection, record)


def test_a_run_reads_back_as_it_was_kept(store: Store) -> None:
    record = run(schedule="wires", flow_run_id="f1", state="running", error=BAD)
    run_id = keep(store, record)
    (found,) = read_running(store.connection)
    assert found == RunRecord(**{**{f: getattr(record, f) for f in record.__slots__}, "id": run_id})
    (noted,) = noted_runs(store)
    assert (noted.schedule, noted.counts, noted.error) == ("wires", record.counts, BAD)


def test_a_running_row_is_there_until_its_end_is_said(store: Store) -> None:
    run_id = keep(store, run(state="running", schedule="wires", took_s=0.0))
    assert [one.id for one in read_running(store.connection)] == [run_id]
    assert schedule_history(store.connection)["wires"].last_success is None
    with store.transaction():
        finish_run(store.connection, run_id, run(report("a", new=3), schedule="wires"))
    assert read_running(store.connection) == []
    assert schedule_history(store.connection)["wires"].last_success == NOW + timedelta(seconds=2)
    assert source_history(store.connection, now=NOW)["a"].new == Counted(day=3, week=3)


def test_only_the_rows_of_the_run_that_is_gone_are_crashed(store: Store) -> None:
    keep(store, run(state="running", schedule="wires", flow_run_id="f1"))
    keep(store, run(state="running", schedule="papers", flow_run_id="f2"))
    keep(store, run(state="running"))
    with store.transaction():
        assert crash_runs(store.connection, LOST, flow_run_id="f1") == 1
        assert crash_runs(store.connection, LOST, flow_run_id="f1") == 0
    assert {one.flow_run_id for one in read_running(store.connection)} == {"f2", None}
    found = schedule_history(store.connection)["wires"].last
    assert (found.state, found.error) == ("crashed", LOST)
    with store.transaction():
        assert crash_runs(store.connection, LOST, schedule="papers") == 1


def test_a_second_look_right_after_the_first_says_nothing(store: Store) -> None:
    idle = run(report("a"))
    assert is_worth_noting(store.connection, idle)
    keep(store, idle)
    soon, later = NOW + timedelta(seconds=30), NOW + timedelta(seconds=90)
    assert not is_worth_noting(store.connection, run(report("a"), at=soon))
    assert is_worth_noting(store.connection, run(report("a"), at=later))
    assert is_worth_noting(store.connection, run(report("a"), report("b"), at=soon))
    assert is_worth_noting(store.connection, run(report("a", new=1), at=soon))
    assert is_worth_noting(store.connection, run(report("a", error=BAD), at=soon))
    assert is_worth_noting(store.connection, run(report("a"), at=soon, schedule="wires"))
    assert is_worth_noting(store.connection, run(at=soon, state="failed"))
    assert not is_worth_noting(store.connection, run(at=later, verb="ingest"))
    assert is_worth_noting(store.connection, run(at=later, verb="enrich", counts={"vectors": 2}))


def test_a_source_is_known_by_its_last_run_success_and_news(store: Store) -> None:
    hour = timedelta(hours=1)
    for ago, one in (
        (200, report("a", new=4)),
        (50, report("a", new=2)),
        (30, report("a", new=1, bad=2)),
        (20, report("a")),
        (1, report("a", error=BAD, bad=1)),
    ):
        keep(store, run(one, at=NOW - ago * hour))
    found = source_history(store.connection, now=NOW)["a"]
    ended = timedelta(seconds=2) - hour
    assert (found.last_run, found.last_error) == (NOW + ended, BAD)
    assert found.last_success == NOW + ended - 19 * hour
    assert found.last_new == NOW + ended - 29 * hour
    assert (found.arrivals, round(found.longest_gap_s)) == (3, 150 * 3600)
    assert (found.new, found.failed) == (Counted(day=0, week=3), Counted(day=1, week=3))


def test_no_password_in_a_source_s_name_is_kept(store: Store) -> None:
    keep(store, run(report("https://ann:hush@example.org/feed", new=1)))
    assert list(source_history(store.connection)) == ["https://example.org/feed"]
    assert is_worth_noting(store.connection, run(report("https://ann:hush@example.org/feed"), at=NOW)) is False  # fmt: skip


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    runs=st.lists(
        st.tuples(
            st.integers(0, 600),
            st.sampled_from(["a", "b"]),
            st.integers(0, 1),
            st.booleans(),
            st.sampled_from([None, "s"]),
        ),
        max_size=12,
    )
)
def test_forgetting_old_runs_changes_nothing_that_is_said(
    store: Store, runs: list[tuple[int, str, int, bool, str | None]]
) -> None:
    connection = store.connection
    connection.execute("DELETE FROM runs")
    for days, name, new, fails, schedule in sorted(runs, key=lambda run: -run[0]):
        one = report(name, new=new, error=BAD if fails else None)
        state = "failed" if fails else "done"
        keep(store, run(one, at=NOW - timedelta(days=days), schedule=schedule, state=state))
    before = (source_history(connection, now=NOW), schedule_history(connection))
    with store.transaction():
        thin_out(connection, NOW)
    assert (source_history(connection, now=NOW), schedule_history(connection)) == before


def test_idle_runs_are_forgotten_after_a_week_and_all_after_a_year(store: Store) -> None:
    for days in (500, 450, 300, 20, 10, 1):
        keep(store, run(report("a", new=days in (450, 300)), at=NOW - timedelta(days=days)))
    with store.transaction():
        thin_out(store.connection, NOW)
    kept = [(NOW - one.started_at).days for one in noted_runs(store)]
    assert kept == [1, 300]


def test_runs_of_an_older_copydesk_are_done_runs(open_store: OpenStore, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    connection = sqlite3.connect(old, isolation_level=None)
    migrations.apply(Database(connection), stop_before="m005_runs")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 4")
    connection.execute(
        "INSERT INTO runs (verb, started_at, took_s, counts) VALUES ('ingest', '2024-01-01T00:00:00Z', 1.5, '{}')"
    )
    connection.close()
    store = open_store(old, mode="w")
    (found,) = noted_runs(store)
    assert (found.state, found.schedule, found.error) == ("done", None, None)
    keep(store, run(report("a", new=1), schedule="wires"))
    assert schedule_history(store.connection)["wires"].last_success is not None
    with store.transaction():
        thin_out(store.connection, NOW)
    assert [one.verb for one in noted_runs(store)] == ["fetch", "ingest"]
