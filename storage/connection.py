"""How the file is opened: as ours, at our schema, and safely beside other processes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from schemas.errors import DatabaseError

APPLICATION_ID = 0x43504459  # "CPDY", in the header of every file of ours
SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 30.0

Access = Literal["a", "w", "r"]
"""a: made where missing, written · w: there already, written · r: there already, only read."""


def open_database(path: Path, mode: Access) -> sqlite3.Connection:
    """An open connection to a database of ours.

    Raises DatabaseError where the file is missing (but for mode "a"), is no database, is another program's, was written by a
    newer copydesk, or cannot be opened or written.
    """
    _check_place(path, mode)
    try:
        connection = _connect(path, mode)
    except sqlite3.Error as error:
        raise _explain(path, error) from error
    try:
        _prepare(connection, path, mode)
    except sqlite3.Error as error:
        connection.close()
        raise _explain(path, error) from error
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One write transaction, begun at once so that two writers queue up rather than fail half way."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.execute("COMMIT")


def _check_place(path: Path, mode: Access) -> None:
    if path.is_dir():
        raise DatabaseError(f"{path} is a folder, not a database", remedy="name a file with --db")
    if mode != "a" and not path.exists():
        raise DatabaseError(
            f"there is no database at {path}",
            remedy="make one with: copydesk ingest FILE, or name another with --db",
            code="database_missing",
        )
    if mode == "a" and not path.parent.is_dir():
        raise DatabaseError(
            f"there is no folder {path.parent} to make the database in",
            remedy="make the folder first, or name another place with --db",
            code="database_missing",
        )


def _connect(path: Path, mode: Access) -> sqlite3.Connection:
    # A reader opens the file writable where it may: a connection that is read-only to SQLite leaves its -wal and -shm
    # files behind. query_only keeps it from writing a row all the same.
    uri = path.absolute().as_uri()
    attempts = {"a": ["rwc"], "w": ["rw"], "r": ["rw", "ro", "ro&immutable=1"]}[mode]
    failure: sqlite3.Error | None = None
    for attempt in attempts:
        connection = sqlite3.connect(
            f"{uri}?mode={attempt}",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            failure = error
            continue
        except sqlite3.Error:
            connection.close()
            raise
        return connection
    raise failure or sqlite3.OperationalError("unable to open database file")


def _prepare(connection: sqlite3.Connection, path: Path, mode: Access) -> None:
    version = _check_ours(connection, path, mode)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    if mode == "r":
        if version < SCHEMA_VERSION:
            raise DatabaseError(
                f"{path} was written by an older copydesk",
                remedy="bring it up to date with: copydesk enrich",
                code="database_older",
            )
        connection.execute("PRAGMA query_only = ON")
        return
    if version < SCHEMA_VERSION:
        _migrate(connection)


def _check_ours(connection: sqlite3.Connection, path: Path, mode: Access) -> int:
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if application != APPLICATION_ID and (tables or application or mode != "a"):
        what = "another program's database" if tables or application else "an empty file"
        raise DatabaseError(
            f"{path} is {what}, not a copydesk database",
            remedy="name another file with --db",
            code="database_foreign",
        )
    if version > SCHEMA_VERSION:
        raise DatabaseError(
            f"{path} was written by a newer copydesk (schema {version}; this one knows {SCHEMA_VERSION})",
            remedy="update copydesk, or name another file with --db",
            code="database_newer",
        )
    return version


def _migrate(connection: sqlite3.Connection) -> None:
    from storage.migrations import apply_migrations

    _set_wal(connection)
    with transaction(connection):
        # Another process may have been first while this one waited for the lock.
        if int(connection.execute("PRAGMA user_version").fetchone()[0]) >= SCHEMA_VERSION:
            return
        apply_migrations(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _set_wal(connection: sqlite3.Connection) -> None:
    # Changing the journal mode ignores the busy timeout: of several processes that make one file, some see "locked".
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _explain(path: Path, error: sqlite3.Error) -> DatabaseError:
    reason = str(error)
    if "not a database" in reason or "malformed" in reason or "file is encrypted" in reason:
        return DatabaseError(
            f"{path} is not a SQLite database ({reason})",
            remedy="name another file with --db",
            code="database_foreign",
        )
    if "locked" in reason or "busy" in reason:
        return DatabaseError(
            f"{path} is being written by another process and stayed so for {BUSY_TIMEOUT_S:.0f} s",
            remedy="try again when the other is done",
            code="database_busy",
        )
    return DatabaseError(
        f"{path} cannot be opened ({reason})",
        remedy="check that its folder exists and can be written, or name another place with --db",
        code="database_unwritable",
    )
