"""Schedules as they are shown: a record for programs, a row for people, and the coming times of several."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flows.timetable import next_times, zone_of

if TYPE_CHECKING:
    from copydesk.schedules import Schedule
    from schemas.runs import RunHistory

COLUMNS = (
    "name", "flow", "sources", "path", "cron", "every", "timezone", "state", "last_run", "last_state", "last_success", "next",
)  # fmt: skip
HEADER = ("name", "flow", "of", "when", "zone", "state", "last run", "last success", "next")
TIME_COLUMNS = ("name", "flow", "timezone", "local", "utc")


def coming_times(schedules: Sequence[Schedule], number: int) -> list[dict[str, str]]:
    """The next `number` times of all that are on together, soonest first, by the schedule's clock and in UTC."""
    now = datetime.now(UTC)
    found = [
        (moment, one.spec)
        for one in schedules
        if one.state == "on"
        for moment in next_times(one.spec, now, number)
    ]
    found.sort(key=lambda pair: pair[0])
    return [
        {
            "name": spec.name,
            "flow": spec.flow,
            "timezone": zone_of(spec),
            "local": moment.astimezone(ZoneInfo(zone_of(spec))).isoformat(),
            "utc": moment.isoformat().replace("+00:00", "Z"),
        }
        for moment, spec in found[:number]
    ]


def record_of_schedule(
    one: Schedule, history: RunHistory | None, now: datetime
) -> dict[str, object]:
    """A schedule for programs: what it means, when it last ran and how that ended, and its next time."""
    spec = one.spec
    return {
        "name": spec.name,
        "flow": spec.flow,
        "sources": [source.name for source in one.sources],
        "path": spec.path,
        "cron": spec.cron,
        "every": spec.every,
        "timezone": zone_of(spec),
        "state": one.state,
        "last_run": history.last.started_at if history else None,
        "last_state": history.last.state if history else None,
        "last_success": history.last_success if history else None,
        "next": _next_of(one, now),
    }


def _next_of(one: Schedule, now: datetime) -> datetime | None:
    found = next_times(one.spec, now) if one.state == "on" else []
    return found[0] if found else None


def row_of_schedule(one: Schedule, history: RunHistory | None, now: datetime) -> list[str]:
    """The same for people, under `HEADER`; times by the schedule's own clock."""
    spec = one.spec
    zone = ZoneInfo(zone_of(spec))
    last = f"{_clock(history.last.started_at, zone)} {history.last.state}" if history else "never"
    return [
        spec.name,
        spec.flow,
        _of(one),
        spec.cron or f"every {_duration(spec.every or 0)}",
        zone_of(spec),
        one.state,
        last,
        _clock(history.last_success if history else None, zone),
        _clock(_next_of(one, now), zone),
    ]


def _of(one: Schedule) -> str:
    if one.spec.flow == "ingest":
        return str(one.spec.path)
    if one.spec.flow == "enrich":
        return "-"
    if one.spec.sources:
        return ", ".join(one.spec.sources)
    return f"all that are on ({len(one.sources)})"


def _clock(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if moment else "-"


def _duration(every: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if every % size == 0:
            return f"{every / size:g}{unit}"
    return f"{every:g}s"
