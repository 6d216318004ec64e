"""The schedules of the settings: which can be meant, which sources each means, and which are on, off or paused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from copydesk.settings import ScheduleSettings, Settings, seconds
from copydesk.settings_faults import origin_of, wrong
from schemas.addresses import without_credentials
from schemas.errors import SettingsError, UsageError
from schemas.schedule import FlowName, ScheduleSpec, ScheduleState
from schemas.web import SourceSpec

if TYPE_CHECKING:
    from storage.sqlite import Store

RUNNABLE: tuple[FlowName, ...] = ("fetch", "ingest", "enrich")
"""The flows whose verb exists."""

_NAME = re.compile(r"[^\W_](?:[\w. -]{0,58}[\w-])?")
_SHORTEST_S, _LONGEST_S = 1.0, 366 * 86_400.0
_Fault = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule with what it means now: the sources that a fetch would ask, and whether it is on, off or paused."""

    spec: ScheduleSpec
    sources: tuple[SourceSpec, ...]
    state: ScheduleState


def schedule_specs(settings: Settings) -> tuple[ScheduleSpec, ...]:
    """The schedules of the settings, in the file's order."""
    return tuple(
        ScheduleSpec(
            name=plan.name,
            flow=plan.flow,
            sources=tuple(dict.fromkeys(plan.sources)),
            path=plan.path,
            cron=plan.cron,
            every=None if plan.every is None else seconds(plan.every),
            timezone=plan.timezone,
            enabled=plan.enabled,
        )
        for plan in settings.schedule
    )


def resolve_schedules(settings: Settings, store: Store | None) -> list[Schedule]:
    """Each schedule with the sources it means, of the settings and of the database; `store` None where there is none.

    A fetch that names no source means all that are on; a source that is off is left out of every one. Raises
    SettingsError for a source that is neither in the settings nor in the database, with the nearest name that is.
    """
    from copydesk.source_lists import list_sources

    kept = store.sources() if store else []
    known = {one.spec.name: one.spec for one in list_sources(settings, kept) if not one.overridden}
    paused = _paused(store)
    found = []
    for n, spec in enumerate(schedule_specs(settings)):
        sources = _sources_of(n, spec, known, settings) if spec.flow == "fetch" else ()
        # All that it means are off. To the fetch flow no source means each that is on, also those nobody meant.
        rests = spec.flow == "fetch" and bool(known) and not sources
        state = "off" if rests else _state(spec, paused)
        found.append(Schedule(spec=spec, sources=sources, state=state))
    return found


def find_schedule(name: str, schedules: Sequence[Schedule]) -> Schedule:
    """The schedule of that name. Raises UsageError, with the nearest there is."""
    found = next((one for one in schedules if one.spec.name == name), None)
    if found is None:
        names = [one.spec.name for one in schedules]
        near = get_close_matches(name, names, n=1)
        listed = (
            f"there are: {', '.join(names)}" if names else "write a [[schedule]] into the settings"
        )
        raise UsageError(
            f"there is no schedule {name!r}",
            remedy=f"did you mean {near[0]}?" if near else listed,
            code="schedule_missing",
        )
    return found


def _paused(store: Store | None) -> frozenset[str]:
    from storage.schedules import paused_schedules

    return paused_schedules(store.connection) if store else frozenset()


def _state(spec: ScheduleSpec, paused: frozenset[str]) -> ScheduleState:
    if not spec.enabled:
        return "off"
    return "paused" if spec.name in paused else "on"


def _sources_of(
    n: int, spec: ScheduleSpec, known: dict[str, SourceSpec], settings: Settings
) -> tuple[SourceSpec, ...]:
    for name in spec.sources:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "see: copydesk sources list"
            key = f"schedule.{n}.sources"
            raise SettingsError(
                f"{origin_of(key, settings.origins)}: {key}: schedule {spec.name!r} names a source {without_credentials(name)!r}, "
                "and there is none of that name in the settings or the database",
                remedy=hint,
                code="source_missing",
            )
    names = spec.sources or tuple(known)
    return tuple(known[name] for name in names if known[name].enabled)


def check_schedules(settings: Settings) -> None:
    """Raise SettingsError for the first [[schedule]] that cannot be meant."""
    names: dict[str, int] = {}
    for n, plan in enumerate(settings.schedule):
        for name, said, why in _faults(plan):
            key = f"schedule.{n}.{name}" if name else f"schedule.{n}"
            raise wrong(key, said, settings.origins, why=why)
        folded = plan.name.casefold()
        if folded in names:
            why = f"schedule.{names[folded]} has that name; each has to have its own"
            said = f"= {plan.name!r} is wrong"
            raise wrong(f"schedule.{n}.name", said, settings.origins, why=why)
        names[folded] = n


def _faults(plan: ScheduleSettings) -> Iterator[_Fault]:
    if not _NAME.fullmatch(plan.name):
        why = "a file is named after it: 1 to 60 letters, digits, blanks and . _ -, a letter or digit first"
        yield "name", f"= {plan.name!r} is wrong", why
    if plan.flow not in RUNNABLE:
        known = f"known: {', '.join(RUNNABLE)}"
        why = f"{plan.flow} does not exist yet in this version; {known}"
        yield "flow", f"= {plan.flow!r} is wrong", why
    yield from _place_faults(plan)
    yield from _time_faults(plan)


def _place_faults(plan: ScheduleSettings) -> Iterator[_Fault]:
    if plan.sources and plan.flow != "fetch":
        yield (
            "sources",
            f"= {list(plan.sources)!r} is wrong",
            f"{plan.flow} asks no sources; fetch does",
        )
    if plan.path is not None and plan.flow != "ingest":
        yield "path", f"= {plan.path!r} is wrong", f"{plan.flow} reads no path; ingest does"
    if plan.flow != "ingest":
        return
    if plan.path is None:
        yield "path", "is missing", "ingest needs the file or folder to read"
    elif "://" in plan.path:
        why = "ingest reads files and folders; make the address a [[source]], and its flow fetch"
        yield "path", "is an address", why
    elif not plan.path.strip() or "\0" in plan.path or Path(plan.path).name == "-":
        yield "path", f"= {plan.path!r} is wrong", "it has to name a file or folder"


def _time_faults(plan: ScheduleSettings) -> Iterator[_Fault]:
    if (plan.cron is None) == (plan.every is None):
        said = "has neither cron nor every" if plan.cron is None else "has both cron and every"
        yield "", said, 'it needs one: every = "15m", or cron = "0 6 * * *"'
    elif plan.every is not None:
        every = seconds(plan.every)
        if every is None or not _SHORTEST_S <= every <= _LONGEST_S:
            why = "it has to be a time from a second to a year"
            yield "every", f"= {plan.every!r} is wrong", why
    else:
        from flows.timetable import cron_fault

        if fault := cron_fault(plan.cron or ""):
            yield "cron", f"= {plan.cron!r} is wrong", fault
    if plan.timezone is not None:
        yield from _zone_faults(plan.timezone)


def _zone_faults(name: str) -> Iterator[_Fault]:
    from flows.timetable import is_zone

    if is_zone(name):
        return
    from zoneinfo import available_timezones

    cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(available_timezones())}
    folded = name.strip().replace(" ", "_").rpartition("/")[2].casefold()
    near = get_close_matches(folded, cities, n=1)
    hint = f"did you mean {cities[near[0]]}?" if near else 'as in "Europe/Berlin"'
    yield "timezone", f"= {name!r} is wrong", f"there is no such time zone; {hint}"
