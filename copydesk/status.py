"""What `copydesk status` says: what there is, how each source and schedule gets on, and what waits. Imports no Prefect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from copydesk.schedule_lists import record_of_schedule
from copydesk.settings import Settings
from schemas.addresses import without_credentials
from schemas.runs import GONE, Counted, RunHistory, RunRecord, SourceHistory

if TYPE_CHECKING:
    from copydesk.schedules import Schedule
    from schemas.stored import Problem
    from schemas.web import SourceSpec
    from schemas.webhooks import WebhookState
    from storage.sqlite import Store

_DAY_S = 86_400.0
_UNKNOWN_HABIT_S = 7 * _DAY_S
_FEWEST_ARRIVALS = 3
_ONE_DOCUMENT = ("page", "archive", "folder")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """How a source gets on. It is `silent` where it gave nothing new for much longer than it used to: see `silent_for`.

    `errors` counts its addresses by the error they ended in, `quarantined` its documents in quarantine by code. `schedules`
    are those that are on and mean it; `next` is the next run of any of them.
    """

    name: str
    kind: str
    enabled: bool
    schedules: tuple[str, ...] = ()
    last_run: datetime | None = None
    last_success: datetime | None = None
    last_error: Problem | None = None
    last_new: datetime | None = None
    next: datetime | None = None
    new: Counted = field(default_factory=Counted)
    failed: Counted = field(default_factory=Counted)
    silent: bool = False
    silent_for_s: float | None = None
    errors: Mapping[str, int] = field(default_factory=dict)
    quarantined: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All of it. `counts` is what the database holds; `schedules` are the records of `copydesk schedule list`, with more.

    `stale` names what had no success in the time that was asked about.
    """

    db: str
    counts: Mapping[str, object]
    recent: Mapping[str, Counted]
    sources: Sequence[SourceStatus]
    schedules: Sequence[Mapping[str, object]]
    quarantine_by_code: Mapping[str, int]
    quarantine_by_source: Mapping[str, Mapping[str, int]]
    webhooks: Sequence[WebhookState]
    stale: Sequence[str] = ()


def gather_status(
    settings: Settings,
    store: Store,
    *,
    stale_after_s: float | None = None,
    now: datetime | None = None,
) -> Status:
    """The status of a database and of what the settings say of it.

    Raises SettingsError for a schedule that names a source which is not there.
    """
    from copydesk.schedules import resolve_schedules
    from storage.connection import snapshot
    from storage.outbox import read_webhooks
    from storage.tallies import count_recent, quarantine_by_code, quarantine_by_source

    moment = now or datetime.now(UTC)
    connection = store.connection
    with snapshot(connection):
        schedules = resolve_schedules(settings, store)
        history = true_history(store, settings.db)
        by_source = quarantine_by_source(connection)
        sources = _sources(settings, store, schedules, by_source, moment)
        records = [_schedule(one, history.get(one.spec.name), moment) for one in schedules]
        return Status(
            db=settings.db,
            counts=store.status(),
            recent=count_recent(connection, moment),
            sources=sources,
            schedules=records,
            quarantine_by_code=quarantine_by_code(connection),
            quarantine_by_source=by_source,
            webhooks=read_webhooks(connection),
            stale=_stale(sources, schedules, history, stale_after_s, moment),
        )


def json_of(status: Status) -> dict[str, object]:
    """The status as its JSON has it: the counts of the database at the top."""
    return {
        "db": status.db,
        **status.counts,
        **status.recent,
        "sources": status.sources,
        "schedules": status.schedules,
        "quarantine": {
            "by_code": status.quarantine_by_code,
            "by_source": status.quarantine_by_source,
        },
        "webhooks": status.webhooks,
        "stale": status.stale,
    }


def true_history(store: Store, db: str) -> dict[str, RunHistory]:
    """The past of each schedule; a run that was never said to have ended has crashed where its process is gone."""
    from flows.desk import state_folder
    from storage.runs import schedule_history

    found = schedule_history(store.connection)
    for name, history in found.items():
        if history.last.state == "running" and not _is_under_way(history.last, state_folder(db)):
            last = replace(history.last, state="crashed", error=GONE)
            found[name] = replace(history, last=last)
    return found


def _is_under_way(record: RunRecord, folder: Path) -> bool:
    """Whether a run has a process: by the lock of the flow run, or else by that of the schedule."""
    from flows.liveness import alive, is_sole_run_held

    if record.flow_run_id:
        return alive(folder, record.flow_run_id)
    return bool(record.schedule) and is_sole_run_held(folder, str(record.schedule))


def _schedule(one: Schedule, history: RunHistory | None, now: datetime) -> dict[str, object]:
    last = history.last if history else None
    return {
        **record_of_schedule(one, history, now),
        "last_counts": last.counts if last else None,
        "last_error": last.error if last else None,
    }


def _sources(
    settings: Settings,
    store: Store,
    schedules: Sequence[Schedule],
    quarantined: Mapping[str, Mapping[str, int]],
    now: datetime,
) -> list[SourceStatus]:
    from copydesk.source_lists import list_sources
    from flows.timetable import next_times
    from storage.fetches import blocked_by_source
    from storage.runs import source_history

    known = source_history(store.connection, now=now)
    errors: dict[str, dict[str, int]] = {}
    for row in blocked_by_source(store.connection):
        errors.setdefault(str(row["source"]), {})[str(row["code"])] = int(str(row["count"]))
    active = [one for one in schedules if one.state == "on"]
    coming = {one.spec.name: next_times(one.spec, now) for one in active}
    found = []
    for listed in list_sources(settings, store.sources()):
        if listed.overridden:
            continue
        name = without_credentials(listed.spec.name)
        meaning = [one.spec.name for one in active if listed.spec in one.sources]
        found.append(
            _source(
                listed.spec,
                known.get(name),
                schedules=tuple(meaning),
                next=min((times[0] for one in meaning if (times := coming[one])), default=None),
                errors=errors.get(name, {}),
                quarantined=quarantined.get(name, {}),
            )
        )
    return found


def _source(spec: SourceSpec, history: SourceHistory | None, **of: object) -> SourceStatus:
    said: dict[str, object] = {}
    if history is not None:
        quiet = silent_for(history) if spec.kind not in _ONE_DOCUMENT else None
        said = {
            "last_run": history.last_run,
            "last_success": history.last_success,
            "last_error": history.last_error,
            "last_new": history.last_new,
            "new": history.new,
            "failed": history.failed,
            "silent": quiet is not None,
            "silent_for_s": quiet,
        }
    name = without_credentials(spec.name)
    return SourceStatus(name=name, kind=spec.kind, enabled=spec.enabled, **said, **of)  # type: ignore[arg-type]  # the values are of many types


def silent_for(history: SourceHistory) -> float | None:
    """The seconds for which a source that could be read gave nothing new, where they are too many for it; else None.

    Too many is more than three times the longest gap between two arrivals in ninety days, and a day at least. Of n gaps seen
    the next one is longer than all of them with probability 1/(n+1), whatever their distribution (Hahn and Meeker,
    "Statistical Intervals", section 5: distribution-free prediction bounds); the factor is for weekends and holidays. With
    fewer than three arrivals the habit is not known, and the source is taken for a weekly one. The time runs to its last
    success: of a source that nobody asked, or that failed, something else is to be said.
    """
    if history.last_new is None or history.last_success is None:
        return None
    habit = history.longest_gap_s if history.arrivals >= _FEWEST_ARRIVALS else _UNKNOWN_HABIT_S
    quiet = (history.last_success - history.last_new).total_seconds()
    return quiet if quiet > max(_DAY_S, 3 * habit) else None


def _stale(
    sources: Sequence[SourceStatus],
    schedules: Sequence[Schedule],
    history: Mapping[str, RunHistory],
    after_s: float | None,
    now: datetime,
) -> list[str]:
    """What had no success in time. A source that only schedules mean which are off or paused does not count, nor do they."""
    if after_s is None:
        return []
    since = now - timedelta(seconds=min(after_s, 1e9))

    def is_late(success: datetime | None) -> bool:
        return success is None or success < since

    meant = {without_credentials(s.name) for one in schedules for s in one.sources}
    late = [
        f"source {one.name}"
        for one in sources
        if one.enabled and (one.schedules or one.name not in meant) and is_late(one.last_success)
    ]
    for one in schedules:
        past = history.get(one.spec.name)
        if one.state == "on" and is_late(past.last_success if past else None):
            late.append(f"schedule {one.spec.name}")
    return late
