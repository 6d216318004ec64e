"""One entity with all that the store has of it: names, company, articles, figures."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from schemas.entities import (
    CoMention,
    EntityArticle,
    EntityJoin,
    EntityLink,
    EntityProfile,
    NameUse,
)
from schemas.filters import Filters
from schemas.periods import TrendStep
from schemas.stored import FoundFigure
from storage.company import KEPT_APART
from storage.entity_lists import counted, read_entities_of, shown_conditions
from storage.figures import figures_of
from storage.filters import Conditions
from storage.values import to_instant

_NEWEST_MENTIONS = 400
"""Figures are looked for beside so many mentions: those of the newest articles."""
_COPIES = 4
"""So many times the wanted figures are read, for sentences that several articles have."""


def read_profile(
    connection: sqlite3.Connection,
    entity_ids: Sequence[int],
    filters: Filters,
    *,
    limit: int,
    step: TrendStep | None = None,
) -> EntityProfile | None:
    """The most mentioned of some entities, with at most `limit` of each kind of company; None where none is mentioned."""
    _, found = read_entities_of(connection, entity_ids, filters, limit=1, step=step)
    if not found:
        return None
    entity = found[0]
    entity_id = entity.id
    return EntityProfile(
        entity=entity,
        names=_names(connection, entity_id, filters),
        joins=_joins(connection, entity_id, filters),
        linked=_linked(connection, entity_id, entity.country),
        co_mentions=_co_mentions(connection, entity_id, filters, limit),
        articles=_articles(connection, entity_id, filters, limit),
        figures=_figures(connection, entity_id, filters, limit),
    )


def _in_scope(filters: Filters) -> Conditions:
    which = shown_conditions(filters)
    return Conditions(
        [
            f"""SELECT r.id FROM renderings r JOIN articles a ON a.id = r.article_id
            WHERE r.current = 1 AND {which.sql}"""
        ],
        which.values,
    )


def _names(connection: sqlite3.Connection, entity_id: int, filters: Filters) -> tuple[NameUse, ...]:
    scope = _in_scope(filters)
    rows = connection.execute(
        f"""SELECT m.text, m.joined_by, count(*) FROM mentions m JOIN paragraphs p ON p.id = m.paragraph_id
            WHERE m.entity_id = ? AND p.masked = 0 AND p.rendering_id IN ({scope.sql})
            GROUP BY m.text, m.joined_by""",
        (entity_id, *scope.values),
    )
    counts: dict[str, int] = {}
    reasons: dict[str, set[str]] = {}
    for text, reason, count in rows:
        counts[text] = counts.get(text, 0) + count
        reasons.setdefault(text, set()).update([reason] if reason else [])
    ordered = sorted(counts, key=lambda text: (-counts[text], text))
    return tuple(
        NameUse(name=text, mentions=counts[text], reasons=tuple(sorted(reasons[text])))
        for text in ordered
    )


def _joins(
    connection: sqlite3.Connection, entity_id: int, filters: Filters
) -> tuple[EntityJoin, ...]:
    scope = _in_scope(filters)
    kept_apart = ", ".join(f"'{reason}'" for reason in KEPT_APART)
    rows = connection.execute(
        f"""SELECT min(name), min(label), reason, count(*) FROM appearances
            WHERE entity_id = ? AND entity_id <> name_id AND reason <> '' AND reason NOT IN ({kept_apart}) AND rendering_id IN ({scope.sql})
            GROUP BY name_id, reason ORDER BY count(*) DESC, name_id""",
        (entity_id, *scope.values),
    )
    return tuple(
        EntityJoin(name=row[0], label=row[1], reason=row[2], articles=row[3]) for row in rows
    )


def _linked(
    connection: sqlite3.Connection, entity_id: int, country: str | None
) -> tuple[EntityLink, ...]:
    if country is None:
        return ()
    rows = connection.execute(
        """SELECT id, name, usual_label FROM entities WHERE country = ? AND id <> ? AND hidden = 0
           AND EXISTS (SELECT 1 FROM appearances WHERE entity_id = entities.id) ORDER BY label, name""",
        (country, entity_id),
    )
    return tuple(
        EntityLink(
            id=row[0], name=row[1], label=row[2], link="people" if row[2] == "NORP" else "country"
        )
        for row in rows
    )


def _co_mentions(
    connection: sqlite3.Connection, entity_id: int, filters: Filters, limit: int
) -> tuple[CoMention, ...]:
    scope = _in_scope(filters)
    rows = connection.execute(
        f"""SELECT e.id, e.name, e.usual_label, c.articles FROM (
                SELECT b.entity_id AS id, count(DISTINCT b.rendering_id) AS articles
                FROM (SELECT DISTINCT rendering_id FROM appearances WHERE entity_id = ?1) a
                CROSS JOIN appearances b ON b.rendering_id = a.rendering_id
                WHERE b.entity_id <> ?1 AND a.rendering_id IN ({_numbered(scope)}) GROUP BY b.entity_id) c
            JOIN entities e ON e.id = c.id AND e.hidden = 0
            ORDER BY c.articles DESC, e.name, e.label LIMIT {int(limit)}""",
        (entity_id, *scope.values),
    )
    return tuple(CoMention(id=row[0], name=row[1], label=row[2], articles=row[3]) for row in rows)


def _numbered(scope: Conditions) -> str:
    """The scope's marks, numbered from the second: the first is the entity's id, named more than once."""
    parts = scope.sql.split("?")
    return "".join(part if n == 0 else f"?{n + 1}{part}" for n, part in enumerate(parts))


def _articles(
    connection: sqlite3.Connection, entity_id: int, filters: Filters, limit: int
) -> tuple[EntityArticle, ...]:
    names, which = counted([entity_id]), shown_conditions(filters)
    rows = connection.execute(
        f"""SELECT a.id, a.key, r.title, a.url, a.source, r.published_at, c.counted, t.score FROM {names.sql} c
            JOIN renderings r ON r.id = c.rendering_id AND r.current = 1 JOIN articles a ON a.id = r.article_id
            LEFT JOIN (SELECT n.rendering_id AS id, max(s.score) AS score FROM appearances n
                JOIN salience s ON s.rendering_id = n.rendering_id AND s.entity_id = n.name_id
                WHERE n.entity_id = ? GROUP BY 1) t ON t.id = r.id
            WHERE {which.sql}
            ORDER BY t.score DESC NULLS LAST, c.counted DESC, r.published_at DESC, a.id LIMIT {int(limit)}""",
        (*names.values, entity_id, *which.values),
    )
    return tuple(
        EntityArticle(
            article_id=row[0],
            key=row[1],
            title=row[2],
            url=row[3],
            source=row[4],
            published_at=to_instant(row[5]),
            mentions=row[6],
            salience=row[7],
        )
        for row in rows
    )


def _figures(
    connection: sqlite3.Connection, entity_id: int, filters: Filters, limit: int
) -> tuple[FoundFigure, ...]:
    """The figures in sentences that mention it, each sentence once, the newest articles first."""
    which = shown_conditions(filters)
    rows = connection.execute(
        f"""SELECT f.id FROM (
                SELECT m.paragraph_id, m.start, m."end", r.published_at, a.id AS article_id, p.n FROM mentions m
                JOIN paragraphs p ON p.id = m.paragraph_id AND p.masked = 0
                JOIN renderings r ON r.id = p.rendering_id AND r.current = 1 JOIN articles a ON a.id = r.article_id
                WHERE m.entity_id = ? AND {which.sql}
                ORDER BY r.published_at DESC NULLS LAST, a.id DESC LIMIT {_NEWEST_MENTIONS}) t
            CROSS JOIN figures f ON f.paragraph_id = t.paragraph_id
                 AND t.start >= f.sentence_start AND t."end" <= f.sentence_end
            WHERE f.kind NOT IN ('date', 'ordinal') GROUP BY f.id
            ORDER BY t.published_at DESC NULLS LAST, t.article_id DESC, t.n, f.start LIMIT {min(_COPIES * int(limit), 1 << 62)}""",
        (entity_id, *which.values),
    )
    ids: Sequence[int] = [int(row[0]) for row in rows]
    return tuple(_told_once(figures_of(connection, ids)))[:limit]


def _told_once(figures: Iterable[FoundFigure]) -> Iterator[FoundFigure]:
    """Without those of a sentence that another article has too: agencies' news is in many."""
    first: dict[str, int] = {}
    for one in figures:
        if first.setdefault(one.sentence, one.article_id) == one.article_id:
            yield one
