"""What the flows share of Prefect: how a batch is run as a task, what a run leaves behind, who hears of a failure.

With Prefect's flow files the only module that imports it. No state lives here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar, cast

from prefect import get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import FlowRun, State, TaskRun
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.concurrency.sync import concurrency
from prefect.events import emit_event
from prefect.flows import Flow
from prefect.runtime import deployment, flow_run
from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL
from prefect.states import Completed
from prefect.tasks import Task, exponential_backoff
from prefect.utilities.annotations import quote
from pydantic import ValidationError

from flows.batch import can_pass
from flows.engines import Engines
from flows.liveness import held, is_ending, sole_run
from flows.notify import send_notice
from flows.parameters import ModelParameters, RunContext
from flows.recording import Recording, recorded
from flows.telling import webhooks_told
from schemas.addresses import without_credentials
from schemas.notices import FailureNotice
from schemas.runs import RunVerb
from storage.connection import Access
from storage.sqlite import Store

R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")
RUNNER_PROCESS = "_COPYDESK_RUNNER_PROCESS"
"""The variable in which a runner of ours tells its flow runs its process id."""
_ENDING_S = 2.0
_SERVER_PAUSES_S = (2.0, 5.0, 15.0)
_LEASE_S = 60.0  # the shortest that Prefect's server takes
Rows = Sequence[Mapping[str, object]]


class Work(Protocol[R_co]):
    """A unit of work that can be run again: twice is once."""

    def run(self) -> R_co:
        """Do it."""
        ...


def _may_retry(_task: Task[..., object], _run: TaskRun, state: State[object]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, BaseException) and can_pass(error)


@task(
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_jitter_factor=0.5,
    retry_condition_fn=_may_retry,
    cache_policy=NO_CACHE,
)
def _batch(work: Work[object]) -> object:
    return work.run()


def run_batch(
    work: Work[R], *, task: str, name: str, timeout_s: float, limits: Sequence[str] = ()
) -> R:
    """The result of `work`, run as a task that is tried again where the database was busy.

    While it runs it holds a slot of each of `limits`, which hold for all workers together. Raises
    ConcurrencySlotAcquisitionError for one that the server does not have.
    """
    named = _batch.with_options(
        name=task, task_run_name=name, tags=["copydesk", task], timeout_seconds=timeout_s
    )
    with _slots(limits):
        # quote keeps Prefect from walking through every byte of the batch.
        return cast("R", _begun(lambda: named(cast("Work[object]", quote(work)))))


def _begun(call: Callable[[], object]) -> object:
    """What a task gives. Before it begins, the server is asked for slots of its tags, limited or not, outside of its retries."""
    for pause_s in _SERVER_PAUSES_S:
        try:
            return call()
        except ConcurrencySlotAcquisitionError as error:
            get_run_logger().warning("%s; asked again in %g s", error, pause_s)
            time.sleep(pause_s)
    return call()


@contextmanager
def _slots(limits: Sequence[str]) -> Iterator[None]:
    """A slot of each limit. Its lease ends within a minute of a process that is killed; a limit of a tag would be held for ever."""
    if not limits:
        yield
        return
    with concurrency(
        list(limits),
        strict=True,
        lease_duration=_LEASE_S,
        # A server that is gone for a while does not end what is being stored.
        raise_on_lease_renewal_failure=False,
    ):
        yield


def make_engines(models: ModelParameters) -> Engines:
    """The engines of a run; what they have to say goes to its log."""
    return Engines(models.engines, notify=get_run_logger().info)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A flow run under way; or one that may not begin, and the state that it ends in instead."""

    recording: Recording
    skipped: State[object] | None = None


@contextmanager
def under_way(verb: RunVerb, db: str, engines: Engines, context: RunContext) -> Iterator[Run]:
    """A run that is noted in the database and, for a desk, seen to be alive and the only one of its schedule.

    Raises DatabaseError, UsageError.
    """
    run_id = str(flow_run.id)
    with ExitStack() as stack:
        if context.state_folder is not None:
            # Only what a runner of ours started ends with it: a run by hand is its user's.
            by_runner = deployment.id is not None
            runner = context.desk or ""
            parent = os.environ.get(RUNNER_PROCESS, "")
            stack.enter_context(
                held(
                    context.state_folder,
                    run_id,
                    runner=runner,
                    end_with_parent=by_runner,
                    parent=int(parent) if parent.isdecimal() else None,
                )
            )
        if context.state_folder is not None and context.schedule is not None:
            is_sole = stack.enter_context(sole_run(context.state_folder, context.schedule))
            if not is_sole:
                yield Run(recording=Recording(), skipped=_skipped(context.schedule))
                return
        mode: Access = "w" if verb == "enrich" else "a"
        store = stack.enter_context(Store(Path(db), encoder=engines.encoder, mode=mode))
        told = webhooks_told(
            store,
            [hook.webhook for hook in context.webhooks],
            environment=os.environ,
            say=get_run_logger().warning,
        )
        stack.enter_context(told)
        noted = recorded(store, verb, schedule=context.schedule, flow_run_id=run_id)
        yield Run(recording=stack.enter_context(noted))


def _skipped(schedule: str) -> State[object]:
    message = f"another run of schedule {schedule!r} is under way; what is new, it brings in"
    return Completed(name="Skipped", message=message)


def tell_failure(flow: Flow[..., object], flow_run: FlowRun, state: State[object]) -> None:
    """A state hook: whoever the run's parameters name hears that it failed or crashed. Prefect names the arguments."""
    context = _context_of(flow_run.parameters)
    if state.is_crashed() and _is_handed_back(context):
        return
    notice = FailureNotice(
        flow=flow.name,
        state="crashed" if state.is_crashed() else "failed",
        message=state.message or state.name or "no reason was given",
        at=state.timestamp,
        db=flow_run.parameters.get("db"),
        schedule=context.schedule,
        run_id=str(flow_run.id),
        run_name=flow_run.name,
        link=context.link,
    )
    # The settings name a variable of the environment where the address is a secret.
    send_notice(notice, context.notify, environment=os.environ)


def _is_handed_back(context: RunContext) -> bool:
    """Whether the runner of this process is ending too: then the next one makes the run up, and there is no alarm."""
    runner = os.environ.get(RUNNER_PROCESS)
    folder = context.state_folder
    return bool(folder and runner and is_ending(folder, runner, patience_s=_ENDING_S))


def _context_of(parameters: Mapping[str, object]) -> RunContext:
    """The context as a run has it: a form, what the server made of one, or what no flow of ours would have begun with."""
    given = parameters.get("parameters")
    found = given.get("run") if isinstance(given, Mapping) else getattr(given, "run", None)
    try:
        return RunContext.model_validate(found or {})
    except ValidationError:
        return RunContext()


def tell_batch(
    flow: str, context: RunContext, db: str, counts: Mapping[str, int], *, stage: str | None = None
) -> None:
    """One event for a batch, for automations: what came of it, in which database."""
    emit_event(
        event=f"copydesk.{flow}.batch",
        resource={
            "prefect.resource.id": f"copydesk.desk.{context.desk or 'by-hand'}",
            "prefect.resource.name": db,
        },
        payload={"flow": flow, "schedule": context.schedule, "stage": stage, **counts},
    )


def leave_totals(flow: str, context: RunContext, db: str, rows: Rows, took_s: float) -> None:
    """The one artifact of a run: a row a source, stage or input."""
    of = f" · schedule {context.schedule}" if context.schedule else ""
    create_table_artifact(
        key=f"copydesk-{flow}",
        table=[dict(row) for row in rows],
        description=f"{flow} into `{db}` in {took_s:.1f} s{of} · {_desk_link(context)}",
    )


def _desk_link(context: RunContext) -> str:
    """Where more is to be seen, as Markdown: the desk's own address where it has one, else the dashboard."""
    if context.link:
        return f"[open the desk]({context.link})"
    pages = PREFECT_UI_URL.value() or PREFECT_API_URL.value() or ""
    return f"[open the dashboard]({without_credentials(pages.removesuffix('/api'))})"
