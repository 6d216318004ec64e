"""The fetch flow: what is new at the sources, into the database, with the totals of each source as an artifact.

Entry point: flows/fetch.py:fetch. Only Prefect's wrappers stand here; the work is in `flows.fetching`.
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

from flows.batch import can_pass
from flows.engines import Engines
from flows.fetch_parameters import FetchParameters, FetchWork
from schemas.stored import FetchReport
from schemas.web import SourceSpec


def _may_retry(_task: Task[..., FetchReport], _run: TaskRun, state: State[object]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, BaseException) and can_pass(error)


def _name() -> str:
    sources = flow_run.parameters.get("sources") or []
    first = sources[0] if sources else None
    name = first["name"] if isinstance(first, dict) else getattr(first, "name", "nothing")
    return f"fetch {name}" + (f" and {len(sources) - 1} more" if len(sources) > 1 else "")


@task(
    name="fetch-sources",
    tags=["fetch"],
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_jitter_factor=0.5,
    retry_condition_fn=_may_retry,
    cache_policy=NO_CACHE,
)
def fetch_batch(work: FetchWork) -> FetchReport:
    """Ask the sources side by side and store what is new."""
    return work.do()


@flow(name="fetch", flow_run_name=_name)
def fetch(
    sources: list[SourceSpec],
    db: str = "copydesk.db",
    parameters: FetchParameters = FetchParameters(),  # noqa: B008  frozen
) -> FetchReport:
    """Bring in what is new at the sources; one that fails never stops the others."""
    logger = get_run_logger()
    engines = Engines(parameters.engines, notify=logger.info)
    work = FetchWork(sources=sources, db=db, engines=engines, run=parameters.run)
    named = fetch_batch.with_options(task_run_name=f"{len(sources)} sources")
    # quote keeps Prefect from walking through all the engines.
    report = named(cast("FetchWork", quote(work)))
    create_table_artifact(
        key="fetch-totals",
        table=[
            {
                "source": source.source,
                "kind": source.kind,
                **source.counts,
                "error": source.error.message if source.error else "",
            }
            for source in report.sources
        ],
        description=f"{_name()} into {db} in {report.took_s} s",
    )
    return report
