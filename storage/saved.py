"""Searches that are kept under a name."""

from __future__ import annotations

import sqlite3
from difflib import get_close_matches
from typing import Any, cast

from schemas.errors import UsageError
from schemas.saved import SavedSearch
from storage.connection import transaction
from storage.read import Row
from storage.values import dump, load, to_instant, to_text

_COLUMNS = "name, query, mode, min_similarity, filters, created_at, last_run_at, last_article"


def read_saved_searches(connection: sqlite3.Connection) -> list[SavedSearch]:
    """All of them, by name."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM saved_searches ORDER BY name")
    return [_of_row(row) for row in rows]


def read_saved_search(connection: sqlite3.Connection, name: str) -> SavedSearch:
    """One of them. Raises UsageError with the nearest name where there is none."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM saved_searches WHERE name = ?", (name,)
    ).fetchone()
    if row is None:
        raise _missing(connection, name)
    return _of_row(row)


def add_saved_search(connection: sqlite3.Connection, search: SavedSearch) -> None:
    """Keep a search. What is stored already is not its news. Raises UsageError where the name is taken."""
    with transaction(connection):
        taken = connection.execute(
            "SELECT 1 FROM saved_searches WHERE name = ?", (search.name,)
        ).fetchone()
        if taken:
            raise UsageError(
                f"there is a saved search {search.name!r} already",
                remedy=f"take another name, or remove it: copydesk saved remove {search.name}",
            )
        connection.execute(
            f"INSERT INTO saved_searches ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, NULL, ?)",
            (
                *(search.name, search.query, search.mode, search.min_similarity),
                *(dump(dict(search.filters)), to_text(search.created_at), newest_article(connection)),
            ),
        )  # fmt: skip


def remove_saved_search(connection: sqlite3.Connection, name: str) -> None:
    """Forget a search. Raises UsageError where there is none of that name."""
    with transaction(connection):
        if not connection.execute("DELETE FROM saved_searches WHERE name = ?", (name,)).rowcount:
            raise _missing(connection, name)


def note_saved_run(connection: sqlite3.Connection, search: SavedSearch) -> None:
    """Keep up to which article, and when, its news was told; never back to an earlier one."""
    with transaction(connection):
        connection.execute(
            """UPDATE saved_searches SET last_run_at = ?, last_article = max(last_article, ?)
               WHERE name = ?""",
            (to_text(search.last_run_at), search.last_article, search.name),
        )


def newest_article(connection: sqlite3.Connection) -> int:
    """The highest id that was given to an article; 0 before the first."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'articles'").fetchone()
    return int(row[0]) if row else 0


def _missing(connection: sqlite3.Connection, name: str) -> UsageError:
    names = [row[0] for row in connection.execute("SELECT name FROM saved_searches")]
    near = get_close_matches(name, names, n=1)
    return UsageError(
        f"there is no saved search {name!r}",
        remedy=(f"did you mean {near[0]}? " if near else "")
        + "See those there are with: copydesk saved list",
    )


def _of_row(row: Row) -> SavedSearch:
    name, query, mode, floor, filters, created, last_run, last_article = row
    return SavedSearch(
        name=name,
        query=query,
        mode=mode,
        min_similarity=floor,
        filters=load(filters),
        created_at=cast("Any", to_instant(created)),
        last_run_at=to_instant(last_run),
        last_article=last_article,
    )
