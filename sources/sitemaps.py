"""What a sitemap lists: pages, other sitemaps, the news of the last days; XML, plain text, and either of them in gzip.

sitemaps.org protocol 0.9 and Google's news extension. Fetches nothing; whoever follows `children` minds the depth.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from schemas.addresses import address_key
from schemas.errors import DocumentError
from schemas.web import Child, Entry, Listing
from sources.feed_dates import iso_date
from sources.feed_encoding import as_utf8
from sources.feed_text import absolute_url, language_tag, plain_title
from sources.feed_xml import BrokenXmlError, XmlDocument, elements, open_xml, pieces, seek_root
from sources.feeds import read_feed
from sources.sniffing import binary_kind

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MOST_ENTRIES = 50_000  # of pages or of sitemaps in one file: the protocol's own limit
_MOST_BYTES = 64_000_000  # the protocol's is 52,428,800
_ROOTS = ("urlset", "sitemapindex")
_ITEMS = ("url", "sitemap")
_FEED_ROOTS = ("rss", "rdf", "feed")
_NEWS = "schemas/sitemap-news/"


def read_sitemap(content: bytes, *, url: str) -> Listing:
    r"""The sitemap in `content`, which came from `url`; at most 50,000 entries and as many children, never itself.

    `lastmod` is an entry's `updated`; `published`, `title`, `language` and `site` come from the news extension. A feed is
    read as the sitemap it may stand for. Dates more than a day ahead are None.

    Raises DocumentError: not_a_sitemap, refused_xml, too_large (gzip that grows over 64 MB).

    >>> read_sitemap(b"https://example.org/oil\nhttps://example.org/gas\n", url="https://example.org/map.txt").entries[1].url
    'https://example.org/gas'
    """
    content = _unzipped(content, url)
    if kind := binary_kind(content[:512]):
        raise _not_a_sitemap(url, kind)
    document = open_xml(content, url=url)
    if document is None:
        return _read_lines(content, url)
    if document.root not in _ROOTS:
        if document.root in _FEED_ROOTS:
            return Listing(entries=read_feed(content, url=url).entries)
        later = None if document.root == "html" else seek_root(document, _ROOTS)
        if later is None:
            raise _not_a_sitemap(url, f"an XML or HTML document of <{document.root[:40]}>")
        document = later
    return _read_xml(document, url)


def _read_xml(document: XmlDocument, url: str) -> Listing:
    now = datetime.now(UTC)
    try:
        return _gathered(elements(document, _ITEMS), url, now)
    except BrokenXmlError as error:
        found = _gathered(pieces(document, _ITEMS, most=MOST_ENTRIES), url, now)
        if error.is_excess and not found.entries and not found.children:
            raise DocumentError(
                f"{url} is nested or packed beyond what a sitemap is: {error}",
                remedy="look at what it sends; it may not be a sitemap",
                code="refused_xml",
            ) from error
        return found


def _gathered(items: Iterable[Element], url: str, now: datetime) -> Listing:
    entries: dict[str, Entry] = {}
    children: dict[str, Child] = {}
    itself = address_key(url)
    for item in islice(items, 2 * MOST_ENTRIES):
        fields = _fields(item)
        address = absolute_url(fields.get("loc"), url)
        if address is None:
            continue
        lastmod = iso_date(fields.get("lastmod"), now=now)
        if _local(item) == "sitemap":
            if len(children) < MOST_ENTRIES and address_key(address) != itself:
                children.setdefault(address, Child(url=address, lastmod=lastmod))
        elif len(entries) < MOST_ENTRIES:
            entries.setdefault(address, _entry(address, lastmod, fields, now))
    return Listing(entries=tuple(entries.values()), children=tuple(children.values()))


def _entry(url: str, lastmod: str | None, fields: dict[str, str], now: datetime) -> Entry:
    return Entry(
        url=url,
        title=plain_title(fields.get("news:title")),
        published=iso_date(fields.get("news:publication_date"), now=now),
        updated=lastmod,
        language=language_tag(fields.get("news:language")),
        site=plain_title(fields.get("news:name")),
    )


def _fields(item: Element) -> dict[str, str]:
    """The texts by name: the protocol's own ("loc") of the item's namespace, and those of the news extension ("news:title")."""
    fields: dict[str, str] = {}
    own = _namespace(item)
    for child in item:
        if _namespace(child) == own:
            fields.setdefault(_local(child), child.text or "")
        elif _NEWS in _namespace(child):
            for part in child.iter():
                if not len(part) and part.text:
                    fields.setdefault(f"news:{_local(part)}", part.text)
    return fields


def _namespace(element: Element) -> str:
    return element.tag.rpartition("}")[0] if isinstance(element.tag, str) else "?"


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _read_lines(content: bytes, url: str) -> Listing:
    """A text sitemap: one address a line, nothing else (sitemaps.org, "Text file")."""
    text = as_utf8(content).decode("utf-8", "replace")
    entries: dict[str, Entry] = {}
    for line in text.splitlines():
        address = absolute_url(line.strip(), "") if "://" in line else None
        if address is not None:
            entries.setdefault(address, Entry(url=address))
        if len(entries) >= MOST_ENTRIES:
            break
    if not entries:
        raise _not_a_sitemap(url, "text without an address" if text.strip() else "empty")
    return Listing(entries=tuple(entries.values()))


def _unzipped(content: bytes, url: str) -> bytes:
    """What is in the gzip, if it is one; of one that is cut off or damaged, what there is before that."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    made = bytearray()
    rest = content
    while rest.startswith(b"\x1f\x8b"):
        reader = zlib.decompressobj(wbits=31)
        try:
            made += reader.decompress(rest, _MOST_BYTES + 1 - len(made))
        except zlib.error:
            break
        if len(made) > _MOST_BYTES:
            raise DocumentError(
                f"{url} unpacks to more than {_MOST_BYTES:,} bytes",
                remedy="no sitemap is that long; look at what it sends",
                code="too_large",
            )
        rest = reader.unused_data
    if not made:
        raise _not_a_sitemap(url, "a damaged gzip")
    return bytes(made)


def _not_a_sitemap(url: str, what: str) -> DocumentError:
    return DocumentError(
        f"{url} is not a sitemap: it is {what}",
        remedy="give the address of an XML or text sitemap; robots.txt often names it",
        code="not_a_sitemap",
    )
