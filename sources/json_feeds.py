"""What a JSON Feed lists (versions 1 and 1.1, and what is nearly one)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.errors import DocumentError
from schemas.web import Entry
from sources.bylines import author_names
from sources.feed_dates import iso_date
from sources.feed_encoding import as_utf8
from sources.feed_items import Context, html_of_text
from sources.feed_text import absolute_url, kept, language_tag, plain_paragraphs, plain_title
from sources.sniffing import decode

_MOST_ENTRIES = 50_000
# A list or object takes some 200 bytes, a member 50: what is over this is made to fill memory, not to be read.
_MOST_MARKS = 2_000_000
_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/", re.IGNORECASE)
_JSON_START = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[\"{\]])")


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonFeed:
    """What the JSON says of itself, and its entries as they stand there."""

    title: str | None
    language: str | None
    entries: tuple[Entry, ...]
    next_url: str | None


def looks_like_json(content: bytes) -> bool:
    """Whether the bytes begin as a JSON object does, or a list of them.

    >>> looks_like_json(b' {"version": 1}'), looks_like_json(b"<rss/>")
    (True, False)
    """
    return _JSON_START.match(as_utf8(content[:512]).lstrip(b"\xef\xbb\xbf")) is not None


def read_json_feed(content: bytes, *, url: str, now: datetime) -> JsonFeed:
    """The feed. Raises DocumentError (not_a_feed) for JSON that is broken, huge in parts, or no feed."""
    value = _parsed(content, url)
    items = value.get("items") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(items, list):
        raise _not_a_feed(url, "it has no list of items")
    version = _text(value.get("version"))
    if not _VERSION.match(version) and not any(_is_item(item) for item in items[:20]):
        raise _not_a_feed(url, "it names no version of JSON Feed, and its items are no stories")
    language = language_tag(_text(value.get("language")))
    context = Context(url, now, language, _authors(value))
    entries = tuple(
        _entry(item, context) for item in items[:_MOST_ENTRIES] if isinstance(item, Mapping)
    )
    return JsonFeed(
        title=plain_title(_text(value.get("title")), is_text=True),
        language=language,
        entries=entries,
        next_url=_next_url(value, url),
    )


def _parsed(content: bytes, url: str) -> object:
    if content.count(b"{") + content.count(b"[") + content.count(b",") > _MOST_MARKS:
        raise _not_a_feed(url, f"it has over {_MOST_MARKS:,} members")
    text = decode(content, None)
    if text is None:
        raise _not_a_feed(url, "its encoding cannot be told")
    try:
        value: object = json.loads(text.strip("\ufeff \t\r\n\0"), strict=False)
    except (ValueError, RecursionError) as error:
        raise _not_a_feed(url, f"it is not valid JSON ({str(error)[:100]})") from error
    return value


def _is_item(item: object) -> bool:
    return isinstance(item, Mapping) and bool(
        _text(item.get("url")) or _text(item.get("content_html")) or _text(item.get("content_text"))
    )


def _entry(item: Mapping[str, object], context: Context) -> Entry:
    identifier = item.get("id")
    if isinstance(identifier, int):  # version 1 let numbers through
        identifier = str(identifier) if abs(identifier) < 10**40 else ""
    link = _text(item.get("url")) or _text(item.get("external_url"))
    html = _text(item.get("content_html")) or html_of_text(_text(item.get("content_text")))
    summary = " ".join(plain_paragraphs(_text(item.get("summary"))))
    return Entry(
        url=absolute_url(link, context.url) or _id_address(_text(identifier)),
        entry_id=_text(identifier).strip()[:2_000] or None,
        title=plain_title(_text(item.get("title")), is_text=True),
        published=iso_date(_text(item.get("date_published")), now=context.now),
        updated=iso_date(_text(item.get("date_modified")), now=context.now),
        authors=_authors(item) or context.authors,
        language=language_tag(_text(item.get("language"))) or context.language,
        summary=summary[:5_000] or None,
        html=html or None,
    )


def _id_address(identifier: str) -> str | None:
    return absolute_url(identifier, "") if identifier[:4].lower() == "http" else None


def _authors(value: Mapping[str, object]) -> tuple[str, ...]:
    authors = value.get("authors") or value.get("author")
    if isinstance(authors, list):
        authors = [
            {"name": kept(_text(author.get("name")))} if isinstance(author, Mapping) else author
            for author in authors[:50]
            if isinstance(author, Mapping | str)
        ]
    return tuple(kept(name) for name in author_names(authors))


def _next_url(value: Mapping[str, object], url: str) -> str | None:
    found = absolute_url(_text(value.get("next_url")), url)
    return None if found == url else found


def _text(value: object) -> str:
    return kept(value) if isinstance(value, str) else ""


def _not_a_feed(url: str, why: str) -> DocumentError:
    return DocumentError(
        f"{url} is JSON but not a JSON feed: {why}",
        remedy="give the address of an RSS, Atom or JSON feed",
        code="not_a_feed",
    )
