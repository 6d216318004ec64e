"""Runs that live, end, are killed and are orphaned: real processes, real locks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.liveness import (
    DEAD_AFTER_S,
    alive,
    forget,
    forget_ending,
    held,
    is_ending,
    say_ending,
    sole_run,
)
from schemas.errors import UsageError

ROOT = Path(__file__).parents[2]
RUN = "0b3f5a44-6a0c-4c52-9a41-7c2a9c6b2f10"
HOLD = """
import sys, time
from flows.liveness import held
with held(sys.argv[1], sys.argv[2], end_with_parent=True):
    print("held", flush=True)
    time.sleep(60)
"""
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], *sys.argv[2:]], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


@contextmanager
def running(*call: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process, and the first line that it said."""
    process = subprocess.Popen(
        [sys.executable, "-c", *call], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait(timeout=10)
        process.stdout.close()


def soon(fact: Callable[[], bool], within: float = 10.0) -> bool:
    deadline = time.monotonic() + within
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def write_beat(folder: Path, **facts: object) -> None:
    runs = folder / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    (runs / f"{RUN}.lock").touch()
    (runs / f"{RUN}.json").write_text(json.dumps(facts))


def test_a_run_lives_while_its_block_runs_and_leaves_nothing(tmp_path: Path) -> None:
    assert not alive(tmp_path, RUN)
    with held(tmp_path, RUN):
        assert alive(tmp_path, RUN)
        assert json.loads((tmp_path / "runs" / f"{RUN}.json").read_text())["pid"] == os.getpid()
    assert not alive(tmp_path, RUN)
    assert [*(tmp_path / "runs").iterdir()] == []


def test_a_run_whose_process_was_killed_is_dead_at_once(tmp_path: Path) -> None:
    with running(HOLD, str(tmp_path), RUN) as (process, said):
        assert said == "held"
        assert alive(tmp_path, RUN)
        process.kill()
        process.wait(timeout=10)
        assert not alive(tmp_path, RUN)
    forget(tmp_path, RUN)
    assert [*(tmp_path / "runs").iterdir()] == []


def test_a_run_that_is_stopped_for_a_while_is_not_dead(tmp_path: Path) -> None:
    with running(HOLD, str(tmp_path), RUN) as (process, _):
        process.send_signal(signal.SIGSTOP)
        assert alive(tmp_path, RUN, now=time.time() + 10 * DEAD_AFTER_S)


def test_a_run_ends_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    with running(PARENT, HOLD, str(tmp_path), RUN) as (parent, child):
        assert alive(tmp_path, RUN)
        parent.kill()
        parent.wait(timeout=10)
        try:
            assert soon(lambda: not alive(tmp_path, RUN))
        finally:
            if alive(tmp_path, RUN):
                os.kill(int(child), signal.SIGKILL)


def test_two_processes_cannot_hold_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.liveness.BEAT_S", 0.2)
    with (
        held(tmp_path, RUN),
        pytest.raises(UsageError, match="another process"),
        held(tmp_path, RUN),
    ):
        pytest.fail("held twice")


def test_a_run_on_another_machine_lives_as_long_as_its_beat_is_fresh(tmp_path: Path) -> None:
    write_beat(tmp_path, machine="another", at=1000.0)
    assert alive(tmp_path, RUN, now=1000.0 + DEAD_AFTER_S - 1)
    assert not alive(tmp_path, RUN, now=1000.0 + DEAD_AFTER_S + 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(content=st.binary(max_size=60) | st.just(b"[1]") | st.just(b'{"at": "soon"}'))
def test_a_beat_that_cannot_be_read_is_no_sign_of_life(tmp_path: Path, content: bytes) -> None:
    write_beat(tmp_path)
    (tmp_path / "runs" / f"{RUN}.json").write_bytes(content)
    assert not alive(tmp_path, RUN)


def test_of_two_runs_of_a_schedule_only_the_first_is_the_sole_one(tmp_path: Path) -> None:
    with sole_run(tmp_path, "wires") as first, sole_run(tmp_path, "wires") as second:
        assert (first, second) == (True, False)
        with sole_run(tmp_path, "files") as other:
            assert other
    with sole_run(tmp_path, "wires") as again:
        assert again


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None
)
@given(name=st.text(max_size=300) | st.sampled_from(["../../x", "/x", "a/b", "..", "\0", "\ud800"]))
def test_whatever_a_schedule_is_called_its_lock_lies_in_the_folder(
    tmp_path: Path, name: str
) -> None:
    with sole_run(tmp_path / "desk", name) as first, sole_run(tmp_path / "desk", name) as second:
        assert (first, second) == (True, False)
    assert {path.name for path in tmp_path.iterdir()} == {"desk"}
    assert all(path.name.endswith(".lock") for path in (tmp_path / "desk" / "locks").iterdir())


def test_a_folder_that_cannot_be_made_is_said_with_its_remedy(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(UsageError, match="cannot be written") as caught, held(blocked, RUN):
        pytest.fail("held")
    assert caught.value.remedy
    with pytest.raises(UsageError), sole_run(blocked, "wires"):
        pytest.fail("sole")
    assert not alive(blocked, RUN)


def test_a_runner_that_ends_says_so_until_it_is_forgotten(tmp_path: Path) -> None:
    ours = str(os.getpid())
    assert not is_ending(tmp_path, ours)
    say_ending(tmp_path)
    assert is_ending(tmp_path, ours)
    assert not is_ending(tmp_path, "1" + ours)  # an earlier one's word is not another's
    forget_ending(tmp_path)
    assert not is_ending(tmp_path, ours)
    say_ending(tmp_path / "no such folder")


def test_a_runner_that_says_a_moment_later_that_it_ends_is_waited_for(tmp_path: Path) -> None:
    later = threading.Timer(0.3, say_ending, [tmp_path])
    later.start()
    assert is_ending(tmp_path, str(os.getpid()), patience_s=30)
    later.join()
