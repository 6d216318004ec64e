"""When a host may be asked again: one request at a time, a pause between two starts, many hosts at once.

What a site's robots.txt asks for (crawl-delay) comes in as a number; reading it is left to `sources.robots`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.errors import FetchError

LONGEST_WAIT: Final = 30.0
"""The longest crawl-delay that is waited for, in seconds; a page due later is put off instead."""

_KEPT_HOSTS: Final = 2_000


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    last_start: float = float("-inf")
    last_page: float = float("-inf")
    rests_until: float = float("-inf")


class Turns:
    """Whose turn it is at each host, first come first served."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(
        self, host: str, *, pause: float, crawl_delay: float | None = None
    ) -> AsyncIterator[None]:
        """Holds the host from the start of a request to its end; entering it waits until the request is due.

        `pause` is kept between two starts of any kind, `crawl_delay` (None for robots.txt itself) between two pages.
        Raises FetchError (`rate_limited`, with `retry_at`) where the crawl-delay asks for more than `LONGEST_WAIT`.
        """
        place = self._place(host)
        place.users += 1
        try:
            async with place.lock:
                await _wait_until_due(place, host, pause=pause, crawl_delay=crawl_delay or 0.0)
                place.last_start = time.monotonic()
                if crawl_delay is not None:
                    place.last_page = place.last_start
                yield
        finally:
            place.users -= 1

    def rest(self, host: str, seconds: float) -> None:
        """Nobody asks this host for so long."""
        place = self._place(host)
        place.rests_until = max(place.rests_until, time.monotonic() + seconds)

    def _place(self, host: str) -> _Host:
        if host not in self._hosts and len(self._hosts) >= _KEPT_HOSTS:
            self._forget_idle()
        return self._hosts.setdefault(host, _Host())

    def _forget_idle(self) -> None:
        # A host asked an hour ago owes nothing to any pause in use; sites ask for delays of at most minutes.
        long_ago = time.monotonic() - 3600
        idle = [
            host
            for host, place in self._hosts.items()
            if not place.users and place.last_start < long_ago
        ]
        for host in idle:
            del self._hosts[host]


async def _wait_until_due(place: _Host, host: str, *, pause: float, crawl_delay: float) -> None:
    while True:
        now = time.monotonic()
        page_due = place.last_page + crawl_delay
        if crawl_delay > LONGEST_WAIT and page_due - now > LONGEST_WAIT:
            raise _put_off(host, crawl_delay, wait=page_due - now)
        wait = max(place.last_start + pause, place.rests_until, page_due) - now
        if wait <= 0:
            return
        await asyncio.sleep(wait)


def _put_off(host: str, crawl_delay: float, *, wait: float) -> FetchError:
    wait = min(wait, 7 * 86_400.0)
    return FetchError(
        f"{host} asks in its robots.txt for {crawl_delay:g} s between two pages",
        remedy="it is put off until then",
        code="rate_limited",
        retry_at=datetime.now(UTC) + timedelta(seconds=wait),
        put_off=True,
    )
