"""The ingest flow: files into the database in tasks of a batch each, with the totals as an artifact.

Entry point: flows/ingest.py:ingest. Only Prefect's wrappers stand here; the work is in `flows.pipeline`.
"""

from __future__ import annotations

from typing import cast

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import flow_run
from prefect.tasks import Task, exponential_backoff
from prefect.utilities.annotations import quote

from flows.batch import TASK_DOCUMENTS, BatchWork, can_pass, run_name, totals
from flows.engines import Engines
from flows.parameters import IngestParameters
from flows.pipeline import batches
from schemas.stored import IngestReport
from sources.files import open_documents


def _may_retry(_task: Task[..., IngestReport], _run: TaskRun, state: State[object]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, BaseException) and can_pass(error)


def _name() -> str:
    return run_name(flow_run.parameters.get("paths") or [])


@task(
    name="ingest-batch",
    tags=["ingest"],
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_jitter_factor=0.5,
    retry_condition_fn=_may_retry,
    cache_policy=NO_CACHE,
)
def ingest_batch(work: BatchWork) -> IngestReport:
    """Clean, enrich and store one batch of documents."""
    return work.run()


@flow(name="ingest", flow_run_name=_name)
def ingest(
    paths: list[str],
    db: str = "copydesk.db",
    parameters: IngestParameters = IngestParameters(),  # noqa: B008  frozen
) -> IngestReport:
    """Bring files and folders into the database; one bad document never stops the others."""
    logger = get_run_logger()
    engines = Engines(parameters.engines, notify=logger.info)
    reports = []
    documents = open_documents(paths, options=parameters.reading)
    for number, batch in enumerate(batches(documents, at_most=TASK_DOCUMENTS), start=1):
        work = BatchWork(
            number=number, documents=batch, db=db, engines=engines, force=parameters.force
        )
        named = ingest_batch.with_options(task_run_name=f"batch {number}: {len(batch)} documents")
        # quote keeps Prefect from walking through every byte of the batch.
        reports.append(named(cast("BatchWork", quote(work))))
    report = totals(reports)
    create_table_artifact(
        key="ingest-totals",
        table=[{"count": name, "documents": number} for name, number in report.counts.items()],
        description=f"{_name()} into {db} in {report.took_s} s",
    )
    return report
