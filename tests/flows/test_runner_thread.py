"""A runner that has ended says so to whoever still has something for it."""

from __future__ import annotations

import asyncio
from typing import cast
from uuid import UUID, uuid4

import prefect.runner
import pytest
from prefect.deployments.runner import RunnerDeployment

from flows.orchestration import RUNNER_PROCESS
from flows.runner_thread import RunnerError, RunnerThread

NOTHING = cast("RunnerDeployment", None)


class Ending:
    """Stands for Prefect's runner: ends when it is told to, in the middle of what it was asked."""

    started = False

    def __init__(self, **_options: object) -> None:
        self.ended = asyncio.Event()

    async def start(self) -> None:
        await self.ended.wait()

    async def aadd_deployment(self, _deployment: object) -> UUID:
        self.ended.set()
        await asyncio.sleep(60)
        return uuid4()


def test_a_runner_that_ends_meanwhile_or_before_is_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prefect.runner, "Runner", Ending)
    monkeypatch.setenv(RUNNER_PROCESS, "")  # as it was, afterwards
    runner = RunnerThread("desk", at_once=1)
    runner.start([])
    assert runner.is_running
    for _ in range(2):
        with pytest.raises(RunnerError, match="has ended"):
            runner.add(NOTHING)
        runner._thread.join(10)
        assert not runner.is_running
