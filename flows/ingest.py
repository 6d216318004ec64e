"""The ingest flow: files into the database in tasks of a batch each, with the totals as an artifact.

Entry point: flows/ingest.py:ingest. Only Prefect's wrappers stand here; the work is in `flows.pipeline`.
"""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from flows.batch import ingest_row, run_name, task_batches, totals
from flows.engines import Engines
from flows.orchestration import (
    leave_totals,
    make_engines,
    run_batch,
    tell_batch,
    tell_failure,
    under_way,
)
from flows.parameters import IngestParameters
from flows.pipeline import IngestOptions
from flows.work import IngestWork
from flows.workers import kept_workers
from schemas.stored import IngestReport
from sources.files import open_documents

_BATCH_MAY_TAKE_S = 1800.0


def _name() -> str:
    paths = flow_run.parameters.get("paths") or []
    return run_name("ingest", [str(path) for path in paths])


@flow(name="ingest", flow_run_name=_name, on_failure=[tell_failure], on_crashed=[tell_failure])
def ingest(
    paths: list[str],
    db: str = "copydesk.db",
    parameters: IngestParameters = IngestParameters(),  # noqa: B008  frozen
) -> IngestReport | State[object]:
    """Bring files and folders into the database; one bad document never stops the others.

    Args:
        paths: Files and folders, on the machine that runs it.
        db: The database: a path on the machine that runs it, made where there is none yet.
        parameters: How they are read, and who hears of it.
    """
    engines = make_engines(parameters.models)
    with under_way("ingest", db, engines, parameters.run) as run:
        return run.skipped or run.recording.done(_ingest(paths, db, parameters, engines))


def _ingest(
    paths: list[str], db: str, parameters: IngestParameters, engines: Engines
) -> IngestReport:
    options = IngestOptions(
        force=parameters.force, keep_all=parameters.keep_all, workers=parameters.workers
    )
    reports = []
    documents = open_documents(paths, options=parameters.reading)
    with kept_workers(engines):
        for number, batch in enumerate(task_batches(documents), start=1):
            work = IngestWork(documents=batch, db=db, engines=engines, options=options)
            name = f"batch {number}: {len(batch)} documents"
            report = run_batch(
                work,
                task="ingest",
                name=name,
                timeout_s=_BATCH_MAY_TAKE_S,
                limits=parameters.run.limits,
            )
            tell_batch("ingest", parameters.run, db, report.counts)
            reports.append(report)
    whole = totals(reports)
    row = ingest_row(run_name("", paths).strip(), whole.counts)
    leave_totals("ingest", parameters.run, db, [row], whole.took_s)
    return whole
