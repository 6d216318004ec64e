"""Periods named by one of their days: "the year ended 31 March", "the quarter to June", "the week of 3 June"."""

from __future__ import annotations

import re
from datetime import date

from enrichers.figures import periods
from enrichers.figures.line import Draft, Line
from enrichers.figures.moment import Moment, found
from enrichers.figures.periods import Span

MONTHS = {"month": 1, "quarter": 3, "half": 6, "half-year": 6, "year": 12}
_LINK = re.compile(
    r" (?:(?P<end>(?:that |which )?(?:ended|ending|ends|to|through|up to)(?: on)?)|(?P<start>beginning|starting|commencing|from)|(?P<of>of)) (?:the )?"
)
_FISCAL = re.compile(r"(?:fiscal|financial|business)[- ]\Z", re.IGNORECASE)
_COUNTED_LINK = re.compile(r" (?:that )?(?:ended|ending|to|through|up to)(?: on)? ")
_LONGEST = 10
_WEEKS = frozenset({"week", "weekend"})
_SPANS = frozenset({*MONTHS, "week"})


def ends_at(line: Line, index: int) -> tuple[int, str] | None:
    """Where the day begins that names the period begun by the token `index`, and by which end; None if none does."""
    token = line.tokens[index]
    link = _LINK.match(line.text, token.end)
    if link is None:
        return None
    kind = "end" if link["end"] else "start" if link["start"] else "of"
    known = _WEEKS if kind == "of" else _SPANS
    return (link.end(), kind) if token.word in known else None


def reporting(line: Line, index: int, inner: Moment, kind: str) -> Moment | None:
    """The whole period that `inner`, a day or a month, ends, begins or lies in."""
    token = line.tokens[index]
    if inner.duration or inner.is_time or inner.grain not in ("day", "month"):
        return None
    if inner.grain == "month" and token.word in ("week", "weekend", "month"):
        return None
    fiscal = _FISCAL.search(line.text, max(0, token.start - _LONGEST), token.start)
    start = fiscal.start() if fiscal else token.start
    if inner.first is None or inner.last is None:
        return Moment(start=start, end=inner.end, rule="reporting", has_year=False)
    span = _span(token.word, kind, inner.first, inner.last)
    return found(start, inner.end, "reporting", span, "span", has_year=inner.has_year)


def _span(unit: str, kind: str, first: date, last: date) -> Span | None:
    if unit in ("week", "weekend"):
        if kind == "of":
            return periods.around(first, unit, 0)
        return periods.shifted(last, -6, 7) if kind == "end" else periods.shifted(first, 0, 7)
    if kind == "end":
        return periods.until(last, MONTHS[unit])
    return periods.onward(first, MONTHS[unit])


def counted_period(line: Line, length: Draft, day: Draft) -> Span | None:
    """The period of "the three months ended June 30", of a length and the date right behind it."""
    if length.kind != "duration" or length.value is None or day.date_end is None:
        return None
    if not _COUNTED_LINK.fullmatch(line.text, length.end, day.start):
        return None
    months = MONTHS.get(length.unit or "", 0) * length.value
    if length.unit == "week" and length.value <= 53:
        return periods.shifted(day.date_end, 1 - int(7 * length.value), int(7 * length.value))
    if not 0 < months <= 1200 or months != months.to_integral_value():
        return None
    return periods.until(day.date_end, int(months))
