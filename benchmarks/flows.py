"""What Prefect costs: 500 local pages fetched, cleaned, tagged, embedded and stored, as plain functions and as the flow.

    python benchmarks/flows.py [--pages 500] [--rounds 1] [--only cost|workers]

The pages are made from the examples, with other names and numbers in each, so that no text occurs twice; a server process
on four loopback hosts sends them. Each way runs in a new process, measured from the call to its return with all that was
imported before; "CPU" is this process with its children plus, for the flow, the Prefect server, whose idle CPU over the
same time is taken off. Then the same pages from files: one flow process of one thread against two, half of the pages each,
into one database. Where others use the machine, wall time says little: compare CPU seconds, and the load that is printed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# The folder of a script stands first where Python looks for modules, and this one is named like the package it measures:
# whoever imports it from another script of the folder is led on to the package.
if __name__ == "__main__":
    sys.path[0] = str(ROOT)
__path__ = [str(ROOT / "flows")]
EXAMPLES = sorted((ROOT / "examples" / "articles").glob("*.html"))
HOSTS = tuple(f"127.0.0.{n}" for n in range(2, 6))
TOWNS = ("Vila Nova", "Oulu", "Brno", "Cork", "Split", "Gent", "Turku", "Evora", "Graz", "Lund")
NAMES = ("Lopes", "Virtanen", "Novak", "Byrne", "Horvat", "Peeters", "Laine", "Costa", "Gruber")
IDLE_S = 30
CORE = "BENCHMARK_CORE"
SETTLE_S = 8
"""After a run the server writes what it was sent in the last moments."""


def make_pages(folder: Path, number: int) -> None:
    """Pages of which no two share a paragraph, a feed a host that names them, and a robots.txt."""
    texts = [path.read_text(encoding="utf-8") for path in EXAMPLES]
    for n in range(number):
        page = texts[n % len(texts)]
        page = re.sub(r'<link rel="canonical"[^>]*>|<meta property="og:url"[^>]*>', "", page)
        who = f"{NAMES[n % len(NAMES)]} of {TOWNS[n // 9 % len(TOWNS)]}"
        page = re.sub(r"</p>", f" So {who} said in report {n} of {n + 1800}.</p>", page)
        page = re.sub(r"(?<=[ >$€])(\d+)(?=[ ,.%])", lambda m: str(int(m[1]) + n + 1), page)  # noqa: B023  called at once
        page = re.sub(r"<(title|h1[^>]*)>", rf"<\1>{TOWNS[n % 10]} {n}: ", page)
        (folder / f"{n:04}.html").write_text(page, encoding="utf-8")
    for i in range(len(HOSTS)):
        links = [f"<item><link>/{n:04}.html</link></item>" for n in range(i, number, len(HOSTS))]
        feed = f'<rss version="2.0"><channel><title>desk</title>{"".join(links)}</channel></rss>'
        (folder / f"feed{i}.xml").write_text(feed, encoding="utf-8")


class Quiet(SimpleHTTPRequestHandler):
    """Sends files; says nothing."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:  # noqa: D102  the base class says what it is
        return


def serve(folder: Path, told: Connection) -> None:
    """The news server: the same files on each host."""
    import threading

    handler = partial(Quiet, directory=str(folder))
    first = ThreadingHTTPServer((HOSTS[0], 0), handler)
    port = first.server_address[1]
    for host in HOSTS[1:]:
        server = ThreadingHTTPServer((host, port), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    told.send(port)
    first.serve_forever()


def plain(port: int, db: str) -> Any:
    """The plain functions, ready to be called."""
    from flows.engines import Engines
    from flows.parameters import FetchParameters
    from flows.work import FetchWork

    how = FetchParameters(pause=0, allow_hosts=hosts(port)).fetching
    return FetchWork(sources=sources(port), db=db, engines=Engines(), how=how).run


def flow(port: int, db: str) -> Any:
    """The flow, ready to be called."""
    from flows.fetch import fetch
    from flows.parameters import FetchParameters, source_parameters

    how = FetchParameters(pause=0, allow_hosts=hosts(port))
    forms = [source_parameters(source) for source in sources(port)]
    return partial(fetch, sources=forms, db=db, parameters=how)


def one_thread(folder: str, db: str) -> Any:
    """The ingest flow on one thread, ready to be called."""
    from flows.ingest import ingest
    from flows.parameters import IngestParameters, ModelParameters

    how = IngestParameters(workers=1, models=ModelParameters(threads=1))
    return partial(ingest, paths=[folder], db=db, parameters=how)


def hosts(port: int) -> tuple[str, ...]:
    """What may be asked although it is not public."""
    return tuple(f"{host}:{port}" for host in HOSTS)


def sources(port: int) -> list[Any]:
    """A feed on each host."""
    from schemas.web import SourceSpec

    return [
        SourceSpec(name=f"feed{i}", kind="feed", url=f"http://{host}:{port}/feed{i}.xml")
        for i, host in enumerate(HOSTS)
    ]


def child(way: str, where: str, db: str) -> None:
    """In a process of its own: be ready, wait for the word, run, and say what it took."""
    if CORE in os.environ:
        os.sched_setaffinity(0, {int(os.environ[CORE])})
    began = time.perf_counter()
    ready = {"plain": plain, "flow": flow}.get(way)
    call = ready(int(where), db) if ready else one_thread(where, db)
    importing = time.perf_counter() - began
    print(json.dumps({"import_s": importing}), flush=True)
    sys.stdin.readline()
    before, began = cpu(), time.perf_counter()
    report = call()
    took = {"wall_s": time.perf_counter() - began, "cpu_s": cpu() - before}
    print(json.dumps({**took, "stored": report.counts["stored"]}), flush=True)


def cpu() -> float:
    """CPU seconds of this process and its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


class Prefect:
    """A server on loopback with a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home, port = home, 4950 + os.getpid() % 40
        self.api = f"http://127.0.0.1:{port}/api"
        own = {"PREFECT_HOME": str(home), "DO_NOT_TRACK": "1"}
        own["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
        self.environment = {**os.environ, **own, "PREFECT_API_URL": self.api}
        call = [sys.executable, "-m", "prefect", "server", "start", "--port", str(port), "--no-ui"]
        environment = {k: v for k, v in self.environment.items() if k != "PREFECT_API_URL"}
        self.process = subprocess.Popen(
            call, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not self._is_up():
            time.sleep(0.5)

    def _is_up(self) -> bool:
        with suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{self.api}/health", timeout=2).close()  # noqa: S310  our own server
            return True
        return False

    def cpu(self) -> float:
        """CPU seconds that the server and what it started have used."""
        ticks = 0
        for entry in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = entry.read_text().rpartition(")")[2].split()
                if str(self.process.pid) in (entry.parent.name, fields[1]):
                    ticks += sum(int(n) for n in fields[11:15])
        return ticks / os.sysconf("SC_CLK_TCK")

    def rows(self) -> dict[str, int]:
        """Rows of each of its tables."""
        with closing(sqlite3.connect(f"file:{self.home / 'prefect.db'}?mode=ro", uri=True)) as db:
            tables = [
                name
                for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            return {t: db.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0] for t in tables}


def start(way: str, where: object, db: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    """A child that is ready to run."""
    return subprocess.Popen(
        [sys.executable, __file__, "--child", way, str(where), str(db)],
        env={**environment, "PYTHONPATH": str(ROOT), "TOKENIZERS_PARALLELISM": "false"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def heard(process: subprocess.Popen[str]) -> dict[str, float]:
    """The next thing that a child says."""
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise SystemExit(f"a run ended early, with {process.wait()}")
    found: dict[str, float] = json.loads(line)
    return found


def go(processes: list[subprocess.Popen[str]]) -> list[dict[str, float]]:
    """Let ready children run, together; what each says of it."""
    imported = [heard(process) for process in processes]
    for process in processes:
        if process.stdin:
            process.stdin.write("\n")
            process.stdin.flush()
    found = [{**first, **heard(p)} for first, p in zip(imported, processes, strict=True)]
    for process in processes:
        process.wait()
    return found


def cost(folder: Path, work: Path, server: Prefect, number: int, round_: int) -> dict[str, Any]:
    """Plain functions and the flow over the same pages."""
    here, there = multiprocessing.Pipe()
    news = multiprocessing.Process(target=serve, args=(folder, there), daemon=True)
    news.start()
    port = here.recv()
    (bare,) = go([start("plain", port, work / f"plain{round_}.db", server.environment)])
    idle = server.cpu()
    time.sleep(IDLE_S)
    idle_rate = (server.cpu() - idle) / IDLE_S
    ready = start("flow", port, work / f"flow{round_}.db", server.environment)
    rows, used, began = server.rows(), server.cpu(), time.perf_counter()
    (flowing,) = go([ready])
    time.sleep(SETTLE_S)
    gross = server.cpu() - used
    net = max(0.0, gross - idle_rate * (time.perf_counter() - began))
    after = server.rows()
    news.terminate()
    for one in (bare, flowing):
        if one["stored"] != number:
            raise SystemExit(f"{one['stored']} of {number} pages were stored")
    both = flowing["cpu_s"] + net
    return {
        "plain": bare,
        "flow": flowing,
        "server_cpu_s": net,
        "idle_server_cpu_s_a_minute": 60 * idle_rate,
        "cpu_more": both / bare["cpu_s"] - 1,
        "wall_more": flowing["wall_s"] / bare["wall_s"] - 1,
        "rows_added": {t: after[t] - n for t, n in rows.items() if after[t] != n},
    }


def workers(folder: Path, work: Path, server: Prefect, number: int) -> dict[str, Any]:
    """One flow process of one thread, then two with half of the pages each; each process is held to a core of its own.

    Without that, one of them is more than one thread: it tags on the second core while it embeds on the first.
    """
    halves = [work / "half0", work / "half1"]
    whole = work / "whole"
    for place in (*halves, whole):
        place.mkdir()
    for n, page in enumerate(sorted(folder.glob("*.html"))):
        for place in (whole, halves[n % 2]):
            (place / page.name).hardlink_to(page)
    environment = {**server.environment, "OMP_NUM_THREADS": "1"}
    cores = sorted(os.sched_getaffinity(0))
    held = [{**environment, CORE: str(cores[n % len(cores)])} for n in range(2)]
    (one,) = go([start("one", whole, work / "one.db", held[0])])
    two = go([start("one", halves[n], work / "two.db", held[n]) for n in range(2)])
    stored = sum(report["stored"] for report in two)
    if one["stored"] != number or stored != number:
        raise SystemExit(f"{one['stored']} and {stored} of {number} pages were stored")
    return {
        "one": one,
        "two": two,
        "times_as_fast": one["wall_s"] / max(report["wall_s"] for report in two),
        "cpu_of_two_to_one": sum(report["cpu_s"] for report in two) / one["cpu_s"],
    }


def main() -> None:
    """Measure and print JSON, times rounded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", choices=("cost", "workers"))
    parser.add_argument("--child", nargs=3)
    wanted = parser.parse_args()
    if wanted.child:
        child(*wanted.child)
        return
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        folder = work / "pages"
        folder.mkdir()
        make_pages(folder, wanted.pages)
        server = Prefect(work / "prefect")
        found: dict[str, Any] = {"pages": wanted.pages, "load": os.getloadavg()}
        try:
            if wanted.only != "workers":
                rounds = range(wanted.rounds)
                found["cost"] = [cost(folder, work, server, wanted.pages, n) for n in rounds]
            if wanted.only != "cost":
                found["workers"] = workers(folder, work, server, wanted.pages)
        finally:
            server.process.terminate()
            server.process.wait()
    print(json.dumps(found, indent=1, default=str))


if __name__ == "__main__":
    main()
