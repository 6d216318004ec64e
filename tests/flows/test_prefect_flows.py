"""The flows on a real Prefect server: tracked from the command line, and as a deployment run by a worker."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from flows.liveness import sole_run
from schemas.protocols import Encoder
from storage.sqlite import Store
from tests.flows.prefect_server import PREFECT, ROOT, PrefectServer
from tests.news_server import serve

ARTICLE = """Harbour tolls rise

The port of Vila Nova will raise its tolls by 4% to 3 million euros in June 2025, Ana Lopes said.
"""


@pytest.mark.slow
def test_a_tracked_ingest_is_a_flow_run_with_a_telling_name_and_totals(
    prefect_server: PrefectServer, tmp_path: Path
) -> None:
    article, bad = tmp_path / "tolls.txt", tmp_path / "empty.txt"
    article.write_text(ARTICLE)
    bad.write_text("")
    database = tmp_path / "news.db"
    settings = tmp_path / "copydesk.toml"
    settings.write_text('[notify]\nlink = "https://desk.example.org/today"\n')
    files = [str(article), str(bad), "--config", str(settings)]
    call = [sys.executable, "-m", "copydesk", "ingest", *files, "--track", "--json"]
    done = subprocess.run(
        [*call, "--db", str(database)],
        env=prefect_server.environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    report = json.loads(done.stdout)
    assert (report["counts"]["stored"], report["counts"]["quarantined"]) == (1, 1)
    assert database.exists()

    runs = prefect_server.post("flow_runs/filter", {})
    run = next(run for run in runs if run["name"] == "ingest tolls.txt and 1 more")
    assert run["state_type"] == "COMPLETED"
    tasks = prefect_server.post("task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    assert [(task["name"], sorted(task["tags"])) for task in tasks] == [
        ("batch 1: 2 documents", ["copydesk", "ingest"])
    ]
    (row,) = prefect_server.table(run)
    assert (row["fetched"], row["new"], row["quarantined"]) == (2, 1, 1)
    (artifact,) = prefect_server.artifacts(run)
    assert artifact["description"].endswith("[open the desk](https://desk.example.org/today)")
    events = prefect_server.events("copydesk.ingest.batch")
    assert [
        (event["payload"]["stored"], event["resource"]["prefect.resource.name"]) for event in events
    ] == [(1, str(database))]


@pytest.mark.slow
def test_a_tracked_fetch_is_a_flow_run_with_the_totals_of_each_source(
    prefect_server: PrefectServer, tmp_path: Path
) -> None:
    database = tmp_path / "fetched.db"
    with serve() as site:
        site.story("/a", "Tolls rise in Vila Nova", "The port raised its tolls by 4% on Monday.")
        site.feed("/feed.xml", "/a", "/gone")
        feed = f"{site.url}/feed.xml"
        call = [sys.executable, "-m", "copydesk", "fetch", feed, "--track", "--json"]
        done = subprocess.run(
            [*call, "--allow-host", site.host, "--pause", "0", "--db", str(database)],
            env=prefect_server.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["counts"]["stored"], report["counts"]["quarantined"]) == (1, 1)

    runs = prefect_server.post("flow_runs/filter", {})
    run = next(run for run in runs if run["name"] == f"fetch {site.url}/feed.xml")
    assert run["state_type"] == "COMPLETED"
    (row,) = prefect_server.table(run)
    assert (row["source"], row["new"], row["quarantined"]) == (f"{site.url}/feed.xml", 1, 1)
    (artifact,) = prefect_server.artifacts(run)
    dashboard = prefect_server.url.removesuffix("/api")
    assert artifact["description"].endswith(f"[open the dashboard]({dashboard})")


@pytest.mark.slow
def test_the_deployments_of_prefect_yaml_run_from_a_clone_by_a_worker_in_another_process(
    prefect_server: PrefectServer, tmp_path: Path
) -> None:
    clone, database = tmp_path / "clone", tmp_path / "deployed.db"
    prefect_server.call("git", "clone", "--quiet", str(ROOT), str(clone))
    prefect_server.call(*PREFECT, "work-pool", "create", "desk", "--type", "process")
    prefect_server.call(*PREFECT, "--no-prompt", "deploy", "--name", "process", cwd=clone)
    with serve() as site:
        site.story("/a", "Tolls rise in Vila Nova", "The port raised its tolls by 4% on Monday.")
        site.feed("/feed.xml", "/a")
        wires = {"name": "wires", "kind": "feed", "url": f"{site.url}/feed.xml"}
        prefect_server.post("v2/concurrency_limits/", {"name": "web", "limit": 1})
        how = {"allow_hosts": [site.host], "pause": 0, "run": {"limits": ["web"]}}
        # All at once, by one worker, into one database.
        Store(database, encoder=no_encoder, mode="a").close()
        prefect_server.run("fetch/process", sources=[wires], parameters=how, db=str(database))
        prefect_server.run(
            "ingest/process", paths=["examples/articles/wire.jsonl"], db=str(database)
        )
        prefect_server.run("enrich/process", db=str(database))
        prefect_server.call(*PREFECT, "worker", "start", "--pool", "desk", "--run-once")
    runs = {
        run["name"]: run
        for run in prefect_server.post("flow_runs/filter", {})
        if run["work_pool_name"] == "desk"
    }
    assert {run["state_type"] for run in runs.values()} == {"COMPLETED"}
    assert sorted(runs) == ["enrich", "fetch wires", "ingest wire.jsonl"]
    (row,) = prefect_server.table(runs["fetch wires"])
    assert (row["source"], row["new"], row["quarantined"]) == ("wires", 1, 0)
    assert prefect_server.artifacts(runs["enrich"])
    assert len(prefect_server.events("prefect.concurrency-limit.acquired")) == 1
    (row,) = prefect_server.table(runs["ingest wire.jsonl"])
    assert stored(database) == 1 + row["new"] > 1


def no_encoder() -> Encoder:
    raise AssertionError


@pytest.mark.slow
def test_a_flow_that_is_told_to_end_ends_soon_with_nothing_half_stored(
    prefect_server: PrefectServer, tmp_path: Path
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
        env=prefect_server.environment,
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
    (run,) = (
        run for run in prefect_server.post("flow_runs/filter", {}) if run["name"] == "ingest in"
    )
    assert run["state_type"] in ("CRASHED", "CANCELLED")
    reported = prefect_server.call(
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
def test_whoever_the_run_names_hears_that_it_failed_and_why(
    prefect_server: PrefectServer, tmp_path: Path
) -> None:
    heard = tmp_path / "heard.json"
    listen = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    command = [sys.executable, "-c", listen, str(heard)]
    parameters = {"run": {"schedule": "night", "notify": {"command": command}}}
    call = (
        "import json, sys; from flows.enrich import enrich; from flows.parameters import EnrichParameters;"
        "enrich(db='no-such.db', parameters=EnrichParameters(**json.loads(sys.argv[1])), return_state=True)"
    )
    prefect_server.call(sys.executable, "-c", call, json.dumps(parameters))
    notice = json.loads(heard.read_text())
    assert (notice["flow"], notice["state"], notice["schedule"]) == ("enrich", "failed", "night")
    assert "there is no database at no-such.db" in notice["message"]


@pytest.mark.slow
def test_a_run_beside_another_of_its_schedule_is_skipped_with_the_reason(
    prefect_server: PrefectServer, tmp_path: Path
) -> None:
    state, database = tmp_path / "news.prefect", tmp_path / "news.db"
    parameters = {"run": {"schedule": "night", "state_folder": str(state)}}
    call = (
        "import json, sys; from flows.ingest import ingest; from flows.parameters import IngestParameters;"
        "ingest(paths=[], db=sys.argv[1], parameters=IngestParameters(**json.loads(sys.argv[2])))"
    )
    arguments = [sys.executable, "-c", call, str(database), json.dumps(parameters)]
    with sole_run(state, "night"):
        prefect_server.call(*arguments)
    assert not database.exists()
    prefect_server.call(*arguments)
    runs = [
        run
        for run in prefect_server.post("flow_runs/filter", {})
        if run["name"] == "ingest nothing"
    ]
    states = {run["state_name"]: run["state"]["message"] for run in runs}
    assert sorted(states) == ["Completed", "Skipped"]
    assert "'night'" in states["Skipped"]
    assert [*(state / "runs").iterdir()] == []


@pytest.mark.slow
def test_a_fetch_that_can_read_no_source_fails_with_the_reason_and_is_told_of(
    prefect_server: PrefectServer, tmp_path: Path
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
    prefect_server.call(sys.executable, "-c", call, database, json.dumps(parameters))
    notice = json.loads(heard.read_text())
    assert (notice["flow"], notice["state"], notice["db"]) == ("fetch", "failed", database)
    (run,) = (
        run for run in prefect_server.post("flow_runs/filter", {}) if run["name"] == "fetch private"
    )
    assert run["state_type"] == "FAILED"
    (row,) = prefect_server.table(run)
    assert (row["source"], row["error"]) == ("private", notice["message"])
