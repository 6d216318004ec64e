"""The server of our own, as far as it needs no Prefect: its port, and that it is started again whatever happens."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from prefect.settings.models.root import Settings

from flows.local_server import LocalServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    made = LocalServer(tmp_path / "home")
    yield made
    made.stop()


def test_a_machine_that_starts_no_process_just_now_is_asked_again_later(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.EAGAIN, "no process left")

    with monkeypatch.context() as machine:
        machine.setattr(subprocess, "Popen", refuse)
        assert not server.keep_running()
    assert server.failures == 1
    assert not server.keep_running()  # not at once
    monkeypatch.setattr("time.monotonic", lambda: 1e9)
    monkeypatch.setattr("sys.executable", "/bin/true")  # what it would start takes seconds
    assert server.keep_running()


def test_the_port_is_the_same_the_next_time(server: LocalServer, tmp_path: Path) -> None:
    server.stop()
    again = LocalServer(tmp_path / "home")
    again.stop()
    assert again.port == server.port


def test_the_server_does_not_mark_runs_late_which_would_lock_its_database(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[dict[str, str]] = []
    with monkeypatch.context() as machine:
        machine.setattr(subprocess, "Popen", lambda *_, env, **__: given.append(env))
        server.start()
    for name, value in given[0].items():
        monkeypatch.setenv(name, value)
    services = Settings().server.services
    assert not services.late_runs.enabled
    assert services.scheduler.enabled
