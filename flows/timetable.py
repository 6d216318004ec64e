"""When a schedule runs: the coming times and the last one that was due. Imports no Prefect, and agrees with it.

A cron expression names times on the wall clock of its zone, and each comes once, as in Prefect's own schedules: of a
doubled hour the first (so that "*/15 * * * *" pauses for the second), and a time that daylight saving skips as much
earlier as the clock is put forward (02:30 at 01:30). `every` counts elapsed time from one fixed instant and knows no
daylight saving; a restart does not shift it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from cronsim.cronsim import Field

from schemas.schedule import ScheduleSpec

ANCHOR = datetime(2024, 1, 1, tzinfo=UTC)
"""The instant that `every` counts from, a midnight in UTC."""

_LONGEST_CRON = 200
_CRON_FIELDS = (
    ("minute", 59, "0 to 59"),
    ("hour", 23, "0 to 23"),
    ("day of month", 31, "1 to 31"),
    ("month", 12, "1 to 12, or JAN to DEC"),
    ("day of week", 7, "0 to 7, or SUN to SAT; 0 and 7 are Sunday"),
)
# What every reader of cron means the same by: no L, W, # or ?, no step without a range (5/15), no sixth field, which
# some have first and some last.
_TERM = re.compile(
    r"(?P<one>\d{1,2}|[A-Z]{3})|(?:\*|(?P<first>\d{1,2}|[A-Z]{3})-(?P<last>\d{1,2}|[A-Z]{3}))(?:/(?P<step>\d{1,2}))?",
    re.ASCII,
)
_ALIASES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
# More than any clock is put forward or back by; a zone that crosses the date line skips a day once in its history.
_LARGEST_CHANGE = timedelta(hours=3)
_NO_PLACE = ("Factory", "localtime", "posixrules")


def next_times(spec: ScheduleSpec, after: datetime, n: int = 1) -> list[datetime]:
    """The next `n` times after an instant, in UTC, each later than the one before; fewer where the calendar ends.

    `after` is aware. The spec is one that `cron_fault` found nothing wrong with.

    >>> spec = ScheduleSpec(name="wires", flow="fetch", every=900.0)
    >>> next_times(spec, datetime(2026, 3, 1, 8, 7, tzinfo=UTC))
    [datetime.datetime(2026, 3, 1, 8, 15, tzinfo=datetime.timezone.utc)]
    """
    try:
        if spec.cron is None:
            step = _step(spec)
            past = (after - ANCHOR) // step
            return [ANCHOR + step * (past + k) for k in range(1, n + 1)]
        return _next_of_cron(spec.cron, ZoneInfo(zone_of(spec)), after, n)
    except OverflowError:  # the year 9999 is near
        return []


def last_due(spec: ScheduleSpec, before: datetime) -> datetime | None:
    """The last time at or before an instant, in UTC; None where there is none within fifty years.

    >>> spec = ScheduleSpec(name="daily", flow="enrich", cron="30 2 * * *", timezone="Europe/Berlin")
    >>> str(last_due(spec, datetime(2026, 3, 29, 12, tzinfo=UTC)))  # 02:30 was skipped: 01:30 it was
    '2026-03-29 00:30:00+00:00'
    """
    try:
        if spec.cron is None:
            step = _step(spec)
            return ANCHOR + step * ((before - ANCHOR) // step)
        return _last_of_cron(spec.cron, ZoneInfo(zone_of(spec)), before)
    except OverflowError:
        return None


def zone_of(spec: ScheduleSpec) -> str:
    """The IANA name of the zone that a schedule is meant in: its own, else this machine's, else UTC."""
    return spec.timezone or local_zone()


@cache
def local_zone() -> str:
    """This machine's zone by its IANA name; UTC where that cannot be told."""
    from tzlocal import get_localzone_name

    try:
        name = get_localzone_name()
    except (LookupError, OSError, ValueError):  # TZ names a zone that is none
        return "UTC"
    return name if name and is_zone(name) else "UTC"


def is_zone(name: str) -> bool:
    """Whether a zone of that IANA name is known here.

    >>> is_zone("Europe/Berlin"), is_zone("Europe"), is_zone("../etc/passwd")
    (True, False, False)
    """
    if name in _NO_PLACE or name.startswith(("posix/", "right/")):
        return False
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError):  # no name at all, a folder, a path
        return False
    return True


def cron_fault(text: str) -> str | None:
    """What is wrong with a cron expression: the field and why; None where it can be used.

    >>> cron_fault("*/15 9-17 * * MON-FRI")
    >>> cron_fault("0 25 * * *")
    "the hour '25' is none: it takes 0 to 23, lists (1,5), ranges upwards (9-17) and steps of all or of a range (*/2)"
    """
    if text.strip() in _ALIASES:
        return f'shorthands are not read here: write "{_ALIASES[text.strip()]}"'
    fields = text.upper().split()
    if len(text) > _LONGEST_CRON:
        return f"it is longer than {_LONGEST_CRON} characters"
    if len(fields) != len(_CRON_FIELDS):
        names = ", ".join(name for name, _, _ in _CRON_FIELDS)
        return f"it has {len(fields)} fields, not five: {names}"
    for n, (name, largest, said) in enumerate(_CRON_FIELDS):
        if not _is_field(n, fields[n], largest):
            return (
                f"the {name} {fields[n]!r} is none: it takes {said}, "
                "lists (1,5), ranges upwards (9-17) and steps of all or of a range (*/2)"
            )
    return _days_fault(fields)


def _is_field(n: int, field: str, largest: int) -> bool:
    return all(_is_term(n, term, largest) for term in field.split(","))


def _is_term(n: int, text: str, largest: int) -> bool:
    term = _TERM.fullmatch(text)
    if term is None or not 0 < int(term["step"] or 1) <= largest:
        return False
    kind = Field(n + 1)  # its first is the second
    try:
        kind.parse(text)
        # A range from a day to itself is a week to some readers.
        return term["first"] is None or kind.int(term["first"]) < kind.int(term["last"])
    except CronSimError:
        return False


def _days_fault(fields: list[str]) -> str | None:
    day, weekday = fields[2], fields[4]
    if "*" not in (day, weekday) and (day + weekday).count("*"):
        return (
            f"{day!r} and {weekday!r} both choose days, and programs differ on whether one or both have to fit: "
            'make one of them "*"'
        )
    try:
        next(CronSim(" ".join(fields), ANCHOR.replace(tzinfo=None)))
    except (CronSimError, StopIteration):
        return f"no month of {fields[3]!r} has a day {day!r}"
    return None


def _step(spec: ScheduleSpec) -> timedelta:
    return timedelta(seconds=spec.every or 0)


def _next_of_cron(cron: str, zone: ZoneInfo, after: datetime, n: int) -> list[datetime]:
    found: set[datetime] = set()
    enough: datetime | None = None
    for wall in CronSim(cron, _wall(after, zone)):
        if enough is not None and wall > enough:
            break
        if (moment := _instant(wall, zone)) > after:
            found.add(moment)
        if enough is None and len(found) >= n:
            # What is skipped comes early: before some that stand before it on the clock.
            enough = _wall(max(found), zone) + _disorder(max(found), zone)
    return sorted(found)[:n]


def _last_of_cron(cron: str, zone: ZoneInfo, before: datetime) -> datetime | None:
    start = _wall(before, zone) + _disorder(before, zone) + timedelta(seconds=1)
    found: datetime | None = None
    least = start
    for wall in CronSim(cron, start, reverse=True):
        if found is not None and wall < least:
            break
        moment = _instant(wall, zone)
        if moment <= before and (found is None or moment > found):
            found, least = moment, wall - _disorder(moment, zone)
    return found


def _disorder(moment: datetime, zone: ZoneInfo) -> timedelta:
    """How far the order of times on the clock may differ from that of the instants, around an instant."""
    before = (moment - _LARGEST_CHANGE).astimezone(zone).utcoffset()
    after = (moment + _LARGEST_CHANGE).astimezone(zone).utcoffset()
    return timedelta() if before == after else _LARGEST_CHANGE


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a time on the clock: the first of two; of one that is skipped, as much earlier as was skipped."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if _wall(moment, zone) == wall:
        return moment
    return wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
