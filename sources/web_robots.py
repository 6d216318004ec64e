"""Reading a site's robots.txt over the web, through the guard like everything else (RFC 9309 section 2.3).

What stands in it is for `sources.robots` to understand.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from sources import web_answer
from sources.guard import Guard
from sources.robots import MAX_BYTES, RobotsCache, Rules, product_token, unreachable
from sources.web_deadline import Deadline
from sources.web_faults import Passing, timed_out
from sources.web_request import Job, Requests

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from yarl import URL

_REDIRECTS: Final = 5  # section 2.3.1.2
_TIMEOUT: Final = 10.0


class RobotsReader:
    """The rules of every site, read when first needed. `timeout` is that of a page; robots.txt gets at most ten seconds."""

    def __init__(self, requests: Requests, guard: Guard, *, timeout: float) -> None:
        self._requests = requests
        self._guard = guard
        self._timeout = min(timeout, _TIMEOUT)
        self._cache = RobotsCache()

    async def rules(self, job: Job, target: URL) -> Rules:
        """The rules for `target`; FetchError where the site could not say them: then nothing may be asked there."""
        mine = job.subscription
        holds = mine.holds_for(target)
        agent = product_token((mine.user_agent if holds else None) or self._requests.user_agent)
        key = f"{target.origin()} {agent} {hash(mine.proxy) if holds and mine.proxy else ''}"
        return await self._cache.rules(key, lambda: self._read(job, target, agent))

    async def _read(self, job: Job, target: URL, agent: str) -> Rules:
        address = target.origin().with_path("/robots.txt")
        try:
            async with Deadline(self._timeout) as deadline:
                mine = Job(
                    asked=address,
                    deadline=deadline,
                    limit=MAX_BYTES,
                    source=job.source,
                    subscription=job.subscription,
                )
                return await self._follow(mine, agent)
        except TimeoutError as error:
            raise timed_out(str(address), self._timeout) from error

    async def _follow(self, job: Job, agent: str) -> Rules:
        target = job.asked
        for _ in range(_REDIRECTS + 1):
            answer = await self._ask(job, target, agent)
            if isinstance(answer, Rules):
                return answer
            target = self._guard.check(answer).with_user(None)
        return Rules.allow_all()

    async def _ask(self, job: Job, target: URL, agent: str) -> Rules | str:
        async def once() -> Rules | str:
            async with self._requests.exchange(
                job, target, headers={}, crawl_delay=None
            ) as response:
                return await self._judge(job, target, response, agent)

        return await self._requests.retrying(job, target, once)

    async def _judge(
        self, job: Job, target: URL, response: ClientResponse, agent: str
    ) -> Rules | str:
        status = response.status
        if status in web_answer.REDIRECTS:
            location = response.headers.get("Location")
            return web_answer.redirect_target(target, location, str(target))
        if status >= 500:
            raise Passing(unreachable(str(job.asked.origin()), f"status {status}"))
        if not 200 <= status < 300:
            return Rules.allow_all()
        content = await self._requests.read(job, response, cut=MAX_BYTES + 1)
        # The largest files take a second to read, and all other sites would wait for it.
        return await asyncio.to_thread(Rules.parse, content, agent=agent)
