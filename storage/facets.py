"""How many hits there are of each source, language, entity, label and month: counted over all that matches.

An article counts once for each value that one of its matching rows has; a row counts for itself.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from schemas.filters import ENTITY_LABELS
from schemas.results import FacetCount, FacetName, Facets
from storage.duplicates import json_ids
from storage.read import select_by_ids
from storage.scored_rows import Ids, distinct

MOST_ENTITIES = 100
_FEW_ROWS = 20_000
"""The mentions of more rows are read from the table as it stands, which takes less than to look for each row's."""


@dataclass(frozen=True, slots=True)
class _Mentions:
    """The mentions in the rows that match: of each what it counts for, its entity, and its label's place in `labels`."""

    units: Ids
    entity_ids: Ids
    label_codes: Ids
    labels: tuple[str, ...]


def count_facets(
    connection: sqlite3.Connection, names: Iterable[FacetName], units: Ids, ids: tuple[Ids, Ids]
) -> Facets:
    """The counts for each of `names`. `ids` are article and row of all rows that match, `units` what each is counted as."""
    article_ids, row_ids = ids
    asked = tuple(names)
    of_article = [name for name in asked if name in _COLUMNS]
    found: dict[FacetName, tuple[FacetCount, ...]] = {}
    if of_article:
        found |= _count_articles(connection, of_article, units, article_ids)
    if len(of_article) < len(asked):
        mentions = _read_mentions(connection, units, row_ids)
        found["entity"] = _entities(connection, mentions) if "entity" in asked else ()
        found["label"] = _labels(mentions) if "label" in asked else ()
    return {name: found[name] for name in asked}


_NAMES = "SELECT id, name, coalesce(nullif(usual_label, ''), label) FROM entities"
_COLUMNS: dict[FacetName, str] = {
    "source": "a.source",
    "language": "r.language",
    "month": "substr(r.published_at, 1, 7)",
}


def _count_articles(
    connection: sqlite3.Connection, names: Sequence[FacetName], units: Ids, article_ids: Ids
) -> Facets:
    """The counts by what is said of an article."""
    columns = ", ".join(_COLUMNS[name] for name in names)
    rows = connection.execute(
        f"""SELECT r.article_id, {columns} FROM renderings r
            JOIN articles a ON a.id = r.article_id WHERE r.current = 1"""
    )
    values = {row[0]: row[1:] for row in rows}
    _, firsts = np.unique(units, return_index=True)
    said = [values[one] for one in article_ids[firsts].tolist() if one in values]
    return {name: _in_order(name, Counter(one[i] for one in said)) for i, name in enumerate(names)}


def _in_order(name: FacetName, counts: Counter[str | None]) -> tuple[FacetCount, ...]:
    """The most frequent first; months as they follow one another."""
    if name == "month":
        order = sorted(counts, key=lambda value: (value is None, value))
    else:
        order = sorted(counts, key=lambda value: (-counts[value], value is None, value))
    return tuple(FacetCount(value=value, count=counts[value]) for value in order)


def _entities(connection: sqlite3.Connection, mentions: _Mentions) -> tuple[FacetCount, ...]:
    """The entities of most units, no more than 100; those that somebody hid are left out."""
    hidden = connection.execute("SELECT id FROM entities WHERE hidden = 1").fetchall()
    shown = ~np.isin(mentions.entity_ids, np.array([row[0] for row in hidden], dtype=np.int64))
    ids, counts = _counts_of(mentions.units[shown], mentions.entity_ids[shown])
    least = np.sort(counts)[-MOST_ENTITIES:].min(initial=0)
    chosen = {int(one): int(n) for one, n in zip(ids, counts, strict=True) if n >= least}
    rows = select_by_ids(connection, _NAMES, "id", list(chosen))
    found = [FacetCount(value=name, label=label, count=chosen[one]) for one, name, label in rows]
    found.sort(key=lambda one: (-one.count, str(one.value), str(one.label)))
    return tuple(found[:MOST_ENTITIES])


def _labels(mentions: _Mentions) -> tuple[FacetCount, ...]:
    codes, counts = _counts_of(mentions.units, mentions.label_codes)
    found = [
        FacetCount(value=mentions.labels[code], count=int(n))
        for code, n in zip(codes.tolist(), counts.tolist(), strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (-one.count, str(one.value))))


def _counts_of(units: Ids, values: Ids) -> tuple[Ids, Ids]:
    """Each value, and of how many units it is one."""
    width = int(values.max(initial=0)) + 1
    return np.unique(distinct(units * width + values) % width, return_counts=True)


def _read_mentions(connection: sqlite3.Connection, units: Ids, row_ids: Ids) -> _Mentions:
    """The mentions in rows that match."""
    labels: tuple[str, ...] = ENTITY_LABELS
    numbers = _mention_numbers(connection, row_ids, labels)
    if len(numbers) and numbers[:, 2].min() < 0:  # a tagger with labels of its own
        found = connection.execute("SELECT DISTINCT label FROM mentions ORDER BY 1")
        labels = tuple(str(row[0]) for row in found)
        numbers = _mention_numbers(connection, row_ids, labels)
    order = np.argsort(row_ids, kind="stable")
    ordered = row_ids[order]
    places = np.searchsorted(ordered, numbers[:, 0])
    inside = places < len(ordered)
    inside[inside] = ordered[places[inside]] == numbers[inside, 0]
    return _Mentions(
        units=units[order[places[inside]]],
        entity_ids=numbers[inside, 1],
        label_codes=numbers[inside, 2],
        labels=labels,
    )


def _mention_numbers(
    connection: sqlite3.Connection, row_ids: Ids, labels: tuple[str, ...]
) -> NDArray[np.int64]:
    """Row, entity and place among `labels` (or -1), shape (n, 3): half a million texts would take twice as long to read."""
    cases = " ".join(f"WHEN ? THEN {code}" for code in range(len(labels)))
    sql = f"SELECT m.paragraph_id, m.entity_id, CASE m.label {cases} ELSE -1 END FROM mentions m"
    asked: tuple[object, ...] = labels
    if len(row_ids) < _FEW_ROWS:
        sql += " WHERE m.paragraph_id IN (SELECT value FROM json_each(?))"
        asked = (*labels, json_ids(row_ids))
    rows = connection.execute(sql, asked).fetchall()
    flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=3 * len(rows))
    return flat.reshape(-1, 3)
