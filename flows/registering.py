"""Which schedules are registered with Prefect and run: kept equal to the plan, from the start and while serving goes on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from flows.deployments import PlannedSchedule, deployment_of
from flows.desk import Desk
from flows.missed import Marks
from flows.reaping import last_ran, live_runs, make_up, own_deployments
from flows.runner_thread import RunnerError, RunnerThread

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient


Plan = Sequence[PlannedSchedule]
_STOP_S = 6.0
# Two sites that take hours must not keep a feed waiting; each run is a process with models of its own.
_AT_ONCE = max(4, os.cpu_count() or 4)


class Register:
    """The deployments of a desk and the runner that has them."""

    def __init__(self, desk: Desk) -> None:
        self.marks = Marks(desk.folder / "schedules.json")
        self._desk = desk
        self._runner: RunnerThread | None = None
        self._ids: dict[str, UUID] = {}
        self._signatures: dict[str, str] = {}

    @property
    def runner(self) -> RunnerThread | None:
        """The runner; another one after each `start`."""
        return self._runner

    @property
    def held(self) -> set[UUID]:
        """The runs that the runner has processes for, or is about to start."""
        return self._runner.held if self._runner else set()

    async def start(self, client: PrefectClient, plan: Plan) -> None:
        """Register all of the plan with a new runner, and begin to poll.

        Raises RunnerError, or what Prefect's client raises, where the server does not answer.
        """
        if self._runner is not None:
            await asyncio.to_thread(self._runner.stop, _STOP_S)
        deployments = [
            deployment_of(one, self._desk, name=await self._free_name(client, one)) for one in plan
        ]
        runner = RunnerThread(f"copydesk {self._desk.id[:8]}", at_once=_AT_ONCE)
        await asyncio.to_thread(runner.start, deployments)
        if runner.error is not None:
            raise RunnerError(f"the runner did not start: {runner.error}") from runner.error
        self._runner = runner
        self._ids = {
            one.spec.name: runner.ids[made.name]
            for one, made in zip(plan, deployments, strict=True)
        }
        self._signatures = {one.spec.name: one.signature for one in plan}
        await self._drop_others(client)

    async def take_up(self, client: PrefectClient, plan: Plan) -> bool:
        """Make anew what changed since; whether anything did. What runs goes on as it began."""
        if self._runner is None or not self._runner.is_running:
            await self.start(client, plan)
            return True
        signatures = {one.spec.name: one.signature for one in plan}
        is_changed = signatures != self._signatures
        if is_changed:
            self.marks.note(plan, datetime.now(UTC))
            for one in plan:
                if self._signatures.get(one.spec.name) != signatures[one.spec.name]:
                    await self._register(self._runner, client, one)
            self._ids = {name: self._ids[name] for name in signatures}
            self._signatures = signatures
        await self._drop_others(client)
        return is_changed

    async def make_up_missed(self, client: PrefectClient, plan: Plan, began: datetime) -> list[str]:
        """Start one run of each schedule that missed any, in place of what the server has planned late.

        Returns the names of those that had missed one when serving `began`. What was due since, while the server came up,
        is run too, and is nothing that anybody missed.
        """
        names = []
        for one in plan:
            found = self._ids[one.spec.name]
            ran = await last_ran(client, found)
            if self.marks.is_missed(one, last_ran=ran, now=datetime.now(UTC)):
                if self.marks.is_missed(one, last_ran=ran, now=began):
                    names.append(one.spec.name)
                await make_up(client, found)
                self.marks.made_up(one.spec.name)
        return names

    async def _register(
        self, runner: RunnerThread, client: PrefectClient, one: PlannedSchedule
    ) -> None:
        name = await self._free_name(client, one)
        made = deployment_of(one, self._desk, name=name)
        found = await asyncio.to_thread(runner.add, made)
        self._ids[one.spec.name] = found
        if one.state != "on":
            await client.pause_deployment(found)  # this drops what was planned, late or not

    async def _free_name(self, client: PrefectClient, one: PlannedSchedule) -> str:
        """The schedule's name, or a longer one where somebody else on this server has a deployment of that name."""
        from prefect.exceptions import ObjectNotFound

        name = one.spec.name
        if name.endswith(".py"):  # Prefect would take it for a file, and drop its ending
            name += "-"
        try:
            found = await client.read_deployment_by_name(f"{one.spec.flow}/{name}")
        except ObjectNotFound:
            return name
        return name if self._desk.tag in found.tags else f"{name}-{self._desk.id[:8]}"

    async def _drop_others(self, client: PrefectClient) -> None:
        """Pause deployments of ours that the plan does not have, and delete them once nothing of them runs."""
        deployments = await own_deployments(client, self._desk)
        others = [one for one in deployments if one.id not in self._ids.values()]
        if not others:
            return
        live = {run.deployment_id for run in await live_runs(client, self._desk, others)}
        for one in others:
            if not one.paused:
                await client.pause_deployment(one.id)
            if one.id not in live:
                await client.delete_deployment(one.id)
