"""Reading a listing by its kind: the built-in ones at once, a plug-in's kept to its promises and to a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from flows.plugins import load_reader, reader_fault, said_of
from schemas.addresses import canonical_address
from schemas.errors import DocumentError
from schemas.protocols import ListingReader
from schemas.web import Child, Entry, Fetched, Listing
from sources.feed_dates import iso_date
from sources.feed_text import absolute_url, kept, language_tag
from sources.listings import READERS

MOST_ENTRIES = 50_000
"""Of stories and of further listings, each, that a plug-in may name in one listing."""
READING_S = 60.0
"""How long a plug-in may take over one listing; the built-in readers bound themselves."""

_TEXTS = ("entry_id", "title", "published", "updated", "language", "site", "summary", "html")


def reader_of(kind: str) -> ListingReader:
    """The reader of a kind. Raises UsageError for an unknown one, DocumentError for a plug-in that is of no use."""
    return READERS.get(kind) or load_reader(kind)


async def read_listing(reader: ListingReader, fetched: Fetched) -> Listing:
    """What a listing names, addresses absolute, http(s) and without credentials. Raises DocumentError."""
    if reader in READERS.values():
        # Ten thousand entries take half a second, and on the loop every other host would wait for them.
        return await asyncio.to_thread(listing_in, reader, fetched)
    try:
        return await asyncio.wait_for(
            _beside(lambda: listing_in(reader, fetched)), timeout=READING_S
        )
    except TimeoutError as error:
        said = f"took over {READING_S:g} s for {fetched.url}"
        raise reader_fault(_name_of(reader), said) from error


def listing_in(reader: ListingReader, fetched: Fetched) -> Listing:
    """The same, in this thread. Raises DocumentError."""
    said = {"media_type": fetched.media_type, "charset": fetched.charset}
    if reader in READERS.values():
        found = reader.read(fetched.content, url=fetched.url, **said)
        return found if isinstance(found, Listing) else Listing(entries=tuple(found))
    try:
        found = reader.read(fetched.content, url=fetched.url, **said)
        entries, children = (
            (found.entries, found.children) if isinstance(found, Listing) else (found, ())
        )
        return Listing(
            entries=[_entry(one, fetched.url) for one in islice(entries, MOST_ENTRIES)],
            children=_children(islice(children, MOST_ENTRIES), fetched.url),
        )
    except DocumentError:
        raise
    except (Exception, SystemExit) as error:  # somebody else's code: one listing is all that fails
        raise reader_fault(
            _name_of(reader), f"failed on {fetched.url}: {said_of(error)}"
        ) from error


def _name_of(reader: ListingReader) -> str:
    return str(getattr(reader, "kind", type(reader).__name__))


def _entry(entry: object, base: str) -> Entry:
    """An entry as the rest may rely on it. Raises TypeError for what is none."""
    if not isinstance(entry, Entry):
        raise TypeError(f"{type(entry).__name__} in place of an Entry")
    texts = {name: _text(name, getattr(entry, name)) for name in _TEXTS}
    now = datetime.now(UTC)
    dates = {name: iso_date(texts[name], now=now) for name in ("published", "updated")}
    texts |= dates | {"language": language_tag(texts["language"])}
    url = absolute_url(_text("url", entry.url), base)
    authors = tuple(kept(str(author)) for author in entry.authors)
    return replace(entry, url=url, authors=authors, **texts)


def _text(name: str, value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} is {type(value).__name__}, not text")
    return None if value is None else kept(value)


def _children(found: Iterable[object], base: str) -> list[Child]:
    children = []
    for child in found:
        if not isinstance(child, Child):
            raise TypeError(f"{type(child).__name__} in place of a Child")
        url = absolute_url(_text("url", child.url), base)
        if url is not None and canonical_address(url) != canonical_address(base):
            children.append(Child(url=url, lastmod=_text("lastmod", child.lastmod)))
    return children


async def _beside(read: Callable[[], Listing]) -> Listing:
    """What `read` gives, in a thread that nobody waits for at the end: one of a pool would hold up the whole run."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Listing] = loop.create_future()

    def tell(listing: Listing | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        elif listing is not None:
            done.set_result(listing)

    def work() -> None:
        try:
            outcome: tuple[Listing | None, BaseException | None] = (read(), None)
        except Exception as error:  # handed on to who waits
            outcome = (None, error)
        with suppress(RuntimeError):  # the run is over, and its loop closed
            loop.call_soon_threadsafe(tell, *outcome)

    threading.Thread(target=work, name="copydesk-listing", daemon=True).start()
    return await done
