"""Days and spans of days: months, quarters, weeks, seasons, decades, fiscal years. Pure calendar, no text.

A span is (first day, last day), both inclusive; None where the calendar has no such day.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

Span = tuple[date, date]


def day(year: int, month: int, number: int) -> Span | None:
    """One day as a span.

    >>> day(2023, 2, 30) is None
    True
    """
    try:
        return (date(year, month, number), date(year, month, number))
    except ValueError:
        return None


def month(year: int, number: int) -> Span | None:
    """A month; numbers outside 1 to 12 run into the years around.

    >>> month(2024, 14)
    (datetime.date(2025, 2, 1), datetime.date(2025, 2, 28))
    """
    year, number = year + (number - 1) // 12, (number - 1) % 12 + 1
    if not 1 <= year <= 9998:
        return None
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])


def months(year: int, first: int, count: int) -> Span | None:
    """`count` months from the first day of month `first`."""
    start, end = month(year, first), month(year, first + count - 1)
    return (start[0], end[1]) if start and end else None


def until(last: date, count: int) -> Span | None:
    """The `count` months that end with the day `last`.

    >>> until(date(2024, 3, 31), 12)
    (datetime.date(2023, 4, 1), datetime.date(2024, 3, 31))
    """
    if last.toordinal() == date.max.toordinal():
        return None
    span = onward(last + timedelta(days=1), -count)
    return (span[0], last) if span else None


def onward(first: date, count: int) -> Span | None:
    """The `count` months that begin with the day `first`; with a negative count, those before it."""
    here = month(first.year, first.month + count)
    if here is None:
        return None
    other = here[0].replace(day=min(first.day, here[1].day))
    if count < 0:
        return other, first - timedelta(days=1)
    return first, other - timedelta(days=1)


def year(number: int, count: int = 1) -> Span | None:
    """One or more whole years."""
    return months(number, 1, 12 * count)


def quarter(number: int, of_year: int) -> Span | None:
    """A calendar quarter, 1 to 4."""
    return months(of_year, 3 * number - 2, 3)


def fiscal_year(first: int, last: int | None, starts: int | None) -> Span | None:
    """The fiscal year "first-last" ("2023-24"), or, with no second year, the one named `first`.

    Where nobody states its first month: a name with two years is read as April to March (India, Japan, Britain, most who
    write it so), a name with one year as that calendar year. A stated first month other than January makes a name of
    one year the year in which it ends (the American use).
    """
    if last is not None:
        return months(first, starts or 4, 12 * max(1, last - first))
    begins = starts or 1
    return months(first - (1 if begins > 1 else 0), begins, 12)


def week(of: date, offset: int = 0) -> Span | None:
    """The week, Monday to Sunday, `offset` weeks from the one with `of` in it."""
    return shifted(of - timedelta(days=of.weekday()) if of.toordinal() > 7 else of, 7 * offset, 7)


def shifted(of: date, days: int, length: int = 1) -> Span | None:
    """`length` days from the day `days` after `of`."""
    try:
        start = of + timedelta(days=days)
        return start, start + timedelta(days=length - 1)
    except OverflowError:
        return None


def around(of: date, unit: str, offset: int) -> Span | None:
    """The day, week, month, quarter, year, decade or century `offset` of them away from the one with `of` in it."""
    if unit == "day":
        return shifted(of, offset)
    if unit == "week":
        return week(of, offset)
    if unit == "weekend":
        found = week(of, offset)
        return shifted(found[0], 5, 2) if found else None
    if unit == "month":
        return month(of.year, of.month + offset) if abs(offset) < 100_000 else None
    if unit == "quarter":
        return (
            months(of.year, 3 * ((of.month - 1) // 3 + offset) + 1, 3)
            if abs(offset) < 30_000
            else None
        )
    return _years_around(of, unit, offset)


def _years_around(of: date, unit: str, offset: int) -> Span | None:
    length = {"year": 1, "decade": 10, "century": 100}.get(unit)
    if length is None or abs(offset) > 10_000:
        return None
    first = of.year // length * length + offset * length
    return year(first, length) if first >= 1 else None


def season(first_month: int, of_year: int) -> Span | None:
    """Three months from `first_month`; the winter of 1994 begins in December 1994."""
    return months(of_year, first_month, 3)


def weekday(of: date, number: int, direction: int) -> Span | None:
    """The nearest such weekday: direction -1 looks back (the day itself counts), 1 ahead (the day itself counts)."""
    delta = number - of.weekday()
    if direction < 0:
        return shifted(of, delta if delta <= 0 else delta - 7)
    return shifted(of, delta if delta >= 0 else delta + 7)
