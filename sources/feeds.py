"""What a feed lists: RSS 0.9x to 2.0, Atom and JSON Feed, as the entries anybody can use. Fetches nothing.

One reader for all: 10,000 items as a stream take 0.6 s and no tree; what is broken is read item by item, so that each
good one is kept (see `sources.feed_xml`). Whether the content that came along is the whole article: `is_whole`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from schemas.errors import DocumentError
from schemas.web import Entry
from sources.feed_articles import entry_page, is_whole
from sources.feed_items import Context, authors_of, base_of, parts_of, read_item, text_of
from sources.feed_roles import role_of
from sources.feed_text import absolute_url, language_tag, plain_title
from sources.feed_xml import (
    XML_LANG,
    BrokenXmlError,
    XmlDocument,
    elements,
    head,
    open_xml,
    pieces,
    seek_root,
)
from sources.json_feeds import looks_like_json, read_json_feed
from sources.sniffing import binary_kind

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

__all__ = ["MOST_ENTRIES", "Feed", "entry_page", "is_whole", "read_feed"]

MOST_ENTRIES = 50_000
# Content beyond this is left out: the pages it stands for can be fetched, memory cannot.
_MOST_HTML_BYTES = 96_000_000
_ROOTS = ("rss", "rdf", "feed")
_ITEMS = ("item", "entry")
_OTHER_ROOTS = {
    "html": "a web page",
    "urlset": "a sitemap",
    "sitemapindex": "a sitemap index",
    "opml": "a list of feeds (OPML)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed's own title and language, its entries in the feed's order, and where it goes on (RFC 5005), if it does."""

    title: str | None
    language: str | None
    entries: tuple[Entry, ...]
    next_url: str | None = None


def read_feed(
    content: bytes, *, url: str, charset: str | None = None, now: datetime | None = None
) -> Feed:
    """The feed in `content`, which came from `url`; at most 50,000 entries, the same one once.

    Links are absolute (xml:base, then `url`), http and https only. Dates are ISO 8601 or None, also where they are more
    than a day after `now`. `html` is content the feed carries as such, or a description too long to be a teaser.

    Raises DocumentError: not_a_feed, refused_xml (a DOCTYPE that declares entities, absurd depth).

    >>> feed = read_feed(b"<rss><channel><item><link>/oil</link></item></channel></rss>", url="https://example.org/feed")
    >>> feed.entries[0].url
    'https://example.org/oil'
    """
    now = now or datetime.now(UTC)
    if kind := binary_kind(content[:512]):
        raise _not_a_feed(url, kind)
    if looks_like_json(content):
        found = read_json_feed(content, url=url, now=now)
        entries = _listed(found.entries)
        return Feed(
            title=found.title, language=found.language, entries=entries, next_url=found.next_url
        )
    document = _feed_document(content, url, charset)
    feed, authors = _described(document, url)
    is_plain = b"xml:base" not in document.content and b"xml:lang" not in document.content
    items = _read_items(document, Context(url, now, feed.language, authors, is_plain))
    return replace(feed, entries=_listed(items))


def _feed_document(content: bytes, url: str, charset: str | None) -> XmlDocument:
    document = open_xml(content, url=url, charset=charset)
    if document is None:
        raise _not_a_feed(url, "without any tag" if content.strip() else "empty")
    if document.root in _ROOTS:
        return document
    later = (
        None if document.root in _OTHER_ROOTS or _is_page(document) else seek_root(document, _ROOTS)
    )
    if later is None:
        raise _not_a_feed(url, _OTHER_ROOTS.get(document.root, f"<{document.root[:40]}>"))
    return later


def _is_page(document: XmlDocument) -> bool:
    return bool(re.search(rb"<(?:!doctype\s+html|html|head|body)\b", document.content[:4096], re.I))


def _read_items(document: XmlDocument, context: Context) -> Iterable[Entry]:
    entries: list[Entry] = []
    try:
        entries.extend(_entries(islice(elements(document, _ITEMS), MOST_ENTRIES), context))
    except BrokenXmlError as error:
        broken = context._replace(is_broken=True)
        entries = list(_entries(pieces(document, _ITEMS, most=MOST_ENTRIES), broken))
        if not entries and error.is_excess:
            raise DocumentError(
                f"{context.url} is nested or packed beyond what a feed is: {error}",
                remedy="look at what it sends; it may not be a feed",
                code="refused_xml",
            ) from error
    return entries


def _entries(items: Iterable[Element], context: Context) -> Iterator[Entry]:
    room = _MOST_HTML_BYTES
    for item in items:
        entry = read_item(item, context)
        if entry.html is not None:
            room -= sys.getsizeof(entry.html)
            if room < 0:
                entry = replace(entry, html=None)
        yield entry


def _listed(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Each entry once, the first of it.

    It is the same where the address is (fragment and all: posts of a live page differ in that alone), or where the id
    is and the address but for its query; without an address by its id or else its words.
    """
    seen: set[object] = set()
    listed: list[Entry] = []
    for entry in entries:
        keys = _names_of(entry)
        if keys and seen.isdisjoint(keys):
            listed.append(entry)
        seen.update(keys)
    return tuple(listed)


def _names_of(entry: Entry) -> list[object]:
    url = entry.url
    keys: list[object] = [url] if url else []
    if entry.entry_id:
        keys.append((entry.entry_id, url and url.partition("?")[0]))
    if not keys and (entry.title or entry.summary or entry.html):
        keys.append((entry.title, entry.summary, entry.html))
    return keys


def _described(document: XmlDocument, url: str) -> tuple[Feed, tuple[str, ...]]:
    """What the feed says of itself, and the authors of the entries that name none (RFC 4287 section 4.2.1)."""
    root = head(document, _ITEMS)
    if root is None:
        return Feed(title=None, language=None, entries=()), ()
    channel = next((child for child in root if role_of(str(child.tag)) == "rss:channel"), root)
    parts = parts_of(channel)
    if channel is not root:
        for role, found in parts_of(root).items():
            parts.setdefault(role, found)
    title = next((text_of(found) for role in _TITLES for found in parts.get(role, ())), None)
    feed = Feed(
        title=plain_title(title),
        language=_language(root, parts),
        entries=(),
        next_url=_next_url(parts, url),
    )
    return feed, authors_of({"atom:author": parts.get("atom:author", [])})


_TITLES = ("rss:title", "atom:title", "dc:title")


def _language(root: Element, parts: dict[str, list[Element]]) -> str | None:
    said = [text_of(found) for role in _LANGUAGES for found in parts.get(role, ())]
    tags = (language_tag(text) for text in (*said, root.get(XML_LANG)))
    return next((tag for tag in tags if tag), None)


_LANGUAGES = ("rss:language", "dc:language")


def _next_url(parts: dict[str, list[Element]], url: str) -> str | None:
    for link in parts.get("atom:link", ())[:100]:
        if (link.get("rel") or "").strip().lower() == "next":
            found = absolute_url(link.get("href"), base_of(link, url))
            return None if found == url else found
    return None


def _not_a_feed(url: str, what: str) -> DocumentError:
    return DocumentError(
        f"{url} is not a feed: it is {what}",
        remedy="give the address of an RSS, Atom or JSON feed; `copydesk sources check` looks for one on a page",
        code="not_a_feed",
    )
