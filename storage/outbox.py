"""The outbox: what webhooks have still to be told of articles, written in the transaction that stores the article.

A message is there if and only if its article is, whatever ends a process (the transactional outbox of Chris Richardson's
"Microservices Patterns", section 3.3). It leaves the table when it was delivered. Which webhooks there are is kept by name:
addresses and headers are secrets and stay in the settings. Sending is left to `flows.outbox`.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from schemas.document import RawDocument
from schemas.stored import Outcome
from schemas.webhooks import ArticleEvent, Delivery, WebhookState
from storage.values import dump, to_instant, to_text

TRIED_FOR: Final = timedelta(days=7)
"""So long a message is tried; a webhook that is away for longer has lost it."""
KEPT_FOR: Final = timedelta(days=30)
MOST_WAITING: Final = 100_000
"""More messages than these are kept for no webhook: the oldest are given up."""
_LONGEST_TITLE: Final = 1_000
_LONGEST_ERROR: Final = 500


def is_watched_so(
    connection: sqlite3.Connection, events: Mapping[str, Sequence[ArticleEvent]]
) -> bool:
    """Whether `watch` would change nothing."""
    own = {name: on for name, (on, of_run) in _watched(connection).items() if not of_run}
    return own == {name: tuple(sorted(on)) for name, on in events.items()}


def watch(connection: sqlite3.Connection, events: Mapping[str, Sequence[ArticleEvent]]) -> None:
    """From now on these webhooks of the settings are told of these events, and no others of theirs; in the caller's transaction.

    What waits for one that is no longer there stays until it is given up, in case it comes back. Webhooks that runs
    brought are left alone: whoever opens the database with other settings knows nothing of them.
    """
    for name, (_, of_run) in _watched(connection).items():
        if name not in events and not of_run:
            connection.execute("DELETE FROM webhooks WHERE name = ?", (name,))
    _put(connection, events, of_run=False)


def watch_also(
    connection: sqlite3.Connection, events: Mapping[str, Sequence[ArticleEvent]]
) -> None:
    """From now on these webhooks of a run, too, are told of these events; in the caller's transaction."""
    _put(connection, events, of_run=True)


def _put(
    connection: sqlite3.Connection, events: Mapping[str, Sequence[ArticleEvent]], *, of_run: bool
) -> None:
    for name, on in events.items():
        connection.execute(
            """INSERT INTO webhooks (name, events, of_run) VALUES (?, ?, ?)
               ON CONFLICT (name) DO UPDATE SET events = excluded.events, of_run = min(of_run, excluded.of_run)""",
            (name, " ".join(sorted(on)), of_run),
        )


def _watched(connection: sqlite3.Connection) -> dict[str, tuple[tuple[str, ...], bool]]:
    """The events that each webhook is told of, and whether a run brought it."""
    rows = connection.execute("SELECT name, events, of_run FROM webhooks ORDER BY name")
    return {name: (tuple(events.split()), bool(of_run)) for name, events, of_run in rows}


def enqueue(
    connection: sqlite3.Connection, outcome: Outcome, document: RawDocument, *, force: bool
) -> None:
    """Have the webhooks told what was made of an article, in the transaction that made it.

    With `force`, what was only written anew is no news: a version that was there before is told to nobody.
    """
    event = outcome.status
    names = [name for name, (events, _) in _watched(connection).items() if event in events]
    if not names or event not in ("stored", "updated"):
        return
    row = connection.execute(
        """SELECT a.id, a.key, a.url, r.title, a.source, r.published_at, r.language, v.n, v.first_seen
           FROM articles a JOIN renderings r ON r.article_id = a.id AND r.current = 1
           JOIN versions v ON v.id = r.version_id WHERE a.id = ?""",
        (outcome.id,),
    ).fetchone()
    if event == "updated" and force and row[8] != to_text(document.fetched_at):
        return
    now = to_text(datetime.now(UTC))
    keys = ("id", "key", "url", "title", "source", "published_at", "language", "version")
    article = dict(zip(keys, row[:8], strict=True))
    article["title"] = (row[3] or "")[:_LONGEST_TITLE] or None
    for name in names:
        delivery_id = uuid.uuid4().hex
        body = {"id": delivery_id, "event": event, "occurred_at": now, "article": article}
        connection.execute(
            """INSERT INTO outbox (delivery_id, webhook, article_id, body, created_at, next_try)
               VALUES (?, ?, ?, ?, ?, ?)""",
            (delivery_id, name, outcome.id, dump(body), now, now),
        )


def claim(
    connection: sqlite3.Connection,
    webhook: str,
    *,
    owner: str,
    now: datetime,
    lease_s: float,
    limit: int,
) -> list[Delivery]:
    """The next messages for a webhook, held for `owner` until the lease is over; in the caller's transaction.

    Oldest first, and of each article the oldest alone: what comes after it waits until it is delivered or given up.
    What a process that is gone had claimed can be claimed again when its lease is over.
    """
    moment = to_text(now)
    rows = connection.execute(
        """SELECT id, delivery_id, body, attempts, created_at FROM outbox o
           WHERE webhook = ? AND given_up = 0 AND next_try <= ?
           AND (claimed_until IS NULL OR claimed_until <= ?)
           AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.article_id = o.article_id
               AND e.webhook = o.webhook AND e.given_up = 0 AND e.id < o.id)
           ORDER BY id LIMIT ?""",
        (webhook, moment, moment, limit),
    ).fetchall()
    until = to_text(now + timedelta(seconds=lease_s))
    connection.executemany(
        "UPDATE outbox SET claimed_by = ?, claimed_until = ? WHERE id = ?",
        [(owner, until, row[0]) for row in rows],
    )
    return [
        Delivery(
            id=row[0],
            delivery_id=row[1],
            body=row[2],
            attempts=row[3],
            created_at=cast("datetime", to_instant(row[4])),
        )
        for row in rows
    ]


def has_due(connection: sqlite3.Connection, webhook: str, now: datetime) -> bool:
    """Whether there is anything to claim, more or less: asked first, so that an idle look locks nothing."""
    row = connection.execute(
        "SELECT 1 FROM outbox WHERE webhook = ? AND given_up = 0 AND next_try <= ? LIMIT 1",
        (webhook, to_text(now)),
    ).fetchone()
    return row is not None


def release(connection: sqlite3.Connection, owner: str) -> None:
    """Give back what `owner` claimed and did not send, in the caller's transaction."""
    connection.execute(
        "UPDATE outbox SET claimed_by = NULL, claimed_until = NULL WHERE claimed_by = ?", (owner,)
    )


def note_delivered(
    connection: sqlite3.Connection, webhook: str, delivery: Delivery, now: datetime
) -> None:
    """A message has arrived: it is no longer needed; in the caller's transaction."""
    connection.execute("DELETE FROM outbox WHERE id = ?", (delivery.id,))
    connection.execute(
        """UPDATE webhooks SET failures = 0, next_try = NULL, last_error = NULL, last_delivered = ?
           WHERE name = ?""",
        (to_text(now), webhook),
    )


def note_failed(
    connection: sqlite3.Connection,
    delivery: Delivery,
    error: str,
    *,
    next_try: datetime,
    give_up: bool = False,
) -> None:
    """A message did not arrive: why, and when it is tried again, if it is; in the caller's transaction."""
    connection.execute(
        """UPDATE outbox SET attempts = attempts + 1, last_error = ?, next_try = ?, given_up = ?,
           claimed_by = NULL, claimed_until = NULL WHERE id = ?""",
        (error[:_LONGEST_ERROR], to_text(next_try), int(give_up), delivery.id),
    )


def rest(connection: sqlite3.Connection, webhook: str, error: str, *, next_try: datetime) -> None:
    """A webhook itself failed: nothing is sent to it before `next_try`; in the caller's transaction."""
    connection.execute(
        "UPDATE webhooks SET failures = failures + 1, last_error = ?, next_try = ? WHERE name = ?",
        (error[:_LONGEST_ERROR], to_text(next_try), webhook),
    )


def read_webhooks(connection: sqlite3.Connection) -> list[WebhookState]:
    """How each webhook gets on, by name: those that are told, and those that something still waits for."""
    waiting = {
        row[0]: row[1:]
        for row in connection.execute(
            """SELECT webhook, sum(given_up = 0), sum(given_up), min(CASE WHEN given_up = 0 THEN created_at END),
                      max(CASE WHEN last_error IS NOT NULL THEN id END) FROM outbox GROUP BY webhook"""
        )
    }
    kept = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT name, failures, next_try, last_error, last_delivered FROM webhooks"
        )
    }
    states = []
    for name in sorted(waiting.keys() | kept.keys()):
        count, given_up, oldest, failed_id = waiting.get(name, (0, 0, None, None))
        failures, next_try, error, delivered = kept.get(name, (0, None, None, None))
        states.append(
            WebhookState(
                name=name,
                watched=name in kept,
                waiting=int(count),
                given_up=int(given_up),
                oldest=to_instant(oldest),
                failures=int(failures),
                next_try=to_instant(next_try),
                last_error=error or _error_of(connection, failed_id),
                last_delivered=to_instant(delivered),
            )
        )
    return states


def _error_of(connection: sqlite3.Connection, row_id: int | None) -> str | None:
    row = connection.execute("SELECT last_error FROM outbox WHERE id = ?", (row_id,)).fetchone()
    return row[0] if row else None


def has_old(connection: sqlite3.Connection, now: datetime) -> bool:
    """Whether `give_up_old` would write."""
    row = connection.execute(
        """SELECT 1 FROM outbox WHERE (given_up = 0 AND created_at < ?) OR created_at < ?
           UNION ALL SELECT 1 FROM outbox GROUP BY webhook HAVING count(*) > ? LIMIT 1""",
        (to_text(now - TRIED_FOR), to_text(now - KEPT_FOR), MOST_WAITING),
    ).fetchone()
    return row is not None


def give_up_old(connection: sqlite3.Connection, now: datetime) -> None:
    """Bound what waits, in the caller's transaction: by age, and by number the newest of each webhook."""
    connection.execute("DELETE FROM outbox WHERE created_at < ?", (to_text(now - KEPT_FOR),))
    connection.execute(
        """UPDATE outbox SET given_up = 1, last_error = coalesce(last_error, 'nobody delivered it')
           WHERE given_up = 0 AND created_at < ?""",
        (to_text(now - TRIED_FOR),),
    )
    connection.execute(
        """DELETE FROM outbox WHERE id IN (SELECT id FROM (
               SELECT id, row_number() OVER (PARTITION BY webhook ORDER BY given_up, id DESC) AS place
               FROM outbox) WHERE place > ?)""",
        (MOST_WAITING,),
    )
