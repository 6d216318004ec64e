"""Removing articles whole, and the tombstones that keep them out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from schemas.filters import Filters
from storage import site_memory
from storage.connection import transaction
from storage.entity_joins import join_all, remove_names
from storage.entity_rows import pair_of, tidy_entities
from storage.filters import article_conditions, mention_conditions
from storage.identity import address_hash, origin_name
from storage.joining_rules import put_off_where_many
from storage.values import to_text


def select_articles(connection: sqlite3.Connection, filters: Filters) -> list[int]:
    """Ids of the articles under `filters`, in order; entity and label hold for any of their rows but template."""
    conditions = article_conditions(filters)
    if mentions := mention_conditions(filters):
        conditions.add(
            f"""r.id IN (SELECT p.rendering_id FROM mentions m JOIN paragraphs p ON p.id = m.paragraph_id
                WHERE p.masked = 0 AND {mentions.sql})""",
            *mentions.values,
        )
    rows = connection.execute(
        f"""SELECT a.id FROM articles a JOIN renderings r ON r.article_id = a.id AND r.current = 1
            WHERE {conditions.sql} ORDER BY a.id""",
        conditions.values,
    )
    return [int(row[0]) for row in rows]


def delete_articles(
    connection: sqlite3.Connection, article_ids: Iterable[int], *, tombstone: bool
) -> None:
    """Remove articles with their raw documents, rows, words, marks and vectors, and overwrite where they stood.

    With `tombstone` their names stay, as hashes, so that nothing brings them back.
    """
    listed = list(article_ids)
    with transaction(connection):
        are_many = put_off_where_many(connection, len(listed))
        entities: set[int] = set()
        sites: set[int] = set()
        for article_id in listed:
            if tombstone:
                _bury(connection, article_id)
            sites |= site_memory.forget_article(connection, article_id)
            entities |= _delete(connection, article_id)
        if are_many:
            join_all(connection)
        else:
            tidy_entities(connection, sorted(entities))
        for site_id in sorted(sites):
            site_memory.judge_site(connection, site_id)
        # Deleted pages are overwritten (secure_delete); the words index and the log keep what was in them until they
        # are written anew.
        connection.execute("INSERT INTO paragraphs_fts(paragraphs_fts) VALUES ('optimize')")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _bury(connection: sqlite3.Connection, article_id: int) -> None:
    row = connection.execute(
        "SELECT key, address_key, origin_id FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    if row is None:
        return
    key, address, origin_id = row
    names = {f"key:{key}"}
    if address:
        names.add(f"key:{address_hash(address)}")
    others = "SELECT address_key FROM addresses WHERE article_id = ?"
    names |= {f"key:{address_hash(row[0])}" for row in connection.execute(others, (article_id,))}
    if origin_id:
        names.add(origin_name(origin_id))
    names |= _hashes(connection, "raw", "SELECT raw_sha256 FROM versions", article_id)
    names |= _hashes(connection, "content", "SELECT content_sha256 FROM renderings", article_id)
    now = to_text(datetime.now(UTC))
    connection.executemany(
        "INSERT OR REPLACE INTO tombstones (name, article_id, key, deleted_at) VALUES (?, ?, ?, ?)",
        [(name, article_id, key, now) for name in sorted(names)],
    )


def _hashes(connection: sqlite3.Connection, kind: str, select: str, article_id: int) -> set[str]:
    rows = connection.execute(f"{select} WHERE article_id = ?", (article_id,))
    return {f"{kind}:{row[0]}" for row in rows}


_ROWS_OF_ARTICLE = (
    "FROM paragraphs p JOIN renderings r ON r.id = p.rendering_id WHERE r.article_id = ?"
)


def _delete(connection: sqlite3.Connection, article_id: int) -> set[int]:
    """Delete one article; returns the entities it mentioned, and the names it had for them."""

    def ask(sql: str) -> list[Any]:
        return [row[0] for row in connection.execute(sql, (article_id,))]

    texts = ask(f"SELECT DISTINCT p.text_sha256 {_ROWS_OF_ARTICLE}")
    raws = ask("SELECT DISTINCT raw_sha256 FROM versions WHERE article_id = ?")
    names = _names_of(connection, article_id)
    for row_id in ask("SELECT id FROM renderings WHERE article_id = ? AND current = 1"):
        remove_names(connection, row_id)
    entities = ask(
        f"""SELECT DISTINCT entity_id FROM mentions WHERE paragraph_id IN (SELECT p.id {_ROWS_OF_ARTICLE})"""
    )
    ask(f"DELETE FROM paragraphs_fts WHERE rowid IN (SELECT p.id {_ROWS_OF_ARTICLE})")
    ask("DELETE FROM articles WHERE id = ?")
    drop_unused_raw(connection, raws)
    connection.executemany(
        """DELETE FROM embeddings WHERE model_id IN (SELECT id FROM models) AND text_sha256 = ?1
           AND NOT EXISTS (SELECT 1 FROM paragraphs p WHERE p.text_sha256 = ?1)""",
        [(text,) for text in texts],
    )
    return names | set(entities)


def _names_of(connection: sqlite3.Connection, article_id: int) -> set[int]:
    """The rows of the names that any version of an article has, whichever entity they are."""
    mentions = connection.execute(
        f"SELECT DISTINCT name, label FROM mentions WHERE paragraph_id IN (SELECT p.id {_ROWS_OF_ARTICLE})",
        (article_id,),
    ).fetchall()
    found = [
        connection.execute(
            "SELECT id FROM entities WHERE name_key = ? AND label = ?", pair_of(name, label)
        ).fetchone()
        for name, label in mentions
    ]
    return {int(row[0]) for row in found if row}


def drop_unused_raw(connection: sqlite3.Connection, digests: Iterable[str | None]) -> None:
    """Remove those raw documents that nothing stands on any more."""
    connection.executemany(
        """DELETE FROM raw_documents WHERE sha256 = ?1
           AND NOT EXISTS (SELECT 1 FROM versions WHERE raw_sha256 = ?1)
           AND NOT EXISTS (SELECT 1 FROM quarantine WHERE payload_sha256 = ?1)""",
        [(digest,) for digest in digests],
    )


def lift_tombstones(connection: sqlite3.Connection, name: str) -> int:
    """Let deleted articles in again, by id or key; returns how many names were lifted.

    Their pages are asked for again: a fetch asks for what has come only where the server says that it changed.
    """
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 19 else -1
    with transaction(connection):
        _forget_fetches(connection, name, number)
        cursor = connection.execute(
            "DELETE FROM tombstones WHERE key = ? OR article_id = ?", (name, number)
        )
    return cursor.rowcount


def _forget_fetches(connection: sqlite3.Connection, key: str, article_id: int) -> None:
    """Forget that the pages have come, and when their sources last changed, so that these name them anew."""
    names = "SELECT name FROM tombstones WHERE key = :key OR article_id = :id"
    came = f"'raw:' || raw_sha256 IN ({names})"
    given = {"key": key, "id": article_id}
    connection.execute(
        f"""UPDATE fetches SET etag = NULL, last_modified = NULL
            WHERE source IN (SELECT source FROM fetches WHERE {came})""",
        given,
    )
    connection.execute(f"DELETE FROM fetches WHERE {came}", given)
