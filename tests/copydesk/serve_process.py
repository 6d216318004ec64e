"""`copydesk serve` as a process of its own, with a news site and a settings file; what it says, and what Prefect knows."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.news_server import Site
from tests.waiting import until

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "copydesk"]
UNDER_WAY = ("PENDING", "RUNNING", "CANCELLING")
STARTS_WITHIN = 240.0


class ServedDesk:
    """A folder with settings and a database, served or not."""

    def __init__(self, folder: Path, site: Site, *, home: Path | None = None) -> None:
        """`home` is one of a Prefect server, and is copied; else the first start makes it."""
        self.folder = folder
        self.site = site
        self.db = folder / "news.db"
        self.state = folder / "news.prefect"
        self.process: subprocess.Popen[str] | None = None
        self.events: list[dict[str, Any]] = []
        self.stderr = folder / "stderr.txt"
        if home is not None:
            shutil.copytree(home, self.state / "home")

    def write_settings(self, *, schedules: str, pause: str = "0s") -> None:
        """The settings file: one feed, and the schedules given."""
        source = f'[[source]]\nname = "wire"\nkind = "feed"\nurl = "{self.site.url}/feed.xml"\n'
        fetch = f'[fetch]\nallow_hosts = ["{self.site.host}"]\npause = "{pause}"\n'
        text = f'db = "news.db"\n{fetch}{source}{schedules}'
        (self.folder / "copydesk.toml").write_text(text)

    def start(self, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Start serving; returns the event that says so."""
        self.events = []
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
        with self.stderr.open("a") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", "--json"],
                cwd=self.folder,
                env={**clean, "PYTHONPATH": str(ROOT), **(environment or {})},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        threading.Thread(target=self._read, args=[self.process, self.events], daemon=True).start()
        return self.wait_for("serving", within=STARTS_WITHIN)

    def _read(self, process: subprocess.Popen[str], events: list[dict[str, Any]]) -> None:
        assert process.stdout is not None
        events.extend(json.loads(line) for line in process.stdout)

    def wait_for(self, event: str, *, within: float) -> dict[str, Any]:
        """The first event of that name."""

        def seen() -> dict[str, Any] | None:
            assert self.process is not None
            found = next((one for one in self.events if one["event"] == event), None)
            assert found or self.process.poll() is None, self.stderr.read_text()
            return found

        return dict(until(seen, within=within, what=event))

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another call of copydesk in the same folder."""
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def end(self, number: signal.Signals, *, within: float = 40.0) -> int:
        """Send a signal and wait for the end; the exit code."""
        assert self.process is not None
        self.send(number)
        return self.process.wait(timeout=within)

    def kill(self, victims: str = "all") -> None:
        """kill -9 of serve, its server or its flows: those that are named."""
        assert self.process is not None
        pids = {
            "serve": [self.process.pid],
            "server": self.children("flows.local_server"),
            "flow": self.children("prefect.engine"),
        }
        for name, found in pids.items():
            if name in victims.split() or victims == "all":
                for pid in found:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
        if "serve" in victims.split() or victims == "all":
            self.process.wait(timeout=10)

    def children(self, word: str = "") -> list[int]:
        """The process ids of its children whose command line has a word."""
        assert self.process is not None
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                parent = int((folder / "stat").read_bytes().rpartition(b")")[2].split()[1])
                line = (folder / "cmdline").read_bytes()  # of somebody else's, not always text
                if parent == self.process.pid and word.encode() in line:
                    found.append(int(folder.name))
        return found

    @property
    def api(self) -> str:
        return f"{self.events_of('serving')[0]['dashboard']}/api"

    def events_of(self, name: str) -> list[dict[str, Any]]:
        return [one for one in self.events if one["event"] == name]

    def runs(self, *states: str) -> list[dict[str, Any]]:
        """The flow runs in these states, as the server has them now."""
        wanted = {"flow_runs": {"state": {"type": {"any_": list(states)}}}}
        return list(post(f"{self.api}/flow_runs/filter", wanted))

    def deployments(self) -> dict[str, dict[str, Any]]:
        """The deployments by name, as the server has them now."""
        return {one["name"]: one for one in post(f"{self.api}/deployments/filter", {})}

    def stored_runs(self, *states: str) -> list[str]:
        """The names of flow and task runs in these states, from Prefect's own file, with no server running."""
        marks = ", ".join("?" * len(states))
        with sqlite3.connect(self.state / "home" / "prefect.db") as connection:
            rows = [
                row
                for table in ("flow_run", "task_run")
                for row in connection.execute(
                    f"SELECT name FROM {table} WHERE state_type IN ({marks})", states
                )
            ]
        return [str(row[0]) for row in rows]

    def articles(self) -> list[tuple[str, int]]:
        """The address and the number of paragraphs of each article."""
        if not self.db.exists():
            return []
        with sqlite3.connect(self.db) as connection:
            return connection.execute(
                """SELECT a.url, COUNT(*) FROM articles a
                   JOIN versions v ON v.article_id = a.id
                   JOIN renderings r ON r.version_id = v.id AND r.current = 1
                   JOIN paragraphs p ON p.rendering_id = r.id AND p.kind = 'text'
                   GROUP BY a.id"""
            ).fetchall()


def post(url: str, body: object) -> Any:
    """The JSON that a Prefect server answers with."""
    request = urllib.request.Request(
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


@contextmanager
def in_the_end_stopped(desk: ServedDesk) -> Iterator[ServedDesk]:
    """The desk, and after the block nothing of it runs."""
    try:
        yield desk
    finally:
        if desk.process is not None and desk.process.poll() is None:
            desk.kill()
