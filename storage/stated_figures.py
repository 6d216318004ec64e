"""Figures as they are read for comparing: what each says, with the words and names that stand around it."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from schemas.nouns import noun_key
from schemas.units import scale_of
from storage.agreement import Stated, spans_of
from storage.read import select_by_ids
from storage.statements import Place, Statement, clause_words, fold_name, near_text, told_by
from storage.values import load

_NAMED = ("PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT")
ROW_COLUMNS = """f.id, f.kind, f.role, f.about_start, f.about_end, f.noun, f.unit, f.text, f.value, f.low, f.high,
    f.modifier, f.change, f.date_start, f.date_end, f.subjects, f.start, f."end", f.sentence_start, f.sentence_end,
    p.id, a.id, v.n, r.published_at, r.language"""
"""What `FigureRow` holds, of figures f, paragraphs p, renderings r, versions v and articles a, but for `meets`."""


class FigureRow(NamedTuple):
    """A figure as it is read for comparing (ROW_COLUMNS, and whether it meets what is asked)."""

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
        """What is counted, the same for singular and plural."""
        return noun_key(self.noun) if self.noun else ()

    @property
    def dimension(self) -> str:
        """What it is measured in, whatever the unit."""
        return scale_of(self.unit).dimension if self.unit else ""

    @property
    def place(self) -> Place:
        """Where it and its sentence stand."""
        return Place(self.start, self.end, self.sentence_start, self.sentence_end)

    @property
    def about_whom(self) -> frozenset[str]:
        """Its subjects, folded."""
        listed = [] if self.subjects == "[]" else load(self.subjects)
        return frozenset(fold_name(str(name)) for name in listed)

    @property
    def stated(self) -> Stated:
        """What it says."""
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


@dataclass(frozen=True, slots=True)
class Marks:
    """By paragraph: its text, the spans of all figures and mentions, and the names with their starts; in order."""

    texts: dict[int, str]
    taken: dict[int, list[tuple[int, int]]]
    names: dict[int, list[tuple[int, str]]]


def read_marks(connection: sqlite3.Connection, rows: Sequence[FigureRow]) -> Marks:
    """What stands around the rows."""
    ids = list(dict.fromkeys(row.paragraph_id for row in rows))
    marks = Marks({}, defaultdict(list), defaultdict(list))
    select = "SELECT p.id, p.text FROM paragraphs p"
    marks.texts.update(select_by_ids(connection, select, "p.id", ids))
    select = 'SELECT f.paragraph_id, f.start, f."end" FROM figures f'
    for place, start, end in select_by_ids(connection, select, "f.paragraph_id", ids):
        marks.taken[place].append((start, end))
    select = 'SELECT m.paragraph_id, m.start, m."end", m.name, m.label FROM mentions m'
    for place, start, end, name, label in select_by_ids(connection, select, "m.paragraph_id", ids):
        marks.taken[place].append((start, end))
        if label in _NAMED:
            marks.names[place].append((start, fold_name(name)))
    for spans in marks.taken.values():
        spans.sort()
    for names in marks.names.values():
        names.sort()
    return marks


def _names(row: FigureRow, marks: Marks) -> frozenset[str]:
    first, last = near_text(row.place)
    names = marks.names[row.paragraph_id]
    near = names[bisect_left(names, (first, "")) : bisect_left(names, (last, ""))]
    return frozenset(name for _, name in near)


def named_by_several(rows: Sequence[FigureRow], marks: Marks) -> list[FigureRow]:
    """Rows that name something which another article's row names, too: no others can be tied."""
    articles: dict[str, set[int]] = defaultdict(set)
    names = [_names(row, marks) | row.about_whom for row in rows]
    for row, named in zip(rows, names, strict=True):
        for name in named:
            articles[name].add(row.article_id)
    return [
        row
        for row, named in zip(rows, names, strict=True)
        if any(len(articles[name]) > 1 for name in named)
    ]


def make_statements(rows: Sequence[FigureRow], marks: Marks) -> Iterator[Statement]:
    """The rows that say a number, with the words and names around them, in the same order."""
    for row in rows:
        if not (spans := spans_of(row.stated)):
            continue
        first, last = near_text(row.place)
        text, taken = marks.texts[row.paragraph_id], marks.taken[row.paragraph_id]
        words = clause_words(text, row.place, taken, row.language)
        yield Statement(
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
            words=words - told_by(row.noun or "", row.language),
            names=_names(row, marks),
            subjects=row.about_whom,
            meets=bool(row.meets),
        )
