"""Serving a desk: its schedules run by a runner of ours, what died cleaned up, changes taken up, an end in order.

What must not wait for anything else is a task of one event loop in the main thread: signals, the server that is kept
running, and a tick every few seconds. The runner has a thread of its own (flows.runner_thread).
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from flows.deployments import schedule_tag
from flows.desk import Desk
from flows.liveness import forget_ending, say_ending
from flows.local_server import LocalServer, ServerUnavailableError
from flows.reaping import Reaper, live_runs, own_deployments
from flows.registering import Plan, Register
from flows.runner_thread import RunnerError
from flows.timetable import next_times
from schemas.addresses import without_credentials
from schemas.errors import CopydeskError

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun

TICK_S = 5.0
STARTUP_S = 300.0
_HAND_BACK_S = 15.0
_RUNNER_STOP_S = 6.0
_LAST_WORD_S = 5.0
_SERVER_BACK_S = 15.0
_NEVER_AFTER = 3
# `timeout` and service managers send a signal to the process and to its group: twice is not impatience.
_IMPATIENT_AFTER_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeEvent:
    """Something that happened: its name, a sentence for people, facts for programs."""

    name: str
    text: str
    facts: Mapping[str, object]


class Keeper(Protocol):
    """Where settings and database are read; both methods may take a moment, and are called in another thread."""

    def plan(self) -> Plan:
        """What is to be served now. Raises CopydeskError where that cannot be told."""
        ...

    def reload(self) -> None:
        """Take up changed settings. Raises CopydeskError for bad ones, and keeps the old."""
        ...


class Serving:
    """One desk being served, from start to end."""

    def __init__(
        self,
        desk: Desk,
        keeper: Keeper,
        *,
        server: LocalServer | None,
        tell: Callable[[ServeEvent], None],
    ) -> None:
        """`server` is ours and was started; None means the one of PREFECT_API_URL."""
        self._desk = desk
        self._keeper = keeper
        self._server = server
        self._tell_event = tell
        self._reaper = Reaper(desk)
        self._register = Register(desk)
        self._plan: Plan | None = None
        self._refused = ""
        self._is_unreachable = False
        self._is_reload_asked = False
        self._ended_at = 0.0

    async def run(self) -> int:
        """Serve until a signal ends it; returns the exit code: 0 after SIGTERM, 130 after Ctrl-C.

        Raises CopydeskError where the server does not come up, or the settings cannot be served.
        """
        loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._ending: asyncio.Future[int] = loop.create_future()
        for number, code in ((signal.SIGTERM, 0), (signal.SIGINT, 130)):
            loop.add_signal_handler(number, self._end, code)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        forget_ending(self._desk.folder)
        watch = asyncio.create_task(self._keep_server())
        work = asyncio.create_task(self._serve())
        try:
            first: list[asyncio.Future[int] | asyncio.Task[None]] = [self._ending, work]
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()  # nothing but an error ends it
            work.cancel()
            await asyncio.wait([work], timeout=_LAST_WORD_S)
            return self._ending.result()
        finally:
            await self._stop()
            watch.cancel()
            if self._server is not None:
                await asyncio.to_thread(self._server.stop)
            forget_ending(self._desk.folder)
            self._tell("stopped", "Stopped; nothing is left running.")

    def _end(self, code: int) -> None:
        now = asyncio.get_running_loop().time()
        if not self._ending.done():
            self._ended_at = now
            say_ending(self._desk.folder)
            self._ending.set_result(code)
        elif code and now - self._ended_at > _IMPATIENT_AFTER_S:
            # Ctrl-C again: at once, then. Flow processes and the server end when they see that we are gone.
            os._exit(code)

    def _hang_up(self) -> None:
        self._is_reload_asked = True
        self._wake.set()

    def _tell(self, name: str, text: str, **facts: object) -> None:
        self._tell_event(ServeEvent(name=name, text=text, facts=facts))

    async def _keep_server(self) -> None:
        while self._server is not None:
            if self._server.keep_running():
                self._tell("server_restarted", "The Prefect server had died: it starts again.")
            self._server.trim_log()
            await asyncio.sleep(1.0)

    async def _serve(self) -> None:
        from prefect.client.orchestration import get_client

        await self._until_up()
        async with get_client() as client:
            while True:
                await self._guarded(self._begin if self._plan is None else self._tick, client)
                self._wake.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), TICK_S)

    async def _until_up(self) -> None:
        """Wait until the server answers. Raises ServerUnavailableError where it does not in time."""
        from prefect.client.orchestration import get_client

        deadline = asyncio.get_running_loop().time() + STARTUP_S
        where = self._server.url if self._server else _dashboard()
        self._tell("waiting", f"Waiting for the Prefect server at {where}", server=where)
        while True:
            if self._server is None:
                async with get_client() as client:
                    error: object = await client.api_healthcheck()
                if error is None:
                    return
            elif await asyncio.to_thread(self._server.is_up):
                return
            else:
                error = self._server.last_words()
            never = self._server is not None and self._server.failures >= _NEVER_AFTER
            if never or asyncio.get_running_loop().time() > deadline:
                raise ServerUnavailableError(
                    f"the Prefect server at {where} does not answer ({error})",
                    remedy=f"see {self._server.home / 'server.log'}"
                    if self._server
                    else "check PREFECT_API_URL; without it copydesk serve starts a server of its own",
                )
            await asyncio.sleep(0.3 if self._server else 2.0)

    async def _guarded(
        self, step: Callable[[PrefectClient], Awaitable[None]], client: PrefectClient
    ) -> None:
        """A step; that a server does not answer is said once, and the step is taken again at the next tick."""
        from httpx import HTTPError
        from prefect.deployments.runner import DeploymentApplyError
        from prefect.exceptions import PrefectException

        try:
            await step(client)
        except (HTTPError, PrefectException, DeploymentApplyError, RunnerError, OSError) as error:
            if not self._is_unreachable:
                said = str(error) or type(error).__name__
                self._tell("prefect_unreachable", f"The Prefect server is in trouble: {said}")
            self._is_unreachable = True
        else:
            if self._is_unreachable:
                self._tell("prefect_reachable", "The Prefect server does its work again.")
            self._is_unreachable = False

    async def _begin(self, client: PrefectClient) -> None:
        from flows.zombies import watch_heartbeats

        plan = await asyncio.to_thread(self._keeper.plan)
        began = datetime.now(UTC)
        cut_short = self._register.marks.handed_back()
        self._register.marks.note(plan, began)
        if self._server is not None:
            await watch_heartbeats(client)
        # No late run is left by this; `make_up_missed` knows of more than the server had planned.
        is_first = self._register.runner is None
        dead = await self._reaper.reap(client, held=self._register.held, at_once=is_first)
        # What the last serving ended itself, and had no time to say so, is nothing to be alarmed about.
        self._tell_dead([run for run in dead if not cut_short.intersection(_schedules([run]))])
        await self._register.start(client, plan)
        missed = await self._register.make_up_missed(client, plan, began)
        self._tell_plan("serving", plan)
        if missed:
            self._tell("missed", f"Makes up once: {', '.join(missed)}.", schedules=missed)
        self._plan = plan

    async def _tick(self, client: PrefectClient) -> None:
        # First: what cannot be taken up keeps nobody from being told dead.
        self._tell_dead(await self._reaper.reap(client, held=self._register.held))
        plan = await self._fresh_plan()
        if await self._register.take_up(client, plan):
            self._tell_plan("schedules_changed", plan)
        self._plan = plan

    async def _fresh_plan(self) -> Plan:
        """What is to be served now: what it was where settings or database are bad."""
        assert self._plan is not None  # noqa: S101  begun
        is_asked, self._is_reload_asked = self._is_reload_asked, False
        try:
            if is_asked:
                await asyncio.to_thread(self._keeper.reload)
            plan = await asyncio.to_thread(self._keeper.plan)
        except CopydeskError as error:
            if is_asked or str(error) != self._refused:
                self._tell("settings_refused", f"Goes on as before: {error}")
            self._refused = str(error)
            return self._plan
        self._refused = ""
        if is_asked:
            self._tell("settings_read", "Read the settings again.")
        return plan

    def _tell_dead(self, runs: list[FlowRun]) -> None:
        for run in runs:
            text = f"The run {run.name!r} was gone: its process was killed."
            self._tell("run_crashed", text, run=str(run.id), run_name=run.name)

    def _tell_plan(self, name: str, plan: Plan) -> None:
        now = datetime.now(UTC)
        due = [
            (times[0], one.spec.name)
            for one in plan
            if one.state == "on" and (times := next_times(one.spec, now))
        ]
        dashboard = self._server.url if self._server else _dashboard()
        coming = [
            f"{schedule} at {at.astimezone():%Y-%m-%d %H:%M:%S}" for at, schedule in sorted(due)
        ]
        said = "next: " + ", ".join(coming[:3]) if coming else "no schedule is on: add [[schedule]]"
        self._tell(
            name,
            f"Serving {self._desk.db}: {said}. Dashboard: {dashboard}",
            dashboard=dashboard,
            db=str(self._desk.db),
            next=[{"schedule": schedule, "at": at.isoformat()} for at, schedule in sorted(due)],
        )

    async def _stop(self) -> None:
        """Hand back what runs: it ends as cancelled, what it stored stays, and the next serving makes it up."""
        from prefect.client.orchestration import get_client

        runner = self._register.runner
        if runner is None:
            return
        runner.rest()
        if runner.held:
            self._tell("stopping", "Stopping: runs under way end.")
        # A client of its own: the one that served was closed with its task.
        async with get_client() as client:
            live: list[FlowRun] = []
            await _in_time(self._cancel_runs(client, live))
            deadline = asyncio.get_running_loop().time() + _HAND_BACK_S
            while runner.held and asyncio.get_running_loop().time() < deadline:
                await asyncio.sleep(0.2)
            await asyncio.to_thread(runner.stop, _RUNNER_STOP_S)
            if self._server is not None:  # it may have died with them, and be about to come back
                await asyncio.to_thread(self._server.is_up, _SERVER_BACK_S)
            await _in_time(self._settle(client, live))

    async def _cancel_runs(self, client: PrefectClient, live: list[FlowRun]) -> None:
        """Ask what is under way to end, and add it to `live`."""
        from prefect.client.schemas.objects import State, StateType

        deployments = await own_deployments(client, self._desk)
        live += await live_runs(client, self._desk, deployments)
        self._register.marks.hand_back(_schedules(live))
        asked: State[object] = State(
            type=StateType.CANCELLING,
            message="copydesk serve was stopped; the next one makes it up.",
        )
        await asyncio.gather(
            *(client.set_flow_run_state(run.id, asked) for run in live),
            return_exceptions=True,
        )

    async def _settle(self, client: PrefectClient, live: list[FlowRun]) -> None:
        await self._reaper.reap(client, at_once=True)
        for run in live:
            now = await client.read_flow_run(run.id)
            if now.state is not None and now.state.is_completed():
                for schedule in _schedules([run]):
                    self._register.marks.made_up(schedule)


async def _in_time(word: Coroutine[object, object, None]) -> None:
    """A last word to a server that may be gone as well: then the next serving says it."""
    from httpx import HTTPError
    from prefect.exceptions import PrefectException

    with suppress(HTTPError, PrefectException, OSError, TimeoutError):
        await asyncio.wait_for(word, _LAST_WORD_S)


def _schedules(runs: list[FlowRun]) -> list[str]:
    mark = schedule_tag("")
    return [tag.removeprefix(mark) for run in runs for tag in run.tags if tag.startswith(mark)]


def _dashboard() -> str:
    """Where the pages of a server that is not ours are; without what lets one in there."""
    url = os.environ.get("PREFECT_UI_URL") or os.environ["PREFECT_API_URL"].removesuffix("/api")
    return without_credentials(url)
