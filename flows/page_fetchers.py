"""Pages through the fetchers that sources name: each opened once a run, asked within limits, and never believed.

A plug-in reaches the web through the guarded fetcher alone (`schemas.protocols.Ask`); what it gives back is checked here.
A source that names none has its pages from the guarded fetcher itself.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from flows.page_clock import PageClock
from flows.plugins import fetcher_fault, load_fetcher, said_of
from flows.stories import Asker
from schemas.addresses import without_credentials
from schemas.errors import CopydeskError, FetchError
from schemas.protocols import Ask, PageFetcher
from schemas.web import Fetched, SourceSpec, Validators
from sources.guard import Guard
from sources.web_options import FetchOptions

PAGES_AT_ONCE = 4
"""Pages of one fetcher that are on their way side by side: a browser takes 100 MB for each."""
REQUESTS_A_PAGE = 200
TIMES_MAX_BYTES = 4
"""All that one page loads together may be so many times as large as one answer."""
TIMES_TIMEOUT = 10
"""A page takes so many times the timeout at most, whatever it waits for."""
OPENING_S, STOPPING_S, CLOSING_S = 60.0, 5.0, 10.0
"""Seconds that a fetcher may take to be ready, to leave a page whose time is over, and to end."""


@dataclass(slots=True)
class _Opened:
    """A fetcher in this run: the task that keeps it open, and what came of opening it."""

    task: asyncio.Task[None]
    fetcher: asyncio.Future[PageFetcher]
    turns: asyncio.Semaphore


class PageFetchers:
    """An async context for one run. `fetch` is the guarded fetcher's, by way of the fetcher that the source names."""

    def __init__(
        self,
        asker: Asker,
        web: FetchOptions,
        *,
        load: Callable[[str], PageFetcher] = load_fetcher,
    ) -> None:
        self._asker, self._web, self._load = asker, web, load
        self._guard = Guard(web.allow_hosts)
        self._opened: dict[str, _Opened] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._over = asyncio.Event()

    async def __aenter__(self) -> PageFetchers:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        tasks = [opened.task for opened in self._opened.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=CLOSING_S)
            for task in late:
                task.cancel()

    async def open(self, source: SourceSpec) -> None:
        """Make the source's fetcher ready, if it names one. Raises UsageError, FetchError (`fetcher`)."""
        if source.fetcher is not None:
            await self._fetcher(source.fetcher)

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        source: SourceSpec | None = None,
        max_bytes: int | None = None,
    ) -> Fetched:
        """A page. Raises FetchError, and UsageError for a fetcher that is not installed."""
        name = source.fetcher if source else None
        if name is None or source is None:
            return await self._asker.fetch(
                url, validators=validators, source=source, max_bytes=max_bytes
            )
        self._guard.check(url)
        opened = await self._fetcher(name)
        async with opened.turns:
            page = _Page(self._asker, source, self._web, url)
            found = await self._in_time(name, opened.fetcher.result(), page)
        return self._checked(name, url, found)

    async def _fetcher(self, name: str) -> _Opened:
        async with self._locks[name]:
            if name not in self._opened:
                ready: asyncio.Future[PageFetcher] = asyncio.get_running_loop().create_future()
                task = asyncio.create_task(self._keep(name, ready))
                self._opened[name] = _Opened(task, ready, asyncio.Semaphore(PAGES_AT_ONCE))
            opened = self._opened[name]
            either: list[asyncio.Future[Any]] = [opened.fetcher, opened.task]
            await asyncio.wait(either, timeout=OPENING_S, return_when=asyncio.FIRST_COMPLETED)
            if not opened.fetcher.done():
                opened.task.cancel()
                opened.fetcher.set_exception(
                    fetcher_fault(name, f"was not ready within {OPENING_S:g} s")
                )
            opened.fetcher.result()
            return opened

    async def _keep(self, name: str, ready: asyncio.Future[PageFetcher]) -> None:
        """Open a fetcher, hold it till the run is over, close it: all in one task, as many libraries want it."""
        try:
            async with self._load(name) as fetcher:
                if not ready.done():
                    ready.set_result(fetcher)
                await self._over.wait()
        except CopydeskError as error:
            if not ready.done():
                ready.set_exception(error)
        except (Exception, SystemExit) as error:  # what fails after the last page harms no page
            if not ready.done():
                ready.set_exception(fetcher_fault(name, f"cannot be opened: {said_of(error)}"))

    async def _in_time(self, name: str, fetcher: PageFetcher, page: _Page) -> object:
        """What the fetcher gives, if it does in its time."""
        timeout = self._web.timeout
        work = asyncio.create_task(_page_of(fetcher, page, timeout))
        try:
            in_time = await page.clock.is_done_in_time(work, timeout, most=timeout * TIMES_TIMEOUT)
        finally:
            page.is_over = True
            if not work.done():
                work.cancel()
                await asyncio.wait([work], timeout=STOPPING_S)
        if not in_time:
            raise _too_slow(name, page.shown, timeout)
        if work.cancelled():
            raise fetcher_fault(name, f"gave up on {page.shown}")
        error = work.exception()
        if error is None:
            return work.result()
        if isinstance(error, FetchError):
            raise error
        raise fetcher_fault(name, f"failed on {page.shown}: {said_of(error)}") from error

    def _checked(self, name: str, url: str, found: object) -> Fetched:
        """What a fetcher gave, as the rest may rely on it. Raises FetchError."""
        shown = without_credentials(url)
        if not isinstance(found, Fetched) or not isinstance(found.content, bytes):
            raise fetcher_fault(name, f"gave {type(found).__name__} for {shown}, no Fetched page")
        if len(found.content) > self._web.max_bytes:
            raise FetchError(
                f"{shown} is over {self._web.max_bytes:,} bytes as the fetcher {name!r} gives it",
                remedy="raise max_bytes if you want it",
                code="too_large",
            )
        if found.status not in range(200, 300):
            raise FetchError(f"{shown} answered with status {found.status}", code="http_status")
        return replace(
            found,
            asked=shown,
            url=str(self._guard.check(str(found.url)).with_user(None)),
            fetched_at=datetime.now(UTC),
            media_type=_word(found.media_type),
            charset=_word(found.charset),
            validators=Validators(),
        )


class _Page:
    """What one page may ask for."""

    def __init__(self, asker: Asker, source: SourceSpec, web: FetchOptions, url: str) -> None:
        self.clock = PageClock()
        self.is_over = False
        self.shown = without_credentials(url)
        self._url = url
        self._asker, self._source, self._web = asker, source, web
        self._requests_left = REQUESTS_A_PAGE
        self._bytes_left = TIMES_MAX_BYTES * web.max_bytes

    async def ask(
        self, url: str, *, validators: Validators | None = None, max_bytes: int | None = None
    ) -> Fetched:
        """One guarded request for the page, as the protocol says."""
        if self.is_over:
            raise FetchError("the page is over: nothing more is asked for it", code="fetcher")
        if self._requests_left <= 0 or self._bytes_left <= 0:
            raise FetchError(
                f"one page loads at most {REQUESTS_A_PAGE} answers of {TIMES_MAX_BYTES} × max_bytes together",
                code="too_large",
            )
        self._requests_left -= 1
        limit = min(self._web.max_bytes, self._bytes_left)
        limit = limit if max_bytes is None else min(limit, max_bytes)
        with self.clock.standing():
            found = await self._asker.fetch(
                # A plug-in never learns the password in an address: it might stand in its errors.
                self._url if url == self.shown else url,
                validators=validators,
                source=self._source,
                max_bytes=limit,
            )
        self._bytes_left -= len(found.content)
        return found


def _word(text: object) -> str | None:
    """A media type or charset that may be passed on."""
    fits = isinstance(text, str) and text.isascii() and text.isprintable() and len(text) <= 100
    return text.strip().lower() or None if fits and isinstance(text, str) else None


async def _page_of(fetcher: PageFetcher, page: _Page, timeout: float) -> object:
    ask: Ask = page.ask
    try:
        return await fetcher.fetch(page.shown, ask=ask, timeout=timeout)
    except SystemExit as error:  # would end the loop, and with it the run
        raise RuntimeError(said_of(error)) from error


def _too_slow(name: str, shown: str, timeout: float) -> FetchError:
    return FetchError(
        f"{shown} was not there after {timeout:g} s of the fetcher {name!r}",
        remedy="it is asked for again later; --timeout gives it longer",
        code="timeout",
        retry_at=datetime.now(UTC) + timedelta(minutes=15),
    )
