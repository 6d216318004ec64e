"""The enrich flow: what another model or version made, or what was never made, is done again, a task a stage.

Entry point: flows/enrich.py:enrich. Only Prefect's wrappers stand here; the work is in `flows.redo`.
"""

from __future__ import annotations

import time

from prefect import flow
from prefect.client.schemas.objects import State

from flows.batch import all_redone, enrich_rows
from flows.engines import Engines
from flows.orchestration import (
    leave_totals,
    make_engines,
    run_batch,
    tell_batch,
    tell_failure,
    under_way,
)
from flows.parameters import EnrichParameters
from flows.redo import Redone
from flows.work import EnrichWork, stages_to_do

# A stage over a large archive lasts for hours; it goes on where it stopped.
_STAGE_MAY_TAKE_S = 24 * 3600.0


@flow(name="enrich", flow_run_name="enrich", on_failure=[tell_failure], on_crashed=[tell_failure])
def enrich(
    db: str = "copydesk.db",
    parameters: EnrichParameters = EnrichParameters(),  # noqa: B008  frozen
) -> Redone | State[object]:
    """Do again whatever is out of date; an article that cannot be done stays as it was.

    Args:
        db: The database: a path on the machine that runs it.
        parameters: Which stages, and who hears of it.
    """
    engines = make_engines(parameters.models)
    with under_way("enrich", db, engines, parameters.run) as run:
        return run.skipped or run.recording.done(_enrich(db, parameters, engines))


def _enrich(db: str, parameters: EnrichParameters, engines: Engines) -> Redone:
    began = time.perf_counter()
    found = []
    for stage, number in stages_to_do(db, engines, parameters.stages).items():
        work = EnrichWork(stage=stage, db=db, engines=engines)
        name = f"{stage}: {number} articles"
        done = run_batch(
            work,
            task="enrich",
            name=name,
            timeout_s=_STAGE_MAY_TAKE_S,
            limits=parameters.run.limits,
        )
        counts = {"done": done.done[stage], "failed": len(done.failed)}
        tell_batch("enrich", parameters.run, db, counts, stage=stage)
        found.append(done)
    rows = enrich_rows(found)
    leave_totals("enrich", parameters.run, db, rows, time.perf_counter() - began)
    return all_redone(found)
