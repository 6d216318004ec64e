"""The flows on a real Prefect server: tracked from the command line, and as a deployment run by a worker."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from flows.liveness import sole_run
from schemas.protocols import Encoder
from storage.sqlite import Store
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
        given = [f"{name}={json.dumps(value)}" for name, value in parameters.items()]
        params = [part for argument in given for part in ("--param", argument)]
        self.call(*PREFECT, "deployment", "run", deployment, *params)

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
    assert [(task["name"], sorted(task["tags"])) for task in tasks] == [
        ("batch 1: 2 documents", ["copydesk", "ingest"])
    ]
    (row,) = server.table(run)
    assert (row["fetched"], row["new"], row["quarantined"]) == (2, 1, 1)
    events = server.events("copydesk.ingest.batch")
    assert [
        (event["payload"]["stored"], event["resource"]["prefect.resource.name"]) for event in events
    ] == [(1, str(database))]


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
    (row,) = server.table(run)
    assert (row["source"], row["new"], row["quarantined"]) == (f"{site.url}/feed.xml", 1, 1)


@pytest.mark.slow
def test_the_deployments_of_prefect_yaml_run_from_a_clone_by_a_worker_in_another_process(
    server: Server, tmp_path: Path
) -> None:
    clone, database = tmp_path / "clone", tmp_path / "deployed.db"
    server.call("git", "clone", "--quiet", str(ROOT), str(clone))
    server.call(*PREFECT, "work-pool", "create", "desk", "--type", "process")
    server.call(*PREFECT, "--no-prompt", "deploy", "--name", "process", cwd=clone)
    with serve() as site:
        site.story("/a", "Tolls rise in Vila Nova", "The port raised its tolls by 4% on Monday.")
        site.feed("/feed.xml", "/a")
        wires = {"name": "wires", "kind": "feed", "url": f"{site.url}/feed.xml"}
        server.call(*PREFECT, "gcl", "create", "web", "--limit", "1")
        how = {"allow_hosts": [site.host], "pause": 0, "run": {"limits": ["web"]}}
        # All at once, by one worker, into one database.
        Store(database, encoder=no_encoder, mode="a").close()
        server.run("fetch/process", sources=[wires], parameters=how, db=str(database))
        server.run("ingest/process", paths=["examples/articles/wire.jsonl"], db=str(database))
        server.run("enrich/process", db=str(database))
        server.call(*PREFECT, "worker", "start", "--pool", "desk", "--run-once")
    runs = {run["name"]: run for run in server.post("flow_runs/filter", {}) if run["deployment_id"]}
    assert {run["state_type"] for run in runs.values()} == {"COMPLETED"}
    assert sorted(runs) == ["enrich", "fetch wires", "ingest wire.jsonl"]
    (row,) = server.table(runs["fetch wires"])
    assert (row["source"], row["new"], row["quarantined"]) == ("wires", 1, 0)
    assert server.artifacts(runs["enrich"])
    assert len(server.events("prefect.concurrency-limit.acquired")) == 1
    (row,) = server.table(runs["ingest wire.jsonl"])
    assert stored(database) == 1 + row["new"] > 1


def no_encoder() -> Encoder:
    raise AssertionError


@pytest.mark.slow
def test_a_flow_that_is_told_to_end_ends_soon_with_nothing_half_stored(
    server: Server, tmp_path: Path
) -> None:
    folder, database = tmp_path / "in", tmp_path / "news.db"
    folder.mkdir()
    for n in range(160):
        (folder / f"{n:03}.txt").write_text(
            f"{ARTICLE}\nShip {n} paid {n + 2} euros at quay {n}.\n" * 8
        )
    call = (
        "import sys; from flows.ingest import ingest; ingest(paths=[sys.argv[1]], db=sys.argv[2])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", call, str(folder), str(database)],
        env=server.environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not stored(database) and process.poll() is None:
            time.sleep(0.1)
        process.terminate()
        process.wait(timeout=30)
    finally:
        process.kill()
    before = stored(database)
    assert 0 < before < 160
    (run,) = (run for run in server.post("flow_runs/filter", {}) if run["name"] == "ingest in")
    assert run["state_type"] in ("CRASHED", "CANCELLED")
    reported = server.call(
        *[sys.executable, "-m", "copydesk", "ingest", str(folder), "--db", str(database), "--json"]
    )
    counts = json.loads(reported)["counts"]
    assert (counts["unchanged"], counts["stored"]) == (before, 160 - before)
    assert stored(database) == 160


def stored(database: Path) -> int:
    """Articles that are whole: with paragraphs, and with vectors for all of them."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return int(connection.execute(WHOLE).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


WHOLE = """SELECT count(*) FROM renderings r WHERE current = 1
    AND EXISTS (SELECT 1 FROM paragraphs p WHERE p.rendering_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM paragraphs p WHERE p.rendering_id = r.id
        AND p.text_sha256 NOT IN (SELECT text_sha256 FROM embeddings))"""


@pytest.mark.slow
def test_whoever_the_run_names_hears_that_it_failed_and_why(server: Server, tmp_path: Path) -> None:
    heard = tmp_path / "heard.json"
    listen = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    command = [sys.executable, "-c", listen, str(heard)]
    parameters = {"run": {"schedule": "night", "notify": {"command": command}}}
    call = (
        "import json, sys; from flows.enrich import enrich; from flows.parameters import EnrichParameters;"
        "enrich(db='no-such.db', parameters=EnrichParameters(**json.loads(sys.argv[1])), return_state=True)"
    )
    server.call(sys.executable, "-c", call, json.dumps(parameters))
    notice = json.loads(heard.read_text())
    assert (notice["flow"], notice["state"], notice["schedule"]) == ("enrich", "failed", "night")
    assert "there is no database at no-such.db" in notice["message"]


@pytest.mark.slow
def test_a_run_beside_another_of_its_schedule_is_skipped_with_the_reason(
    server: Server, tmp_path: Path
) -> None:
    state, database = tmp_path / "news.prefect", tmp_path / "news.db"
    parameters = {"run": {"schedule": "night", "state_folder": str(state)}}
    call = (
        "import json, sys; from flows.ingest import ingest; from flows.parameters import IngestParameters;"
        "ingest(paths=[], db=sys.argv[1], parameters=IngestParameters(**json.loads(sys.argv[2])))"
    )
    arguments = [sys.executable, "-c", call, str(database), json.dumps(parameters)]
    with sole_run(state, "night"):
        server.call(*arguments)
    assert not database.exists()
    server.call(*arguments)
    runs = [run for run in server.post("flow_runs/filter", {}) if run["name"] == "ingest nothing"]
    states = {run["state_name"]: run["state"]["message"] for run in runs}
    assert sorted(states) == ["Completed", "Skipped"]
    assert "'night'" in states["Skipped"]
    assert [*(state / "runs").iterdir()] == []


@pytest.mark.slow
def test_a_fetch_that_can_read_no_source_fails_with_the_reason_and_is_told_of(
    server: Server, tmp_path: Path
) -> None:
    heard = tmp_path / "heard.json"
    listen = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    command = [sys.executable, "-c", listen, str(heard)]
    parameters = {"pause": 0, "timeout": 3, "run": {"notify": {"command": command}}}
    call = (
        "import json, sys; from flows.fetch import NothingReadError, fetch; from flows.parameters import *;"
        "source = SourceParameters(name='private', kind='feed', url='http://127.0.0.1:9/feed.xml');"
        "state = fetch(sources=[source], db=sys.argv[1], parameters=FetchParameters(**json.loads(sys.argv[2])), return_state=True);"
        "error = state.result(raise_on_failure=False);"
        "assert isinstance(error, NothingReadError) and len(error.report.sources) == 1"
    )
    database = str(tmp_path / "news.db")
    server.call(sys.executable, "-c", call, database, json.dumps(parameters))
    notice = json.loads(heard.read_text())
    assert (notice["flow"], notice["state"], notice["db"]) == ("fetch", "failed", database)
    (run,) = (run for run in server.post("flow_runs/filter", {}) if run["name"] == "fetch private")
    assert run["state_type"] == "FAILED"
    (row,) = server.table(run)
    assert (row["source"], row["error"]) == ("private", notice["message"])
