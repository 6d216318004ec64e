"""A real Prefect server on loopback, for tests that look at what flows leave there."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PREFECT = [sys.executable, "-m", "prefect"]


class PrefectServer:
    """A Prefect server on loopback with a home of its own."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}/api"
        self.environment = {
            **os.environ,
            "PREFECT_HOME": str(home),
            "PREFECT_API_URL": self.url,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        }

    def post(self, path: str, body: object) -> Any:
        request = urllib.request.Request(
            f"{self.url}/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def table(self, run: Any) -> Any:
        """The rows of a run's one artifact."""
        (found,) = self.artifacts(run)
        return json.loads(found["data"])

    def artifacts(self, run: Any) -> list[Any]:
        return list(self.post("artifacts/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}}))

    def events(self, name: str) -> list[Any]:
        deadline = time.monotonic() + 30
        while True:  # the server writes them a moment after it is told
            found = self.post("events/filter", {"filter": {"event": {"name": [name]}}})
            if found["events"] or time.monotonic() > deadline:
                return list(found["events"])
            time.sleep(0.5)

    def run(self, deployment: str, **parameters: object) -> None:
        """Have a deployment run, as a person does with the dashboard's form."""
        with urllib.request.urlopen(
            f"{self.url}/deployments/name/{deployment}", timeout=30
        ) as answer:
            found = json.load(answer)
        asked = {"state": {"type": "SCHEDULED"}, "parameters": parameters}
        self.post(f"deployments/{found['id']}/create_flow_run", asked)

    def is_up(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def call(self, *arguments: str, cwd: Path = ROOT) -> str:
        done = subprocess.run(
            arguments,
            env=self.environment,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
