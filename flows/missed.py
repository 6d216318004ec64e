"""Which runs of a schedule were missed: what of each schedule is remembered from one serving to the next.

Prefect forgets what it had planned when a deployment changes, and plans only a few runs ahead; so that a run was missed
is told from the schedule's own times.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from flows.deployments import PlannedSchedule
from flows.timetable import last_due


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Since when a schedule is on with these times; `handed_back`: its run was cut short when serving ended."""

    when: str
    since: str
    handed_back: bool = False


class Marks:
    """The marks of a desk's schedules by name, kept in a file. A file that is damaged is one that never was."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._marks = dict(_read(path))

    def note(self, schedules: Iterable[PlannedSchedule], now: datetime) -> None:
        """Remember which schedules are on, each since it is, and forget the others."""
        marks = {}
        for planned in schedules:
            if planned.state == "on":
                known = self._marks.get(planned.spec.name)
                is_same = known is not None and known.when == planned.when
                new = Mark(when=planned.when, since=now.astimezone(UTC).isoformat())
                marks[planned.spec.name] = known if known and is_same else new
        if marks != self._marks:
            self._marks = marks
            self._write()

    def hand_back(self, names: Iterable[str]) -> None:
        """Remember that runs of these schedules were cut short, and are to be made up."""
        for name in names:
            if name in self._marks:
                self._marks[name] = replace(self._marks[name], handed_back=True)
        self._write()

    def made_up(self, name: str) -> None:
        """Forget that a run was cut short."""
        if name in self._marks and self._marks[name].handed_back:
            self._marks[name] = replace(self._marks[name], handed_back=False)
            self._write()

    def handed_back(self) -> frozenset[str]:
        """The schedules whose runs were cut short by an end of serving, and not made up yet."""
        return frozenset(name for name, mark in self._marks.items() if mark.handed_back)

    def is_missed(
        self, planned: PlannedSchedule, *, last_ran: datetime | None, now: datetime
    ) -> bool:
        """Whether a run was due and did not come to an end since the schedule is on."""
        mark = self._marks.get(planned.spec.name)
        if mark is None or mark.when != planned.when or planned.state != "on":
            return False
        if mark.handed_back:
            return True
        due = last_due(planned.spec, now)
        seen = max(filter(None, (last_ran, _instant(mark.since))), default=None)
        return due is not None and seen is not None and due > seen

    def _write(self) -> None:
        written = self._path.with_suffix(".new")
        # A disk that is full for a while costs at most a run that is not made up.
        with suppress(OSError):
            written.write_text(
                json.dumps({name: asdict(mark) for name, mark in self._marks.items()}),
                encoding="utf-8",
            )
            written.replace(self._path)


def _read(path: Path) -> Mapping[str, Mark]:
    try:
        found = json.loads(path.read_bytes())
        return {str(name): Mark(**facts) for name, facts in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _instant(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
