"""What is known of addresses that were asked, and how far each source was read: so that nobody asks twice for the same.

One row an address, in its canonical form. What would be no news but for the time of asking is not written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, cast

from schemas.addresses import canonical_address, masked_address, without_credentials
from schemas.errors import UsageError
from schemas.web import Validators
from storage.values import dump, load, to_instant, to_text

_FACTS = "source, etag, last_modified, status, error, raw_sha256, next_try"
_Facts = tuple[str | None, str | None, str | None, int | None, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchState:
    """How the last request for an address ended: `error` is the code where it failed, None where it did not.

    `next_try` is when to ask again, where the server or the fault said so. Times are aware, kept in whole seconds.
    """

    url: str
    source: str | None
    validators: Validators
    status: int | None
    error: str | None
    raw_sha256: str | None
    fetched_at: datetime
    next_try: datetime | None = None


def read_fetch_state(connection: sqlite3.Connection, url: str) -> FetchState | None:
    """What is known of an address in any of its spellings, or None."""
    address = _row_key(url)
    row = connection.execute(
        f"SELECT {_FACTS}, fetched_at FROM fetches WHERE url = ?", (address,)
    ).fetchone()
    if address is None or row is None:
        return None
    source, etag, last_modified, status, error, raw_sha256, next_try, fetched_at = row
    return FetchState(
        url=canonical_address(url) or url,
        source=source,
        validators=Validators(etag=etag, last_modified=last_modified),
        status=status,
        error=error,
        raw_sha256=raw_sha256,
        fetched_at=cast("Any", to_instant(fetched_at)),
        next_try=to_instant(next_try),
    )


def _row_key(url: str) -> str | None:
    """The canonical address; of one with a secret in its query the masked one, told from others by a hash of it whole."""
    address = canonical_address(url)
    if address is None or (masked := masked_address(address)) == address:
        return address
    return f"{masked}#{sha256(address.encode('utf-8', 'replace')).hexdigest()[:16]}"


def changes_anything(connection: sqlite3.Connection, states: Iterable[FetchState]) -> bool:
    """Whether `note_fetches` would write."""
    return any(_changed(connection, state) for state in states)


def note_fetches(connection: sqlite3.Connection, states: Iterable[FetchState]) -> int:
    """Keep how requests ended, in the caller's transaction and in order; returns how many rows were written.

    Nothing is written where nothing but `fetched_at` would change. What is no answer with content (a 304, a 5xx,
    none at all) keeps the validators and the hash of the last one, so that the next request can be conditional again; a
    304 confirms that answer and is kept as the 200 it was. An address that is none (no http, no host) can never be asked and is not kept.
    """
    written = 0
    for state in states:
        found = _changed(connection, state)
        if found is None:
            continue
        address, facts = found
        if address != (
            plain := canonical_address(state.url)
        ):  # as it stood before secrets were masked
            connection.execute("DELETE FROM fetches WHERE url = ?", (plain,))
        connection.execute(
            f"""INSERT INTO fetches (url, {_FACTS}, fetched_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (url) DO UPDATE SET source = excluded.source, etag = excluded.etag,
                last_modified = excluded.last_modified, status = excluded.status, error = excluded.error,
                raw_sha256 = excluded.raw_sha256, next_try = excluded.next_try,
                fetched_at = excluded.fetched_at""",
            (address, *facts, to_text(state.fetched_at)),
        )
        written += 1
    return written


def _changed(connection: sqlite3.Connection, state: FetchState) -> tuple[str, _Facts] | None:
    """The address and its facts as they are to stand, or None where they stand so already."""
    address = _row_key(state.url)
    if address is None:
        return None
    row = connection.execute(f"SELECT {_FACTS} FROM fetches WHERE url = ?", (address,)).fetchone()
    known = cast("_Facts | None", tuple(row) if row else None)
    facts = _merged(state, known)
    return None if facts == known else (address, facts)


def _merged(state: FetchState, known: _Facts | None) -> _Facts:
    etag = _sendable(state.validators.etag)
    last_modified = _sendable(state.validators.last_modified)
    raw_sha256 = state.raw_sha256
    answered = state.status is not None and 200 <= state.status < 300
    if known is not None and not answered:
        etag, last_modified = etag or known[1], last_modified or known[2]
        raw_sha256 = raw_sha256 or known[5]
    return (
        without_credentials(state.source) if state.source else None,
        etag,
        last_modified,
        200 if state.status == 304 and state.error is None else state.status,
        state.error,
        raw_sha256,
        to_text(state.next_try),
    )


def _sendable(validator: str | None) -> str | None:
    # Bytes that are no UTF-8 reach us as lone surrogates: they could not be kept and sent back as they came.
    if validator is None or any("\ud800" <= letter <= "\udfff" for letter in validator):
        return None
    return validator


def blocked_by_source(connection: sqlite3.Connection) -> list[dict[str, object]]:
    """How many addresses of each source ended in which error: {"source", "code", "count"}, most first."""
    rows = connection.execute(
        """SELECT coalesce(source, 'no source'), error, count(*) FROM fetches WHERE error IS NOT NULL
           GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"""
    )
    return [{"source": row[0], "code": row[1], "count": int(row[2])} for row in rows]


def read_cursor(connection: sqlite3.Connection, source: str) -> object:
    """How far a source was read, as it was set; None where that was never said."""
    row = connection.execute(
        "SELECT cursor FROM cursors WHERE source = ?", (without_credentials(source),)
    ).fetchone()
    found: object = load(row[0]) if row else None
    return found


def set_cursor(connection: sqlite3.Connection, source: str, value: object) -> None:
    """Keep how far a source was read (anything that JSON knows), in the caller's transaction; None forgets it.

    Raises UsageError for a value that JSON does not know.
    """
    name = without_credentials(source)
    if value is None:
        connection.execute("DELETE FROM cursors WHERE source = ?", (name,))
        return
    connection.execute(
        """INSERT INTO cursors (source, cursor, updated_at) VALUES (?, ?, ?)
           ON CONFLICT (source) DO UPDATE SET cursor = excluded.cursor, updated_at = excluded.updated_at""",
        (name, _cursor_text(value), to_text(datetime.now(UTC))),
    )


def cursor_moved(connection: sqlite3.Connection, source: str, value: object) -> bool:
    """Whether `set_cursor` would change what is kept."""
    kept = read_cursor(connection, source)
    return (kept is None) != (value is None) or _cursor_text(kept) != _cursor_text(value)


def _cursor_text(value: object) -> str:
    """A cursor as it is kept: the same for the same value."""
    try:
        return dump(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(
            f"a cursor has to be what JSON knows ({error})",
            remedy="use texts, numbers, lists and objects",
        ) from error
