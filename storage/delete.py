"""Removing articles whole, and the tombstones that keep them out."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from schemas.filters import Filters
from storage.connection import transaction
from storage.filters import article_conditions
from storage.quarantine import drop_unused_raw
from storage.values import to_text


def select_articles(connection: sqlite3.Connection, filters: Filters) -> list[int]:
    """Ids of the articles under `filters` (date, source, language), in order."""
    conditions = article_conditions(filters)
    rows = connection.execute(
        f"""SELECT a.id FROM articles a JOIN renderings r ON r.article_id = a.id AND r.current = 1
            WHERE {conditions.sql} ORDER BY a.id""",
        conditions.values,
    )
    return [int(row[0]) for row in rows]


def delete_articles(
    connection: sqlite3.Connection, article_ids: list[int], *, tombstone: bool
) -> None:
    """Remove articles with their raw documents, rows, words, marks and vectors, and overwrite where they stood.

    With `tombstone` their names stay, as hashes and origins, so that nothing brings them back.
    """
    # Deleted pages are filled with zeros; the words index and the log are rewritten below, or they would keep them.
    connection.execute("PRAGMA secure_delete = ON")
    with transaction(connection):
        for article_id in article_ids:
            if tombstone:
                _bury(connection, article_id)
            _delete(connection, article_id)
        _drop_orphans(connection)
        connection.execute("INSERT INTO paragraphs_fts(paragraphs_fts) VALUES ('optimize')")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _bury(connection: sqlite3.Connection, article_id: int) -> None:
    key, address, origin_id = connection.execute(
        "SELECT key, address_key, origin_id FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    names = {f"key:{key}"}
    versions = connection.execute(
        "SELECT raw_sha256 FROM versions WHERE article_id = ?", (article_id,)
    )
    names |= {f"raw:{row[0]}" for row in versions}
    renderings = connection.execute(
        "SELECT content_sha256 FROM renderings WHERE article_id = ?", (article_id,)
    )
    names |= {f"content:{row[0]}" for row in renderings}
    if origin_id and not address:
        names.add(f"origin:{origin_id}")
    now = to_text(datetime.now(UTC))
    connection.executemany(
        "INSERT OR REPLACE INTO tombstones (name, article_id, key, deleted_at) VALUES (?, ?, ?, ?)",
        [(name, article_id, key, now) for name in sorted(names)],
    )


def _delete(connection: sqlite3.Connection, article_id: int) -> None:
    connection.execute(
        """DELETE FROM paragraphs_fts WHERE rowid IN (SELECT p.id FROM paragraphs p
           JOIN renderings r ON r.id = p.rendering_id WHERE r.article_id = ?)""",
        (article_id,),
    )
    # A run's origin may be quarantined under the same name; what is removed here is the article alone.
    connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))


def _drop_orphans(connection: sqlite3.Connection) -> None:
    drop_unused_raw(connection)
    connection.execute(
        "DELETE FROM embeddings WHERE text_sha256 NOT IN (SELECT text_sha256 FROM paragraphs)"
    )
    connection.execute("DELETE FROM entities WHERE id NOT IN (SELECT entity_id FROM mentions)")


def lift_tombstones(connection: sqlite3.Connection, name: str) -> int:
    """Let deleted articles in again, by id or key; returns how many names were lifted."""
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 19 else -1
    with transaction(connection):
        cursor = connection.execute(
            "DELETE FROM tombstones WHERE key = ? OR article_id = ?", (name, number)
        )
    return cursor.rowcount
