"""What can go wrong with the file while it is used, as errors of ours: a connection whose every error says what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from schemas.errors import CopydeskError, DatabaseError, DocumentError, UsageError

P = ParamSpec("P")
T = TypeVar("T")

_BY_REASON: tuple[tuple[tuple[str, ...], str, str, str], ...] = (
    (
        ("not a database", "file is encrypted"),
        "is not a SQLite database",
        "name another file with --db",
        "database_foreign",
    ),
    (
        ("malformed", "corrupt", "no such table", "no such column", "fts5:", "decode"),
        "is damaged",
        "restore it from a backup, or move it away and ingest again",
        "database_damaged",
    ),
    (
        ("locked", "busy"),
        "is being written by another process and stayed so",
        "try again when the other is done",
        "database_busy",
    ),
    (
        ("is full",),
        "cannot grow: the disk is full",
        "make room and run the same again; what was reported as stored is stored",
        "database_full",
    ),
    (
        ("readonly", "query_only"),
        "cannot be written",
        "check who may write the file and its folder, or name another place with --db",
        "database_unwritable",
    ),
    (
        ("closed database", "closed cursor", "closed."),
        "is closed",
        "open the store again",
        "database_closed",
    ),
)


def explain(path: Path, error: Exception) -> DatabaseError:
    """An error of SQLite, or of the file system, as ours: what happened, and what to do."""
    # A path may hold any word that SQLite's reasons do.
    reason = (isinstance(error, OSError) and error.strerror) or str(error)
    for parts, what, remedy, code in _BY_REASON:
        if any(part in reason for part in parts):
            return DatabaseError(f"{path} {what} ({reason})", remedy=remedy, code=code)
    return DatabaseError(
        f"{str(path)!r} cannot be opened or written ({reason})",
        remedy="check that its folder exists and can be written, or name another place with --db",
        code="database_unwritable",
    )


def _told(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """`method` of a cursor, with errors of ours."""

    @wraps(method)
    def call(cursor: Any, /, *args: P.args, **keywords: P.kwargs) -> T:
        try:
            return method(cursor, *args, **keywords)
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            raise _ours(cursor.connection, error) from error

    return call


def _ours(connection: sqlite3.Connection, error: Exception) -> CopydeskError:
    if isinstance(error, UnicodeEncodeError):
        return DocumentError("text with half a surrogate pair cannot be stored", code="bad_text")
    if isinstance(error, sqlite3.ProgrammingError) and "closed" not in str(error):
        return UsageError(f"a value of the wrong type was asked for ({error})")
    if isinstance(error, OverflowError):
        return UsageError("a number is beyond what the database counts (64 bits)")
    return explain(getattr(connection, "path", Path("the database")), error)


class Cursor(sqlite3.Cursor):
    """A cursor whose errors are ours. A lone surrogate in a bound text stands as "?", as in the hashes of texts."""

    @_told
    def execute(self, sql: str, values: Any = (), /) -> Cursor:
        """As sqlite3's."""
        try:
            super().execute(sql, values)
        except UnicodeEncodeError:
            super().execute(sql, [_encodable(value) for value in values])
        return self

    @_told
    def executemany(self, sql: str, rows: Iterable[Any], /) -> Cursor:
        """As sqlite3's."""
        super().executemany(sql, rows)
        return self

    fetchone = _told(sqlite3.Cursor.fetchone)
    fetchall = _told(sqlite3.Cursor.fetchall)
    __next__ = _told(sqlite3.Cursor.__next__)


def _encodable(value: object) -> object:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


class Connection(sqlite3.Connection):
    """A connection whose errors are ours, and on which SQL knows `fold(text)`: text without case, in any script."""

    path: Path

    def be_of(self, path: Path) -> None:
        """Say which file this is, for its errors."""
        self.path = path
        self.create_function("fold", 1, _fold, deterministic=True)

    def cursor(self, factory: Any = Cursor, /) -> Any:
        """A cursor whose errors are ours."""
        try:
            return super().cursor(factory)
        except sqlite3.Error as error:
            raise _ours(self, error) from error

    def execute(self, sql: str, values: Any = (), /) -> Cursor:
        """As sqlite3's, which by itself does not ask `cursor`."""
        cursor: Cursor = self.cursor().execute(sql, values)
        return cursor

    def executemany(self, sql: str, rows: Iterable[Any], /) -> Cursor:
        """As sqlite3's."""
        cursor: Cursor = self.cursor().executemany(sql, rows)
        return cursor

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        try:
            return super().in_transaction
        except sqlite3.Error as error:
            raise _ours(self, error) from error

    def rollback(self) -> None:
        """End the transaction, if there is one, as if it had not begun."""
        try:
            super().rollback()
        except sqlite3.Error as error:
            raise _ours(self, error) from error


def _fold(text: str | None) -> str | None:
    return text.casefold() if isinstance(text, str) else text
