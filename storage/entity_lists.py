"""Entities over the whole store, by how often they are mentioned, and how that went from one period to the next."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from schemas.filters import Filters, require_type
from schemas.periods import TrendStep
from schemas.stored import StoredEntity, TrendPoint
from storage.browse import row_limit
from storage.filters import (
    ROWS,
    SEARCHED_KINDS,
    Conditions,
    article_conditions,
    row_conditions,
)
from storage.read import select_by_ids
from storage.values import dump, name_key, to_instant, to_text

_STEPS: dict[TrendStep, str] = {
    "day": "substr(r.published_at, 1, 10)",
    # The week of its Thursday, as ISO 8601 has it.
    "week": """strftime('%Y', date(r.published_at, '-3 days', 'weekday 4')) || '-W' || printf('%02d',
        (strftime('%j', date(r.published_at, '-3 days', 'weekday 4')) - 1) / 7 + 1)""",
    "month": "substr(r.published_at, 1, 7)",
    "year": "substr(r.published_at, 1, 4)",
}
_MOST_DAYS: tuple[tuple[int, TrendStep], ...] = ((31, "day"), (182, "week"), (1100, "month"))

# A name of a current rendering, less what stands in rows that are template.
COUNTED = """(SELECT entity_id, rendering_id, sum(n) AS counted FROM (
        SELECT entity_id, rendering_id, mentions AS n FROM appearances {names}
        UNION ALL SELECT m.entity_id, p.rendering_id, -1 FROM paragraphs p {join} JOIN mentions m ON m.paragraph_id = p.id
        WHERE p.masked <> 0 {masked})
    GROUP BY entity_id, rendering_id HAVING sum(n) > 0)"""


def counted(entity_ids: Sequence[int] | None = None) -> Conditions:
    """A table (entity_id, rendering_id, n) of how often entities are mentioned, of some or of all."""
    if entity_ids is None:
        # From the few rows that are template to their mentions, not the other way.
        return Conditions([COUNTED.format(names="", join="CROSS", masked="")])
    chosen = "entity_id IN (SELECT value FROM json_each(?))"
    ids = dump(list(entity_ids))
    return Conditions(
        [COUNTED.format(names=f"WHERE {chosen}", join="", masked=f"AND m.{chosen}")], [ids, ids]
    )


def shown_conditions(filters: Filters) -> Conditions:
    """What the article of a current rendering r must meet to be counted."""
    found = article_conditions(filters)
    kinds = (*SEARCHED_KINDS, *filters.include)
    found.add(f"r.page_kind IN ({', '.join('?' * len(kinds))})", *kinds)
    return found


def read_entities(
    connection: sqlite3.Connection,
    name: str | int | None,
    filters: Filters,
    *,
    limit: int | None,
    step: TrendStep | None = None,
) -> tuple[int, list[StoredEntity]]:
    """How many entities match, and the most mentioned of them: by whole name, alias or id, else by a part of one."""
    ids = None
    if name is not None and name != "":
        ids = find_named(connection, name) or _named_in_part(connection, str(name))
    return read_entities_of(connection, ids, filters, limit=limit, step=step)


def read_entities_of(
    connection: sqlite3.Connection,
    ids: Sequence[int] | None,
    filters: Filters,
    *,
    limit: int | None,
    step: TrendStep | None = None,
) -> tuple[int, list[StoredEntity]]:
    """As `read_entities`, of certain entities, or of all."""
    if ids is not None and not ids:
        return 0, []
    source = _source(connection, ids, filters)
    # By article each has one row already: to tell them apart again would take as long as all the rest.
    articles = "count(DISTINCT r.article_id)" if _asks_for_rows(filters) else "count(*)"
    most = row_limit(limit)
    rows = connection.execute(
        f"""SELECT e.id, e.name, e.usual_label, e.country, e.ref, sum(counted), {articles},
            min(r.published_at), max(r.published_at), count(*) OVER ()
            FROM {source.sql} GROUP BY e.id
            ORDER BY sum(counted) DESC, {articles} DESC, e.name, e.label LIMIT ?""",
        (*source.values, most or 1),
    ).fetchall()
    total = int(rows[0][-1]) if rows else 0
    return total, _with_trend(connection, rows if most else [], filters, step)


def find_named(connection: sqlite3.Connection, name: str | int) -> list[int]:
    """Entities that go by a name, in any spelling of it; else the one of that id. A number is an id, and no name.

    Raises UsageError for what is neither text nor number.
    """
    if not isinstance(name, int):
        require_type("the name", name, str)
    by_id = ("SELECT id FROM entities WHERE id = ?", _as_id(str(name)))
    by_name = (
        "SELECT DISTINCT entity_id FROM aliases WHERE alias_key = ?",
        name_key(str(name)),
    )
    for select, value in (by_id,) if isinstance(name, int) else (by_name, by_id):
        rows = connection.execute(select, (value,)).fetchall()
        if rows:
            return [int(row[0]) for row in rows]
    return []


def _named_in_part(connection: sqlite3.Connection, part: str) -> list[int]:
    rows = connection.execute(
        "SELECT DISTINCT entity_id FROM aliases WHERE instr(alias_key, ?) > 0", (name_key(part),)
    )
    return [int(row[0]) for row in rows]


def _as_id(name: str) -> int:
    text = name.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1


def _asks_for_rows(filters: Filters) -> bool:
    """Whether some filter holds for the row, so that mentions must be counted one by one."""
    of_article = replace(
        filters, since=None, before=None, source=None, lang=None, include=(), after_article=None
    )
    return of_article != Filters()


def _source(
    connection: sqlite3.Connection, ids: Sequence[int] | None, filters: Filters
) -> Conditions:
    """What is counted: entities e in articles a of renderings r, `counted` times a row."""
    if _asks_for_rows(filters):
        return _by_rows(connection, ids, filters)
    return _by_article(ids, filters)


def _by_article(ids: Sequence[int] | None, filters: Filters) -> Conditions:
    names, which = counted(ids), shown_conditions(filters)
    return Conditions(
        [
            f"""{names.sql} c JOIN entities e ON e.id = c.entity_id AND e.hidden = 0
            JOIN renderings r ON r.id = c.rendering_id AND r.current = 1 JOIN articles a ON a.id = r.article_id
            WHERE {which.sql}"""
        ],
        [*names.values, *which.values],
    )


def _by_rows(
    connection: sqlite3.Connection, ids: Sequence[int] | None, filters: Filters
) -> Conditions:
    conditions = row_conditions(filters, connection)
    if filters.label:
        conditions.add("m.label = ?", filters.label)
    if ids is not None:
        conditions.add("e.id IN (SELECT value FROM json_each(?))", dump(list(ids)))
    source = ROWS.replace("paragraphs p", "paragraphs p ON p.id = m.paragraph_id", 1)
    return Conditions(
        [
            f"""(SELECT 1 AS counted) JOIN entities e ON e.hidden = 0 JOIN mentions m ON m.entity_id = e.id
            JOIN {source} WHERE {conditions.sql}"""
        ],
        conditions.values,
    )


def _with_trend(
    connection: sqlite3.Connection,
    rows: Sequence[tuple[Any, ...]],
    filters: Filters,
    step: TrendStep | None,
) -> list[StoredEntity]:
    ids = [int(row[0]) for row in rows]
    aliases: dict[int, list[str]] = {}
    select = "SELECT entity_id, alias FROM aliases"
    for entity_id, alias in select_by_ids(connection, select, "entity_id", ids, "ORDER BY alias"):
        aliases.setdefault(entity_id, []).append(alias)
    chosen = step or _fitting_step(rows)
    trends = _trends(connection, ids, filters, chosen)
    before = _articles_before(connection, ids, filters)
    return [
        StoredEntity(
            id=row[0],
            name=row[1],
            label=row[2],
            country=row[3],
            ref=row[4],
            aliases=tuple(aliases.get(row[0], ())),
            mentions=row[5],
            articles=row[6],
            first_published=to_instant(row[7]),
            last_published=to_instant(row[8]),
            articles_before=before.get(row[0], 0) if before is not None else None,
            trend=tuple(trends.get(row[0], ())),
        )
        for row in rows
    ]


def _fitting_step(rows: Sequence[tuple[Any, ...]]) -> TrendStep:
    """Steps of which the time that all have together has some dozens at most."""
    days = [to_instant(row[place]) for row in rows for place in (7, 8) if row[place]]
    known = [day for day in days if day]
    span = (max(known) - min(known)).days if known else 0
    return next((step for most, step in _MOST_DAYS if span <= most), "year")


def _trends(
    connection: sqlite3.Connection, ids: Sequence[int], filters: Filters, step: TrendStep
) -> dict[int, list[TrendPoint]]:
    source = _source(connection, ids, filters)
    rows = connection.execute(
        f"""SELECT e.id, {_STEPS[step]} AS period, count(DISTINCT r.article_id), sum(counted) FROM {source.sql}
            AND r.published_at IS NOT NULL GROUP BY e.id, period ORDER BY e.id, period""",
        source.values,
    )
    found: dict[int, list[TrendPoint]] = {}
    for entity_id, period, articles, mentions in rows:
        found.setdefault(int(entity_id), []).append(
            TrendPoint(period=str(period), articles=articles, mentions=mentions)
        )
    return found


def _articles_before(
    connection: sqlite3.Connection, ids: Sequence[int], filters: Filters
) -> dict[int, int] | None:
    """Articles of each in the period before, as long as the one from `since` to its end or to now."""
    if filters.since is None:
        return None
    end = filters.before or datetime.now(UTC)
    try:
        start = filters.since - (end - filters.since)
    except OverflowError:
        return {}
    source = _source(connection, ids, replace(filters, since=None, before=filters.since))
    rows = connection.execute(
        f"SELECT e.id, count(DISTINCT r.article_id) FROM {source.sql} AND r.published_at >= ? GROUP BY e.id",
        (*source.values, to_text(start)),
    )
    return {int(row[0]): int(row[1]) for row in rows}
