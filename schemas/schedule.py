"""What runs when: a flow, what it is given, and its times. When those are is known to `flows.timetable`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FlowName = Literal["fetch", "ingest", "enrich", "db-backup", "db-maintain"]
"""The flows, each by the name of its verb."""

ScheduleState = Literal["on", "off", "paused"]
"""on: runs at its times · off: by the settings (`enabled = false`) · paused: by `copydesk schedule pause`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSpec:
    """A flow and when it runs: at the times of `cron` (five fields), or `every` so many seconds; one of the two.

    `timezone` is an IANA name, or None for this machine's zone; the fields of `cron` are read in it. `sources` are names
    for fetch, none of them meaning all that are on; `path` is what ingest reads.

    >>> ScheduleSpec(name="wires", flow="fetch", every=900.0).sources
    ()
    """

    name: str
    flow: FlowName
    sources: tuple[str, ...] = ()
    path: str | None = None
    cron: str | None = None
    every: float | None = None
    timezone: str | None = None
    enabled: bool = True
