"""A web that answers from a table and remembers what it was asked, for tests of what is gathered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from flows.events import (
    Event,
    GatherOptions,
)
from flows.gathering import gather
from flows.page_fetchers import PageFetchers
from flows.plugins import load_fetcher
from schemas.addresses import canonical_address
from schemas.errors import FetchError
from schemas.protocols import PageFetcher
from schemas.web import Fetched, SourceSpec, Validators
from sources.web import FetchOptions
from storage.fetches import FetchState

NOW = datetime.now(UTC)
TIMEOUT_S = 1.0
SITE = "https://news.example.org"
PAGE = (
    b"<html><head><title>Tolls</title></head><body><p>The port raised its tolls.</p></body></html>"
)
ITEM = "<item><title>Story {n}</title><link>{site}/{n}</link><pubDate>Mon, 06 Jan 2025 10:00:00 GMT</pubDate></item>"


def feed(*numbers: int) -> bytes:
    items = "".join(ITEM.format(n=n, site=SITE) for n in numbers)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


Answer = bytes | Exception | int


class Web:
    """The fetcher: answers by address, an error is raised, an address without an answer is not found."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.validators: dict[str, Validators | None] = {}

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        source: SourceSpec | None = None,
        max_bytes: int | None = None,
    ) -> Fetched:
        assert source is not None
        assert max_bytes is None or source.fetcher
        self.asked.append(url)
        self.validators[url] = validators
        answer = self.answers.get(url, FetchError(f"{url}: no such page", code="not_found"))
        if isinstance(answer, Exception):
            raise answer
        content = answer if isinstance(answer, bytes) else b""
        status = answer if isinstance(answer, int) else 200
        return Fetched(
            asked=url,
            url=url,
            status=status,
            content=content,
            fetched_at=NOW,
            validators=Validators(etag='"1"'),
        )


class Memory:
    def __init__(
        self, *states: FetchState, stored: tuple[str, ...] = (), cursor: object = None
    ) -> None:
        self.cursor_value = cursor
        self.states = {canonical_address(state.url): state for state in states}
        self.stored = stored

    def fetch_state(self, url: str) -> FetchState | None:
        return self.states.get(canonical_address(url))

    def cursor(self, source: str) -> object:
        assert source
        return self.cursor_value

    def article_id(self, name: None = None, *, url: str | None = None) -> int | None:
        assert name is None
        return 1 if url in self.stored else None


def state(url: str, *, next_try: datetime | None = None) -> FetchState:
    return FetchState(
        url=url,
        source="news",
        validators=Validators(etag='"0"'),
        status=200,
        error=None,
        raw_sha256=None,
        fetched_at=NOW - timedelta(days=1),
        next_try=next_try,
    )


def run(
    web: Web,
    *sources: SourceSpec,
    memory: Memory | None = None,
    options: GatherOptions | None = None,
    load: Callable[[str], PageFetcher] = load_fetcher,
) -> list[Event]:
    """What gathering the sources tells."""
    events: list[Event] = []

    async def emit(event: Event) -> None:
        events.append(event)

    async def ask() -> None:
        async with PageFetchers(web, FetchOptions(timeout=TIMEOUT_S), load=load) as pages:
            await gather(sources, web, memory or Memory(), emit, options, pages=pages)

    asyncio.run(ask())
    return events


def source(kind: str = "feed", path: str = "/feed.xml") -> SourceSpec:
    return SourceSpec(name="news", kind=kind, url=f"{SITE}{path}")


def pages(*numbers: int) -> dict[str, Answer]:
    return {f"{SITE}/{n}": PAGE for n in numbers}
