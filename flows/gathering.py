"""What sources have that is new: each is asked, politely and side by side, and gives documents as they come.

Runs on an event loop; knows listings and files, and nothing of cleaning or storing. One story's way is in `stories`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from itertools import islice
from pathlib import Path
from urllib.parse import urljoin

from flows.cursor import Cursor
from flows.entries import noted_state, refuse_put_off
from flows.events import Arrived, Finished, GatherOptions, Reached, Unchanged
from flows.stories import Asker, Emit, Memory, StoryAsker, Visit, unforeseen
from schemas.addresses import without_credentials
from schemas.errors import CopydeskError, DocumentError, FetchError
from schemas.web import Entry, Fetched, SourceKind, SourceSpec
from sources.discovery import feed_links, sitemap_links, sniff_source
from sources.feeds import read_feed
from sources.files import ReadOptions, open_documents
from sources.lists import read_list
from sources.reading import open_regular
from sources.sitemaps import Child, Sitemap, read_sitemap

MOST_SITEMAPS = 500
"""Sitemaps read of one source in a run; a site that nests more of them is going round in circles."""
REACHED_EVERY = 256
"""Documents of a file after which the place is noted."""
LONGEST_LIST = 20_000_000


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
    """One run over sources."""

    def __init__(self, fetcher: Asker, memory: Memory, emit: Emit, options: GatherOptions) -> None:
        self._fetcher, self._memory, self._emit = fetcher, memory, emit
        self._stories = StoryAsker(fetcher, memory, emit, options)

    async def visit(self, source: SourceSpec) -> None:
        visit = Visit(source, Cursor(self._memory.cursor(source.name)))
        origin = source.url or source.path or source.name
        try:
            await self._read(visit)
        except CopydeskError as error:
            await self._stories.fail(visit, origin, error, whole_source=True)
        except Exception as error:  # the one place a source that fails feeds the quarantine
            await self._stories.fail(visit, origin, unforeseen(error), whole_source=True)
        await self._emit(Finished(source=source, states=tuple(visit.states), is_cut=visit.is_cut))

    async def _read(self, visit: Visit) -> None:
        source = visit.source
        if source.path is not None and source.kind == "list":
            content = await asyncio.to_thread(_read_list_file, source.path)
            await self._stories.ask_all(visit, read_list(content, origin=source.path))
        elif source.path is not None:
            await self._files(visit, source.path)
        elif source.kind == "page" and source.url and not visit.is_on_the_spot:
            await self._stories.ask(visit, Entry(url=source.url), always=True)
        elif source.url:
            await self._listing(visit, source.url)

    async def _listing(self, visit: Visit, url: str) -> None:
        """A feed, a sitemap, a list or a site's front page, by what it turns out to be."""
        fetched = await self._ask(visit, url)
        if fetched is None:
            if self._stories.is_stored(url):
                await self._emit(Unchanged(source=visit.source, url=without_credentials(url)))
            return
        kind = sniff_source(fetched.content, media_type=fetched.media_type, url=fetched.url)
        if visit.source.kind in ("feed", "sitemap", "list", "archive"):
            kind = visit.source.kind  # what its reader says of other bytes is the better message
        if kind == "page" and visit.source.kind == "page":
            visit.states.clear()
            await self._stories.page(visit, url, fetched)
        elif kind == "page":
            await self._site(visit, fetched)
        else:
            await self._list(visit, fetched, kind)

    async def _list(self, visit: Visit, fetched: Fetched, kind: SourceKind) -> None:
        if kind == "archive":
            await self._archive(visit, fetched)
        elif kind == "feed":
            feed = read_feed(fetched.content, url=fetched.url, charset=fetched.charset)
            await self._stories.ask_all(visit, feed.entries)
        elif kind == "sitemap":
            visit.sitemaps.add(fetched.asked)
            await self._sitemap(visit, read_sitemap(fetched.content, url=fetched.url))
        else:
            await self._stories.ask_all(visit, read_list(fetched.content, origin=fetched.url))

    async def _site(self, visit: Visit, front: Fetched) -> None:
        """The feeds that a front page names; where it names none, the sitemaps that robots.txt does."""
        if feeds := feed_links(front.content, url=front.url):
            if (fetched := await self._ask(visit, feeds[0])) is not None:
                await self._list(visit, fetched, "feed")
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

    async def _sitemap(self, visit: Visit, sitemap: Sitemap) -> None:
        await self._stories.ask_all(visit, sitemap.entries)
        for child in sitemap.children:
            if self._stories.is_full(visit) or len(visit.sitemaps) >= MOST_SITEMAPS:
                visit.is_cut = True
                return
            if child.url in visit.sitemaps or self._stories.is_before(child.lastmod):
                continue
            visit.sitemaps.add(child.url)
            if not visit.cursor.has_sitemap(child):
                await self._child(visit, child)

    async def _child(self, visit: Visit, child: Child) -> None:
        """A sitemap that another names; once all of its stories are dealt with, it is noted as read."""
        was_cut, visit.is_cut = visit.is_cut, False
        try:
            if (fetched := await self._ask(visit, child.url)) is not None:
                await self._sitemap(visit, read_sitemap(fetched.content, url=fetched.url))
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
        fetched = await self._fetcher.fetch(url, validators=validators, source=visit.source)
        if fetched.not_modified:
            return None
        visit.states.append(noted_state(visit.source, url, fetched))
        return fetched

    async def _files(self, visit: Visit, path: str) -> None:
        """The documents of a file or folder; of a file, from where an earlier run stopped."""
        done = await asyncio.to_thread(visit.cursor.documents_done, path)
        options = ReadOptions(language=visit.source.language)
        is_file = await asyncio.to_thread(Path(path).is_file)
        found = islice(open_documents([path], options=options), done if is_file else 0, None)
        while (document := await asyncio.to_thread(next, found, None)) is not None:
            if self._stories.is_full(visit):
                visit.is_cut = True
                break
            visit.taken += 1
            done += 1
            await self._emit(Arrived(source=visit.source, document=document))
            if is_file and done % REACHED_EVERY == 0:
                await self._reach(visit, path, done)
        if is_file:
            await self._reach(visit, path, done)

    async def _reach(self, visit: Visit, path: str, done: int) -> None:
        visit.cursor.set_documents_done(path, done)
        await self._emit(Reached(source=visit.source, cursor=visit.cursor.value))

    async def _archive(self, visit: Visit, fetched: Fetched) -> None:
        options = ReadOptions(
            stdin=BytesIO(fetched.content),
            language=visit.source.language,
            now=fetched.fetched_at,
        )
        found = open_documents(["-"], options=options)
        while (document := await asyncio.to_thread(next, found, None)) is not None:
            await self._emit(Arrived(source=visit.source, document=document))


def _read_list_file(path: str) -> bytes:
    with open_regular(path) as file:
        content = file.read(LONGEST_LIST + 1)
    if len(content) > LONGEST_LIST:
        raise DocumentError(
            f"{path} is over {LONGEST_LIST:,} bytes, too long for a list of addresses",
            remedy="split it",
            code="too_large",
        )
    return content
