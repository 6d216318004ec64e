"""Figures that are stated differently: by the versions of one article, and by several articles.

One pass over the figures, sorted by what they must share, so that no two are compared that do not share it.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import cast

from schemas.conflicts import ConflictSide, FigureConflict
from schemas.filters import Filters
from schemas.marks import FigureQuery
from schemas.stored import FoundFigure
from storage.browse import row_limit
from storage.figures import figure_conditions
from storage.filters import row_conditions
from storage.read import FIGURE_COLUMNS, figure_of, select_by_ids
from storage.stated_figures import (
    ROW_COLUMNS,
    FigureRow,
    make_statements,
    named_by_several,
    read_marks,
)
from storage.statements import Statement, tie_articles, tie_versions
from storage.values import to_instant

WINDOW = timedelta(days=14)
"""How far apart articles may be that state one count without saying when."""
_MOST_VALUES = 100
_BATCH = 1000
# What a version says is its last rendering's word: one that a better cleaner made replaces those before it.
_SOURCE = """figures f JOIN paragraphs p ON p.id = f.paragraph_id
    JOIN renderings r ON r.id = p.rendering_id
    JOIN versions v ON v.id = r.version_id
    JOIN articles a ON a.id = r.article_id"""
_LATEST = "r.id = (SELECT max(x.id) FROM renderings x WHERE x.version_id = v.id)"


def read_conflicts(
    connection: sqlite3.Connection, query: FigureQuery, filters: Filters, *, limit: int | None
) -> tuple[int, list[FigureConflict]]:
    """How many conflicts have a side that is asked for, and the first `limit` of them, the newest first."""
    found = [
        *_between_versions(connection, query, filters),
        *_between_articles(connection, query, filters),
    ]
    asked = [sides for sides in found if any(side.meets for side in sides)]
    asked.sort(key=_newest, reverse=True)
    most = row_limit(limit)
    return len(asked), _conflicts(connection, asked if most < 0 else asked[:most])


def _newest(sides: Sequence[Statement]) -> tuple[str, int, int]:
    last = sides[-1]
    return (last.published or "", last.article_id, -last.figure_id)


# -- by the versions of one article ------------------------------------------------------------------------------------


def _between_versions(
    connection: sqlite3.Connection, query: FigureQuery, filters: Filters
) -> Iterator[list[Statement]]:
    several = "a.id IN (SELECT article_id FROM versions GROUP BY article_id HAVING count(*) > 1)"
    rows = _rows(connection, query, filters, f"{_LATEST} AND {several}", "a.id, v.n, p.n, f.start")
    for _, of_article in groupby(rows, lambda row: row.article_id):
        listed = list(of_article)
        threads = tie_versions(make_statements(listed, read_marks(connection, listed)))
        yield from _once(_sides(thread.stated) for thread in threads)


# -- by several articles -----------------------------------------------------------------------------------------------


def _between_articles(
    connection: sqlite3.Connection, query: FigureQuery, filters: Filters
) -> Iterator[list[Statement]]:
    comparable = """r.current = 1 AND f.kind IN ('money', 'percent', 'quantity', 'count')
        AND (f.about_start IS NOT NULL AND f.about_end IS NOT NULL
             OR f.kind = 'count' AND f.noun IS NOT NULL AND r.published_at IS NOT NULL)"""
    order = "f.kind, f.role, f.about_start, f.about_end, r.published_at, a.id, p.n, f.start"
    rows = _rows(connection, query, filters, comparable, order)
    for _, period in groupby(rows, lambda row: row[1:5]):
        by_key: dict[object, list[FigureRow]] = defaultdict(list)
        for row in period:
            by_key[row.dimension, row.noun_key].append(row)
        for group in by_key.values():
            if len({row.article_id for row in group}) > 1:
                marks = read_marks(connection, group)
                ties = tie_articles(list(make_statements(named_by_several(group, marks), marks)))
                yield from _once(_sides(_definite(part)) for tie in ties for part in _windows(tie))


def _windows(tied: Sequence[Statement]) -> Iterator[list[Statement]]:
    """Statements that speak of one time: the period they name, else that in which they were published."""
    if tied[0].about is not None:
        yield list(tied)
        return
    part: list[Statement] = []
    for statement in tied:
        if part and _moment(statement) - _moment(part[0]) > WINDOW:
            yield part
            part = []
        part.append(statement)
    yield part


def _moment(statement: Statement) -> datetime:
    return cast("datetime", to_instant(statement.published))


def _definite(tied: Sequence[Statement]) -> list[Statement]:
    """Those of articles that say one thing: one that contradicts itself speaks of more than one."""
    by_article: dict[int, list[Statement]] = defaultdict(list)
    for statement in tied:
        by_article[statement.article_id].append(statement)
    torn = {
        article
        for article, said in by_article.items()
        if not all(said[0].agrees(other) for other in said)
    }
    return [statement for statement in tied if statement.article_id not in torn]


# -- both --------------------------------------------------------------------------------------------------------------


def _sides(tied: Iterable[Statement]) -> list[Statement]:
    """One statement for each value of an article that another cannot be true with; none where all agree."""
    first: dict[object, Statement] = {}
    values: dict[object, Statement] = {}
    for statement in tied:
        value = (statement.spans, statement.direction, statement.text)
        values.setdefault(value, statement)
        first.setdefault((statement.article_id, statement.spans, statement.direction), statement)
    # What has more values than this is no one thing, however it is worded.
    if not 1 < len(values) <= _MOST_VALUES:
        return []
    each = list(values.values())
    contradicted = {
        (one.spans, one.direction) for one in each if not all(one.agrees(other) for other in each)
    }
    return [s for s in first.values() if (s.spans, s.direction) in contradicted]


def _once(found: Iterable[list[Statement]]) -> Iterator[list[Statement]]:
    """Conflicts, each once: the title, the lead and the body may all say it."""
    seen: set[object] = set()
    for sides in found:
        said = frozenset((side.article_id, side.version, side.spans) for side in sides)
        if sides and (sides[0].key, said) not in seen:
            seen.add((sides[0].key, said))
            yield sides


def _rows(
    connection: sqlite3.Connection, query: FigureQuery, filters: Filters, condition: str, order: str
) -> Iterator[FigureRow]:
    """The figures to compare, without "one of the shops", which denies no other count of them.

    What is asked for is asked of one side: the other may be of any date and source.
    """
    read = row_conditions(Filters(include=filters.include))
    asked = row_conditions(filters, connection)
    of_figure = figure_conditions(connection, query, lang=filters.lang)
    cursor = connection.execute(
        f"""SELECT {ROW_COLUMNS}, ({asked.sql}) AND ({of_figure.sql}) FROM {_SOURCE}
            WHERE {read.sql} AND f.rule <> 'partitive' AND {condition} ORDER BY {order}""",
        (*asked.values, *of_figure.values, *read.values),
    )
    while batch := cursor.fetchmany(_BATCH):
        yield from map(FigureRow._make, batch)


def _conflicts(
    connection: sqlite3.Connection, found: Sequence[Sequence[Statement]]
) -> list[FigureConflict]:
    ids = [side.figure_id for sides in found for side in sides]
    width = FIGURE_COLUMNS.count(",") + 1
    select = f"""SELECT {FIGURE_COLUMNS}, f.id, p.n, p.text, a.id, a.key, r.title, a.url, a.source, r.published_at, v.n
        FROM {_SOURCE}"""
    by_id: dict[int, ConflictSide] = {}
    for row in select_by_ids(connection, select, "f.id", ids):
        figure_id, n, text, *place, version = row[width:]
        figure = figure_of(row[:width], n)
        article_id, key, title, url, source, published = place
        shown = FoundFigure(
            figure=figure,
            article_id=article_id,
            key=key,
            title=title,
            url=url,
            source=source,
            published_at=to_instant(published),
            sentence=text[figure.sentence_start : figure.sentence_end] or text,
        )
        by_id[figure_id] = ConflictSide(found=shown, version=version)
    return [_conflict(sides, [by_id[side.figure_id] for side in sides]) for sides in found]


def _conflict(tied: Sequence[Statement], sides: Sequence[ConflictSide]) -> FigureConflict:
    first, about = sides[0].found.figure, tied[0].about
    return FigureConflict(
        kind=first.kind,
        noun=first.noun,
        subjects=next((s.found.figure.subjects for s in sides if s.found.figure.subjects), ()),
        unit=first.unit,
        about=(date.fromisoformat(about[0]), date.fromisoformat(about[1])) if about else None,
        sides=tuple(sides),
    )
