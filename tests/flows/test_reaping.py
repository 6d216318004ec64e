"""What is told dead on a real Prefect server, and what is left alone."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.objects import (
    ConcurrencyLimitStrategy,
    ConcurrencyOptions,
    FlowRun,
    State,
)
from prefect.states import Crashed, Pending, Running, Scheduled
from prefect.tasks import task

from flows.desk import TAG, Desk, open_desk
from flows.liveness import held
from flows.reaping import MADE_UP, SKIPPED, Reaper, last_ran, make_up, own_deployments
from flows.zombies import NAME, watch_heartbeats
from tests.copydesk.serve_process import ServedDesk, in_the_end_stopped
from tests.flows.prefect_server import PrefectServer
from tests.news_server import serve
from tests.waiting import until

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Bench:
    """A desk and its deployment on the server."""

    client: PrefectClient
    desk: Desk
    deployment: UUID

    async def run(self, state: State[Any] | None = None, *, tags: tuple[str, ...] = ()) -> UUID:
        """A run of the deployment that came as far as `state`."""
        made = await self.client.create_flow_run_from_deployment(
            self.deployment, state=Scheduled(), tags=list(tags)
        )
        await self.to(made.id, *([Pending()] if state and not state.is_scheduled() else []))
        await self.to(made.id, *([state] if state and not state.is_pending() else []))
        return made.id

    async def to(self, run: UUID, *states: State[Any]) -> None:
        for state in states:
            answer = await self.client.set_flow_run_state(run, state, force=state.is_running())
            assert answer.status.value in ("ACCEPT", "WAIT"), answer

    async def read(self, run: UUID) -> FlowRun:
        return await self.client.read_flow_run(run)

    async def slots(self) -> int:
        (one,) = await own_deployments(self.client, self.desk)
        assert one.global_concurrency_limit is not None
        return int(one.global_concurrency_limit.active_slots)

    async def take_slot(self) -> None:
        (one,) = await own_deployments(self.client, self.desk)
        assert one.global_concurrency_limit is not None
        await self.client.update_global_concurrency_limit(
            one.global_concurrency_limit.name, GlobalConcurrencyLimitUpdate(active_slots=1)
        )


@pytest.fixture
def on_server(
    prefect_server: PrefectServer, tmp_path: Path
) -> Callable[[Callable[[Bench], Awaitable[None]]], None]:
    """Runs a test's steps with a desk of its own."""

    async def go(steps: Callable[[Bench], Awaitable[None]]) -> None:
        desk = open_desk(tmp_path / "news.db")
        async with PrefectClient(api=prefect_server.url) as client:
            flow = await client.create_flow_from_name("fetch")
            deployment = await client.create_deployment(
                flow,
                name=f"wires-{desk.id[:8]}",
                tags=[TAG, desk.tag],
                concurrency_limit=1,
                concurrency_options=ConcurrencyOptions(
                    collision_strategy=ConcurrencyLimitStrategy.ENQUEUE
                ),
            )
            await steps(Bench(client, desk, deployment))

    return lambda steps: asyncio.run(go(steps))


Steps = Callable[[Callable[[Bench], Awaitable[None]]], None]


@pytest.mark.parametrize("state", [Running(), Pending()], ids=["running", "pending"])
def test_a_run_that_no_process_has_is_told_crashed_and_frees_its_slot(
    on_server: Steps, state: State[Any]
) -> None:
    async def steps(bench: Bench) -> None:
        ghost = await bench.run(state)
        assert await bench.slots() == 1
        dead = await Reaper(bench.desk).reap(bench.client, at_once=True)
        assert [run.id for run in dead] == [ghost]
        assert (await bench.read(ghost)).state_name == "Crashed"
        assert await bench.slots() == 0
        assert await last_ran(bench.client, bench.deployment) is None

    on_server(steps)


def test_a_task_whose_run_has_ended_is_ended_too_and_no_other(on_server: Steps) -> None:
    async def steps(bench: Bench) -> None:
        async def task_of(run: UUID) -> UUID:
            made = await bench.client.create_task_run(work, run, "0", state=Running())
            return made.id

        async def state_of(task: UUID) -> str | None:
            return (await bench.client.read_task_run(task)).state_name

        gone, slow = await bench.run(Running()), await bench.run(Scheduled())
        left, under_way = await task_of(gone), await task_of(slow)
        await bench.to(gone, Crashed())  # as the runner says of a process that ended with -9
        reaper = Reaper(bench.desk)
        await reaper.reap(bench.client)
        assert await state_of(left) == "Running"  # its end may be on its way
        await reaper.reap(bench.client)
        assert await state_of(left) == "Crashed"
        assert await state_of(under_way) == "Running"

    @task
    def work() -> None:
        return

    on_server(steps)


def test_while_a_runner_polls_a_run_has_to_look_dead_twice(on_server: Steps) -> None:
    async def steps(bench: Bench) -> None:
        ghost = await bench.run(Running())
        reaper = Reaper(bench.desk)
        assert await reaper.reap(bench.client) == []
        assert [run.id for run in await reaper.reap(bench.client)] == [ghost]

    on_server(steps)


def test_a_run_that_lives_is_left_however_slow_it_is(on_server: Steps) -> None:
    async def steps(bench: Bench) -> None:
        slow = await bench.run(Running())
        reaper = Reaper(bench.desk)
        with held(bench.desk.folder, str(slow)):
            for _ in range(3):
                assert await reaper.reap(bench.client, at_once=True) == []
        assert await reaper.reap(bench.client, held=[slow]) == []
        assert await reaper.reap(bench.client, held=[slow]) == []
        assert (await bench.read(slow)).state_name == "Running"
        assert await bench.slots() == 1

    on_server(steps)


def test_a_run_of_somebody_else_is_never_touched(on_server: Steps) -> None:
    async def steps(bench: Bench) -> None:
        flow = await bench.client.create_flow_from_name("fetch")
        other = await bench.client.create_deployment(flow, name=f"other-{bench.desk.id[:8]}")
        strangers = await bench.client.create_flow_run_from_deployment(other, tags=[TAG, "desk:x"])
        await bench.client.set_flow_run_state(strangers.id, Running(), force=True)
        for _ in range(2):
            assert await Reaper(bench.desk).reap(bench.client, at_once=True) == []
        assert (await bench.read(strangers.id)).state_name == "Running"

    on_server(steps)


def test_a_slot_that_no_run_has_is_given_back(on_server: Steps) -> None:
    async def steps(bench: Bench) -> None:
        await bench.take_slot()
        reaper = Reaper(bench.desk)
        await reaper.reap(bench.client)
        assert await bench.slots() == 1  # somebody may just have taken it
        await reaper.reap(bench.client)
        assert await bench.slots() == 0

    on_server(steps)


def test_of_late_runs_one_waits_for_the_one_under_way(on_server: Steps) -> None:
    async def steps(bench: Bench) -> None:
        under_way = await bench.run(Running())
        ago = datetime.now(UTC) - timedelta(minutes=10)
        late = [await bench.run(Scheduled(scheduled_time=ago), tags=(MADE_UP,)) for _ in range(4)]
        asked_for = await bench.run()
        with held(bench.desk.folder, str(under_way)):
            await Reaper(bench.desk).reap(bench.client)
        states = [(await bench.read(run)).state_name for run in late]
        assert states.count(SKIPPED) == 3
        assert (await bench.read(asked_for)).state_name == "Scheduled"
        assert await last_ran(bench.client, bench.deployment) is None

    on_server(steps)


def test_many_late_runs_are_skipped_bit_by_bit_and_hold_up_no_look_at_the_dead(
    on_server: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def steps(bench: Bench) -> None:
        under_way = await bench.run(Running())
        ago = datetime.now(UTC) - timedelta(minutes=10)
        late = [await bench.run(Scheduled(scheduled_time=ago), tags=(MADE_UP,)) for _ in range(3)]
        reaper, skipped = Reaper(bench.desk), []
        with held(bench.desk.folder, str(under_way)):
            for _ in range(3):
                await reaper.reap(bench.client)
                states = [(await bench.read(run)).state_name for run in late]
                skipped.append(states.count(SKIPPED))
        assert skipped == [1, 2, 2]

    monkeypatch.setattr("flows.reaping._SKIPPING_MAY_TAKE_S", 0.0)
    on_server(steps)


def test_what_was_made_up_and_never_began_is_not_made_up_twice(on_server: Steps) -> None:
    async def steps(bench: Bench) -> None:
        await make_up(bench.client, bench.deployment)
        time.sleep(0.1)
        await Reaper(bench.desk).reap(bench.client, at_once=True)
        assert await bench.client.read_flow_runs() == [] or not [
            run
            for run in await bench.client.read_flow_runs()
            if run.deployment_id == bench.deployment
        ]

    on_server(steps)


def test_the_server_watches_heartbeats_once(on_server: Steps) -> None:
    async def steps(bench: Bench) -> None:
        await watch_heartbeats(bench.client)
        await watch_heartbeats(bench.client)
        assert len(await bench.client.read_automations_by_name(NAME)) == 1

    on_server(steps)


def test_serving_on_a_server_of_others_leaves_theirs_alone(
    prefect_server: PrefectServer, tmp_path: Path
) -> None:
    async def stranger() -> tuple[UUID, UUID]:
        async with PrefectClient(api=prefect_server.url) as client:
            flow = await client.create_flow_from_name("fetch")
            deployment = await client.create_deployment(flow, name="wires", tags=["theirs"])
            run = await client.create_flow_run_from_deployment(deployment)
            await client.set_flow_run_state(run.id, Running(), force=True)
            return deployment, run.id

    async def read(deployment: UUID, run: UUID) -> tuple[list[str], str | None]:
        async with PrefectClient(api=prefect_server.url) as client:
            tags = (await client.read_deployment(deployment)).tags
            return tags, (await client.read_flow_run(run)).state_name

    deployment, run = asyncio.run(stranger())
    with serve() as site:
        site.story("/a", "Tolls rise in Vila Nova", "The port raised its tolls by 4% on Monday.")
        site.feed("/feed.xml", "/a")
        desk = ServedDesk(tmp_path, site)
        desk.write_settings(schedules='[[schedule]]\nname="wires"\nflow="fetch"\nevery="3s"\n')
        with in_the_end_stopped(desk):
            serving = desk.start({"PREFECT_API_URL": prefect_server.url})
            assert serving["dashboard"] == prefect_server.url.removesuffix("/api")
            until(lambda: len(desk.articles()) == 1, within=120, what="an article")
            assert not (desk.state / "home").exists()
            assert desk.end(signal.SIGTERM) == 0
    assert asyncio.run(read(deployment, run)) == (["theirs"], "Running")
