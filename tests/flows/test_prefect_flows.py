"""The flows on a real Prefect server: tracked from the command line, and as a deployment run by a worker."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.news_server import serve

ROOT = Path(__file__).parents[2]
PREFECT = [sys.executable, "-m", "prefect"]
ARTICLE = """Harbour tolls rise

The port of Vila Nova will raise its tolls by 4% to 3 million euros in June 2025, Ana Lopes said.
"""


class Server:
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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("prefect")
    found = Server(home)
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(found.port)],
            env={k: v for k, v in found.environment.items() if k != "PREFECT_API_URL"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            deadline = time.monotonic() + 120
            while not found.is_up():
                assert process.poll() is None, (home / "server.log").read_text()
                assert time.monotonic() < deadline, (home / "server.log").read_text()
                time.sleep(0.5)
            yield found
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.mark.slow
def test_a_tracked_ingest_is_a_flow_run_with_a_telling_name_and_totals(
    server: Server, tmp_path: Path
) -> None:
    article, bad = tmp_path / "tolls.txt", tmp_path / "empty.txt"
    article.write_text(ARTICLE)
    bad.write_text("")
    database = tmp_path / "news.db"
    call = [sys.executable, "-m", "copydesk", "ingest", str(article), str(bad), "--track", "--json"]
    done = subprocess.run(
        [*call, "--db", str(database)],
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    report = json.loads(done.stdout)
    assert (report["counts"]["stored"], report["counts"]["quarantined"]) == (1, 1)
    assert database.exists()

    runs = server.post("flow_runs/filter", {})
    run = next(run for run in runs if run["name"] == "ingest tolls.txt and 1 more")
    assert run["state_type"] == "COMPLETED"
    tasks = server.post("task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    assert [task["name"] for task in tasks] == ["batch 1: 2 documents"]
    artifacts = server.post("artifacts/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    totals = {row["count"]: row["documents"] for row in json.loads(artifacts[0]["data"])}
    assert totals["found"] == 2
    assert totals["stored"] == 1
    assert totals["quarantined"] == 1


@pytest.mark.slow
def test_a_tracked_fetch_is_a_flow_run_with_the_totals_of_each_source(
    server: Server, tmp_path: Path
) -> None:
    database = tmp_path / "fetched.db"
    with serve() as site:
        site.story("/a", "Tolls rise in Vila Nova", "The port raised its tolls by 4% on Monday.")
        site.feed("/feed.xml", "/a", "/gone")
        call = [
            sys.executable,
            "-m",
            "copydesk",
            "fetch",
            f"{site.url}/feed.xml",
            "--track",
            "--json",
        ]
        done = subprocess.run(
            [*call, "--allow-host", site.host, "--pause", "0", "--db", str(database)],
            env=server.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["counts"]["stored"], report["counts"]["quarantined"]) == (1, 1)

    runs = server.post("flow_runs/filter", {})
    run = next(run for run in runs if run["name"] == f"fetch {site.url}/feed.xml")
    assert run["state_type"] == "COMPLETED"
    artifacts = server.post("artifacts/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    (row,) = json.loads(artifacts[0]["data"])
    assert (row["source"], row["stored"], row["quarantined"]) == (f"{site.url}/feed.xml", 1, 1)


@pytest.mark.slow
def test_the_deployment_of_prefect_yaml_runs_from_a_clone(server: Server, tmp_path: Path) -> None:
    article = tmp_path / "tolls.txt"
    article.write_text(ARTICLE)
    database = tmp_path / "deployed.db"
    server.call(*PREFECT, "work-pool", "create", "desk", "--type", "process")
    server.call(*PREFECT, "--no-prompt", "deploy", "--all")
    parameters = {"paths": [str(article)], "db": str(database)}
    arguments = [f"{name}={json.dumps(value)}" for name, value in parameters.items()]
    params = [part for argument in arguments for part in ("--param", argument)]
    server.call(*PREFECT, "deployment", "run", "ingest/files", *params)
    server.call(*PREFECT, "worker", "start", "--pool", "desk", "--run-once")
    listed = server.call(
        sys.executable, "-m", "copydesk", "status", "--db", str(database), "--json"
    )
    assert json.loads(listed)["articles"] == 1
