"""A database that an earlier copydesk wrote, kept as it was: it is brought up to date and goes on being used."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.stored import PreparedArticle
from storage.connection import SCHEMA_VERSION
from storage.sqlite import Store

OpenStore = Callable[..., Store]
Prepare = Callable[..., PreparedArticle]

FILES = Path(__file__).parent / "files"
URL = "https://example.org/harbour"


@pytest.fixture(params=sorted(FILES.glob("schema-*.db.gz")), ids=lambda path: path.name)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A stored file of each schema that was ever handed out."""
    path = tmp_path / "old.db"
    path.write_bytes(gzip.decompress(request.param.read_bytes()))
    return path


def schema(store: Store) -> set[tuple[str, str]]:
    rows = store.connection.execute("SELECT name, sql FROM sqlite_master")
    return {(row[0], str(row[1])) for row in rows}


def test_a_stored_file_is_brought_to_the_schema_of_a_new_one(
    old: Path, open_store: OpenStore, store: Store
) -> None:
    assert schema(open_store(old, mode="w")) == schema(store)


def test_a_stored_file_takes_articles_gives_them_back_and_forgets_them(
    old: Path, open_store: OpenStore, prepare_article: Prepare
) -> None:
    with open_store(old, mode="w") as store:
        kept = store.article_id(url=URL)
        assert kept is not None
        assert "harbour" in store.article(kept).paragraphs[0].text
        (made,) = store.put([prepare_article("Fish prices rose.", url="https://example.org/fish")])
        assert made.status == "stored"
        assert store.article_id(url="https://example.org/fish") == made.id
        store.delete([kept])
        assert store.article_id(url=URL) is None
    assert open_store(old, mode="r").status()["articles"] == 1


def test_a_file_that_was_brought_up_without_the_table_of_addresses_gets_it(
    tmp_path: Path, open_store: OpenStore, store: Store
) -> None:
    path = tmp_path / "between.db"
    path.write_bytes(gzip.decompress((FILES / "schema-2.db.gz").read_bytes()))
    open_store(path, mode="w").close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("DROP TABLE addresses")
    connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'm006_addresses'")
    connection.execute("PRAGMA user_version = 5")
    connection.close()
    assert SCHEMA_VERSION > 5
    assert schema(open_store(path, mode="w")) == schema(store)


def test_the_schema_is_numbered_by_its_migrations(store: Store) -> None:
    applied = store.connection.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()[0]
    assert applied == SCHEMA_VERSION


def test_words_that_stood_otherwise_in_the_index_are_written_anew(
    tmp_path: Path, open_store: OpenStore, prepare_article: Prepare
) -> None:
    path = tmp_path / "earlier.db"
    with open_store(path) as store:
        store.put([prepare_article("정부는 예산을 늘렸다.", language="ko", title="Budget grows")])
        store.put([prepare_article("中国扩大石油贸易。", language="zh", origin="/zh")])
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("UPDATE paragraphs_fts SET words = 'old' WHERE words NOT LIKE 'budget%'")
    connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'm014_words_in_pairs'")
    connection.execute("PRAGMA user_version = 13")
    connection.close()
    with open_store(path, mode="w") as store:
        found = [
            [hit.kind for hit in store.search(q, mode="words")] for q in ("예산", "油", "budget")
        ]
    assert found == [["text"], ["text"], ["title"]]
