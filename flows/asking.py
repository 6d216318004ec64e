"""The asking side of a fetch: an event loop in a thread of its own, which hands on what it finds."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from flows.events import Event, GatherOptions
from flows.gathering import gather
from flows.page_fetchers import PageFetchers
from flows.stories import Memory
from schemas.errors import CopydeskError
from schemas.protocols import Encoder
from schemas.web import SourceSpec
from sources.web import Fetcher, FetchOptions
from storage.fetches import FetchState
from storage.sqlite import Store

_WAITING = 64
"""Events that may wait to be dealt with; beyond that the asking waits."""

Events = queue.Queue[Event | BaseException | None]
"""What was found, an error that ends the run, and None at the end."""


@contextmanager
def asking(
    sources: Sequence[SourceSpec], store: Store | None, web: FetchOptions, wanted: GatherOptions
) -> Iterator[Events]:
    """The events of asking all sources side by side; leaving it early stops the asking."""
    asker = _Asker(sources, store, web, wanted)
    thread = threading.Thread(target=asker.run, name="copydesk-fetch", daemon=True)
    thread.start()
    try:
        yield asker.events
    finally:
        asker.stopped.set()
        thread.join(timeout=5)


class _Asker:
    """What runs in the thread."""

    def __init__(
        self,
        sources: Sequence[SourceSpec],
        store: Store | None,
        web: FetchOptions,
        wanted: GatherOptions,
    ) -> None:
        self.events: Events = queue.Queue(_WAITING)
        self.stopped = threading.Event()
        self._sources, self._store, self._web, self._wanted = sources, store, web, wanted

    def run(self) -> None:
        """Ask, and hand on whatever comes of it."""
        try:
            asyncio.run(self._ask())
        except asyncio.CancelledError:
            pass
        except BaseException as error:  # raised again where the run was called
            self._put(error)
        self._put(None)

    def _put(self, event: BaseException | None) -> None:
        while not self.stopped.is_set():
            with suppress(queue.Full):
                self.events.put(event, timeout=0.1)
                return

    async def _ask(self) -> None:
        with _memory(self._store) as memory:
            async with (
                Fetcher(self._web, environment=os.environ) as fetcher,
                PageFetchers(fetcher, self._web) as pages,
            ):
                work = asyncio.ensure_future(
                    gather(self._sources, fetcher, memory, self._emit, self._wanted, pages=pages)
                )
                while not work.done():
                    await asyncio.wait([work], timeout=0.2)
                    if self.stopped.is_set():
                        work.cancel()
                await work

    async def _emit(self, event: Event) -> None:
        while not self.stopped.is_set():
            try:
                return self.events.put_nowait(event)
            except queue.Full:
                await asyncio.sleep(0.02)
        raise asyncio.CancelledError


class _Nothing:
    """The memory of a run without a database."""

    def fetch_state(self, _url: str) -> FetchState | None:
        return None

    def cursor(self, _source: str) -> object:
        return None

    def article_id(self, name: None = None, *, url: str | None = None) -> int | None:  # noqa: ARG002  a protocol's
        return None


@contextmanager
def _memory(store: Store | None) -> Iterator[Memory]:
    """What is known of earlier runs, for the asking thread: a connection serves one thread only."""
    if store is None:
        yield _Nothing()
        return
    with Store(store.path, encoder=_no_encoder, mode="r") as own:
        yield own


def _no_encoder() -> Encoder:
    raise CopydeskError("the asking side makes no vectors")
