"""What addresses answered is kept once, and only what is news is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from schemas.errors import DatabaseError, UsageError
from schemas.stored import PreparedArticle
from schemas.web import Validators
from storage.connection import APPLICATION_ID, SCHEMA_VERSION
from storage.fetches import FetchState, blocked_by_source, note_fetches, read_fetch_state
from storage.migrations import migrations
from storage.sqlite import Store

OpenStore = Callable[..., Store]
Prepare = Callable[..., PreparedArticle]
NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
GOOD = FetchState(
    url="https://example.org/news/7",
    source="Example",
    validators=Validators(etag='W/"a1"', last_modified="Tue, 05 Mar 2024 11:00:00 GMT"),
    status=200,
    error=None,
    raw_sha256="ab" * 32,
    fetched_at=NOON,
)
NOTHING = Validators()


def test_an_address_nobody_asked_for_is_not_known(store: Store) -> None:
    assert store.fetch_state("https://example.org/") is None


def test_what_an_address_answered_reads_back(store: Store, open_store: OpenStore) -> None:
    later = replace(GOOD, next_try=NOON + timedelta(hours=2))
    assert store.note_fetches([later]) == 1
    assert open_store(mode="r").fetch_state(GOOD.url) == later


@pytest.mark.parametrize(
    "spelling",
    ["HTTPS://Example.ORG:443/news/7", "https://example.org/news/./7#top", "https://example.org/news/7?utm_source=x", "https://u:p@example.org/news/7"],
)  # fmt: skip
def test_every_spelling_of_an_address_is_one_row(store: Store, spelling: str) -> None:
    store.note_fetches([replace(GOOD, url=spelling)])
    assert store.fetch_state(GOOD.url) == GOOD
    assert store.fetch_state(spelling) == GOOD
    assert store.note_fetches([GOOD]) == 0


def test_the_same_answer_again_writes_not_a_byte(store: Store) -> None:
    states = [replace(GOOD, url=f"https://example.org/{n}") for n in range(50)]
    assert store.note_fetches(states) == 50
    store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (store.path.read_bytes(), store._connection.total_changes)
    tomorrow = [replace(state, fetched_at=NOON + timedelta(days=1)) for state in states]
    unchanged = [
        replace(state, status=304, validators=NOTHING, raw_sha256=None) for state in states
    ]
    assert store.note_fetches(tomorrow) == 0
    assert store.note_fetches(unchanged) == 0
    wal = store.path.with_name("news.db-wal")
    assert not wal.exists() or wal.stat().st_size == 0
    assert (store.path.read_bytes(), store._connection.total_changes) == before


def test_nothing_new_takes_no_lock(store: Store, open_store: OpenStore) -> None:
    store.note_fetches([GOOD])
    store.set_cursor("Example", 1)
    other = open_store()
    other._connection.execute("PRAGMA busy_timeout = 50")
    with store.transaction():
        assert other.note_fetches([replace(GOOD, fetched_at=NOON + timedelta(days=1))]) == 0
        other.set_cursor("Example", 1)


def test_the_callers_transaction_takes_fetches_with_it_or_not_at_all(store: Store) -> None:
    def note_and_fail() -> None:
        with store.transaction():
            assert note_fetches(store._connection, [GOOD]) == 1
            raise UsageError("the caller has second thoughts")

    with pytest.raises(UsageError, match="second thoughts"):
        note_and_fail()
    assert store.fetch_state(GOOD.url) is None


def test_a_failure_keeps_the_validators_of_the_last_whole_answer(store: Store) -> None:
    failed = replace(GOOD, status=503, error="http_503", validators=NOTHING, raw_sha256=None, next_try=NOON)  # fmt: skip
    store.note_fetches([GOOD, failed])
    found = store.fetch_state(GOOD.url)
    assert found == replace(failed, validators=GOOD.validators, raw_sha256=GOOD.raw_sha256)


def test_a_304_confirms_the_answer_and_clears_the_failure(store: Store) -> None:
    failed = replace(GOOD, status=None, error="timeout", validators=NOTHING, next_try=NOON)
    confirmed = replace(GOOD, status=304, validators=Validators(etag='"b2"'), raw_sha256=None)
    store.note_fetches([GOOD, failed, confirmed])
    validators = replace(GOOD.validators, etag='"b2"')
    assert store.fetch_state(GOOD.url) == replace(GOOD, validators=validators)


def test_a_new_answer_without_validators_has_none(store: Store) -> None:
    store.note_fetches([GOOD, replace(GOOD, validators=NOTHING, raw_sha256="cd" * 32)])
    found = store.fetch_state(GOOD.url)
    assert found is not None
    assert (found.validators, found.raw_sha256) == (NOTHING, "cd" * 32)


def test_a_validator_that_is_no_text_is_not_kept_and_never_written_twice(store: Store) -> None:
    odd = replace(GOOD, validators=Validators(etag='"\udcff"', last_modified="yesterday"))
    assert [store.note_fetches([odd]), store.note_fetches([odd])] == [1, 0]
    found = store.fetch_state(GOOD.url)
    assert found is not None
    assert found.validators == Validators(last_modified="yesterday")


def test_parts_of_a_second_and_other_zones_are_no_news(store: Store) -> None:
    store.note_fetches([replace(GOOD, next_try=NOON + timedelta(microseconds=700))])
    east = timezone(timedelta(hours=3))
    assert store.note_fetches([replace(GOOD, next_try=NOON.astimezone(east))]) == 0


@pytest.mark.parametrize("url", ["", "ftp://example.org/", "javascript:x", "https://", "\ud800"])
def test_what_is_no_address_is_never_kept(store: Store, url: str) -> None:
    assert store.note_fetches([replace(GOOD, url=url)]) == 0
    assert store.fetch_state(url) is None


def test_credentials_are_never_kept(store: Store, tmp_path: Path) -> None:
    address = "https://desk:hunter2@example.org/feed"
    store.note_fetches([replace(GOOD, url=address, source=address)])
    store.set_cursor(address, 1)
    assert store.cursor(address) == 1
    assert store.fetch_state(address) == replace(
        GOOD, url="https://example.org/feed", source="https://example.org/feed"
    )
    store.close()
    assert not any(b"hunter2" in path.read_bytes() for path in tmp_path.iterdir())


def test_errors_are_counted_a_source_most_first(store: Store) -> None:
    endings = [("A", "blocked"), ("A", "blocked"), ("B", "needs_browser"), ("A", None), (None, "timeout")]  # fmt: skip
    store.note_fetches(
        replace(GOOD, url=f"https://example.org/{n}", source=source, error=error)
        for n, (source, error) in enumerate(endings)
    )
    counted = [
        {"source": "A", "code": "blocked", "count": 2},
        {"source": "B", "code": "needs_browser", "count": 1},
        {"source": "no source", "code": "timeout", "count": 1},
    ]
    assert blocked_by_source(store._connection) == counted
    assert store.status()["fetch_errors"] == counted


@pytest.mark.parametrize("value", [0, "2024-05-01", ["a", {"b": None}], {"until": "x", "n": 2.5}, False, ""])  # fmt: skip
def test_a_cursor_reads_back_as_it_was_set(store: Store, value: object) -> None:
    assert store.cursor("Example") is None
    store.set_cursor("Example", value)
    assert store.cursor("Example") == value
    before = store._connection.total_changes
    store.set_cursor("Example", value)
    assert store._connection.total_changes == before
    store.set_cursor("Example", None)
    assert store.cursor("Example") is None


def test_a_cursor_that_json_does_not_know_is_refused(store: Store) -> None:
    store.set_cursor("Example", 1)
    with pytest.raises(UsageError, match="JSON"):
        store.set_cursor("Example", {"at": NOON})
    assert store.cursor("Example") == 1


def test_a_damaged_cursor_is_said_to_be_damage(store: Store) -> None:
    store.set_cursor("Example", 1)
    store._connection.execute("UPDATE cursors SET cursor = '{'")
    with pytest.raises(DatabaseError, match="damaged"):
        store.cursor("Example")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            FetchState,
            url=st.sampled_from(["https://a.example/", "https://a.example/x", "no address"]),
            source=st.sampled_from([None, "A", "B"]),
            validators=st.builds(Validators, etag=st.none() | st.text(max_size=3)),
            status=st.none() | st.sampled_from([200, 304, 403, 503]),
            error=st.sampled_from([None, "blocked", "timeout"]),
            raw_sha256=st.sampled_from([None, "aa", "bb"]),
            fetched_at=st.just(NOON),
            next_try=st.none() | st.datetimes(timezones=st.just(UTC)),
        ),
        max_size=6,
    )
)
def test_noting_the_last_states_again_writes_nothing(states: list[FetchState]) -> None:
    connection = new_database(":memory:")
    migrations.apply(Database(connection))
    note_fetches(connection, states)
    last = {state.url: state for state in states}
    assert note_fetches(connection, last.values()) == 0
    for url in last:
        found = read_fetch_state(connection, url)
        assert (found is None) == (url == "no address")
    connection.close()


# -- databases of the first schema -----------------------------------------------------------------------------------


def new_database(path: Path | str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database as the first release made it, with a fetch, a source and an article in it."""
    path = tmp_path / "old.db"
    connection = new_database(path)
    connection.execute("PRAGMA journal_mode = WAL")
    migrations.apply(Database(connection), stop_before="m002_fetching")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.execute(
        """INSERT INTO fetches (url, source, etag, status, fetched_at)
           VALUES ('https://example.org/news/7', 'Example', '"a1"', 200, '2024-03-05T12:00:00Z')"""
    )
    connection.execute(
        "INSERT INTO sources (name, kind, url) VALUES ('Example', 'feed', 'https://example.org/feed')"
    )
    connection.execute(
        "INSERT INTO articles (key, origin, first_seen) VALUES ('k', '/a.txt', '2024-03-05T12:00:00Z')"
    )
    connection.close()
    return path


def version_of(path: Path) -> int:
    connection = new_database(path)
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    connection.close()
    return found


@pytest.mark.parametrize("mode", ["a", "w"])
def test_a_database_of_the_first_schema_is_brought_up_with_what_it_holds(
    old: Path, open_store: OpenStore, prepare_article: Prepare, mode: str
) -> None:
    store = open_store(old, mode=mode)
    assert version_of(old) == SCHEMA_VERSION
    assert store.fetch_state(GOOD.url) == replace(
        GOOD, validators=Validators(etag='"a1"'), raw_sha256=None
    )
    assert [spec.name for spec in store.sources()] == ["Example"]
    assert store.status()["articles"] == 1
    store.note_fetches([replace(GOOD, next_try=NOON)])
    store.set_cursor("Example", 1)
    assert store.put([prepare_article("Fish prices rose.")])[0].status == "stored"
    store.close()
    assert open_store(old, mode="r").cursor("Example") == 1


def test_a_database_that_was_brought_up_is_as_one_made_new(
    old: Path, open_store: OpenStore, store: Store
) -> None:
    def schema(opened: Store) -> set[tuple[str, str]]:
        rows = opened._connection.execute("SELECT name, sql FROM sqlite_master")
        return {(row[0], str(row[1])) for row in rows}

    assert schema(open_store(old)) == schema(store)


def test_a_reader_leaves_an_older_database_alone_and_says_what_to_do(
    old: Path, open_store: OpenStore
) -> None:
    with pytest.raises(DatabaseError, match="older copydesk") as caught:
        open_store(old, mode="r")
    assert caught.value.code == "database_older"
    assert "copydesk enrich" in caught.value.remedy
    assert version_of(old) == 1


def test_a_secret_in_the_query_is_not_kept_and_tells_addresses_apart(store: Store) -> None:
    one, other = (f"https://example.org/feed?page=7&token=hush{n}" for n in (1, 2))
    store.note_fetches([replace(GOOD, url=one), replace(GOOD, url=other, status=404)])
    assert store.fetch_state(one) == replace(GOOD, url=one)
    assert store.fetch_state(other) == replace(GOOD, url=other, status=404)
    assert store.note_fetches([replace(GOOD, url=one)]) == 0
    rows = [row[0] for row in store.connection.execute("SELECT url FROM fetches").fetchall()]
    assert len(rows) == 2
    assert all(row.startswith("https://example.org/feed?page=7&token=***#") for row in rows)


def test_a_secret_that_an_older_version_kept_goes_with_the_next_answer(store: Store) -> None:
    address = "https://example.org/feed?token=hush"
    with store.transaction():
        store.connection.execute(
            "INSERT INTO fetches (url, fetched_at) VALUES (?, '2024-01-01T00:00:00Z')", (address,)
        )
    store.note_fetches([replace(GOOD, url=address)])
    assert "hush" not in str(store.connection.execute("SELECT * FROM fetches").fetchall())
