"""Addresses in quarantine are asked again as their source asks: with its headers, to its own host, leaving no secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.engines import Engines
from flows.fetching import FetchRun, fetch_sources
from flows.retry import retry_quarantined
from schemas.web import SourceSpec
from sources.web import FetchOptions
from storage.sqlite import Store
from tests.hostile_connection import Connection
from tests.hostile_server import HostileServer

SECRET = "opensesame-91357"  # noqa: S105  the test's own
STORY = (
    "<html><head><title>Port fees rise</title></head><body><article><h1>Port fees rise</h1>"
    + "<p>The harbour of Gdansk will charge more a year, and the ships will have to pay it all.</p>"
    * 4
    + "</article></body></html>"
)


class Paper:
    """A paper on two hosts that shows its pages to subscribers, once it is open."""

    def __init__(self) -> None:
        self.is_open = False
        self.server = HostileServer(
            hosts=("127.0.0.1", "127.0.0.2"),
            endpoints={"/feed": self.feed, "/story": self.story, "/elsewhere": self.story},
        )

    async def feed(self, c: Connection) -> None:
        items = (self.server.url("/story"), self.server.url("/elsewhere", host="127.0.0.2"))
        listed = "".join(f"<item><title>S</title><link>{item}</link></item>" for item in items)
        body = f"<rss version='2.0'><channel><title>P</title>{listed}</channel></rss>"
        await c.answer("200 OK", body.encode(), Content_Type="application/rss+xml")

    async def story(self, c: Connection) -> None:
        if self.is_open and c.asked.headers.get("x-key") == SECRET:
            await c.answer("200 OK", STORY.encode(), Content_Type="text/html; charset=utf-8")
        else:
            await c.answer("403 Forbidden", b"subscribers only", Content_Type="text/html")

    def source(self, value: str = "env:PAPER_KEY") -> SourceSpec:
        return SourceSpec(
            name="Paper", kind="feed", url=self.server.url("/feed"), headers=(("X-Key", value),)
        )

    @property
    def web(self) -> FetchOptions:
        return FetchOptions(pause=0, timeout=5, allow_hosts=self.server.allowed)


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> Iterator[Paper]:
    monkeypatch.setenv("PAPER_KEY", SECRET)
    paper = Paper()
    with paper.server:
        yield paper


def retry_all(store: Store, desk: Engines, paper: Paper, *sources: SourceSpec) -> dict[str, int]:
    numbers = [kept.id for kept in store.quarantined()]
    report = retry_quarantined(
        store, desk, numbers, max_bytes=1_000_000, web=paper.web, sources=sources
    )
    return {name: number for name, number in report.counts.items() if number and name != "found"}


def fetch(store: Store, desk: Engines, paper: Paper, source: SourceSpec) -> None:
    fetch_sources([source], store, desk, run=FetchRun(web=paper.web))
    assert len(store.quarantined()) == 2


def test_a_subscribers_page_comes_with_the_header_of_its_source(
    paper: Paper, store: Store, desk: Engines
) -> None:
    fetch(store, desk, paper, paper.source())
    paper.is_open = True
    assert retry_all(store, desk, paper, paper.source()) == {"stored": 1, "quarantined": 1}
    (left,) = store.quarantined()
    assert left.origin == paper.server.url("/elsewhere", host="127.0.0.2")


def test_a_source_of_the_database_lends_its_headers_too(
    paper: Paper, store: Store, desk: Engines
) -> None:
    store.add_source(paper.source())
    fetch(store, desk, paper, paper.source())
    paper.is_open = True
    assert retry_all(store, desk, paper) == {"stored": 1, "quarantined": 1}


def test_another_host_is_never_told_the_secret_and_the_source_stays_known(
    paper: Paper, store: Store, desk: Engines
) -> None:
    fetch(store, desk, paper, paper.source())
    assert retry_all(store, desk, paper, paper.source()) == {"quarantined": 2}
    assert retry_all(store, desk, paper, paper.source()) == {"quarantined": 2}
    own = [request.headers for request in paper.server.asked("/story")]
    assert [headers.get("x-key") for headers in own] == [SECRET] * 3
    others = [request.headers for request in paper.server.asked("/elsewhere")]
    assert len(others) == 3
    assert SECRET not in str(others)
    assert [kept.attempts for kept in store.quarantined()] == [3, 3]
    assert {row["source"] for row in store.status()["fetch_errors"]} == {"Paper"}  # type: ignore[attr-defined]


def test_no_secret_stays_in_the_database(
    paper: Paper, store: Store, desk: Engines, tmp_path: Path
) -> None:
    source = paper.source(SECRET)  # written out, as only the settings file may have it
    fetch(store, desk, paper, source)
    paper.is_open = True
    assert retry_all(store, desk, paper, source)["stored"] == 1
    retry_all(store, desk, paper, source)
    store.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


def test_a_feed_that_was_refused_is_read_as_the_source_it_is(
    paper: Paper, store: Store, desk: Engines
) -> None:
    async def closed(c: Connection) -> None:
        await c.answer("403 Forbidden", b"no", Content_Type="text/html")

    feed: Callable[[Connection], object] = paper.server.endpoints["/feed"]
    paper.server.endpoints["/feed"] = closed
    fetch_sources([paper.source()], store, desk, run=FetchRun(web=paper.web))
    assert [kept.origin for kept in store.quarantined()] == [paper.server.url("/feed")]
    paper.server.endpoints["/feed"] = feed  # type: ignore[assignment]
    paper.is_open = True
    assert retry_all(store, desk, paper, paper.source()) == {"stored": 1, "quarantined": 1}


def test_an_address_whose_source_is_gone_is_asked_without_anything(
    paper: Paper, store: Store, desk: Engines
) -> None:
    fetch(store, desk, paper, paper.source())
    assert retry_all(store, desk, paper) == {"quarantined": 2}
    assert "x-key" not in paper.server.asked("/story")[-1].headers
