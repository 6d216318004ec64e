"""What came in lately, and what lies in quarantine by code and source."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from schemas.document import HTML, RawDocument
from schemas.runs import Counted
from schemas.stored import PreparedArticle, Problem
from schemas.web import Validators
from storage.fetches import FetchState
from storage.sqlite import Store
from storage.tallies import count_recent, quarantine_by_code, quarantine_by_source

NOW = datetime(2024, 3, 5, 18, tzinfo=UTC)
Prepare = Callable[..., PreparedArticle]


def quarantine(store: Store, origin: str, code: str, source: str | None = None) -> None:
    document = RawDocument(content=b"", media_type=HTML, origin=origin, fetched_at=NOW)
    problem = Problem(code=code, message="m", remedy="r")
    store.quarantine(document, "fetch", problem)
    if source:
        state = FetchState(
            url=origin,
            source=source,
            validators=Validators(),
            status=403,
            error=code,
            raw_sha256=None,
            fetched_at=NOW,
        )
        store.note_fetches([state])


def test_articles_are_new_for_a_day_and_for_a_week(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article("Rain fell.", title="Rain")])
    for days, expected in ((0, (1, 1)), (1, (0, 1)), (8, (0, 0))):
        found = count_recent(store.connection, NOW + timedelta(days=days))["new"]
        assert found == Counted(day=expected[0], week=expected[1])


def test_failures_are_counted_by_when_they_were_last_seen(store: Store) -> None:
    quarantine(store, "/a.txt", "binary")
    found = count_recent(store.connection, datetime.now(UTC))["failed"]
    assert found == Counted(day=1, week=1)


def test_quarantine_is_counted_by_code_and_by_the_source_that_asked(store: Store) -> None:
    quarantine(store, "https://e.org/1", "blocked", "wires")
    quarantine(store, "https://E.org:443/2?utm_source=x", "blocked", "wires")
    quarantine(store, "https://e.org/3", "needs_browser", "wires")
    quarantine(store, "https://other.org/1", "blocked", "papers")
    quarantine(store, "/a.txt", "binary")
    quarantine(store, "https://e.org/nobody", "blocked")
    assert quarantine_by_code(store.connection) == {"blocked": 4, "binary": 1, "needs_browser": 1}
    assert quarantine_by_source(store.connection) == {
        "no source": {"binary": 1, "blocked": 1},
        "papers": {"blocked": 1},
        "wires": {"blocked": 2, "needs_browser": 1},
    }
