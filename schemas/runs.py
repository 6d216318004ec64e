"""What ran: a run of a verb by hand, by a schedule or as a flow, what came of it, and what is known of a source by its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from schemas.stored import Problem, SourceReport

RunVerb = Literal["fetch", "ingest", "enrich"]
RunState = Literal["running", "done", "failed", "crashed"]
"""failed: it ended with an error of ours, or none of its sources could be read · crashed: its process is gone."""

GONE = Problem(
    code="crashed",
    message="its process is gone: it was killed, or the machine went down",
    remedy="what it had stored is stored; the next run goes on from there",
)
"""Why a run has crashed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run. `counts` is the report's (for enrich: articles a stage, and failed); `error` is why it did not end well.

    `schedule` names the one that it ran for, `flow_run_id` is Prefect's; a plain run has neither. Times are aware.
    """

    verb: RunVerb
    started_at: datetime
    took_s: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    state: RunState = "done"
    schedule: str | None = None
    flow_run_id: str | None = None
    error: Problem | None = None
    sources: Sequence[SourceReport] = ()
    id: int | None = None

    @property
    def news(self) -> int:
        """How many articles are new or changed by it, or were done again."""
        idle = ("found", "unchanged", "skipped", "quarantined", "put_off", "failed")
        return sum(number for name, number in self.counts.items() if name not in idle)

    @property
    def failures(self) -> int:
        """How many documents or articles could not be used."""
        return self.counts.get("quarantined", 0) + self.counts.get("failed", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHistory:
    """A schedule's last run, and the end of its last one that went well."""

    last: RunRecord
    last_success: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A number in the last day and in the last week."""

    day: int = 0
    week: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHistory:
    """What runs made of one source.

    `last_success` is the end of the last run that could read it, `last_error` why the very last one could not, `last_new`
    when it last gave something new or changed. `arrivals` is how often it did in the last 90 days, `longest_gap_s` the
    longest time between two of them. `new` and `failed` count documents.
    """

    kind: str
    last_run: datetime
    last_success: datetime | None = None
    last_error: Problem | None = None
    last_new: datetime | None = None
    arrivals: int = 0
    longest_gap_s: float = 0.0
    new: Counted = field(default_factory=Counted)
    failed: Counted = field(default_factory=Counted)
