"""Somebody hears of a run that failed, in bounded time, and nobody can make that fail."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.notify import notice_json, send_notice, sentence
from schemas.notices import FailureNotice
from tests.webhook_server import receive

NOTICE = FailureNotice(
    flow="fetch",
    state="crashed",
    message="its process is gone",
    at=datetime(2026, 3, 5, 12, tzinfo=UTC),
    schedule="wires",
    db="news.db",
)


@dataclass
class Target:
    log: bool = False
    webhook: str | None = None
    command: tuple[str, ...] | None = None


def send(target: Target, **of: Any) -> tuple[tuple[str, ...], list[str]]:
    written: list[str] = []
    said: dict[str, Any] = {
        "environment": dict(os.environ),
        "log": written.append,
        "timeout_s": 2.0,
    } | of
    return send_notice(NOTICE, target, **said), written


def script(tmp_path: Path, body: str) -> tuple[str, ...]:
    place = tmp_path / "hear.py"
    place.write_text(f"import json, pathlib, sys, time, subprocess\n{body}\n", encoding="utf-8")
    return sys.executable, str(place), str(tmp_path / "heard"), "$(touch hacked); `id`"


def test_the_log_has_it_in_one_line() -> None:
    assert send(Target(log=True)) == ((), ["fetch crashed (schedule wires): its process is gone"])


def test_a_web_address_gets_the_facts() -> None:
    with receive() as receiver:
        assert send(Target(webhook=receiver.url)) == ((), [])
        assert send(Target(webhook="env:HOOK"), environment={"HOOK": receiver.url}) == ((), [])
    assert receiver.bodies[0] == {
        "event": "run_crashed",
        "flow": "fetch",
        "state": "crashed",
        "message": "its process is gone",
        "at": "2026-03-05T12:00:00Z",
        "db": "news.db",
        "schedule": "wires",
        "run_id": None,
        "run_name": None,
        "link": None,
    }


def test_a_program_reads_the_facts_and_no_shell_reads_its_arguments(tmp_path: Path) -> None:
    command = script(
        tmp_path,
        "pathlib.Path(sys.argv[1]).write_text(json.dumps([json.load(sys.stdin)['schedule'], sys.argv[2]]))",
    )
    assert send(Target(command=command), timeout_s=20.0) == ((), [])
    heard = json.loads((tmp_path / "heard").read_text(encoding="utf-8"))
    assert heard == ["wires", "$(touch hacked); `id`"]
    assert not Path("hacked").exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("/no/such/program",), "cannot be started (FileNotFoundError)"),
        (("a\0b",), "cannot be started (ValueError)"),
        ((sys.executable, "-c", "import sys; sys.exit(3)"), "ended with 3"),
    ],
)
def test_a_program_that_fails_is_said_to_the_log(command: tuple[str, ...], said: str) -> None:
    problems, written = send(Target(log=True, command=command), timeout_s=20.0)
    assert said in problems[0]
    assert written == [sentence(NOTICE), *problems]


def test_a_program_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    command = ("/bin/sh", "-c", 'sleep 600 & echo $! > "$0"; wait', str(tmp_path / "heard"))
    problems, _ = send(Target(command=command), timeout_s=2.0)
    assert "took longer than 2 s and was ended" in problems[0]
    grandchild = int((tmp_path / "heard").read_text(encoding="utf-8"))
    deadline = time.monotonic() + 20
    while _lives(grandchild) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _lives(grandchild)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize(
    "webhook", ["http://127.0.0.1:1/secret", "env:GONE", "ftp://x/secret", "http://[x/secret", ""]
)
def test_an_address_that_does_not_take_it_is_said_without_its_name(webhook: str) -> None:
    problems, written = send(Target(webhook=webhook), environment={})
    assert bool(problems) == bool(webhook)
    assert "secret" not in "".join([*problems, *written])


def test_an_address_that_hangs_is_left_in_time() -> None:
    with receive() as receiver:
        receiver.hang_s = 30.0
        problems, _ = send(Target(webhook=receiver.url), timeout_s=0.3)
    assert problems == ("the notice was not taken by notify.webhook: no answer in time",)


def test_the_others_are_told_where_one_fails(tmp_path: Path) -> None:
    def broken(_: str) -> None:
        raise RuntimeError("log")

    with receive() as receiver:
        receiver.status = 500
        target = Target(log=True, webhook=receiver.url, command=("/no/such",))
        assert len(send(target, log=broken)[0]) == 2
        assert len(receiver.bodies) == 1


@given(st.text())
def test_any_message_becomes_json_that_reads_back(message: str) -> None:
    notice = FailureNotice(flow="fetch", state="failed", message=message, at=NOTICE.at)
    assert json.loads(notice_json(notice).encode("ascii"))["message"] == message[:2000]
    assert "\n" not in sentence(notice)
