"""What an address turned out to be, by its bytes; and the feeds and sitemaps that a site says it has."""

from __future__ import annotations

import re
import zlib
from urllib.parse import urljoin

from schemas.errors import DocumentError
from schemas.markup import without_attribute_floods
from schemas.web import SourceKind
from sources.feed_encoding import as_utf8
from sources.feed_text import absolute_url
from sources.feed_xml import open_xml, seek_root
from sources.json_feeds import looks_like_json
from sources.sniffing import binary_kind

_HEAD_BYTES = 262_144
_PAGE_BYTES = 2_000_000
_ROBOTS_BYTES = 2_000_000
_MOST_LINKS = 500
_FEEDS = ("rss", "rdf", "feed")
_SITEMAPS = ("urlset", "sitemapindex")
_PAGE = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|article|main|section|div|p|h[1-6]|meta|title|span|a|script|table|center|font)\b",
    re.IGNORECASE,
)
_WHOLE_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_JSON_FEED = re.compile(
    r'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org|"items"\s*:\s*\[\s*(?:\]|\{)'
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_FEED_TYPES = frozenset(
    ["application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"]
)
# Types of much else; they are a feed's where the address says so.
_VAGUE_TYPES = frozenset(
    ["application/xml", "text/xml", "application/json", "application/x-rss+xml"]
)
_FEED_WORD = re.compile(r"\b(?:rss|atom|feed|rdf)\b|jsonfeed|feed\.json", re.IGNORECASE)
_COMMENTS = re.compile(
    r"comment|kommentar|comentario|comentário|commenti|reacties|комментари|评论|コメント",
    re.IGNORECASE,
)


def sniff_source(content: bytes, *, media_type: str | None, url: str) -> SourceKind:
    """What is there: "feed", "sitemap", "page" or "list" (text in which most lines are addresses).

    The bytes decide; `media_type` is only named in the error. Plain text that is no list is a page.

    Raises DocumentError: unsupported (a PDF, any other binary, XML or JSON of another kind), empty, refused_xml.

    >>> sniff_source(b"<rss version='2.0'/>", media_type="text/html", url="https://example.org/")
    'feed'
    """
    content = _unzipped_head(content[:_HEAD_BYTES])
    if kind := binary_kind(content):
        raise _unsupported(url, kind, media_type)
    text = as_utf8(content)
    if not text.strip(b"\0 \t\r\n"):
        raise DocumentError(f"{url} is empty", remedy="check the address", code="empty")
    if looks_like_json(text):
        if _JSON_FEED.search(text.decode("utf-8", "replace")):
            return "feed"
        raise _unsupported(url, "JSON, but no JSON feed", media_type)
    if len(_CONTROL.findall(text)) * 50 > len(text):
        raise _unsupported(url, "binary data", media_type)
    return _sniff_markup(text, media_type, url) or _sniff_text(text)


def _sniff_markup(text: bytes, media_type: str | None, url: str) -> SourceKind | None:
    document = open_xml(text, url=url)
    if document is None:
        return None
    if kind := _kind_of(document.root):
        return kind
    if text.lstrip()[:1] != b"<" and _sniff_text(text) == "list":
        return "list"
    later = None
    if not _WHOLE_PAGE.search(text[:4096]):
        later = seek_root(document, _FEEDS + _SITEMAPS)
    if later is None and not _PAGE.search(text) and _is_other_xml(text, document.root):
        raise _unsupported(url, f"XML of <{document.root[:40]}>", media_type)
    return (_kind_of(later.root) if later else None) or "page"


def _is_other_xml(text: bytes, root: str) -> bool:
    return text.lstrip().startswith(b"<?xml") or root in {"svg", "opml"}


def _kind_of(root: str) -> SourceKind | None:
    if root in _FEEDS:
        return "feed"
    return "sitemap" if root in _SITEMAPS else None


def _sniff_text(text: bytes) -> SourceKind:
    lines = [line.strip() for line in text.splitlines()[:1_000]]
    said = [line for line in lines if line and not line.startswith(b"#")]
    links = sum(bool(re.match(rb"https?://\S+", line, re.IGNORECASE)) for line in said)
    return "list" if said and links * 2 >= len(said) else "page"


def _unzipped_head(content: bytes) -> bytes:
    """The beginning of what a gzip holds, where that is text; sitemaps come so. Anything else as it is."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        inner = zlib.decompressobj(wbits=31).decompress(content, _HEAD_BYTES)
    except zlib.error:
        return content
    document = None if binary_kind(inner) else open_xml(inner, url="")
    is_sitemap = document is not None and document.root in _SITEMAPS
    return inner if is_sitemap or _sniff_text(inner) == "list" else content


def feed_links(content: bytes, *, url: str) -> list[str]:
    """The feeds that a page names in its <link>s: absolute, each once, in the page's order, those of comments last.

    >>> feed_links(b'<link rel=alternate type="application/rss+xml" href="/feed">', url="https://example.org/news/")
    ['https://example.org/feed']
    """
    base, links = url, []
    for tag, attributes in _tags(content):
        if tag == "base" and base == url:
            base = absolute_url(attributes.get("href"), url) or url
        elif tag == "link" and _is_feed_link(attributes):
            links.append((attributes.get("href"), attributes.get("title") or ""))
    stories: dict[str, None] = {}
    comments: dict[str, None] = {}
    for href, title in links[:_MOST_LINKS]:
        if (found := absolute_url(href, base)) and found != url:
            of_comments = _COMMENTS.search(title) or _COMMENTS.search(found)
            (comments if of_comments else stories)[found] = None
    return [*stories, *(link for link in comments if link not in stories)]


def _is_feed_link(attributes: dict[str, str]) -> bool:
    relations = attributes.get("rel", "").lower().split()
    kind = attributes.get("type", "").partition(";")[0].strip().lower()
    if "stylesheet" in relations or not {"alternate", "feed"} & set(relations):
        return False
    if kind in _FEED_TYPES:
        return True
    if "feed" in relations and not kind:
        return True
    return kind in _VAGUE_TYPES and bool(_FEED_WORD.search(attributes.get("href", "")))


def _tags(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """The <base> and <link> tags near the beginning of a page, with their attributes; never more than bounded work."""
    from lxml import etree

    page = as_utf8(content[:_PAGE_BYTES]).decode("utf-8", "replace")
    text = without_attribute_floods(page).encode("utf-8")
    parser = etree.HTMLPullParser(
        events=("start",), tag=("base", "link"), encoding="utf-8", no_network=True
    )
    found: list[tuple[str, dict[str, str]]] = []
    try:
        for place in range(0, len(text), 65_536):
            parser.feed(text[place : place + 65_536])
            for _, element in parser.read_events():
                attributes = {str(key).lower(): str(value) for key, value in element.attrib.items()}
                found.append((str(element.tag), attributes))
            if len(found) > 20 * _MOST_LINKS:
                break
    except etree.XMLSyntaxError:  # what stood before the fault is good
        pass
    return found


def sitemap_links(robots_txt: bytes, *, url: str) -> list[str]:
    r"""The sitemaps that a robots.txt names (RFC 9309 section 2.2.4), absolute, each once, in its order.

    >>> sitemap_links(b"User-agent: *\nSITEMAP: /map.xml # all", url="https://example.org/robots.txt")
    ['https://example.org/map.xml']
    """
    text = as_utf8(robots_txt[:_ROBOTS_BYTES]).decode("utf-8", "replace")
    links: dict[str, None] = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() in {"sitemap", "site-map"}:
            # "#" may be part of an address; after a space it begins a comment.
            value = re.split(r"\s#", value.strip(), maxsplit=1)[0]
            if link := absolute_url(value, url):
                links[link] = None
        if len(links) >= _MOST_LINKS:
            break
    return list(links)


def site_address(url: str) -> str:
    """Where a site's robots.txt stands (RFC 9309 section 2.3).

    >>> site_address("https://example.org/news/today?x=1")
    'https://example.org/robots.txt'
    """
    return urljoin(url, "/robots.txt")


def _unsupported(url: str, what: str, media_type: str | None) -> DocumentError:
    said = f" (the server says {media_type[:80]})" if media_type else ""
    return DocumentError(
        f"{url} is {what}{said}, which is no page, feed, sitemap or list",
        remedy="give the address of one of those; files can be read with `copydesk ingest FILE`",
        code="unsupported",
    )
