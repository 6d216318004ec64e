"""Whether the names of a file are joined by the rules of today, or are all to be joined anew.

What to join is known to `storage.entity_joins`.
"""

from __future__ import annotations

import sqlite3

RULES_VERSION = "1"
"""Bump it when the rules can join other names: `enrich` then joins all anew."""

_PUT_OFF = f"{RULES_VERSION}, put off"
_MANY = 8
"""Of so many articles one: to join all anew takes a millisecond an article, to judge what one that comes or goes tells of
others up to thousands of them, where all the news is about one family."""


def is_due(connection: sqlite3.Connection) -> bool:
    """Whether all names are to be joined anew: other rules joined them, or that was put off."""
    return _version(connection) != RULES_VERSION


def are_keys_of_today(connection: sqlite3.Connection) -> bool:
    """Whether names stand under the keys that these rules give them."""
    return _version(connection) in (RULES_VERSION, _PUT_OFF)


def is_put_off(connection: sqlite3.Connection) -> bool:
    """Whether names of other articles wait until all are joined anew."""
    return _version(connection) == _PUT_OFF


def put_off_where_many(connection: sqlite3.Connection, number: int) -> bool:
    """Put off what `number` articles that come or go tell of others where all joined anew takes less; whether it is.

    In the caller's transaction. Whoever puts it off joins all in the end; after what is cut off, `enrich` does.
    """
    articles = connection.execute("SELECT count(*) FROM articles").fetchone()[0]
    if not number or number * _MANY < articles:
        return False
    if not is_due(connection):
        _note(connection, _PUT_OFF)
    return True


def note_joined(connection: sqlite3.Connection) -> None:
    """Say that all names are joined by these rules."""
    _note(connection, RULES_VERSION)


def _version(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT version FROM entity_rules").fetchone()
    return None if row is None else str(row[0])


def _note(connection: sqlite3.Connection, version: str) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO entity_rules (id, version) VALUES (1, ?)", (version,)
    )
