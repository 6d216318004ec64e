"""The clock of one request: it runs while the request is at work and stands while it waits for its turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType


class Deadline:
    """A total limit on what happens inside it, as an async context manager; TimeoutError when it is over.

    A limit on each read would never fire on a body of one byte every half second.
    """

    def __init__(self, seconds: float) -> None:
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> Deadline:
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._timeout.__aexit__(kind, error, traceback)

    @property
    def left(self) -> float:
        """Seconds until it is over; infinity while it stands."""
        when = self._timeout.when()
        return float("inf") if when is None else when - asyncio.get_running_loop().time()

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """The clock stands inside: a queue is not the server's fault."""
        loop = asyncio.get_running_loop()
        left = self.left
        self._timeout.reschedule(None)
        try:
            yield
        finally:
            self._timeout.reschedule(loop.time() + left)
