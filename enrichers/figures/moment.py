"""A date or period found on a line, and what the article knows of time: the day it was written, its fiscal year."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Draft
from enrichers.figures.periods import Span
from enrichers.figures.units import to_base

Resolve = Callable[[date], Span | None]
DAYPART = re.compile(r" (?:morning|afternoon|evening|night)\b(?!-)")
OFFSETS = {
    "last": -1,
    "past": -1,
    "previous": -1,
    "preceding": -1,
    "this": 0,
    "current": 0,
    "next": 1,
    "coming": 1,
    "upcoming": 1,
}
_NAMED = frozenset({"month", "quarter", "half_year"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A span of text that names a time. first and last are inclusive days, None where a reference day is missing."""

    start: int
    end: int
    rule: str
    first: date | None = None
    last: date | None = None
    grain: str = "day"
    time: str | None = None
    is_time: bool = False
    is_weekday: bool = False
    has_year: bool = True
    approximate: bool = False
    duration: Decimal | None = None
    unit: str | None = None

    def widened(self, start: int, *, approximate: bool = False) -> Moment:
        """The same time with its span begun earlier."""
        return replace(
            self, start=start, approximate=self.approximate or approximate, is_weekday=False
        )

    def at(self, time: str | None, start: int, end: int) -> Moment:
        """The same day with a time of day."""
        return replace(self, time=time, start=start, end=end)

    def as_weekday(self) -> Moment:
        """The same day, known by its name."""
        return replace(self, is_weekday=True, grain="day")

    def draft(self) -> Draft:
        """The figure that this time is."""
        draft = Draft(
            start=self.start,
            end=self.end,
            kind="duration" if self.duration else "date",
            rule=self.rule,
            value=self.duration,
            unit=self.unit,
            modifier="approx" if self.approximate else "exact",
            date_start=self.first,
            date_end=self.last,
            time=self.time,
        )
        if self.unit:
            to_base(draft, lexicon().units.by_word[self.unit])
        return draft

    def until(self, other: Moment) -> Moment | None:
        """The period from this to the other; None if they do not make one."""
        first, last = self.first, other.last
        if (
            first
            and last
            and not self.has_year
            and other.has_year
            and self.grain == other.grain != "year"
        ):
            first = _on_or_before(first, last)
        if first and last and first > last and not self.has_year and not other.has_year:
            first = _on_or_before(first, last) if self.grain == other.grain == "day" else first
        if first is None or last is None or first > last or self.grain not in (other.grain, "year"):
            return None
        return replace(self, end=other.end, first=first, last=last, rule="period", has_year=True)


def _on_or_before(first: date, last: date) -> date:
    """As in "May to July 2020", "from Dec. 30 to Jan. 2": the first takes the year of the second, or the one before."""
    for year in (last.year, last.year - 1):
        try:
            moved = first.replace(year=year)
        except ValueError:
            continue
        if moved <= last:
            return moved
    return first


@dataclass(slots=True, kw_only=True)
class Calendar:
    """What dates are resolved against. `seen` is the last full date of the text, for "the following year"."""

    reference: date | None = None
    fiscal_month: int | None = None
    seen: Span | None = field(default=None)

    def remember(self, moment: Moment) -> None:
        """Keep the last date that names its own year."""
        if (
            moment.first
            and moment.last
            and not moment.duration
            and (moment.has_year or moment.rule in _NAMED)
        ):
            self.seen = (moment.first, moment.last)


def found(
    start: int, end: int, rule: str, span: Span | None, grain: str, *, has_year: bool = True
) -> Moment | None:
    """A moment of a resolved span; None where the calendar has no such day."""
    if span is None:
        return None
    return Moment(
        start=start, end=end, rule=rule, first=span[0], last=span[1], grain=grain, has_year=has_year
    )


def resolve_by(
    calendar: Calendar, start: int, end: int, resolve: Resolve, grain: str
) -> Moment | None:
    """A moment that `resolve` finds from the reference day; without one, a moment without days."""
    if calendar.reference is None:
        return Moment(start=start, end=end, rule="relative", grain=grain, has_year=False)
    return found(start, end, "relative", resolve(calendar.reference), grain, has_year=False)
