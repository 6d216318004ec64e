"""Which schedules are paused. What a schedule is stands in the settings; only what a person said of it is kept here."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from storage.connection import transaction
from storage.values import to_text


def paused_schedules(connection: sqlite3.Connection) -> frozenset[str]:
    """The names that are paused; one that the settings no longer have may be among them."""
    rows = connection.execute("SELECT name FROM schedule_states WHERE paused = 1")
    return frozenset(str(row[0]) for row in rows)


def set_schedule_paused(connection: sqlite3.Connection, name: str, *, paused: bool) -> bool:
    """Pause or resume a schedule; whether that changed anything. Writes only where it did."""
    if (name in paused_schedules(connection)) == paused:
        return False
    with transaction(connection):
        connection.execute(
            """INSERT INTO schedule_states (name, paused, changed_at) VALUES (?, ?, ?)
               ON CONFLICT (name) DO UPDATE SET paused = excluded.paused, changed_at = excluded.changed_at""",
            (name, int(paused), to_text(datetime.now(UTC))),
        )
    return True
