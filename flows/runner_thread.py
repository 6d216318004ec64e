"""Prefect's runner in a thread of its own: it polls for the runs of the deployments it is given, and starts each as a process.

In a thread, because in the main one the runner would take the signals for itself, and because what a thread blocks its
children inherit: Ctrl-C in a terminal reaches this process alone, which then ends them in order.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.runner import Runner

T = TypeVar("T")
_ANSWER_S = 120.0
_POLL_S = 3.0
# Runs that are fetched before their time take the one slot of their schedule before it, and wait in a process.
_AHEAD_S = 1.0


class RunnerError(RuntimeError):
    """Prefect's runner did not start, or has ended, mostly because its server did not answer; the next one may."""


class RunnerThread:
    """A runner with the deployments it serves. Once it has ended it stays ended: make another."""

    def __init__(self, name: str, *, at_once: int) -> None:
        """A runner for at most so many flow runs at once."""
        self._name = name
        self._at_once = at_once
        self._runner: Runner | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="copydesk-runner", daemon=True)
        self.ids: dict[str, UUID] = {}
        self.error: BaseException | None = None

    def start(self, deployments: Sequence[RunnerDeployment]) -> None:
        """Register the deployments and begin to poll; returns when that is so. `error` says why it is not."""
        self._deployments = list(deployments)
        self._thread.start()
        self._ready.wait()

    @property
    def is_running(self) -> bool:
        """Whether it polls."""
        return self._thread.is_alive() and self.error is None

    @property
    def held(self) -> set[UUID]:
        """The runs that it is about to start, or whose processes it has."""
        if self._runner is None or not self._thread.is_alive():
            return set()
        # Prefect has no public word for these: from before a run is pending until its process has ended. Copying a set
        # is one step, whatever the runner's thread does meanwhile.
        poller = getattr(self._runner, "_scheduled_run_poller", None)
        return set(poller._submitting_flow_run_ids) if poller else set()

    def add(self, deployment: RunnerDeployment) -> UUID:
        """Register one more, or one that changed; what runs goes on.

        Raises RunnerError where it has ended meanwhile, and what Prefect's client raises.
        """
        assert self._runner is not None  # noqa: S101  it was started
        work = self._runner.aadd_deployment(deployment)
        try:
            found = self._call(work).result(timeout=_ANSWER_S)
        except (CancelledError, TimeoutError) as error:
            raise RunnerError(f"the runner has ended: {self.error}") from error
        except RuntimeError as error:
            if self._thread.is_alive():
                raise
            work.close()
            raise RunnerError(f"the runner has ended: {self.error}") from error
        self.ids[deployment.name] = found
        return found

    def rest(self) -> None:
        """Begin nothing more; what runs goes on."""
        poller = getattr(self._runner, "_scheduled_run_poller", None)
        if poller is not None:
            poller.stopping = True

    def stop(self, timeout: float) -> None:
        """End, with what still runs; whatever is left after `timeout` seconds is killed."""
        if self._thread.is_alive() and self._runner is not None and self._runner.started:
            self._call(self._runner.astop())
            self._thread.join(timeout)
        if self._thread.is_alive() and self._runner is not None:
            manager = self._runner._process_manager
            for run_id in manager.flow_run_ids():
                handle = manager.get(run_id)
                with suppress(OSError):
                    if handle is not None:
                        handle.hard_kill()
            self._thread.join(3.0)

    def _call(self, work: Coroutine[object, object, T]) -> Future[T]:
        assert self._loop is not None  # noqa: S101  it was started
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _run(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
        try:
            asyncio.run(self._main())
        except BaseException as error:
            self.error = error  # whatever it is, serving has to know, and starts another one
        finally:
            self._ready.set()

    async def _main(self) -> None:
        from prefect.runner import Runner

        from flows.orchestration import RUNNER_PROCESS

        self._loop = asyncio.get_running_loop()
        os.environ[RUNNER_PROCESS] = str(os.getpid())
        # What is due while nobody serves is for the next one to make up, so nothing is paused at the end.
        self._runner = Runner(
            name=self._name,
            query_seconds=_POLL_S,
            prefetch_seconds=_AHEAD_S,
            limit=self._at_once,
            pause_on_shutdown=False,
        )
        for deployment in self._deployments:
            self.ids[deployment.name] = await self._runner.aadd_deployment(deployment)
        self._ready.set()
        await self._runner.start()
