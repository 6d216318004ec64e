"""Figures that are stated differently: by the versions of one article, and by several articles.

One pass over the figures, sorted by what they must share, so that no two are compared that do not share it.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple, cast

from schemas.conflicts import ConflictSide, FigureConflict
from schemas.filters import Filters
from schemas.marks import FigureQuery
from schemas.nouns import noun_key
from schemas.stored import FoundFigure
from schemas.units import scale_of
from storage.agreement import Span, Stated, spans_of
from storage.browse import row_limit
from storage.figures import figure_conditions
from storage.filters import row_conditions
from storage.read import FIGURE_COLUMNS, figure_of, select_by_ids
from storage.statements import (
    Place,
    Statement,
    clause_words,
    fold_name,
    near_text,
    tie_articles,
    tie_versions,
    told_by,
)
from storage.values import load, to_instant

WINDOW = timedelta(days=14)
"""How far apart articles may be that state one count without saying when."""
_MOST_VALUES = 100
_NAMED = ("PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT")
_COLUMNS = """f.id, f.kind, f.role, f.about_start, f.about_end, f.noun, f.unit, f.text, f.value, f.low, f.high,
    f.modifier, f.change, f.date_start, f.date_end, f.subjects, f.start, f."end", f.sentence_start, f.sentence_end,
    p.id, a.id, v.n, r.published_at, r.language"""
# What a version says is its last rendering's word: one that a better cleaner made replaces those before it.
_SOURCE = """figures f JOIN paragraphs p ON p.id = f.paragraph_id
    JOIN renderings r ON r.id = p.rendering_id
    JOIN versions v ON v.id = r.version_id
    JOIN articles a ON a.id = r.article_id"""
_LATEST = "r.id = (SELECT max(x.id) FROM renderings x WHERE x.version_id = v.id)"


class _Row(NamedTuple):
    """A figure as it is read for comparing (_COLUMNS, and whether it meets what is asked)."""

    figure_id: int
    kind: str
    role: str | None
    about_start: str | None
    about_end: str | None
    noun: str | None
    unit: str | None
    text: str
    value: float | None
    low: float | None
    high: float | None
    modifier: str
    change: str | None
    date_start: str | None
    date_end: str | None
    subjects: str
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    paragraph_id: int
    article_id: int
    version: int
    published: str | None
    language: str | None
    meets: int

    @property
    def noun_key(self) -> tuple[str, ...]:
        return noun_key(self.noun) if self.noun else ()

    @property
    def dimension(self) -> str:
        return scale_of(self.unit).dimension if self.unit else ""

    @property
    def stated(self) -> Stated:
        return Stated(
            kind=self.kind,
            text=self.text,
            value=self.value,
            low=self.low,
            high=self.high,
            modifier=self.modifier,
            unit=self.unit,
            date_start=self.date_start,
            date_end=self.date_end,
        )


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
        threads = tie_versions(_statements(connection, list(of_article)))
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
        by_key: dict[object, list[_Row]] = defaultdict(list)
        for row in period:
            by_key[row.dimension, row.noun_key].append(row)
        for group in by_key.values():
            if len({row.article_id for row in group}) > 1:
                ties = tie_articles(list(_statements(connection, group)))
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
) -> Iterator[_Row]:
    """The figures to compare. What is asked for is asked of one side: the other may be of any date and source."""
    read = row_conditions(Filters(include=filters.include))
    asked = row_conditions(filters, connection)
    of_figure = figure_conditions(connection, query, lang=filters.lang)
    cursor = connection.execute(
        f"""SELECT {_COLUMNS}, ({asked.sql}) AND ({of_figure.sql}) FROM {_SOURCE}
            WHERE {read.sql} AND {condition} ORDER BY {order}""",
        (*asked.values, *of_figure.values, *read.values),
    )
    return (_Row._make(row) for row in cursor)


def _statements(connection: sqlite3.Connection, rows: Sequence[_Row]) -> Iterator[Statement]:
    """The rows that say a number, with the words and names around them, in the same order."""
    ids = list(dict.fromkeys(row.paragraph_id for row in rows))
    texts: dict[int, str] = dict(
        select_by_ids(connection, "SELECT p.id, p.text FROM paragraphs p", "p.id", ids)
    )
    taken: dict[int, list[tuple[int, int]]] = defaultdict(list)
    names: dict[int, list[tuple[int, str]]] = defaultdict(list)
    select = 'SELECT f.paragraph_id, f.start, f."end" FROM figures f'
    for place, start, end in select_by_ids(connection, select, "f.paragraph_id", ids):
        taken[place].append((start, end))
    select = 'SELECT m.paragraph_id, m.start, m."end", m.name, m.label FROM mentions m'
    for place, start, end, name, label in select_by_ids(connection, select, "m.paragraph_id", ids):
        taken[place].append((start, end))
        if label in _NAMED:
            names[place].append((start, fold_name(name)))
    for spans_taken in taken.values():
        spans_taken.sort()
    for found in names.values():
        found.sort()
    for row in rows:
        if spans := spans_of(row.stated):
            place = row.paragraph_id
            yield _statement(row, spans, texts[place], taken[place], names[place])


def _statement(
    row: _Row,
    spans: tuple[Span, ...],
    text: str,
    taken: Sequence[tuple[int, int]],
    names: Sequence[tuple[int, str]],
) -> Statement:
    place = Place(row.start, row.end, row.sentence_start, row.sentence_end or len(text))
    first, last = near_text(place)
    near = names[bisect_left(names, (first, "")) : bisect_left(names, (last, ""))]
    return Statement(
        figure_id=row.figure_id,
        article_id=row.article_id,
        version=row.version,
        published=row.published,
        kind=row.kind,
        dimension=row.dimension,
        noun=" ".join(row.noun_key),
        role=row.role,
        about=(row.about_start, row.about_end) if row.about_start and row.about_end else None,
        direction=row.change if row.role == "delta" else None,
        spans=spans,
        text=row.text,
        sentence=text[first:last],
        words=clause_words(text, place, taken, row.language)
        - told_by(row.noun or "", row.language),
        names=frozenset(name for _, name in near),
        subjects=frozenset(fold_name(str(name)) for name in load(row.subjects)),
        meets=bool(row.meets),
    )


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
