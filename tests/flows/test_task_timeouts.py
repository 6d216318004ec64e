"""A task that takes longer than it may: ended, not tried again, and what it had not committed is gone."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.flows.prefect_server import ROOT, PrefectServer

SCRIPT = """
import sqlite3, sys, time
from dataclasses import dataclass
from prefect import flow
from flows.orchestration import run_batch

@dataclass
class Work:
    database: str

    def run(self) -> None:
        with sqlite3.connect(self.database) as done:
            done.execute("INSERT INTO tries VALUES (1)")
        with sqlite3.connect(self.database) as half:
            half.execute("INSERT INTO tries VALUES (2)")
            for _ in range(3000):
                time.sleep(0.01)

@flow(name="too slow", flow_run_name="too slow")
def too_slow(database: str):
    return run_batch(Work(database), task="ingest", name="batch 1", timeout_s=1.0)

too_slow(sys.argv[1], return_state=True)
"""


@pytest.mark.slow
def test_a_task_over_its_time_is_ended_and_not_tried_again(
    prefect_server: PrefectServer, tmp_path: Path
) -> None:
    database = tmp_path / "tries.db"
    with closing(sqlite3.connect(database)) as made:
        made.execute("CREATE TABLE tries (n INTEGER)")
    call = [sys.executable, "-c", SCRIPT, str(database)]
    subprocess.run(call, cwd=ROOT, env=prefect_server.environment, timeout=240, check=True)
    runs = prefect_server.post("flow_runs/filter", {})
    (run,) = [run for run in runs if run["name"] == "too slow"]
    assert run["state_type"] == "FAILED"
    (task,) = prefect_server.post("task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    assert (task["state_name"], task["run_count"]) == ("TimedOut", 1)
    with closing(sqlite3.connect(database)) as found:
        assert found.execute("SELECT n FROM tries").fetchall() == [(1,)]
