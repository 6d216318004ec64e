"""Documents that could not be used: kept with their error, and with their bytes where there are any, to be retried."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any, cast

from schemas.document import PLAIN_TEXT, RawDocument
from schemas.errors import UsageError
from schemas.stored import Problem, QuarantinedDocument
from storage.delete import drop_unused_raw
from storage.identity import hints_text
from storage.read import document_of, hints_of
from storage.values import to_instant, to_text
from storage.write import add_raw

_COLUMNS = """id, origin, stage, code, message, remedy, attempts, first_seen, last_seen,
    payload_sha256 IS NOT NULL"""


def quarantine(
    connection: sqlite3.Connection, document: RawDocument, stage: str, problem: Problem
) -> None:
    """Keep `document` with its problem; the same origin again counts as one more attempt. Empty content is no payload."""
    payload = (
        add_raw(connection, document.content, document.media_type) if document.content else None
    )
    now = to_text(datetime.now(UTC))
    known = _rows_of(connection, document)
    facts = (
        *(stage, problem.code, problem.message, problem.remedy, payload),
        *(document.media_type, document.url, hints_text(document.hints), now),
    )
    if known:
        connection.execute(
            """UPDATE quarantine SET stage = ?, code = ?, message = ?, remedy = ?, payload_sha256 = ?,
               media_type = ?, url = ?, hints = ?, last_seen = ?, attempts = attempts + 1 WHERE id = ?""",
            (*facts, known[0][0]),
        )
        drop_unused_raw(connection, [known[0][1]])
        return
    connection.execute(
        """INSERT INTO quarantine (stage, code, message, remedy, payload_sha256, media_type, url, hints,
           last_seen, origin, origin_id, attempts, first_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)""",
        (*facts, document.origin, document.origin_id, now),
    )


def release(connection: sqlite3.Connection, document: RawDocument) -> None:
    """Forget the problem of a document that has come through."""
    for row_id, _ in _rows_of(connection, document):
        drop(connection, row_id)


def is_quarantined(connection: sqlite3.Connection, document: RawDocument) -> bool:
    """Whether there is something to release."""
    return bool(_rows_of(connection, document))


def _rows_of(connection: sqlite3.Connection, document: RawDocument) -> list[tuple[int, str | None]]:
    """(id, payload) of what is kept of the same thing: the same file, or one name where either has no other."""
    rows = connection.execute(
        """SELECT id, payload_sha256 FROM quarantine WHERE origin_id = ?
           UNION SELECT id, payload_sha256 FROM quarantine
           WHERE origin = ? AND (origin_id IS NULL OR ? IS NULL) ORDER BY 1""",
        (document.origin_id, document.origin, document.origin_id),
    )
    return [(int(row[0]), row[1]) for row in rows]


def read_quarantine(
    connection: sqlite3.Connection, row_id: int | None = None
) -> list[QuarantinedDocument]:
    """What is in quarantine, oldest first; with `row_id` that one alone. Raises UsageError where it is not there."""
    where = "WHERE id = ?" if row_id is not None else ""
    values = (row_id,) if row_id is not None else ()
    rows = connection.execute(f"SELECT {_COLUMNS} FROM quarantine {where} ORDER BY id", values)
    found = [
        QuarantinedDocument(
            id=row[0],
            origin=row[1],
            stage=row[2],
            code=row[3],
            message=row[4],
            remedy=row[5],
            attempts=row[6],
            first_seen=cast("Any", to_instant(row[7])),
            last_seen=cast("Any", to_instant(row[8])),
            has_payload=bool(row[9]),
        )
        for row in rows
    ]
    if row_id is not None and not found:
        raise UsageError(
            f"there is no {row_id} in quarantine",
            remedy="see: copydesk quarantine list",
            code="quarantine_missing",
        )
    return found


def read_payload(connection: sqlite3.Connection, row_id: int) -> RawDocument:
    """The quarantined document as it came; content is empty where its bytes were not kept."""
    row = connection.execute(
        """SELECT d.content, q.media_type, q.url, q.origin, q.hints, q.first_seen, q.origin_id
           FROM quarantine q LEFT JOIN raw_documents d ON d.sha256 = q.payload_sha256 WHERE q.id = ?""",
        (row_id,),
    ).fetchone()
    if row[0] is not None:
        return document_of(row)
    return RawDocument(
        content=b"",
        media_type=row[1] or PLAIN_TEXT,
        url=row[2],
        origin=row[3],
        hints=hints_of(row[4]),
        fetched_at=cast("Any", to_instant(row[5])),
        origin_id=row[6],
    )


def drop(connection: sqlite3.Connection, row_id: int) -> None:
    """Forget one quarantined document, and its bytes where no article has them."""
    payload = connection.execute(
        "DELETE FROM quarantine WHERE id = ? RETURNING payload_sha256", (row_id,)
    ).fetchall()
    drop_unused_raw(connection, [row[0] for row in payload])
