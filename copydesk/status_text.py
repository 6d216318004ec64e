"""The status for people: counts first, then a table each for sources, schedules and webhooks where there are any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from copydesk.present import write, write_table
from copydesk.status import SourceStatus, Status
from schemas.runs import Counted
from schemas.stored import Problem
from schemas.webhooks import WebhookState

_LONGEST_NOTE = 100


def write_status(status: Status, now: datetime) -> None:
    """Print it."""
    recent = status.recent
    lines = {
        "db": status.db,
        **status.counts,
        "last day": f"{recent['new'].day:,} new, {recent['failed'].day:,} failed",
        "last week": f"{recent['new'].week:,} new, {recent['failed'].week:,} failed",
        "quarantine": status.quarantine_by_code,
    }
    for name, value in lines.items():
        write(f"{name.replace('_', ' '):<16} {_short(value)}")
    if status.sources:
        _table(
            [_source_row(one, now) for one in status.sources],
            ("source", "kind", "last success", "last new", "next", "new d/w", "failed d/w", "note"),
        )
    if status.schedules:
        _table(
            [_schedule_row(one, now) for one in status.schedules],
            ("schedule", "flow", "state", "last run", "last success", "next", "note"),
        )
    if status.webhooks:
        _table(
            [_webhook_row(one, now) for one in status.webhooks],
            ("webhook", "waiting", "oldest", "given up", "last delivered", "note"),
        )


def _table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> None:
    write()
    write_table(rows, header)


def _short(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {number:,}" for name, number in value.items()) or "none"
    if isinstance(value, list):
        return "; ".join(" ".join(str(part) for part in item.values()) for item in value) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value or "none")


def _source_row(one: SourceStatus, now: datetime) -> list[str]:
    return [
        *(one.name, one.kind, ago(one.last_success, now), ago(one.last_new, now)),
        *(_ahead(one.next, now), _numbers(one.new), _numbers(one.failed)),
        _note(
            "" if one.enabled else "off",
            f"silent for {_span(one.silent_for_s)}" if one.silent_for_s else "",
            _failed(one.last_error),
            _short(one.quarantined) if one.quarantined else "",
        ),
    ]


def _schedule_row(one: Mapping[str, object], now: datetime) -> list[str]:
    state = one["last_state"]
    return [
        *(str(one["name"]), str(one["flow"]), str(one["state"])),
        f"{ago(_moment(one['last_run']), now)}{f', {state}' if state else ''}",
        ago(_moment(one["last_success"]), now),
        _ahead(_moment(one["next"]), now),
        _note(_failed(one["last_error"])),
    ]


def _webhook_row(one: WebhookState, now: datetime) -> list[str]:
    return [
        *(one.name, f"{one.waiting:,}", ago(one.oldest, now) if one.oldest else "-"),
        *(f"{one.given_up:,}", ago(one.last_delivered, now)),
        _note(
            "" if one.watched else "not in the settings any more",
            one.last_error or "",
            f"asked again {_ahead(one.next_try, now)}"
            if one.next_try and one.next_try > now
            else "",
        ),
    ]


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _failed(problem: object) -> str:
    return f"{problem.code}: {problem.message}" if isinstance(problem, Problem) else ""


def _note(*parts: str) -> str:
    text = "; ".join(part for part in parts if part)
    return text if len(text) <= _LONGEST_NOTE else f"{text[: _LONGEST_NOTE - 3]}..."


def _numbers(counted: Counted) -> str:
    return f"{counted.day:,}/{counted.week:,}"


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago something was.

    >>> noon = datetime.fromisoformat("2026-03-05T12:30:00+00:00")
    >>> ago(datetime.fromisoformat("2026-03-05T09:00:00+00:00"), noon), ago(None, noon)
    ('3h ago', 'never')
    """
    if moment is None:
        return "never"
    return f"{_span((now - moment).total_seconds())} ago"


def _ahead(moment: datetime | None, now: datetime) -> str:
    return "-" if moment is None else f"in {_span((moment - now).total_seconds())}"


def _span(seconds: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size or (seconds >= size and unit != "d"):
            return f"{int(seconds // size)}{unit}"
    return f"{max(0, int(seconds))}s"
