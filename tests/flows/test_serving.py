"""What a tick of serving does when the Prefect server, or a part of its own, does not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from flows.desk import open_desk
from flows.registering import Plan
from flows.runner_thread import RunnerError
from flows.serving import ServeEvent, Serving


class Keeper:
    def plan(self) -> Plan:
        return []

    def reload(self) -> None:
        """Nothing to take up."""


class Reaper:
    def __init__(self, *_: object) -> None:
        pass

    async def reap(self, *_: object, **__: object) -> list[Any]:
        return [SimpleNamespace(id="1", name="fetch wires")]


class Register:
    held: frozenset[object] = frozenset()

    def __init__(self, *_: object) -> None:
        pass

    async def take_up(self, *_: object) -> NoReturn:
        raise RunnerError("the runner has ended")


def test_a_schedule_that_cannot_be_taken_up_keeps_no_dead_run_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.serving.Reaper", Reaper)
    monkeypatch.setattr("flows.serving.Register", Register)
    told: list[ServeEvent] = []
    serving = Serving(open_desk(tmp_path / "news.db"), Keeper(), server=None, tell=told.append)
    monkeypatch.setattr(serving, "_plan", [])
    client: Any = None
    with pytest.raises(RunnerError):
        asyncio.run(serving._tick(client))
    assert [event.name for event in told] == ["run_crashed"]
