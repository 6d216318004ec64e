"""The page a paragraph begins on, from the article to the hit, and in databases that were made before there were any."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from schemas.article import Paragraph
from schemas.stored import PreparedArticle
from storage.connection import APPLICATION_ID, SCHEMA_VERSION
from storage.migrations import migrations
from storage.sqlite import Store

OpenStore = Callable[..., Store]
Prepare = Callable[..., PreparedArticle]
TEXTS = ("Fish prices rose.", "Rain fell in Kent.", "The harbour closed.")


def paged(prepared: PreparedArticle, *pages: int | None) -> PreparedArticle:
    rows = tuple(
        replace(row, page=page)
        for row, page in zip(prepared.article.paragraphs, pages, strict=True)
    )
    return replace(prepared, article=replace(prepared.article, paragraphs=rows))


def test_a_paragraph_comes_back_with_its_page(store: Store, prepare_article: Prepare) -> None:
    prepared = paged(prepare_article(*TEXTS), 1, 3, None)
    (outcome,) = store.put([prepared])
    assert outcome.id is not None
    assert [row.page for row in store.article(outcome.id).paragraphs] == [1, 3, None]
    assert store.clean_article(outcome.id).paragraphs == prepared.article.paragraphs


def test_a_hit_says_on_which_page_it_is(store: Store, prepare_article: Prepare) -> None:
    store.put([paged(prepare_article(*TEXTS), 1, 3, 4)])
    assert [hit.page for hit in store.search("rain kent")] == [3]
    assert [hit.page for hit in store.search("harbour", mode="words")] == [4]


def test_other_pages_alone_are_no_news(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article(*TEXTS)])
    (outcome,) = store.put([paged(prepare_article(*TEXTS), 1, 1, 2)])
    assert outcome.status == "unchanged"


def test_a_database_of_the_second_schema_keeps_its_paragraphs_without_a_page(
    tmp_path: Path, open_store: OpenStore, prepare_article: Prepare
) -> None:
    path = tmp_path / "old.db"
    old = sqlite3.connect(path, isolation_level=None)
    migrations.apply(Database(old), stop_before="m003_pages")
    old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    old.execute("PRAGMA user_version = 2")
    old.executescript(
        """INSERT INTO articles (id, key, origin, first_seen) VALUES (1, 'k', '/a.txt', '2024-03-05T12:00:00Z');
        INSERT INTO raw_documents VALUES ('aa', 'text/plain', 0, x'');
        INSERT INTO versions VALUES (1, 1, 1, 'aa', 'text/plain', NULL, '/a.txt', '{}', '2024-03-05T12:00:00Z',
            '2024-03-05T12:00:00Z');
        INSERT INTO stages (id, stage, name, version) VALUES (1, 'clean', 'c', '1');
        INSERT INTO renderings (id, version_id, article_id, cleaner_id, content_sha256, authors, page_kind, current)
            VALUES (1, 1, 1, 1, 'bb', '[]', 'article', 1);
        INSERT INTO paragraphs (rendering_id, n, kind, text, text_sha256) VALUES (1, 0, 'text', 'Oil rose.', 'cc');"""
    )
    old.close()
    store = open_store(path)
    (version,) = store._connection.execute("PRAGMA user_version").fetchone()
    assert version == SCHEMA_VERSION
    assert store.article(1).paragraphs == (Paragraph(index=0, kind="text", text="Oil rose."),)
    (outcome,) = store.put([paged(prepare_article(*TEXTS), 1, 2, 3)])
    assert outcome.status == "stored"
