"""What sources have that is new: each is asked, politely and side by side, and gives documents as they come.

Runs on an event loop; knows the web and what was fetched before, and nothing of cleaning or storing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin

from flows.entries import arrived_whole, instant, is_newer, noted_state, refuse_put_off
from flows.events import Arrived, Event, Failed, Finished, GatherOptions, Named, Unchanged
from schemas.addresses import address_key
from schemas.document import HTML, Hints, RawDocument
from schemas.errors import CopydeskError, DocumentError, FetchError, SkippedDocumentError
from schemas.web import Entry, Fetched, SourceKind, SourceSpec, Validators
from sources.discovery import feed_links, sitemap_links, sniff_source
from sources.feeds import is_whole, read_feed
from sources.files import ReadOptions, open_documents
from sources.lists import read_list
from sources.sitemaps import Child, Sitemap, read_sitemap
from storage.fetches import FetchState

MOST_SITEMAPS = 500
"""Sitemaps read of one source in a run; a site that nests more of them is going round in circles."""
ASK_AGAIN_AFTER = timedelta(days=1)
"""When an address that a feed goes on naming is asked again after an answer that will hardly change (404, refused)."""


class Memory(Protocol):
    """What is known of addresses from earlier runs."""

    def fetch_state(self, url: str) -> FetchState | None:
        """How the last request for the address went."""
        ...

    def article_id(self, name: None = None, *, url: str | None = None) -> int | None:
        """The article stored under the address."""
        ...


class Asker(Protocol):
    """The guarded fetcher, as much of it as is needed here."""

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        source: SourceSpec | None = None,
        max_bytes: int | None = None,
    ) -> Fetched:
        """A whole answer. Raises FetchError only."""
        ...


Emit = Callable[[Event], Awaitable[None]]


@dataclass(slots=True)
class _Visit:
    """One source in one run."""

    source: SourceSpec
    states: list[FetchState] = field(default_factory=list)
    taken: int = 0
    is_cut: bool = False
    sitemaps: set[str] = field(default_factory=set)

    @property
    def is_on_the_spot(self) -> bool:
        """Whether somebody named the address itself: it is asked now, and taken for what it is."""
        return self.source.name == self.source.url


async def gather(
    sources: Iterable[SourceSpec],
    fetcher: Asker,
    memory: Memory,
    emit: Emit,
    options: GatherOptions | None = None,
) -> None:
    """Ask all sources side by side; every one ends with Finished, whatever happens to it."""
    gatherer = _Gatherer(fetcher, memory, emit, options or GatherOptions())
    await asyncio.gather(*(gatherer.visit(source) for source in sources))


class _Gatherer:
    """One run: addresses that several sources name are asked for once."""

    def __init__(self, fetcher: Asker, memory: Memory, emit: Emit, options: GatherOptions) -> None:
        self._fetcher, self._memory, self._emit, self._options = fetcher, memory, emit, options
        self._seen: set[str] = set()

    async def visit(self, source: SourceSpec) -> None:
        visit = _Visit(source)
        try:
            await self._read(visit)
        except (FetchError, DocumentError, SkippedDocumentError) as error:
            origin = source.url or source.path or source.name
            await self._fail(visit, origin, error, whole_source=True)
        await self._emit(Finished(source=source, states=tuple(visit.states), is_cut=visit.is_cut))

    async def _read(self, visit: _Visit) -> None:
        source = visit.source
        if source.path is not None and source.kind == "list":
            content = await asyncio.to_thread(Path(source.path).read_bytes)
            await self._entries(visit, read_list(content, origin=source.path))
        elif source.path is not None:
            options = ReadOptions(language=source.language)
            await self._emit_documents(visit, [source.path], options)
        elif source.kind == "page" and source.url and not visit.is_on_the_spot:
            await self._entry(visit, Entry(url=source.url), always=True)
        elif source.url:
            await self._listing(visit, source.url)

    async def _listing(self, visit: _Visit, url: str) -> None:
        """A feed, a sitemap, a list or a site's front page, by what it turns out to be."""
        fetched = await self._ask(visit, url)
        if fetched is None:
            if self._is_stored(url):
                await self._emit(Unchanged(source=visit.source, url=url))
            return
        kind = sniff_source(fetched.content, media_type=fetched.media_type, url=fetched.url)
        if visit.source.kind in ("feed", "sitemap", "list", "archive"):
            kind = visit.source.kind  # what its reader says of other bytes is the better message
        if kind == "page" and visit.source.kind == "page":
            visit.states.clear()
            await self._page(visit, url, fetched)
        elif kind == "page":
            await self._site(visit, fetched)
        else:
            await self._stories(visit, fetched, kind)

    async def _stories(self, visit: _Visit, fetched: Fetched, kind: SourceKind) -> None:
        if kind == "archive":
            options = ReadOptions(
                stdin=BytesIO(fetched.content),
                language=visit.source.language,
                now=fetched.fetched_at,
            )
            await self._emit_documents(visit, ["-"], options)
        elif kind == "feed":
            feed = read_feed(fetched.content, url=fetched.url, charset=fetched.charset)
            await self._entries(visit, feed.entries)
        elif kind == "sitemap":
            visit.sitemaps.add(fetched.asked)
            await self._sitemap(visit, read_sitemap(fetched.content, url=fetched.url))
        else:
            await self._entries(visit, read_list(fetched.content, origin=fetched.url))

    async def _site(self, visit: _Visit, front: Fetched) -> None:
        """The feeds that a front page names; where it names none, the sitemaps that robots.txt does."""
        if feeds := feed_links(front.content, url=front.url):
            if (fetched := await self._ask(visit, feeds[0])) is not None:
                await self._stories(visit, fetched, "feed")
            return
        robots = urljoin(front.url, "/robots.txt")
        named: list[str] = []
        with suppress(FetchError):
            answer = await self._fetcher.fetch(robots, source=visit.source)
            named = sitemap_links(answer.content, url=answer.url)
        if not named:
            raise DocumentError(
                f"{front.url} names no feed, and its robots.txt no sitemap",
                remedy='give the address of a feed or sitemap, or take it as one article: kind = "page"',
                code="no_feed",
            )
        await self._sitemap(
            visit, Sitemap(entries=(), children=tuple(Child(url=u, lastmod=None) for u in named))
        )

    async def _sitemap(self, visit: _Visit, sitemap: Sitemap) -> None:
        await self._entries(visit, sitemap.entries)
        for child in sitemap.children:
            if self._is_full(visit) or len(visit.sitemaps) >= MOST_SITEMAPS:
                visit.is_cut = True
                return
            if child.url in visit.sitemaps or self._is_before(child.lastmod):
                continue
            visit.sitemaps.add(child.url)
            try:
                if (fetched := await self._ask(visit, child.url)) is not None:
                    await self._sitemap(visit, read_sitemap(fetched.content, url=fetched.url))
            except (FetchError, DocumentError) as error:
                await self._fail(visit, child.url, error)

    async def _ask(self, visit: _Visit, url: str) -> Fetched | None:
        """A listing, or None where it has not changed since everything in it was dealt with."""
        known = self._memory.fetch_state(url)
        if not visit.is_on_the_spot:
            refuse_put_off(url, known)
        is_page = known is not None and known.raw_sha256 is not None
        validators = known.validators if known and (not is_page or self._is_stored(url)) else None
        fetched = await self._fetcher.fetch(url, validators=validators, source=visit.source)
        if fetched.not_modified:
            return None
        visit.states.append(noted_state(visit.source, url, fetched))
        return fetched

    async def _emit_documents(self, visit: _Visit, paths: list[str], options: ReadOptions) -> None:
        found = iter(open_documents(paths, options=options))
        while (document := await asyncio.to_thread(next, found, None)) is not None:
            if self._is_full(visit):
                visit.is_cut = True
                return
            visit.taken += 1
            await self._emit(Arrived(source=visit.source, document=document))

    async def _entries(self, visit: _Visit, entries: Iterable[Entry]) -> None:
        """Entries one after another for one host's sake; the fetcher's own pause would line them up anyway."""
        for entry in entries:
            key = (address_key(entry.url) if entry.url else None) or entry.entry_id
            if key is None or key in self._seen:
                continue
            if self._is_full(visit):
                visit.is_cut = True
                return
            if self._is_outside(entry):
                visit.is_cut = True
                continue
            self._seen.add(key)
            visit.taken += 1
            await self._entry(visit, entry)

    async def _entry(self, visit: _Visit, entry: Entry, *, always: bool = False) -> None:
        """One story: known, sent along whole by the feed, or fetched. Its failure is its own."""
        url = entry.url or ""
        state = self._memory.fetch_state(url) if url else None
        known = bool(url) and self._is_stored(url)
        if self._options.names_only and not always:
            is_new = not known or is_newer(entry, state)
            await self._emit(Named(source=visit.source, entry=entry, is_new=is_new))
            return
        if known and not always and not is_newer(entry, state):
            await self._emit(Unchanged(source=visit.source, url=url))
            return
        try:
            refuse_put_off(url, state)
            if not always and is_whole(entry):
                await self._emit(arrived_whole(visit.source, entry))
                return
            if not url:
                return
            fetched = await self._fetcher.fetch(
                url,
                validators=state.validators if state and known else None,
                source=visit.source,
            )
            if fetched.not_modified:
                await self._emit(Unchanged(source=visit.source, url=url))
                return
            await self._page(visit, url, fetched)
        except (FetchError, DocumentError, SkippedDocumentError) as error:
            await self._fail(visit, url, error, whole_source=always)

    async def _page(self, visit: _Visit, url: str, fetched: Fetched) -> None:
        kind = sniff_source(fetched.content, media_type=fetched.media_type, url=fetched.url)
        if kind not in ("page", "list"):
            raise DocumentError(
                f"{url} is a {kind}, not a page",
                remedy=f'fetch it as what it is: kind = "{kind}"',
                code="unsupported",
            )
        media_type = fetched.media_type if fetched.media_type == "text/plain" else HTML
        document = RawDocument(
            content=fetched.content,
            media_type=media_type or HTML,
            origin=url,
            url=fetched.url,
            fetched_at=fetched.fetched_at,
            hints=Hints(encoding=fetched.charset, language=visit.source.language),
        )
        state = noted_state(visit.source, url, fetched)
        await self._emit(Arrived(source=visit.source, document=document, state=state))

    async def _fail(
        self, visit: _Visit, origin: str, error: CopydeskError, *, whole_source: bool = False
    ) -> None:
        retry_at = error.retry_at if isinstance(error, FetchError) else None
        state = None
        visit.is_cut = visit.is_cut or retry_at is not None
        if "://" in origin and error.code != "put_off":
            now = datetime.now(UTC)
            state = FetchState(
                url=origin,
                source=visit.source.name,
                validators=Validators(),
                status=None,
                error=error.code,
                raw_sha256=None,
                fetched_at=now,
                next_try=retry_at or (None if whole_source else now + ASK_AGAIN_AFTER),
            )
        await self._emit(
            Failed(
                source=visit.source,
                origin=origin,
                error=error,
                state=state,
                whole_source=whole_source,
            )
        )

    def _is_stored(self, url: str) -> bool:
        return self._memory.article_id(url=url) is not None

    def _is_full(self, visit: _Visit) -> bool:
        return self._options.limit is not None and visit.taken >= self._options.limit

    def _is_before(self, lastmod: str | None) -> bool:
        day, since = instant(lastmod), self._options.since
        return day is not None and since is not None and day < since

    def _is_outside(self, entry: Entry) -> bool:
        """Whether the entry's own date says that it is not wanted; without one it may be."""
        when = instant(entry.published or entry.updated)
        before = self._options.before
        if when is None:
            return False
        return self._is_before(entry.published or entry.updated) or (
            before is not None and when >= before
        )
