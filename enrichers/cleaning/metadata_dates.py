"""A date or an instant out of what a page, a record or a person wrote, with how exactly it is known.

A time without a zone counts as UTC. Which candidate to believe is left to `metadata`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from enrichers.cleaning.calendar_names import month_names
from enrichers.cleaning.draft import Published
from schemas.article import Precision

ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "bst": 60, "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "eet": 120, "eest": 180, "msk": 180,
    "ist": 330, "est": -300, "edt": -240, "et": -300, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
    "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "sast": 120, "sgt": 480, "hkt": 480,
}  # fmt: skip
ISO_SHAPE = re.compile(
    r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ,]+(\d{1,2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?\s*([A-Za-z]{1,5}|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?$"
)
COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?Z?)?$")
DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|\.)?[\s\-]+(?:de\s+|of\s+)?([^\W\d_]{3,12})\.?,?[\s\-]+(?:de\s+|del\s+)?(\d{4})(?!\d)",
    re.I,
)
MONTH_FIRST = re.compile(
    r"\b([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)", re.I
)
DOTTED = re.compile(r"(?<!\d)(\d{1,2})[./](\d{1,2})[./](\d{4})(?!\d)")
CLOCK = re.compile(
    r"(?<![\d:+-])(\d{1,2})[:.h](\d{2})(?::(\d{2}))?\s*([ap]\.?m\.?)?\s*(?:uhr|hrs)?\s*\(?\b([a-z]{1,5}|[+-]\d{2}:?\d{2})?\b",
    re.I,
)
ZONE_OFFSET = re.compile(r"^([+-])(\d{2}):?(\d{2})?$")
EARLIEST_YEAR = 1600
FIRST_WEB_YEAR = 1990
EMPTY_DAYS = frozenset(
    (date(1970, 1, 1), date(1969, 12, 31), date(1900, 1, 1), date(1899, 12, 30), date(1980, 1, 1))
)
"""What programs write for a date they do not have."""
LONGEST = 80


def parse_time(value: object) -> tuple[datetime, Precision] | None:
    """When `value` says it was: aware UTC, with "instant" or "day"; None for what cannot be read.

    >>> parse_time("Mon, 08 Jul 2024 10:00:00 +0200")
    (datetime.datetime(2024, 7, 8, 8, 0, tzinfo=datetime.timezone.utc), 'instant')
    >>> parse_time("July 8, 2024")
    (datetime.datetime(2024, 7, 8, 0, 0, tzinfo=datetime.timezone.utc), 'day')
    """
    try:
        found = _read(value)
    except (ValueError, OverflowError, TypeError, OSError):
        return None
    if found is None:
        return None
    at, precision = found
    return (at, precision) if at.year >= EARLIEST_YEAR and at.timestamp() != 0 else None


def believe(value: object, source: str, *, not_after: datetime) -> Published | None:
    """`value` as a publication time; None for what cannot be read or lies more than a day after the fetch."""
    found = parse_time(value)
    if found is None or found[0] > not_after + timedelta(days=1):
        return None
    return Published(at=found[0], precision=found[1], source=source)


def refusal(value: object, *, not_after: datetime) -> str | None:
    """Why `value` is not to be believed as the publication of a page; None for what may be.

    >>> refusal("2034-01-01", not_after=datetime(2024, 8, 1, tzinfo=UTC))
    'after the fetch'
    """
    found = parse_time(value)
    if found is None:
        return "unreadable"
    if found[0].date() in EMPTY_DAYS:
        return "no date"
    if found[0].year < FIRST_WEB_YEAR:
        return f"before {FIRST_WEB_YEAR}"
    return "after the fetch" if found[0] > not_after + timedelta(days=1) else None


def is_local(value: str) -> bool:
    """Whether `value` is an ISO time without a zone: a wall clock, and nobody says where.

    >>> is_local("2024-07-08 10:00:00"), is_local("2024-07-08T10:00Z"), is_local("2024-07-08")
    (True, False, False)
    """
    match = ISO_SHAPE.match(" ".join(value.split()))
    return match is not None and bool(match[4]) and not match[6]


def _read(value: object) -> tuple[datetime, Precision] | None:
    if isinstance(value, datetime):
        return _utc(value), "instant"
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC), "day"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = " ".join(str(value).split())
    if not text or len(text) > LONGEST:
        return None
    return _read_epoch(text) or _read_iso(text) or _read_mail(text) or _read_words(text)


def _read_epoch(text: str) -> tuple[datetime, Precision] | None:
    if not re.fullmatch(r"\d{9,10}(?:\.\d+)?|\d{12,13}", text):
        return None
    seconds = float(text) / (1000 if len(text.partition(".")[0]) >= 12 else 1)
    return datetime.fromtimestamp(seconds, tz=UTC), "instant"


def _read_iso(text: str) -> tuple[datetime, Precision] | None:
    compact = COMPACT.match(text)
    if compact:
        year, month, day, hour, minute, second = (int(part or 0) for part in compact.groups())
        at = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return at, "instant" if compact[4] else "day"
    match = ISO_SHAPE.match(text)
    if not match:
        return None
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    if not match[4]:
        return datetime(year, month, day, tzinfo=UTC), "day"
    hour, minute, second = ([int(part) for part in match[4].split(":")] + [0])[:3]
    micro = int(((match[5] or "") + "000000")[:6])
    zone = _zone(match[6])
    at = datetime(year, month, day, hour, minute, second, micro, tzinfo=zone or UTC)
    # Midnight without a zone is how content systems write a day.
    is_day = zone is None and (hour, minute, second) == (0, 0, 0)
    return _utc(at), "day" if is_day else "instant"


def _read_mail(text: str) -> tuple[datetime, Precision] | None:
    if not re.match(r"^(?:[A-Za-z]{3},?\s+)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d{1,2}:\d{2}", text):
        return None
    return _utc(parsedate_to_datetime(text)), "instant"


def _read_words(text: str) -> tuple[datetime, Precision] | None:
    day = _read_day(text)
    if day is None:
        return None
    found, start, end = day
    clock = CLOCK.search(text[end:]) or CLOCK.search(text[:start])
    if not clock:
        return found, "day"
    hour = int(clock[1])
    if clock[4]:
        hour = hour % 12 + (12 if clock[4][0] in "pP" else 0)
    at = found.replace(
        hour=hour, minute=int(clock[2]), second=int(clock[3] or 0), tzinfo=_zone(clock[5]) or UTC
    )
    return _utc(at), "instant"


def _read_day(text: str) -> tuple[datetime, int, int] | None:
    for pattern, order in ((DAY_FIRST, (3, 2, 1)), (MONTH_FIRST, (3, 1, 2)), (DOTTED, (3, 2, 1))):
        match = pattern.search(text)
        if not match:
            continue
        year, month, day = (match[group] for group in order)
        number = int(month) if month.isdigit() else month_names().get(month.casefold().rstrip("."))
        # 07/08/2024 is July here and August there: only a dotted day is surely day first.
        is_ambiguous = pattern is DOTTED and "/" in match[0] and int(day) <= 12
        if number is None or is_ambiguous:
            continue
        return datetime(int(year), number, int(day), tzinfo=UTC), match.start(), match.end()
    return None


def _zone(name: str | None) -> timezone | None:
    if not name:
        return None
    offset = ZONE_OFFSET.match(name)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    known = ZONES.get(name.casefold())
    return None if known is None else timezone(timedelta(minutes=known))


def _utc(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
