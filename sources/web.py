"""The one guarded fetcher: every byte from the web comes through `Fetcher.fetch`, politely and within limits.

It knows the order of things: guard, robots.txt, request, redirect. Each of them is a file of its own beside this one;
reading what was fetched (feeds, sitemaps, pages) is left to others.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Final

from schemas.addresses import masked_address, shown_address
from schemas.errors import FetchError
from schemas.web import Fetched, SourceSpec, Validators
from sources import web_answer
from sources.guard import Guard
from sources.robots import disallowed
from sources.web_body import too_large
from sources.web_deadline import Deadline
from sources.web_faults import retry_later, timed_out
from sources.web_options import FetchOptions, Traffic, TrafficCounts
from sources.web_request import Job, Requests
from sources.web_robots import RobotsReader
from sources.web_subscription import Subscription, basic_auth, subscription

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from yarl import URL

    from sources.web_connection import Connections

__all__ = ["FetchOptions", "Fetcher", "Traffic", "TrafficCounts"]

_REDIRECTS: Final = 10
_PEEK: Final = 65_536


class Fetcher:
    """Fetches addresses: an async context manager, for many calls of `fetch` at once.

    `environment` is where "env:NAME" and `cookies_env` of a source are looked up: os.environ, handed in by whoever stands
    at the edge. `traffic` counts what was asked and received, and stays readable after the end.

        async with Fetcher(FetchOptions(contact="desk@example.org"), environment=os.environ) as fetcher:
            page = await fetcher.fetch("https://example.org/news/1")
    """

    def __init__(
        self, options: FetchOptions, *, environment: Mapping[str, str] | None = None
    ) -> None:
        self.options = options
        self.traffic = TrafficCounts()
        self._environment = environment or {}
        self._guard = Guard(options.allow_hosts)
        self._subscriptions: dict[SourceSpec, Subscription] = {}
        self._connections: Connections | None = None
        self._requests: Requests
        self._robots: RobotsReader

    async def __aenter__(self) -> Fetcher:
        from sources.web_connection import Connections

        self._connections = Connections(self._guard)
        self._requests = Requests(self.options, self._connections, self.traffic)
        self._robots = RobotsReader(self._requests, self._guard, timeout=self.options.timeout)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        connections, self._connections = self._connections, None
        if connections:
            await connections.close()

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        source: SourceSpec | None = None,
        max_bytes: int | None = None,
    ) -> Fetched:
        """The whole answer for `url`, after redirects; with `validators` perhaps only that nothing has changed.

        `source` lends its pause to every request, and its headers, cookies, proxy and user agent to its own host.
        Raises FetchError and nothing else.
        """
        if self._connections is None:
            raise RuntimeError("the fetcher is not open: use it in 'async with'")
        asked = self._guard.check(url)
        mine = self._subscription(source)
        try:
            async with Deadline(self.options.timeout) as deadline:
                job = Job(
                    asked=asked.with_user(None),
                    deadline=deadline,
                    limit=self.options.max_bytes if max_bytes is None else max_bytes,
                    source=source,
                    subscription=mine,
                    validators=validators,
                    authorization=basic_auth(asked),
                )
                return await self._follow(job)
        except TimeoutError as error:
            raise timed_out(shown_address(url), self.options.timeout) from error

    def _subscription(self, source: SourceSpec | None) -> Subscription:
        if source is None:
            return Subscription()
        if source not in self._subscriptions:
            self._subscriptions[source] = subscription(source, self._environment, self._guard)
        return self._subscriptions[source]

    async def _follow(self, job: Job) -> Fetched:
        target = job.asked
        seen = set()
        for _ in range(_REDIRECTS + 1):
            state = (target, job.cookies.header(target))
            if state in seen:
                raise _lost(job.asked, "redirects in a circle")
            seen.add(state)
            answer = await self._page(job, target)
            if isinstance(answer, Fetched):
                return answer
            target = self._guard.check(answer).with_user(None)
        raise _lost(job.asked, f"redirects more than {_REDIRECTS} times")

    async def _page(self, job: Job, target: URL) -> Fetched | str:
        """The page at `target`, or the address it redirects to."""
        async with job.deadline.paused():
            rules = await self._robots.rules(job, target)
        if not rules.allows(str(target)):
            raise disallowed(masked_address(str(target)))
        conditions = web_answer.conditions(job.validators)

        async def once() -> Fetched | str:
            async with self._requests.exchange(
                job, target, headers=conditions, crawl_delay=rules.crawl_delay
            ) as response:
                job.cookies.take(target, response.headers.getall("Set-Cookie", []))
                return await self._judge(job, target, response)

        return await self._requests.retrying(job, target, once)

    async def _judge(self, job: Job, target: URL, response: ClientResponse) -> Fetched | str:
        status, headers = response.status, response.headers
        shown = masked_address(str(target))
        if status in web_answer.REDIRECTS:
            return web_answer.redirect_target(target, headers.get("Location"), shown)
        if status == 304 and web_answer.conditions(job.validators):
            return self._fetched(job, target, response, b"")
        if status == 206:
            raise retry_later("truncated", f"{shown} answered with a part of the page only")
        if not 200 <= status < 300:
            body = await self._peek(job, response)
            raise web_answer.refusal(status, headers, shown, body=body)
        if (response.content_length or 0) > job.limit:
            raise too_large(shown, job.limit)
        return self._fetched(job, target, response, await self._requests.read(job, response))

    async def _peek(self, job: Job, response: ClientResponse) -> bytes:
        """The beginning of a body that may be a challenge page, as far as it can be read."""
        if response.status not in web_answer.MAY_BE_CHALLENGES:
            return b""
        try:
            return await self._requests.read(job, response, cut=_PEEK)
        except FetchError:
            return b""

    @staticmethod
    def _fetched(job: Job, target: URL, response: ClientResponse, content: bytes) -> Fetched:
        kind, charset = web_answer.media_type(response.headers)
        given = web_answer.validators(response.headers)
        if response.status == 304 and job.validators and given == Validators():
            given = job.validators
        return Fetched(
            asked=str(job.asked),
            url=str(target),
            status=response.status,
            content=content,
            fetched_at=datetime.now(UTC),
            media_type=kind,
            charset=charset,
            validators=given,
        )


def _lost(asked: URL, reason: str) -> FetchError:
    return FetchError(
        f"{asked} {reason}",
        remedy="open it in a browser and give the address it ends at",
        code="redirects",
    )
