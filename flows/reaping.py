"""What is left on a Prefect server of runs that are gone: told dead, their slots freed, missed ones made one.

Only runs of this desk are ever touched: those of its deployments, and those with its tag. That a run lives is said by its
lock and its beat (flows.liveness), or by the runner that has it; never by how long it takes.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from flows.desk import TAG, Desk
from flows.liveness import alive, forget

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.filters import FlowRunFilter, TaskRunFilterState
    from prefect.client.schemas.objects import FlowRun, State
    from prefect.client.schemas.responses import DeploymentResponse
    from prefect.client.schemas.sorting import FlowRunSort

_PAGE = 200
# What says that the server is away for a while, not that it cannot do this.
_TRIED_AGAIN = (429, 502, 503, 504)
# Where runs come due faster than a slow server skips them, the next look at what is dead must not wait for all of them.
_SKIPPING_MAY_TAKE_S = 5.0
MADE_UP = "made-up"
"""The tag of a run that stands for all that were missed."""
SKIPPED = "Skipped"
"""The name of the state of a run for which another one stands."""


async def own_deployments(client: PrefectClient, desk: Desk) -> list[DeploymentResponse]:
    """The deployments of this desk, those among them that the settings no longer have."""
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags

    tags = DeploymentFilterTags(all_=[TAG, desk.tag])
    return await client.read_deployments(deployment_filter=DeploymentFilter(tags=tags))


async def live_runs(
    client: PrefectClient, desk: Desk, deployments: Sequence[DeploymentResponse]
) -> list[FlowRun]:
    """This desk's runs that the server takes for alive: pending, running, or being cancelled."""
    from prefect.client.schemas import filters
    from prefect.client.schemas.objects import StateType

    alive_states = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
    state = filters.FlowRunFilterState(type=filters.FlowRunFilterStateType(any_=alive_states))
    by_tag = filters.FlowRunFilterTags(all_=[TAG, desk.tag])
    found = await _all_runs(client, filters.FlowRunFilter(state=state, tags=by_tag))
    if deployments:
        # A run that a person started with other tags is one of ours all the same.
        ours = filters.FlowRunFilterDeploymentId(any_=[one.id for one in deployments])
        found += await _all_runs(client, filters.FlowRunFilter(state=state, deployment_id=ours))
    return list({run.id: run for run in found}.values())


class Reaper:
    """Tells the server which runs are dead. What only looks so for a moment is seen twice first."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._suspected: set[UUID] = set()
        self._surplus: dict[UUID, int] = {}
        self._orphans: set[UUID] = set()

    async def reap(
        self, client: PrefectClient, *, held: Collection[UUID] = (), at_once: bool = False
    ) -> list[FlowRun]:
        """End the runs whose process is gone, and let at most one late run wait; returns the dead.

        `held` are those that our runner has a process for. `at_once` is for when no runner of ours polls, so that nothing
        can be about to begin: then no late run is left.
        """
        deployments = await own_deployments(client, self._desk)
        runs = await live_runs(client, self._desk, deployments)
        gone = [run for run in runs if run.id not in held and not self._lives(run)]
        due = [run for run in gone if at_once or run.id in self._suspected]
        self._suspected = {run.id for run in gone}
        dead = [run for run in due if await _end(client, run)]
        for run in dead:
            forget(self._desk.folder, str(run.id))
        living = [run for run in runs if run not in dead]
        await self._free_slots(client, deployments, living, at_once=at_once)
        await self._end_orphans(client, deployments, at_once=at_once)
        if at_once:
            await forget_late(client, deployments)
        else:
            await skip_late(client, deployments, living, held=held)
        return dead

    def _lives(self, run: FlowRun) -> bool:
        return alive(self._desk.folder, str(run.id))

    async def _end_orphans(
        self,
        client: PrefectClient,
        deployments: Sequence[DeploymentResponse],
        *,
        at_once: bool,
    ) -> None:
        """End the tasks of runs that the runner itself told dead; the end of a task may reach the server after its run's."""
        found = await _orphaned_tasks(client, deployments)
        for task in found if at_once else found & self._orphans:
            await _end_task(client, task)
        self._orphans = found

    async def _free_slots(
        self,
        client: PrefectClient,
        deployments: Sequence[DeploymentResponse],
        living: Sequence[FlowRun],
        *,
        at_once: bool,
    ) -> None:
        """Give back the slots that no run has: a server that was killed, or forgot its leases, counts them still."""
        from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate

        surplus: dict[UUID, int] = {}
        for one in deployments:
            limit = one.global_concurrency_limit
            taken = sum(run.deployment_id == one.id for run in living)
            if limit is None or limit.active_slots <= taken:
                continue
            surplus[one.id] = limit.active_slots
            if at_once or self._surplus.get(one.id) == limit.active_slots:
                update = GlobalConcurrencyLimitUpdate(active_slots=taken)
                await client.update_global_concurrency_limit(limit.name, update)
        self._surplus = surplus


async def _end(client: PrefectClient, run: FlowRun) -> bool:
    """Tell the server that a run is dead; whether it took that. One that it cannot end holds up no other."""
    from httpx import HTTPStatusError
    from prefect.exceptions import ObjectNotFound
    from prefect.states import Cancelled, Crashed

    message = "Its process is gone: it was killed, or the machine went down. What it stored stays."
    cancelling = run.state is not None and run.state.is_cancelling()
    state: State[object] = Cancelled(message=message) if cancelling else Crashed(message=message)
    try:
        await client.set_flow_run_state(run.id, state)
        await _end_tasks(client, run)
    except ObjectNotFound:  # deleted meanwhile, by a person
        return False
    except HTTPStatusError as error:
        if error.response.status_code in _TRIED_AGAIN:
            raise
        return False
    return True


async def _end_tasks(client: PrefectClient, run: FlowRun) -> None:
    from prefect.client.schemas import filters

    of_run = filters.TaskRunFilterFlowRunId(any_=[run.id])
    wanted = filters.TaskRunFilter(flow_run_id=of_run, state=_unfinished())
    for task in await client.read_task_runs(task_run_filter=wanted):
        await _end_task(client, task.id)


async def _end_task(client: PrefectClient, task: UUID) -> None:
    from prefect.states import Crashed

    state: State[object] = Crashed(message="The run that it belongs to is gone.")
    await client.set_task_run_state(task, state, force=True)


async def _orphaned_tasks(
    client: PrefectClient, deployments: Sequence[DeploymentResponse]
) -> set[UUID]:
    """The task runs that are under way on the server although their flow run has ended."""
    from prefect.client.schemas import filters
    from prefect.client.schemas.objects import StateType

    if not deployments:
        return set()
    ended = [StateType.COMPLETED, StateType.FAILED, StateType.CANCELLED, StateType.CRASHED]
    of_runs = filters.FlowRunFilter(
        deployment_id=filters.FlowRunFilterDeploymentId(any_=[one.id for one in deployments]),
        state=filters.FlowRunFilterState(type=filters.FlowRunFilterStateType(any_=ended)),
    )
    found = await client.read_task_runs(
        flow_run_filter=of_runs, task_run_filter=filters.TaskRunFilter(state=_unfinished())
    )
    return {task.id for task in found}


def _unfinished() -> TaskRunFilterState:
    from prefect.client.schemas import filters
    from prefect.client.schemas.objects import StateType

    types = filters.TaskRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING])
    return filters.TaskRunFilterState(type=types)


async def forget_late(client: PrefectClient, deployments: Sequence[DeploymentResponse]) -> None:
    """Delete what was planned and is late. Only while no runner polls: one may just be starting it."""
    for one in deployments:
        for run in await _late_runs(client, one.id):
            await client.delete_flow_run(run.id)


async def skip_late(
    client: PrefectClient,
    deployments: Sequence[DeploymentResponse],
    live: Sequence[FlowRun],
    *,
    held: Collection[UUID] = (),
) -> int:
    """Let one late run wait for the one that is under way, of each deployment, and skip the others; returns how many.

    Where nothing is under way the runner may be starting any of them at this moment, and they are left for the next
    time; so are those for which there is no time. `held` are those that it is starting.
    """
    from prefect.states import Cancelled

    busy = {run.deployment_id for run in live}
    skipped, deadline = 0, time.monotonic() + _SKIPPING_MAY_TAKE_S
    for one in deployments:
        late = await _late_runs(client, one.id) if one.id in busy else []
        waiting = [run for run in late if run.id not in held]
        for run in waiting[0 if len(waiting) < len(late) else 1 :]:
            # Not deleted: if it began after all, it ends in order.
            message = "The run before it took longer; one that waits stands for all that were due."
            await client.set_flow_run_state(run.id, Cancelled(name=SKIPPED, message=message))
            skipped += 1
            if time.monotonic() > deadline:
                return skipped
    return skipped


async def make_up(client: PrefectClient, deployment_id: UUID) -> None:
    """One run, now, for all that were missed."""
    await client.create_flow_run_from_deployment(deployment_id, tags=[MADE_UP])


async def last_ran(client: PrefectClient, deployment_id: UUID) -> datetime | None:
    """When the last run of a deployment that came to an end was due, or began if that was later.

    One that crashed does not count: it is made up as if it had never begun.
    """
    from prefect.client.schemas import filters
    from prefect.client.schemas.objects import StateType
    from prefect.client.schemas.sorting import FlowRunSort

    ended = [StateType.COMPLETED, StateType.FAILED, StateType.CANCELLED]
    wanted = filters.FlowRunFilter(
        deployment_id=filters.FlowRunFilterDeploymentId(any_=[deployment_id]),
        state=filters.FlowRunFilterState(
            type=filters.FlowRunFilterStateType(any_=ended),
            name=filters.FlowRunFilterStateName(not_any_=[SKIPPED]),
        ),
    )
    runs = await client.read_flow_runs(
        flow_run_filter=wanted, sort=FlowRunSort.START_TIME_DESC, limit=10
    )
    times = [time for run in runs for time in (run.expected_start_time, run.start_time) if time]
    return max(times).astimezone(UTC) if times else None


async def _late_runs(client: PrefectClient, deployment_id: UUID) -> list[FlowRun]:
    """What is due and not begun, what a runner takes first before the others; but for what a person started."""
    from prefect.client.schemas import filters
    from prefect.client.schemas.objects import StateType
    from prefect.client.schemas.sorting import FlowRunSort

    scheduled = filters.FlowRunFilterStateType(any_=[StateType.SCHEDULED])
    wanted = filters.FlowRunFilter(
        deployment_id=filters.FlowRunFilterDeploymentId(any_=[deployment_id]),
        state=filters.FlowRunFilterState(type=scheduled),
        expected_start_time=filters.FlowRunFilterExpectedStartTime.model_validate(
            {"before_": datetime.now(UTC)}
        ),
    )
    runs = await _all_runs(client, wanted, sort=FlowRunSort.NEXT_SCHEDULED_START_TIME_ASC)
    return [run for run in runs if run.auto_scheduled or MADE_UP in run.tags]


async def _all_runs(
    client: PrefectClient, wanted: FlowRunFilter, *, sort: FlowRunSort | None = None
) -> list[FlowRun]:
    found: list[FlowRun] = []
    while True:
        page = await client.read_flow_runs(
            flow_run_filter=wanted, sort=sort, limit=_PAGE, offset=len(found)
        )
        found += page
        if len(page) < _PAGE:
            return found
