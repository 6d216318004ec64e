"""One polite request: its turn at the host, what is sent and to whom, and trying again.

What an answer means is left to `sources.web_answer`, the connection to `sources.web_connection`.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final, TypeVar

from schemas.addresses import masked_address
from schemas.web import SourceSpec, Validators
from sources.pacing import LONGEST_WAIT, Turns
from sources.web_body import ACCEPTED, Body
from sources.web_deadline import Deadline
from sources.web_faults import Passing
from sources.web_options import FetchOptions, TrafficCounts
from sources.web_subscription import CookieJar, Origin, Subscription

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from yarl import URL

    from sources.web_connection import Connections

_RETRIES: Final = 2
_FIRST_BACKOFF: Final = 0.5
_OPEN_AT_ONCE: Final = 200
# Bodies above the small size take one of few places, so that two hundred hostile servers together fill no memory.
_SMALL_BODY: Final = 262_144
_LARGE_AT_ONCE: Final = 4
_ACCEPT: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

_Answer = TypeVar("_Answer")


@dataclass(slots=True, kw_only=True)
class Job:
    """One thing to fetch: what was asked, and what is known on the way. `asked` has no credentials in it."""

    asked: URL
    deadline: Deadline
    limit: int
    source: SourceSpec | None
    subscription: Subscription
    validators: Validators | None = None
    authorization: str | None = field(default=None, repr=False)
    cookies: CookieJar = field(default_factory=CookieJar)
    hosts: set[str] = field(default_factory=set)

    def crawl_delay(self, host: str, wanted: float | None) -> float | None:
        """The delay to keep before asking `host`, of which a first page may be put off for longer than it is waited for.

        A redirect or another try belongs to the same page: put off, it would find itself put off in every run.
        """
        begun = host in self.hosts
        self.hosts.add(host)
        return wanted if wanted is None or not begun else min(wanted, LONGEST_WAIT)


class Requests:
    """Makes the requests of one fetcher: many hosts at once, one request a host."""

    def __init__(
        self, options: FetchOptions, connections: Connections, traffic: TrafficCounts
    ) -> None:
        self.user_agent = user_agent(options)
        self.traffic = traffic
        self._pause = options.pause
        self._connections = connections
        self._turns = Turns()
        self._open = asyncio.Semaphore(_OPEN_AT_ONCE)
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    @asynccontextmanager
    async def exchange(
        self, job: Job, target: URL, *, headers: Mapping[str, str], crawl_delay: float | None
    ) -> AsyncIterator[ClientResponse]:
        """One request when its turn has come; the host is held until the answer is read."""
        from sources.web_connection import Exchange

        asked = Exchange(
            url=target,
            shown=masked_address(str(target)),
            limit=job.limit,
            headers=self._headers(job, target) | dict(headers),
            proxy=job.subscription.proxy if job.subscription.holds_for(target) else None,
        )
        own_pause = job.source.pause if job.source else None
        async with AsyncExitStack() as stack:
            async with job.deadline.paused():
                pause = self._pause if own_pause is None else own_pause
                host = target.raw_host or ""
                delay = job.crawl_delay(host, crawl_delay)
                turn = self._turns.turn(host, pause=pause, crawl_delay=delay)
                await stack.enter_async_context(turn)
                await stack.enter_async_context(self._open)
            self.traffic.count(job.source, requests=1)
            yield await stack.enter_async_context(self._connections.exchange(asked))

    async def retrying(
        self, job: Job, target: URL, once: Callable[[], Awaitable[_Answer]]
    ) -> _Answer:
        """What `once` gives, called again after a moment where it raises `Passing` and the time allows it."""
        for attempt in range(_RETRIES + 1):
            try:
                return await once()
            except Passing as passing:
                jitter = random.uniform(0.5, 1.5)  # noqa: S311  no secret hangs on it
                wait = (
                    _FIRST_BACKOFF * 2**attempt * jitter if passing.wait is None else passing.wait
                )
                if attempt == _RETRIES or wait >= job.deadline.left:
                    raise passing.error from None
                if passing.wait:
                    self._turns.rest(target.raw_host or "", wait)
                await asyncio.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    async def read(self, job: Job, response: ClientResponse, *, cut: int | None = None) -> bytes:
        """The decoded body; with `cut` its first bytes only, without it at most `job.limit` or FetchError `too_large`."""
        encoding = ",".join(response.headers.getall("Content-Encoding", []))
        limit = job.limit if cut is None else cut
        body = Body(encoding, limit=limit, url=str(response.url), cut=cut is not None)
        try:
            async with AsyncExitStack() as place:
                await self._fill(body, job, response, place)
                return body.finish()
        finally:
            self.traffic.count(job.source, wire_bytes=body.wire_size)

    async def _fill(
        self, body: Body, job: Job, response: ClientResponse, place: AsyncExitStack
    ) -> None:
        large = False
        async for chunk in response.content.iter_any():
            if not large and max(body.size, body.wire_size) > _SMALL_BODY:
                large = True
                async with job.deadline.paused():
                    await place.enter_async_context(self._large)
            body.feed(chunk)
            if body.full:
                return

    def _headers(self, job: Job, target: URL) -> dict[str, str]:
        headers = {"User-Agent": self.user_agent, "Accept": _ACCEPT, "Accept-Encoding": ACCEPTED}
        cookies = [job.cookies.header(target)]
        mine = job.subscription
        if job.authorization and Origin.of(job.asked).may_tell(Origin.of(target)):
            headers["Authorization"] = job.authorization
        if mine.holds_for(target):
            headers |= mine.headers
            headers["User-Agent"] = mine.user_agent or self.user_agent
            cookies.insert(0, mine.cookies or "")
        sent = "; ".join(filter(None, cookies))
        return headers | {"Cookie": sent} if sent else headers


def user_agent(options: FetchOptions) -> str:
    """The name we go by, with a contact where one is set: a site has to be able to tell who asks."""
    if options.user_agent:
        return _one_line(options.user_agent)
    try:
        name = f"copydesk/{version('copydesk')}"
    except PackageNotFoundError:
        name = "copydesk/0"
    return f"{name} (+{_one_line(options.contact)})" if options.contact else name


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text).strip()[:300]
