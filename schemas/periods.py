"""Periods as people type them: a year, a month, a quarter, a day, or a span of two of them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime

from schemas.errors import UsageError

Period = tuple[date, date]
"""The first and the last day, both included."""
PeriodLike = str | int | date | Sequence[str | date]
"""What a program may name a period by: text as typed, a year, a day, or the first and the last of a span."""

_FORM = re.compile(
    r"(?P<year>[0-9]{4})(?:s(?P<decade>)|[- ]?[Qq](?P<quarter>[1-4])|[- ]?[Hh](?P<half>[12])"
    r"|-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?"
)
_LAST_MONTH = 12


def parse_period(period: PeriodLike, name: str = "the period") -> Period:
    """The days of a period: 2024, 2024-07, 2024-Q3, 2024-H1, 2024-07-08, 1990s, or "2019..2021" from one to another.

    >>> [str(day) for day in parse_period("2023-Q4..2024")]
    ['2023-10-01', '2024-12-31']

    Raises UsageError for what is no period, or ends before it begins.
    """
    parts = _parts(period)
    spans = [_span(part) for part in parts]
    known = [span for span in spans if span]
    if len(known) < len(spans) or len(spans) not in (1, 2):
        raise UsageError(
            f"{name} {period!r} is no period",
            remedy="write a year (2024), a month (2024-07), a quarter (2024-Q3), a day (2024-07-08), or two with .. between "
            "(2019..2021)",
        )
    first, last = known[0][0], known[-1][1]
    if first > last:
        raise UsageError(f"{name} {period!r} ends before it begins", remedy="swap the two")
    return first, last


def _parts(period: object) -> list[object]:
    if isinstance(period, str):
        return [part.strip() for part in period.split("..")]
    return list(period) if isinstance(period, (tuple, list)) else [period]


def _span(part: object) -> Period | None:
    if isinstance(part, datetime):
        return part.date(), part.date()
    if isinstance(part, date):
        return part, part
    match = None if isinstance(part, bool) else _FORM.fullmatch(str(part))
    try:
        return _days(match) if match else None
    except ValueError:  # the 30th of February, the year 0
        return None


def _days(match: re.Match[str]) -> Period:
    year = int(match["year"])
    if match["decade"] is not None:
        return date(year, 1, 1), date(year + 9, 12, 31)
    if match["day"]:
        day = date(year, int(match["month"]), int(match["day"]))
        return day, day
    first, last = 1, _LAST_MONTH
    if match["quarter"]:
        first, last = 3 * int(match["quarter"]) - 2, 3 * int(match["quarter"])
    elif match["half"]:
        first, last = 6 * int(match["half"]) - 5, 6 * int(match["half"])
    elif match["month"]:
        first = last = int(match["month"])
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])
