"""That a run is noted: when it began, how it ended and what it made of each source, tracked by Prefect or not.

What is kept is known to `storage.runs`. Imports no Prefect.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from flows.prepare import problem_of
from flows.redo import Redone
from schemas.errors import CopydeskError, DatabaseError
from schemas.runs import GONE, RunRecord, RunVerb
from schemas.stored import FetchReport, IngestReport, Problem, SourceReport
from storage import runs
from storage.sqlite import Store

Report = TypeVar("Report", IngestReport, FetchReport, Redone)


class Recording:
    """A run under way; `done` takes what came of it."""

    def __init__(self) -> None:
        self.counts: Mapping[str, int] = {}
        self.sources: Sequence[SourceReport] = ()

    def done(self, report: Report) -> Report:
        """Take a report's counts and sources; returns the report."""
        if isinstance(report, Redone):
            stages = {str(stage): number for stage, number in report.done.items()}
            self.counts = stages | {"failed": len(report.failed)}
            return report
        self.counts = report.counts
        if isinstance(report, FetchReport):
            self.sources = report.sources
        return report


@contextmanager
def recorded(
    store: Store | None,
    verb: RunVerb,
    *,
    schedule: str | None = None,
    flow_run_id: str | None = None,
) -> Iterator[Recording]:
    """The block is noted as one run, with its error where it ends with one; without a store (a dry run) nothing is.

    A run of a schedule or of a flow has its row from the beginning, so that one that is killed is known. Whoever names a
    schedule holds its lock: rows of it that still run are then of processes that are gone.
    """
    began, recording = time.perf_counter(), Recording()
    first = RunRecord(
        verb=verb,
        started_at=datetime.now(UTC),
        state="running",
        schedule=schedule,
        flow_run_id=flow_run_id,
    )
    run_id = _begin(store, first) if store is not None and (schedule or flow_run_id) else None
    problem: Problem | None = None
    try:
        yield recording
        problem = nothing_read(recording.sources)
    except BaseException as error:
        problem = _problem_of(error)
        raise
    finally:
        ended = replace(
            first,
            took_s=round(time.perf_counter() - began, 3),
            counts=recording.counts,
            sources=recording.sources,
            state="failed" if problem else "done",
            error=problem,
        )
        if store is not None:
            _finish(store, run_id, ended)


def note_run(store: Store, record: RunRecord) -> None:
    """Keep a run that has ended, where it says something that is not known."""
    if runs.is_worth_noting(store.connection, record):
        with store.transaction():
            runs.add_run(store.connection, record)


def note_crash(
    store: Store,
    problem: Problem = GONE,
    *,
    flow_run_id: str | None = None,
    schedule: str | None = None,
) -> int:
    """Say of the running rows of a flow run, or of a schedule, that their process is gone; returns how many there were."""
    running = runs.read_running(store.connection)
    if not any(
        (one.flow_run_id and one.flow_run_id == flow_run_id)
        or (one.schedule and one.schedule == schedule)
        for one in running
    ):
        return 0
    with store.transaction():
        return runs.crash_runs(
            store.connection, problem, flow_run_id=flow_run_id, schedule=schedule
        )


def _begin(store: Store, record: RunRecord) -> int:
    with store.transaction():
        runs.crash_runs(
            store.connection, GONE, flow_run_id=record.flow_run_id, schedule=record.schedule
        )
        return runs.add_run(store.connection, record)


def _finish(store: Store, run_id: int | None, record: RunRecord) -> None:
    try:
        if run_id is None:
            note_run(store, record)
        else:
            with store.transaction():
                runs.finish_run(store.connection, run_id, record)
    except DatabaseError:
        # What the run stored is stored: it does not fail because nobody could write down that it ran. Where the file
        # itself is at fault, the run has failed of it already.
        return


def nothing_read(sources: Sequence[SourceReport]) -> Problem | None:
    """Why a fetch has failed as a whole: there were sources, and none of them could be read."""
    errors = [source.error for source in sources]
    if not errors or not all(errors) or errors[0] is None:
        return None
    if len(errors) == 1:
        return errors[0]
    return replace(
        errors[0], message=f"none of {len(errors)} sources could be read: {errors[0].message}"
    )


def _problem_of(error: BaseException) -> Problem:
    if isinstance(error, CopydeskError):
        return problem_of(error)
    if isinstance(error, Exception):
        # Its text may hold anything, an address with a password too.
        return Problem(
            code="unforeseen",
            message=f"ended with {type(error).__name__}",
            remedy="see the log of the run",
        )
    return Problem(
        code="interrupted",
        message="was interrupted",
        remedy="what was told as stored is stored; the next run goes on from there",
    )
