"""Figures counted and summed up by month, entity, noun, source, unit or kind."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from schemas.filters import Filters
from schemas.marks import FigureGrouping, FigureKind, FigureQuery
from schemas.nouns import noun_key
from schemas.stored import FigureGroup
from storage.browse import row_limit
from storage.figures import LOWER, SOURCE, UPPER, asked_scales, listed_conditions, value_in
from storage.values import to_decimal

# A figure has several entities, and an entity several mentions in one sentence: DISTINCT counts each figure once.
_ENTITIES = """JOIN mentions m ON m.paragraph_id = p.id AND m.start >= f.sentence_start AND m."end" <= f.sentence_end
    JOIN entities e ON e.id = m.entity_id"""
_GROUPS: dict[FigureGrouping, tuple[str, str]] = {
    "month": ("substr(r.published_at, 1, 7)", "0"),
    "entity": ("e.name", "e.id"),
    "noun": ("f.noun", "0"),
    "source": ("a.source", "0"),
    "unit": ("f.unit", "0"),
    "kind": ("f.kind", "0"),
}


class _Key(NamedTuple):
    group: tuple[str, ...]
    group_id: int
    kind: FigureKind
    unit: str | None


@dataclass(slots=True)
class _Tally:
    names: Counter[str | None] = field(default_factory=Counter)
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)


def read_figure_groups(
    connection: sqlite3.Connection,
    query: FigureQuery,
    filters: Filters,
    *,
    by: FigureGrouping,
    limit: int | None,
) -> tuple[int, list[FigureGroup]]:
    """How many groups there are, and the first `limit`: the latest months, or those with most figures."""
    tallies: dict[_Key, _Tally] = defaultdict(_Tally)
    asked = asked_scales(connection, query)
    for said, group_id, kind, stored_unit, low, high in _rows(connection, query, filters, by):
        unit = asked[stored_unit][0] if stored_unit in asked else stored_unit
        name = unit if by == "unit" else said
        group = noun_key(name or "") if by == "noun" else (name or "",)
        tally = tallies[_Key(group, group_id, kind, unit)]
        tally.names[name] += 1
        if low is not None and high is not None:
            tally.lows.append(low)
            tally.highs.append(high)
    sizes: Counter[tuple[tuple[str, ...], int]] = Counter()
    names: dict[tuple[tuple[str, ...], int], Counter[str | None]] = defaultdict(Counter)
    for key, tally in tallies.items():
        sizes[key[:2]] += tally.names.total()
        names[key[:2]] += tally.names
    ordered = sorted(
        tallies,
        key=lambda key: (-sizes[key[:2]], *key[:2], -tallies[key].names.total(), key.kind, key.unit or ""),
    )  # fmt: skip
    if by == "month":
        ordered.sort(key=lambda key: key.group, reverse=True)
    most = row_limit(limit)
    kept = ordered if most < 0 else ordered[:most]
    return len(ordered), [_group(key, tallies[key], names[key[:2]]) for key in kept]


def _rows(
    connection: sqlite3.Connection, query: FigureQuery, filters: Filters, by: FigureGrouping
) -> Iterable[tuple[str | None, int, FigureKind, str | None, float | None, float | None]]:
    conditions = listed_conditions(connection, query, filters)
    name, group_id = _GROUPS[by]
    if by == "noun":
        conditions.add("f.noun IS NOT NULL")
    asked = asked_scales(connection, query)
    low, high = value_in(asked, LOWER), value_in(asked, UPPER)
    distinct, joined = ("DISTINCT f.id", _ENTITIES) if by == "entity" else ("f.id", "")
    rows = connection.execute(
        f"""SELECT {distinct}, {name}, {group_id}, f.kind, f.unit, {low.sql}, {high.sql}
            FROM {SOURCE} {joined} WHERE {conditions.sql}""",
        (*low.values, *high.values, *conditions.values),
    )
    return (row[1:] for row in rows)


def _group(key: _Key, tally: _Tally, names: Counter[str | None]) -> FigureGroup:
    middles = [(low + high) / 2 for low, high in zip(tally.lows, tally.highs, strict=True)]
    name = min(names, key=lambda name: (-names[name], name or ""))
    return FigureGroup(
        group=name,
        kind=key.kind,
        unit=key.unit,
        count=tally.names.total(),
        min=_decimal(min(tally.lows, default=None)),
        median=_decimal(median(middles) if middles else None),
        max=_decimal(max(tally.highs, default=None)),
        sum=_decimal(math.fsum(middles) if middles else None),
    )


def _decimal(value: float | None) -> Decimal | None:
    """Twelve digits of a computed value, as sums of tenths are not what they seem."""
    return None if value is None or math.isinf(value) else to_decimal(float(f"{value:.12g}"))
