"""Periods as people type them: a year, a month, a quarter, a day, or a span of two of them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from schemas.errors import UsageError

Period = tuple[date, date]
"""The first and the last day, both included."""
TrendStep = Literal["day", "week", "month", "year"]
"""What news is counted by, to tell how it grew."""
PeriodLike = str | int | date | Sequence[str | date]
"""What a program may name a period by: text as typed, a year, a day, or the first and the last of a span."""

_FORM = re.compile(
    r"(?P<year>[0-9]{4})(?:s(?P<decade>)|[- ]?q(?P<quarter>[1-4])|[- ]?h(?P<half>[12])"
    r"|-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?|[-/](?P<next>[0-9]{2}))?",
    re.IGNORECASE,
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_NAMED = re.compile(r"(?P<name>q[1-4]|h[12]|[a-z]{3,9})\.?,? (?P<year>[0-9]{4})", re.IGNORECASE)
_YEARS = re.compile(r"([0-9]{4})[-–]([0-9]{4})")
_RELATIVE = re.compile(
    r"(?P<which>this|last|next) (?P<unit>week|month|quarter|year)", re.IGNORECASE
)
_STEPS = {"last": -1, "this": 0, "next": 1}
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
_LAST_MONTH = 12


def parse_period(
    period: PeriodLike, name: str = "the period", *, today: date | None = None
) -> Period:
    """The days of a period: 2024, 2024-07, July 2024, 2024-Q3, 2024-H1, 2024-07-08, 1990s, or "2019..2021" with both ends.

    A year named by two, as "2023-24", runs from April to March, as it does where a text names one. "This year", "last
    month", "yesterday" and the like are taken from `today`, in UTC; a week begins on Monday.

    >>> [str(day) for day in parse_period("2023-Q4..2024")]
    ['2023-10-01', '2024-12-31']
    >>> [str(day) for day in parse_period("last quarter", today=date(2024, 2, 9))]
    ['2023-10-01', '2023-12-31']

    Raises UsageError for what is no period, or ends before it begins.
    """
    parts = _parts(period)
    day = today or datetime.now(UTC).date()
    spans = [_span(part, day) for part in parts]
    known = [span for span in spans if span]
    if len(known) < len(spans) or len(spans) not in (1, 2):
        raise UsageError(
            f"{name} {period!r} is no period",
            remedy="write a year (2024), a month (2024-07), a quarter (2024-Q3), a day (2024-07-08), two with .. between "
            '(2019..2021), or "this year", "last month"',
        )
    first, last = known[0][0], known[-1][1]
    if first > last:
        raise UsageError(f"{name} {period!r} ends before it begins", remedy="swap the two")
    return first, last


def _parts(period: object) -> list[object]:
    if isinstance(period, str):
        years = _YEARS.fullmatch(period.strip())
        return list(years.groups()) if years else [part.strip() for part in period.split("..")]
    return list(period) if isinstance(period, (tuple, list)) else [period]


def _span(part: object, today: date) -> Period | None:
    if isinstance(part, datetime):
        return part.date(), part.date()
    if isinstance(part, date):
        return part, part
    text = "" if isinstance(part, bool) else " ".join(str(part).split())
    match = _FORM.fullmatch(_in_digits(text))
    try:
        return _days(match) if match else _from_today(text.lower(), today)
    except (ValueError, OverflowError):  # the 30th of February, the year 0, the year after the last
        return None


def _from_today(text: str, today: date) -> Period | None:
    if text in _DAYS:
        day = today + timedelta(days=_DAYS[text])
        return day, day
    match = _RELATIVE.fullmatch(text)
    if match is None:
        return None
    steps = _STEPS[match["which"]]
    if match["unit"] == "week":
        monday = today + timedelta(days=7 * steps - today.weekday())
        return monday, monday + timedelta(days=6)
    months = _MONTHS_IN[match["unit"]]
    first = (today.year * _LAST_MONTH + today.month - 1) // months * months + steps * months
    return _month(first)[0], _month(first + months - 1)[1]


def _month(number: int) -> Period:
    """The days of a month, counted from January of the year 0."""
    year, month = divmod(number, _LAST_MONTH)
    return date(year, month + 1, 1), date(year, month + 1, monthrange(year, month + 1)[1])


def _in_digits(text: str) -> str:
    """As in "Q3 2024", "July 2024" and "Sept. 2024", which lead to "2024-q3", "2024-07" and "2024-09"."""
    named = _NAMED.fullmatch(text)
    if named is None:
        return text
    name = named["name"].lower()
    for number, month in enumerate(_MONTHS, 1):
        if month.startswith(name):
            return f"{named['year']}-{number:02d}"
    return f"{named['year']}-{name}"


def _days(match: re.Match[str]) -> Period:
    year = int(match["year"])
    if match["decade"] is not None:
        return date(year, 1, 1), date(year + 9, 12, 31)
    if match["day"]:
        day = date(year, int(match["month"]), int(match["day"]))
        return day, day
    if match["next"] or (match["month"] and int(match["month"]) == (year + 1) % 100 > _LAST_MONTH):
        return _two_years(year, int(match["next"] or match["month"]))
    first, last = 1, _LAST_MONTH
    if match["quarter"]:
        first, last = 3 * int(match["quarter"]) - 2, 3 * int(match["quarter"])
    elif match["half"]:
        first, last = 6 * int(match["half"]) - 5, 6 * int(match["half"])
    elif match["month"]:
        first = last = int(match["month"])
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _two_years(year: int, last_digits: int) -> Period:
    if last_digits != (year + 1) % 100:
        raise ValueError(last_digits)
    return date(year, 4, 1), date(year + 1, 3, 31)
