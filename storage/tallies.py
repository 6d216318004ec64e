"""What came in lately, and what lies in quarantine by its code and by the source it came from."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import datetime, timedelta

from schemas.addresses import canonical_address
from schemas.runs import Counted
from storage.values import to_text

NO_SOURCE = "no source"


def count_recent(connection: sqlite3.Connection, now: datetime) -> dict[str, Counted]:
    """How many articles are `new`, and how many documents `failed` and are still in quarantine, lately."""
    return {
        "new": _since(connection, "SELECT count(*) FROM articles WHERE first_seen >= ?", now),
        "failed": _since(connection, "SELECT count(*) FROM quarantine WHERE last_seen >= ?", now),
    }


def _since(connection: sqlite3.Connection, sql: str, now: datetime) -> Counted:
    day, week = (
        int(connection.execute(sql, (to_text(now - timedelta(days=days)),)).fetchone()[0])
        for days in (1, 7)
    )
    return Counted(day=day, week=week)


def quarantine_by_code(connection: sqlite3.Connection) -> dict[str, int]:
    """How many quarantined documents there are of each code, most first."""
    rows = connection.execute(
        "SELECT code, count(*) FROM quarantine GROUP BY code ORDER BY 2 DESC, 1"
    )
    return {code: int(number) for code, number in rows}


def quarantine_by_source(connection: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """The same for each source, as far as an address was asked for one; files are of "no source"."""
    rows = connection.execute(
        """SELECT f.source, q.code, coalesce(q.url, q.origin), count(*) FROM quarantine q
           LEFT JOIN fetches f ON f.url = coalesce(q.url, q.origin)
           GROUP BY 1, 2, CASE WHEN f.url IS NULL THEN coalesce(q.url, q.origin) END"""
    )
    counts: dict[str, Counter[str]] = {}
    for source, code, address, number in rows:
        name = source or _source_of(connection, address) or NO_SOURCE
        counts.setdefault(name, Counter())[code] += number
    return {name: dict(counts[name].most_common()) for name in sorted(counts)}


def _source_of(connection: sqlite3.Connection, address: str) -> str | None:
    """The source that an address was asked for, which is kept in its canonical spelling."""
    canonical = canonical_address(address) if "://" in address else None
    if canonical is None:  # a file: of a hundred thousand of them none is looked for
        return None
    row = connection.execute("SELECT source FROM fetches WHERE url = ?", (canonical,)).fetchone()
    return row[0] if row else None
