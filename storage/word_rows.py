"""The rows of the full-text index: written for new articles, and anew where the rules by which words stand in it have changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from storage.words import index_words

_AT_ONCE = 1000


@contextmanager
def words_added(connection: sqlite3.Connection) -> Iterator[None]:
    """Index the words of all articles that are put inside, in one go, in the caller's transaction.

    SQLite writes out what the index has in memory with nearly every other statement that comes between.
    """
    last = connection.execute("SELECT coalesce(max(id), 0) FROM paragraphs").fetchone()[0]
    yield
    rows = connection.execute(
        """SELECT p.id, p.text, r.language FROM paragraphs p JOIN renderings r ON r.id = p.rendering_id
           WHERE p.id > ? AND r.current = 1""",
        (last,),
    )
    connection.executemany(
        "INSERT INTO paragraphs_fts (rowid, words) VALUES (?, ?)",
        ((row_id, index_words(text, language)) for row_id, text, language in rows.fetchall()),
    )


def rewrite_words(connection: sqlite3.Connection) -> None:
    """Bring the words of every row to what `index_words` says now. Pure ASCII stands as it always stood."""
    last = 0
    while True:
        rows = connection.execute(
            """SELECT p.id, p.text, r.language, f.words FROM paragraphs p
               JOIN renderings r ON r.id = p.rendering_id
               JOIN paragraphs_fts f ON f.rowid = p.id
               WHERE p.id > ? AND p.text GLOB '*[^' || char(1) || '-' || char(127) || ']*'
               ORDER BY p.id LIMIT ?""",
            (last, _AT_ONCE),
        ).fetchall()
        if not rows:
            return
        last = rows[-1][0]
        words = [(index_words(text, language), row_id, old) for row_id, text, language, old in rows]
        connection.executemany(
            "UPDATE paragraphs_fts SET words = ? WHERE rowid = ?",
            [(new, row_id) for new, row_id, old in words if new != old],
        )
