"""The clock of one page that a plug-in loads: it stands while the page waits for answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

_TICK_S = 0.1


class PageClock:
    """Seconds of a page's own work; a pause between two requests to one host is not its fault."""

    def __init__(self) -> None:
        self._asking = 0
        self._spent = 0.0
        self._since = time.monotonic()

    @contextmanager
    def standing(self) -> Iterator[None]:
        """The clock stands inside; several may stand side by side."""
        if not self._asking:
            self._spent = self.spent
        self._asking += 1
        try:
            yield
        finally:
            self._asking -= 1
            self._since = time.monotonic()

    @property
    def spent(self) -> float:
        """Seconds so far."""
        return self._spent if self._asking else self._spent + time.monotonic() - self._since

    async def is_done_in_time(
        self, work: asyncio.Future[object], own: float, *, most: float
    ) -> bool:
        """Wait for `work`; False once it took `own` seconds by this clock, or `most` by any."""
        end = time.monotonic() + most
        while not work.done():
            left = min(own - self.spent, end - time.monotonic())
            if left <= 0:
                return False
            await asyncio.wait([work], timeout=max(min(left, 1.0), _TICK_S))
        return True
