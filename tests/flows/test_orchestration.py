"""Who hears of a run that crashed, and of which nobody does."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.flows import Flow
from prefect.states import Crashed, Failed

from flows.fetch import fetch as fetch_flow
from flows.liveness import say_ending
from flows.orchestration import RUNNER_PROCESS, run_batch, tell_failure
from flows.parameters import FetchParameters, Notify, RunContext

fetch = cast("Flow[..., object]", fetch_flow)


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """The file that the program of the notice writes."""
    return tmp_path / "told.json"


def run_of(tmp_path: Path, told: Path) -> FlowRun:
    write = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    notify = Notify(log=False, command=(sys.executable, "-c", write, str(told)))
    context = RunContext(state_folder=str(tmp_path), schedule="wires", notify=notify)
    parameters = FetchParameters(run=context).model_dump(mode="json")
    return FlowRun(flow_id=uuid4(), name="fetch wire", parameters={"parameters": parameters})


@pytest.fixture(autouse=True)
def runner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RUNNER_PROCESS, str(os.getpid()))
    monkeypatch.setattr("flows.orchestration._ENDING_S", 0.0)


def test_a_run_that_crashed_is_told(tmp_path: Path, told: Path) -> None:
    tell_failure(fetch, run_of(tmp_path, told), Crashed(message="killed"))
    assert '"event": "run_crashed"' in told.read_text()


def test_a_run_that_ended_with_its_runner_is_no_alarm(tmp_path: Path, told: Path) -> None:
    say_ending(tmp_path)
    tell_failure(fetch, run_of(tmp_path, told), Crashed(message="a termination signal"))
    assert not told.exists()


def test_a_run_that_failed_while_its_runner_ends_is_told(tmp_path: Path, told: Path) -> None:
    say_ending(tmp_path)
    tell_failure(fetch, run_of(tmp_path, told), Failed(message="no source could be read"))
    assert '"event": "run_failed"' in told.read_text()


@pytest.mark.parametrize(("refusals", "is_done"), [(0, True), (3, True), (4, False)])
def test_a_task_begins_although_the_server_is_busy_for_a_while(
    monkeypatch: pytest.MonkeyPatch, refusals: int, is_done: bool
) -> None:
    calls = []

    def refused(*_: object, **__: object) -> str:
        calls.append(1)
        if len(calls) <= refusals:
            raise ConcurrencySlotAcquisitionError("503 Service Unavailable")
        return "done"

    monkeypatch.setattr("flows.orchestration._SERVER_PAUSES_S", (0.0, 0.0, 0.0))
    monkeypatch.setattr("flows.orchestration.get_run_logger", lambda: logging.getLogger("test"))
    monkeypatch.setattr(
        "flows.orchestration._batch", SimpleNamespace(with_options=lambda **_: refused)
    )
    if is_done:
        assert run_batch(_NoWork(), task="fetch", name="one", timeout_s=1.0) == "done"
    else:
        with pytest.raises(ConcurrencySlotAcquisitionError):
            run_batch(_NoWork(), task="fetch", name="one", timeout_s=1.0)
    assert len(calls) == min(refusals, 3) + 1


class _NoWork:
    def run(self) -> str:
        raise AssertionError("the task is stood in for")
