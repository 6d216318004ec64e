"""How the file is opened: as ours, at our schema, and safely beside other processes.

Which error of SQLite becomes which of ours is known to `storage.faults`.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from schemas.errors import DatabaseError
from storage.faults import Connection, explain

APPLICATION_ID = 0x43504459  # "CPDY", in the header of every file of ours
SCHEMA_VERSION = 17  # how many migrations there are
BUSY_TIMEOUT_S = 30.0

Access = Literal["a", "w", "r"]
"""a: made where missing, written · w: there already, written · r: there already, only read."""


def open_database(path: Path, mode: Access) -> Connection:
    """An open connection to a database of ours, on which every error is one of ours.

    Raises DatabaseError where the file is missing (but for mode "a"), is no database, is another program's, was written by a
    newer copydesk, or cannot be opened or written.
    """
    try:
        _check_place(path, mode)
    except (
        OSError,
        ValueError,
    ) as error:  # a name that is too long, a folder that may not be looked into
        raise explain(path, error) from error
    connection = _connect(path, mode)
    try:
        _prepare(connection, path, mode)
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
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Several reads that see one state of the file, whatever other processes commit meanwhile."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.rollback()


def _check_place(path: Path, mode: Access) -> None:
    if b"\0" in os.fsencode(path):
        raise ValueError("its name holds a NUL")
    if path.is_dir():
        raise DatabaseError(f"{path} is a folder, not a database", remedy="name a file with --db")
    if path.exists() and not path.is_file():
        raise DatabaseError(f"{path} is no regular file", remedy="name another file with --db")
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


def _connect(path: Path, mode: Access) -> Connection:
    # A reader opens the file writable where it may: a connection that is read-only to SQLite leaves its -wal and -shm
    # files behind. query_only keeps it from writing a row all the same.
    uri = path.absolute().as_uri()
    attempts = {"a": ["rwc"], "w": ["rw"], "r": ["rw", "ro", "ro&immutable=1"]}[mode]
    failure: DatabaseError | None = None
    for attempt in attempts:
        try:
            return _open(path, f"{uri}?mode={attempt}")
        except DatabaseError as error:
            failure = error
            if error.code != "database_unwritable":
                break
    raise failure or AssertionError


def _open(path: Path, uri: str) -> Connection:
    try:
        connection = sqlite3.connect(
            uri,
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
            factory=Connection,
        )
    except sqlite3.Error as error:
        raise explain(path, error) from error
    try:
        connection.be_of(path)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: Connection, path: Path, mode: Access) -> None:
    version = _check_ours(connection, path, mode)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    # What is deleted, or replaced on the way to being deleted, is overwritten where it stood.
    connection.execute("PRAGMA secure_delete = ON")
    if mode == "r":
        if version < SCHEMA_VERSION:
            raise DatabaseError(
                f"{path} was written by an older copydesk",
                remedy="bring it up to date with: copydesk enrich",
                code="database_older",
            )
        connection.execute("PRAGMA query_only = ON")
        return
    # Texts, vectors and lines are found by their hash, anywhere in the file: with SQLite's 2 MB a write took a tenth longer.
    connection.execute("PRAGMA cache_size = -32000")
    if version < SCHEMA_VERSION:
        _migrate(connection)


def _check_ours(connection: Connection, path: Path, mode: Access) -> int:
    with snapshot(
        connection
    ):  # else another process may make the tables between two of these questions
        tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        application = int(connection.execute("PRAGMA application_id").fetchone()[0])
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
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


def _migrate(connection: Connection) -> None:
    from storage.entity_joins import join_all
    from storage.joining_rules import is_due
    from storage.migrations import apply_migrations
    from storage.site_memory import learn_from_all

    _set_wal(connection)
    with transaction(connection):
        # Another process may have been first while this one waited for the lock.
        if int(connection.execute("PRAGMA user_version").fetchone()[0]) >= SCHEMA_VERSION:
            return
        apply_migrations(connection)
        learn_from_all(connection)
        if is_due(connection):
            join_all(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _set_wal(connection: Connection) -> None:
    # Changing the journal mode ignores the busy timeout: of several processes that make one file, some see "locked".
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except DatabaseError as error:
            if error.code != "database_busy" or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
