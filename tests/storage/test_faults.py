"""Whatever is wrong with the file is one sentence with its remedy, and nothing that was told is lost."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.errors import CopydeskError, DatabaseError, DocumentError, UsageError
from schemas.stored import PreparedArticle
from storage.connection import SCHEMA_VERSION
from storage.faults import explain
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
OpenStore = Callable[..., Store]


def fails(open_store: OpenStore, path: Path | str, mode: str = "r") -> DatabaseError:
    with pytest.raises(DatabaseError) as caught:
        open_store(Path(path), mode=mode)
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("mode", ["r", "w"])
def test_a_missing_file_is_not_made_by_a_reader(
    open_store: OpenStore, tmp_path: Path, mode: str
) -> None:
    error = fails(open_store, tmp_path / "none.db", mode)
    assert error.code == "database_missing"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", ["r", "w", "a"])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"This is a letter, not a database. " * 40, "database_foreign"),
        (b"SQLite format 3\0" + b"\xff" * 4000, "database_foreign"),
        (b"\0" * 4096, "database_foreign"),
    ],
)
def test_a_file_that_is_no_database_is_left_as_it_is(
    open_store: OpenStore, tmp_path: Path, mode: str, content: bytes, code: str
) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(content)
    assert fails(open_store, path, mode).code == code
    assert path.read_bytes() == content


def test_an_empty_file_is_filled_by_a_writer_only(open_store: OpenStore, tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    assert fails(open_store, path, "r").code == "database_foreign"
    assert fails(open_store, path, "w").code == "database_foreign"
    assert open_store(path).status()["articles"] == 0


@pytest.mark.parametrize("mode", ["r", "w", "a"])
def test_another_programs_database_is_left_as_it_is(
    open_store: OpenStore, tmp_path: Path, mode: str
) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    before = path.read_bytes()
    assert fails(open_store, path, mode).code == "database_foreign"
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", ["r", "w", "a"])
def test_a_newer_copydesks_database_is_refused(
    open_store: OpenStore, tmp_path: Path, mode: str
) -> None:
    open_store().close()
    path = tmp_path / "news.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    error = fails(open_store, path, mode)
    assert error.code == "database_newer"
    assert "update copydesk" in error.remedy


@pytest.mark.parametrize("mode", ["r", "w", "a"])
@pytest.mark.parametrize("name", ["/proc/x.db", "/dev/null", "a\0b", "x" * 5000, "", "\ud800"])
def test_a_place_that_cannot_hold_a_database_is_named(
    open_store: OpenStore, name: str, mode: str
) -> None:
    fails(open_store, name, mode)


def test_a_word_in_the_path_is_not_taken_for_the_reason() -> None:
    path = Path("/news/locked/full.db")
    told = explain(path, PermissionError(13, "Permission denied", str(path)))
    assert told.code == "database_unwritable"
    assert "another process" not in str(told)


def test_a_folder_and_a_missing_folder_are_named(open_store: OpenStore, tmp_path: Path) -> None:
    assert "is a folder" in str(fails(open_store, tmp_path, "a"))
    assert "no folder" in str(fails(open_store, tmp_path / "none" / "x.db", "a"))
    assert not (tmp_path / "none").exists()


def filled(store: Store, prepare_article: Prepare) -> Path:
    store.put(
        [
            prepare_article(f"Harbour paper {i}. " * 40, origin=f"/{i}", names=[("Harbour", "LOC")])
            for i in range(40)
        ]
    )
    store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    store.close()
    return store.path


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_truncated_file_gives_our_error_or_an_answer(
    store: Store, open_store: OpenStore, prepare_article: Prepare, kept: float
) -> None:
    path = filled(store, prepare_article)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    assert use_everything(open_store, path) > 0


@pytest.mark.parametrize("place", [5000, 20_000, 60_000])
def test_a_damaged_page_gives_our_error_or_an_answer(
    store: Store, open_store: OpenStore, prepare_article: Prepare, place: int
) -> None:
    path = filled(store, prepare_article)
    content = bytearray(path.read_bytes())
    content[place : len(content) : 4096 * 3] = b"\xee" * len(range(place, len(content), 4096 * 3))
    content[place : place + 9000] = b"\x77" * 9000
    path.write_bytes(bytes(content))
    use_everything(open_store, path)


def use_everything(open_store: OpenStore, path: Path) -> int:
    """Ask all there is; anything but our errors escapes. Returns how often it was one."""
    errors = 0

    def ask(question: Callable[[], object]) -> None:
        nonlocal errors
        try:
            question()
        except CopydeskError:
            errors += 1

    try:
        store = open_store(path, mode="w")
    except DatabaseError:
        return 1
    for mode in ("words", "meaning", "hybrid"):
        ask(lambda mode=mode: store.search("harbour paper", mode=mode, k=99))  # type: ignore[misc]
    for question in (store.status, store.entities, store.figures, lambda: store.similar(3)):
        ask(question)
    for number in range(1, 41):
        ask(lambda number=number: store.article(number))  # type: ignore[misc]
        ask(lambda number=number: store.raw_document(number))  # type: ignore[misc]
    ask(lambda: store.delete([1, 2, 3]))
    assert not store._connection.in_transaction
    return errors


def test_a_reader_cannot_write(
    store: Store, open_store: OpenStore, prepare_article: Prepare
) -> None:
    store.put([prepare_article("One.")])
    reader = open_store(mode="r")
    with pytest.raises(DatabaseError) as caught:
        reader.put([prepare_article("Two.", origin="/2")])
    assert caught.value.code == "database_unwritable"
    assert reader.search("one", mode="words")


def test_a_full_disk_is_said_and_loses_nothing(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article("One.")])
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(DatabaseError) as caught:
        store.put([prepare_article(os.urandom(60_000).hex(), origin="/2")])
    assert caught.value.code == "database_full"
    assert not store._connection.in_transaction
    assert store.status()["articles"] == 1
    store._connection.execute("PRAGMA max_page_count = 1000000")
    assert store.put([prepare_article("Two.", origin="/2")])[0].status == "stored"


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(DatabaseError) as caught:
        store.search("x", mode="words")
    assert caught.value.code == "database_closed"


def test_an_error_inside_a_batch_stores_none_of_it(store: Store, prepare_article: Prepare) -> None:
    bad = prepare_article("Half \ud800 a pair.", origin="/2")
    with pytest.raises(DocumentError):
        store.put([prepare_article("One."), bad])
    assert store.status()["articles"] == 0
    assert store.put([prepare_article("One.")])[0].status == "stored"


def test_a_value_of_no_type_that_is_stored_is_a_usage_error(store: Store) -> None:
    with pytest.raises(UsageError):
        store._connection.execute("SELECT ?", (object(),))
    with pytest.raises(UsageError):
        store._connection.execute("SELECT ?", (10**30,))


def test_a_failed_opening_leaves_no_connection_open(open_store: OpenStore, tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"letter " * 500)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        fails(open_store, path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE raw_documents SET content = x'0102'",
        "UPDATE raw_documents SET content = (SELECT content FROM raw_documents ORDER BY sha256 DESC LIMIT 1)",
        "UPDATE embeddings SET vector = x'01'",
        "UPDATE renderings SET authors = '{'",
        "UPDATE renderings SET published_at = 'someday'",
        "UPDATE versions SET hints = '{\"nonsense\": 1}'",
        "UPDATE figures SET subjects = '[', date_start = 'x'",
        "UPDATE renderings SET title = CAST(x'ff' AS TEXT)",
        "UPDATE renderings SET current = 0",
        "DROP TABLE mentions",
        "DROP TABLE paragraphs_fts",
    ],
)
def test_values_that_were_damaged_give_our_error_or_an_answer(
    store: Store, open_store: OpenStore, prepare_article: Prepare, damage: str
) -> None:
    path = filled(store, prepare_article)
    with sqlite3.connect(path) as connection:
        connection.execute(damage)
    connection.close()
    use_everything(open_store, path)


def test_bytes_that_are_not_those_that_were_kept_are_never_handed_out(
    store: Store, prepare_article: Prepare
) -> None:
    store.put([prepare_article("One."), prepare_article("Two.", origin="/2")])
    store._connection.execute(
        "UPDATE raw_documents SET content = (SELECT content FROM raw_documents ORDER BY rowid LIMIT 1)"
    )
    damaged = [number for number in (1, 2) if raises_damage(store, number)]
    assert len(damaged) == 1


def raises_damage(store: Store, number: int) -> bool:
    try:
        store.raw_document(number)
    except DatabaseError as error:
        return error.code == "database_damaged"
    return False
