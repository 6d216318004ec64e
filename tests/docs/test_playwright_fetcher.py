"""The example of a fetcher with a browser: a real Chromium, which reaches nothing that it is not given."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from copydesk.cli import run
from flows.plugins import load_fetcher
from schemas.web import Fetched
from tests.installed import EXAMPLES, install
from tests.news_server import Site, serve
from tests.table_web import NOW

pytestmark = [
    pytest.mark.skipif(
        not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
        reason="no Chromium on this machine",
    ),
    pytest.mark.skipif(
        importlib.util.find_spec("playwright") is None, reason="playwright is not installed"
    ),
]

# Everything a page may try to reach a host with; FORBIDDEN is host:port, CALLED a port for datagrams.
SHELL = """<!doctype html><html><head><title>Harbour</title>
<link rel="preconnect" href="http://FORBIDDEN"><link rel="dns-prefetch" href="http://FORBIDDEN">
<link rel="prefetch" href="http://FORBIDDEN/prefetch"><link rel="stylesheet" href="http://FORBIDDEN/style">
<script src="http://FORBIDDEN/script.js"></script><script src="/app.js" defer></script></head>
<body><div id="root"></div><img src="http://FORBIDDEN/image"><iframe src="http://FORBIDDEN/frame"></iframe>
</body></html>"""
APP = """
const call = (Connection) => {
    const peer = new Connection({iceServers: [{urls: "stun:127.0.0.1:CALLED"}]});
    peer.createDataChannel("x");
    peer.createOffer().then((offer) => peer.setLocalDescription(offer));
};
const tries = [
    () => fetch("http://FORBIDDEN/fetch").catch(() => 0),
    () => fetch("/stray").catch(() => 0),
    () => fetch("/posted", {method: "POST", body: "x"}).catch(() => 0),
    () => new WebSocket("ws://FORBIDDEN/socket"),
    () => navigator.sendBeacon("http://FORBIDDEN/beacon", "x"),
    () => new EventSource("http://FORBIDDEN/events"),
    () => new Worker(URL.createObjectURL(new Blob(["fetch('http://FORBIDDEN/worker')"]))),
    () => new SharedWorker("http://FORBIDDEN/shared"),
    () => navigator.serviceWorker && navigator.serviceWorker.register("/service.js").catch(() => 0),
    () => window.open("http://FORBIDDEN/popup"),
    () => new WebTransport("https://FORBIDDEN/transport"),
    () => call(RTCPeerConnection),
    () => call(document.body.appendChild(document.createElement("iframe")).contentWindow.RTCPeerConnection),
    () => { const form = document.createElement("form"); form.method = "post"; form.target = "_blank";
            form.action = "http://FORBIDDEN/form"; document.body.append(form); form.submit(); },
];
for (const one of tries) { try { one(); } catch (error) { } }
fetch("/story.json").then((answer) => answer.json()).then((story) => {
    document.getElementById("root").innerHTML =
        `<article><h1>${story.title}</h1>${story.paragraphs.map((text) => `<p>${text}</p>`).join("")}</article>`;
});
"""
STORY = {
    "title": "Tolls rise in Vila Nova",
    "paragraphs": [
        f"The port of Vila Nova raised its tolls by {n}% on Monday, the authority said in the evening."
        for n in range(2, 10)
    ],
}


@contextmanager
def listening(kind: socket.SocketKind) -> Iterator[tuple[int, list[object]]]:
    """A port of this machine, and who came to it."""
    came: list[object] = []
    with socket.socket(socket.AF_INET, kind) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.1)
        if kind is socket.SOCK_STREAM:
            server.listen()
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                try:
                    if kind is socket.SOCK_STREAM:
                        connection, who = server.accept()
                        connection.close()
                    else:
                        _, who = server.recvfrom(2048)
                    came.append(who)
                except TimeoutError:
                    pass

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield server.getsockname()[1], came
        finally:
            over.set()
            thread.join()


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example, installed as the fetcher "browser"."""
    points = {"copydesk.fetchers": {"browser": "playwright_fetcher:BrowserFetcher"}}
    monkeypatch.syspath_prepend(str(install(tmp_path / "site-packages", points)))
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))


def fetch(site: Site, capsys: pytest.CaptureFixture[str]) -> Any:
    Path("copydesk.toml").write_text(
        f'[[source]]\nname = "app"\nkind = "feed"\nurl = "{site.url}/feed.xml"\nfetcher = "browser"\n'
    )
    capsys.readouterr()
    code = run(["fetch", "--allow-host", site.host, "--pause", "0", "--timeout", "20", "--json"])
    told = capsys.readouterr()
    assert code == 0, told.err
    return json.loads(told.out)


@pytest.mark.slow
@pytest.mark.usefixtures("browser")
def test_a_page_that_is_empty_before_its_script_has_run_is_stored_whole_and_reaches_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with (
        serve() as site,
        listening(socket.SOCK_STREAM) as (forbidden, came),
        listening(socket.SOCK_DGRAM) as (called, heard),
    ):
        names = {"FORBIDDEN": f"127.0.0.1:{forbidden}", "CALLED": str(called)}
        shell, app = SHELL, APP
        for name, value in names.items():
            shell, app = shell.replace(name, value), app.replace(name, value)
        site.pages |= {
            "/app": shell.encode(),
            "/app.js": app.encode(),
            "/story.json": json.dumps(STORY).encode(),
            "/robots.txt": b"User-agent: *\nDisallow: /stray\n",
        }
        site.feed("/feed.xml", "/app")
        report = fetch(site, capsys)
        (story,) = report["articles"]
        assert (story["status"], story["title"]) == ("stored", STORY["title"])
        assert story["paragraphs"] == 8
        assert sorted(set(site.asked)) == [
            "/app", "/app.js", "/feed.xml", "/robots.txt", "/story.json"
        ]  # fmt: skip
        assert came == []
        assert heard == []


READING = """<html><body><p id="root">nothing</p><script>
const root = document.getElementById("root");
const read = (url) => fetch(url).then((answer) => answer.text()).catch(() => "refused");
Promise.all(["/moved", "http://other.test/a", "http://api.news.test/a"].map(read)).then((all) => {
    root.textContent = all.join(" ");
});
</script></body></html>"""


@pytest.mark.usefixtures("browser")
def test_a_page_reads_its_own_site_and_nothing_that_only_this_desk_can_reach() -> None:
    answers = {
        "http://www.news.test/app": ("http://www.news.test/app", READING),
        "http://www.news.test/moved": ("http://10.0.0.7/wiki", "SECRET"),
        "http://other.test/a": ("http://other.test/a", "SECRET"),
        "http://api.news.test/a": ("http://api.news.test/a", "tolls"),
    }

    async def ask(url: str, **_: object) -> Fetched:
        found, text = answers[url]
        return Fetched(
            asked=url, url=found, status=200, content=text.encode(), fetched_at=NOW, media_type="text/html"
        )  # fmt: skip

    async def load() -> Fetched:
        async with load_fetcher("browser") as fetcher:
            return await fetcher.fetch("http://www.news.test/app", ask=ask, timeout=20)

    page = asyncio.run(load())
    assert b"refused refused tolls" in page.content
    assert page.url == "http://www.news.test/app"
