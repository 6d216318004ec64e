"""The fetch flow: what is new at the sources, into the database, with the totals of each source as an artifact.

Entry point: flows/fetch.py:fetch. Only Prefect's wrappers stand here; the work is in `flows.fetching`.
"""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Failed

from flows.batch import fetch_rows, run_name
from flows.engines import Engines
from flows.orchestration import (
    leave_totals,
    make_engines,
    run_batch,
    tell_batch,
    tell_failure,
    under_way,
)
from flows.parameters import FetchParameters, SourceParameters
from flows.recording import nothing_read
from flows.work import FetchWork
from schemas.errors import CopydeskError
from schemas.stored import FetchReport, Problem

# A crawl-delay can make a site last for hours; what was fetched until then is stored, and the next run goes on from there.
_FETCH_MAY_TAKE_S = 6 * 3600.0


class NothingReadError(CopydeskError):
    """A fetch could read none of its sources; `report` says why of each."""

    def __init__(self, problem: Problem, report: FetchReport) -> None:
        super().__init__(problem.message, remedy=problem.remedy, code=problem.code)
        self.problem, self.report = problem, report

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.problem, self.report))


def _name() -> str:
    sources = flow_run.parameters.get("sources") or []
    names = [s["name"] if isinstance(s, dict) else s.name for s in sources]
    return run_name("fetch", names or ["all"])


@flow(name="fetch", flow_run_name=_name, on_failure=[tell_failure], on_crashed=[tell_failure])
def fetch(
    sources: list[SourceParameters],
    db: str = "copydesk.db",
    parameters: FetchParameters = FetchParameters(),  # noqa: B008  frozen
) -> FetchReport | State[object]:
    """Bring in what is new at the sources, or at all that are kept in the database; one that fails never stops the others.

    Args:
        sources: What to ask. Without any: all that are kept in the database and on.
        db: The database: a path on the machine that runs it, made where there is none yet.
        parameters: How they are asked, what is wanted of them, and who hears of it.

    Raises NothingReadError, with the report, where not one source could be read.
    """
    engines = make_engines(parameters.models)
    with under_way("fetch", db, engines, parameters.run) as run:
        if run.skipped:
            return run.skipped
        return _outcome(run.recording.done(_fetch(sources, db, parameters, engines)))


def _outcome(report: FetchReport) -> FetchReport | State[object]:
    """The report; in a failed state, so that somebody hears of it, where not one source could be read."""
    problem = nothing_read(report.sources)
    if problem is None:
        return report
    return Failed(message=problem.message, data=NothingReadError(problem, report))


def _fetch(
    sources: list[SourceParameters], db: str, parameters: FetchParameters, engines: Engines
) -> FetchReport:
    # One task for all of them: they are asked side by side, and their pages cleaned and embedded in common batches.
    specs = [source.spec for source in sources]
    work = FetchWork(sources=specs, db=db, engines=engines, how=parameters.fetching)
    name = f"{len(sources) or 'all'} source" + ("s" if len(sources) != 1 else "")
    report = run_batch(
        work, task="fetch", name=name, timeout_s=_FETCH_MAY_TAKE_S, limits=parameters.run.limits
    )
    tell_batch("fetch", parameters.run, db, report.counts)
    leave_totals("fetch", parameters.run, db, fetch_rows(report), report.took_s)
    return report
