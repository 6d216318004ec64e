"""What a second run over unchanged sources costs beside the first: requests, bytes on the wire, rows written.

    python benchmarks/second_run.py [--stories 20] [--json]

`copydesk fetch` is run as a command, twice, over a loopback server: a feed, a sitemap and a list that name `--stories` pages
each, and five pages as sources of their own. The server counts the requests and every byte that it sends, heads and all. It
is asked once as a server that gives validators (ETag, answered with 304), and once as one that gives none. Rows written are
told from outside: the rows of each table before and after, compared, and SQLite's own count of commits that changed the file
(PRAGMA data_version on another connection), which a rewritten row of the same words would show too. The tables `runs` and
`run_sources`, the notes of what was run, stand apart.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGES = 5
_LISTINGS = ("feed", "sitemap", "list")
_WORDS = (
    "oil prices rose on Monday as traders weighed supply cuts against slowing demand in Asia the ministry said that "
    "output had fallen again while ships waited at the port for a fifth day and workers asked for higher wages"
)


@dataclass(slots=True)
class Site:
    """A site that never changes, and what was asked of it."""

    stories: int
    has_validators: bool
    base: str = ""
    requests: Counter[str] = field(default_factory=Counter)
    wire_bytes: int = 0

    def content(self, path: str) -> tuple[str, bytes] | None:
        """Media type and bytes of an address; None for what is not there."""
        name, _, number = path.strip("/").partition("/")
        if name in ("story", "page"):
            return "text/html; charset=utf-8", _page(path)
        if name not in _LISTINGS or number:
            return None
        urls = [f"{self.base}/story/{name}-{n}" for n in range(self.stories)]
        return _LISTED[name], _listing(name, urls)

    def sources(self) -> str:
        """The settings file."""
        names = [*_LISTINGS, *(f"page/{n}" for n in range(PAGES))]
        host = self.base.removeprefix("http://")
        listed = "".join(
            f'[[source]]\nname = "{name}"\nkind = "{name.partition("/")[0]}"\nurl = "{self.base}/{name}"\n'
            for name in names
        )
        return f'[fetch]\npause = 0\nallow_hosts = ["{host}"]\n{listed}'


_LISTED = {"feed": "application/rss+xml", "sitemap": "application/xml", "list": "text/plain"}


def _listing(name: str, urls: list[str]) -> bytes:
    if name == "list":
        return "\n".join(urls).encode()
    if name == "sitemap":
        places = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'.encode()
    items = "".join(f"<item><title>{url[-7:]}</title><link>{url}</link></item>" for url in urls)
    return f'<rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'.encode()


def _page(path: str) -> bytes:
    chance = random.Random(path)  # noqa: S311  words, no secrets
    words = _WORDS.split()
    body = "".join(f"<p>{' '.join(chance.choices(words, k=40))}.</p>" for _ in range(6))
    return f"<!doctype html><html lang=en><head><title>{path}</title></head><body>{body}</body></html>".encode()


@contextmanager
def serving(site: Site) -> Iterator[None]:
    """The site on a loopback port, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = site.content(self.path)
            kind, body = found or ("text/plain", b"")
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            status = 200 if found else 404
            if site.has_validators and found and self.headers["If-None-Match"] == tag:
                status, body = 304, b""
            head = f"HTTP/1.1 {status} {self.responses[status][0]}\r\nContent-Type: {kind}\r\n"
            head += f"ETag: {tag}\r\n" if site.has_validators and found else ""
            head += "" if status == 304 else f"Content-Length: {len(body)}\r\n"
            answer = head.encode() + b"\r\n" + body
            site.requests[self.path.split("/")[1]] += 1
            site.wire_bytes += len(answer)
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.base = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()


def rows_of(connection: sqlite3.Connection) -> dict[str, Counter[str]]:
    """Every row of every table, by its table."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    tables: dict[str, Counter[str]] = {}
    for (name,) in names:
        rows = connection.execute(f'SELECT * FROM "{name}"')
        tables[name] = Counter(repr(row) for row in rows)
    return tables


def run_once(site: Site, folder: Path) -> dict[str, object]:
    """One `copydesk fetch`, and what it asked, received and wrote."""
    db = folder / "news.db"
    site.requests.clear()
    site.wire_bytes = 0
    sqlite3.connect(db).close()
    with closing(sqlite3.connect(db)) as connection:
        before, version = rows_of(connection), _version(connection)
        command = [sys.executable, "-m", "copydesk", "fetch", "--json"]
        told = [*command, "--db", str(db), "--config", str(folder / "copydesk.toml")]
        done = subprocess.run(told, capture_output=True, check=True)
        after = rows_of(connection)
        is_touched = _version(connection) != version
    changed = {
        name: sum((rows - before.get(name, Counter())).values())
        + sum((before.get(name, Counter()) - rows).values())
        for name, rows in after.items()
    }
    noted = changed.pop("runs", 0) + changed.pop("run_sources", 0)
    return {
        "counts": json.loads(done.stdout)["counts"],
        "requests": site.requests.total(),
        "requests_by_path": dict(site.requests),
        "wire_bytes": site.wire_bytes,
        "rows_written": sum(changed.values()),
        "rows_by_table": {name: count for name, count in changed.items() if count},
        "rows_about_runs": noted,
        "file_touched": is_touched,
    }


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def measure(stories: int, *, has_validators: bool) -> dict[str, object]:
    """Both runs, and the second as a part of the first."""
    site = Site(stories, has_validators)
    with tempfile.TemporaryDirectory() as folder, serving(site):
        Path(folder, "copydesk.toml").write_text(site.sources(), encoding="utf-8")
        first, second = run_once(site, Path(folder)), run_once(site, Path(folder))
    keys = ("requests", "wire_bytes", "rows_written")
    parts = {key: round(float(str(second[key])) / float(str(first[key])), 4) for key in keys}
    return {"first": first, "second": second, "second_of_first": parts}


def main() -> None:
    """Print both runs against both servers; exit 1 where a second run wrote a row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=20, help="pages that each listing names")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    given = parser.parse_args()
    results = {
        "validators": measure(given.stories, has_validators=True),
        "no validators": measure(given.stories, has_validators=False),
    }
    if given.json:
        print(json.dumps(results))
    else:
        for server, found in results.items():
            print(f"{server}:")
            for name, value in found.items():
                print(f"  {name}: {json.dumps(value)}")
    if any(_written(found) for found in results.values()):
        raise SystemExit(1)


def _written(found: dict[str, object]) -> bool:
    second = found["second"]
    return isinstance(second, dict) and second["rows_written"] != 0


if __name__ == "__main__":
    main()
