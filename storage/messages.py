"""The messages of the outbox as people see them: which have not been taken and why, and trying them again."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Final, cast

from schemas.webhooks import WebhookMessage
from storage.values import to_instant, to_text

_CHOSEN: Final = "(:webhook IS NULL OR webhook = :webhook) AND given_up >= :given_up"


def count_messages(
    connection: sqlite3.Connection, webhook: str | None = None, *, given_up: bool = False
) -> int:
    """How many `read_messages` would find without a limit."""
    chosen = {"webhook": webhook, "given_up": int(given_up)}
    row = connection.execute(f"SELECT COUNT(*) FROM outbox WHERE {_CHOSEN}", chosen).fetchone()
    return int(row[0])


def read_messages(
    connection: sqlite3.Connection,
    webhook: str | None = None,
    *,
    given_up: bool = False,
    limit: int = 100,
) -> list[WebhookMessage]:
    """What waits for a webhook, or for all, oldest first; with `given_up` only what nobody tries any more."""
    rows = connection.execute(
        f"""SELECT delivery_id, webhook, body, article_id, created_at, attempts, given_up, next_try, last_error
            FROM outbox WHERE {_CHOSEN} ORDER BY id LIMIT :limit""",
        {"webhook": webhook, "given_up": int(given_up), "limit": limit},
    )
    return [_message(row) for row in rows]


def _message(row: tuple[str, str, str, int, str, int, int, str, str | None]) -> WebhookMessage:
    delivery_id, webhook, body, article_id, written, attempts, given_up, next_try, error = row
    said = json.loads(body)
    return WebhookMessage(
        id=delivery_id,
        webhook=webhook,
        event=said["event"],
        article_id=article_id,
        title=said["article"]["title"],
        version=said["article"]["version"],
        written_at=cast("datetime", to_instant(written)),
        attempts=attempts,
        given_up=bool(given_up),
        next_try=None if given_up else to_instant(next_try),
        last_error=error,
    )


def try_again(connection: sqlite3.Connection, webhook: str, now: datetime) -> int:
    """Have all that was not taken by a webhook tried now, as if it were new; how many. In the caller's transaction.

    What a process is sending at this moment is left to it. Ids and bodies stay.
    """
    moment = to_text(now)
    connection.execute(
        "UPDATE webhooks SET failures = 0, next_try = NULL WHERE name = ?", (webhook,)
    )
    return connection.execute(
        """UPDATE outbox SET given_up = 0, attempts = 0, next_try = ?,
           created_at = CASE given_up WHEN 1 THEN ? ELSE created_at END
           WHERE webhook = ? AND (claimed_until IS NULL OR claimed_until <= ?)""",
        (moment, moment, webhook, moment),
    ).rowcount
