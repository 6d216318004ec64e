"""What sources have that is new: each is asked, politely and side by side, and gives documents as they come.

Runs on an event loop; knows listings and files, and nothing of cleaning or storing. One story's way is in `stories`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from flows.cursor import Cursor
from flows.entries import noted_state, refuse_put_off
from flows.events import Arrived, Failed, Finished, GatherOptions, Reached, Unchanged
from flows.listings import read_listing, reader_of
from flows.page_fetchers import PageFetchers
from flows.plugins import BUILT_IN_KINDS
from flows.stories import Asker, Emit, Memory, StoryAsker, Visit, unforeseen
from schemas.addresses import masked_address, without_credentials
from schemas.document import RawDocument
from schemas.errors import CopydeskError, DocumentError, FetchError
from schemas.protocols import ListingReader
from schemas.web import Child, Entry, Fetched, Listing, SourceSpec
from sources.compressed import packed_format
from sources.discovery import feed_links, sitemap_links, sniff_source
from sources.files import BadDocument, ReadOptions, open_documents
from sources.lists import bad_lines, bad_lines_error, read_list
from sources.reading import open_regular
from sources.walk import format_of

MOST_LISTINGS = 500
"""Sitemaps (or other listings that name listings) read of one source in a run; one that nests more goes in circles."""
REACHED_EVERY = 256
"""Documents of a file after which the place is noted."""
LONGEST_LIST = 20_000_000


async def gather(
    sources: Iterable[SourceSpec],
    fetcher: Asker,
    memory: Memory,
    emit: Emit,
    options: GatherOptions | None = None,
    *,
    pages: PageFetchers,
) -> None:
    """Ask all sources side by side; every one ends with Finished, whatever happens to it.

    Listings come from `fetcher`, stories by way of `pages`.
    """
    stories = StoryAsker(pages, memory, emit, options or GatherOptions())
    gatherer = _Gatherer(fetcher, memory, emit, stories, pages)
    await asyncio.gather(*(gatherer.visit(source) for source in sources))


class _Gatherer:
    """One run over sources."""

    def __init__(
        self,
        fetcher: Asker,
        memory: Memory,
        emit: Emit,
        stories: StoryAsker,
        pages: PageFetchers,
    ) -> None:
        self._fetcher, self._memory, self._emit = fetcher, memory, emit
        self._stories, self._pages = stories, pages

    async def visit(self, source: SourceSpec) -> None:
        visit = Visit(source, Cursor(self._memory.cursor(source.name)))
        origin = source.url or source.path or source.name
        try:
            await self._read(visit)
        except CopydeskError as error:
            await self._stories.fail(visit, origin, error, whole_source=True)
        except Exception as error:  # the one place a source that fails feeds the quarantine
            await self._stories.fail(visit, origin, unforeseen(error), whole_source=True)
        states = tuple(visit.states)
        await self._emit(
            Finished(
                source=source,
                states=states,
                is_cut=visit.is_cut,
                kind=visit.kind,
                listings=tuple(visit.listings),
            )
        )

    async def _read(self, visit: Visit) -> None:
        source = visit.source
        await self._pages.open(source)
        if source.path is not None and source.kind == "list":
            content = await asyncio.to_thread(_content_of, source.path)
            await self._list(visit, content, source.path)
        elif source.path is not None:
            await self._files(visit, source.path)
        elif source.kind == "page" and source.url and not visit.is_on_the_spot:
            await self._stories.ask(visit, Entry(url=source.url), always=True)
        elif source.url:
            await self._listing(visit, source.url)

    async def _listing(self, visit: Visit, url: str) -> None:
        """A feed, a sitemap, a list or a site's front page, by what it turns out to be; a plug-in's kind for what it is."""
        declared = visit.source.kind
        reader = None if declared in BUILT_IN_KINDS else reader_of(declared)
        fetched = await self._ask(visit, url)
        if fetched is None:
            await self._unchanged(visit, url)
            return
        if reader is not None:
            await self._listed(visit, reader, fetched)
            return
        kind = _kind_of(declared, fetched)
        await self._show_kind(visit, kind)
        if kind == "page" and declared == "page":
            visit.states.clear()
            await self._stories.page(visit, Entry(url=url), fetched)
        elif kind == "page":
            await self._site(visit, fetched)
        elif kind == "archive":
            await self._archive(visit, fetched)
        elif kind == "list":
            visit.listings[fetched.asked] = None
            await self._list(visit, fetched.content, fetched.asked)
        else:
            await self._listed(visit, reader_of(kind), fetched)

    async def _unchanged(self, visit: Visit, url: str) -> None:
        visit.kind = visit.cursor.kind
        if visit.source.kind == "site" and visit.cursor.feed:
            await self._feed(visit, visit.cursor.feed)
        elif self._stories.is_stored(url):
            await self._emit(Unchanged(source=visit.source, url=without_credentials(url)))

    async def _show_kind(self, visit: Visit, kind: str) -> None:
        """Note what an address given on the spot is, for the day on which its server says that nothing has changed."""
        visit.kind = kind if visit.is_on_the_spot and kind != "page" else visit.source.kind
        known = visit.cursor.kind or visit.source.kind
        if visit.is_on_the_spot and visit.kind != known:
            visit.cursor.kind = visit.kind
            await self._emit(Reached(source=visit.source, cursor=visit.cursor.value))

    async def _site(self, visit: Visit, front: Fetched) -> None:
        """The feeds that a front page names; where it names none, the sitemaps that robots.txt does."""
        if feeds := await asyncio.to_thread(feed_links, front.content, url=front.url):
            if feeds[0] != visit.cursor.feed:
                visit.cursor.feed = feeds[0]
                await self._emit(Reached(source=visit.source, cursor=visit.cursor.value))
            await self._feed(visit, feeds[0])
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
        maps = [Child(url=address) for address in named]
        await self._follow(visit, reader_of("sitemap"), Listing(entries=(), children=maps))

    async def _feed(self, visit: Visit, url: str) -> None:
        visit.listings[url] = None
        if (fetched := await self._ask(visit, url)) is not None:
            await self._listed(visit, reader_of("feed"), fetched)

    async def _listed(self, visit: Visit, reader: ListingReader, fetched: Fetched) -> None:
        """A listing that has come: its stories, then the listings that it names."""
        visit.listings[fetched.asked] = None
        await self._follow(visit, reader, await read_listing(reader, fetched))

    async def _list(self, visit: Visit, content: bytes, place: str) -> None:
        """A list of addresses; of its lines that are none, it is told in one error beside."""
        entries = await asyncio.to_thread(read_list, content, origin=place)
        if bad := await asyncio.to_thread(bad_lines, content, origin=place):
            shown = masked_address(without_credentials(place)) if "://" in place else place
            error = bad_lines_error(bad, origin=shown)
            await self._emit(Failed(source=visit.source, origin=shown, error=error))
        await self._stories.ask_all(visit, entries)

    async def _follow(self, visit: Visit, reader: ListingReader, listing: Listing) -> None:
        await self._stories.ask_all(visit, listing.entries)
        for child in listing.children:
            if self._stories.is_full(visit) or len(visit.listings) >= MOST_LISTINGS:
                visit.is_cut = True
                return
            if child.url in visit.listings or self._stories.is_before(child.lastmod):
                continue
            visit.listings[child.url] = None
            if not visit.cursor.has_sitemap(child):
                await self._child(visit, reader, child)

    async def _child(self, visit: Visit, reader: ListingReader, child: Child) -> None:
        """A listing that another names; once all of its stories are dealt with, it is noted as read."""
        was_cut, visit.is_cut = visit.is_cut, False
        try:
            if (fetched := await self._ask(visit, child.url)) is not None:
                await self._listed(visit, reader, fetched)
        except (FetchError, DocumentError) as error:
            visit.is_cut = True
            await self._stories.fail(visit, child.url, error)
        if not visit.is_cut and child.lastmod is not None:
            visit.cursor.add_sitemap(child)
            await self._emit(Reached(source=visit.source, cursor=visit.cursor.value))
        visit.is_cut = visit.is_cut or was_cut

    async def _ask(self, visit: Visit, url: str) -> Fetched | None:
        """A listing, or None where it has not changed since everything in it was dealt with."""
        known = self._memory.fetch_state(url)
        if not visit.is_on_the_spot:
            refuse_put_off(url, known)
        is_page = known is not None and known.raw_sha256 is not None
        validators = (
            known.validators if known and (not is_page or self._stories.is_stored(url)) else None
        )
        if visit.source.kind == "site" and url == visit.source.url and not visit.cursor.feed:
            validators = None  # where to look for news is known only from the page itself
        fetched = await self._fetcher.fetch(url, validators=validators, source=visit.source)
        if fetched.not_modified:
            return None
        visit.states.append(noted_state(visit.source, url, fetched))
        return fetched

    async def _files(self, visit: Visit, path: str) -> None:
        """The documents of a file or folder; of a file, from where an earlier run stopped."""
        done = await asyncio.to_thread(visit.cursor.documents_done, path)
        options = ReadOptions(language=visit.source.language, now=datetime.now(UTC))
        is_file = await asyncio.to_thread(Path(path).is_file)
        found = islice(open_documents([path], options=options), done if is_file else 0, None)
        async for document in self._wanted(visit, found, options.now):
            done += 1
            if document is not None:
                await self._emit(Arrived(source=visit.source, document=document))
            if is_file and done % REACHED_EVERY == 0:
                await self._reach(visit, path, done)
        if is_file:
            await self._reach(visit, path, done)

    async def _wanted(
        self, visit: Visit, found: Iterator[RawDocument | BadDocument], now: datetime | None
    ) -> AsyncIterator[RawDocument | BadDocument | None]:
        """The documents of an archive as far as the limit goes; None for one whose own date says that it is not wanted."""
        while (document := await asyncio.to_thread(next, found, None)) is not None:
            if self._stories.is_full(visit):
                visit.is_cut = True
                return
            if isinstance(document, RawDocument) and self._stories.is_dated_outside(document, now):
                visit.is_cut = visit.has_passed_over = True
                yield None
                continue
            visit.taken += 1
            yield document

    async def _reach(self, visit: Visit, path: str, done: int) -> None:
        if visit.has_passed_over:
            return  # a run with other dates wants what this one left
        visit.cursor.set_documents_done(path, done)
        await self._emit(Reached(source=visit.source, cursor=visit.cursor.value))

    async def _archive(self, visit: Visit, fetched: Fetched) -> None:
        options = ReadOptions(
            format=format_of(urlsplit(fetched.url).path) or packed_format(fetched.content),
            stdin=BytesIO(fetched.content),
            language=visit.source.language,
            now=fetched.fetched_at,
        )
        found = open_documents(["-"], options=options)
        place = without_credentials(fetched.url)
        async for document in self._wanted(visit, found, options.now):
            if document is not None:
                named = replace(document, origin=place + document.origin.removeprefix("stdin"))
                await self._emit(Arrived(source=visit.source, document=named))


def _kind_of(declared: str, fetched: Fetched) -> str:
    """What was fetched is taken for. Raises DocumentError for what is nothing of ours."""
    if declared == "archive":
        return declared  # records and zips are no listing, whatever they look like
    found = sniff_source(fetched.content, media_type=fetched.media_type, url=fetched.url)
    # What its reader says of other bytes is the better message.
    return declared if declared in ("feed", "sitemap", "list") else found


def _content_of(path: str) -> bytes:
    with open_regular(path) as file:
        content = file.read(LONGEST_LIST + 1)
    if len(content) > LONGEST_LIST:
        raise DocumentError(
            f"{path} is over {LONGEST_LIST:,} bytes, too long for a list of addresses",
            remedy="split it",
            code="too_large",
        )
    return content
