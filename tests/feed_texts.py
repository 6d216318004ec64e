"""Feeds for tests, written out around what a test is about, and read as of one moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.errors import DocumentError
from schemas.web import Entry
from sources.feeds import Feed, read_feed

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
URL = "https://example.org/news/feed.xml"
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"'
)
PARAGRAPH = "<p>" + "The ministry said on Monday that output had risen again. " * 8 + "</p>"


def read(text: str | bytes, *, url: str = URL, charset: str | None = None) -> Feed:
    """The feed in a text or in bytes, read at `NOW`."""
    content = text if isinstance(text, bytes) else text.encode()
    return read_feed(content, url=url, charset=charset, now=NOW)


def rss(items: str, *, channel: str = "<title>Wire</title>") -> str:
    """A feed of RSS 2.0 with these items."""
    return f'<?xml version="1.0"?><rss version="2.0" {NAMESPACES}><channel>{channel}{items}</channel></rss>'


def item(inside: str, **fields: str) -> Entry:
    """The entry that an item of these elements is."""
    return read(rss(f"<item>{inside}</item>")).entries[0]


def atom(inside: str, *, attributes: str = "") -> Feed:
    """A feed of Atom with these elements."""
    return read(f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>{inside}</feed>')


def code_of(text: str | bytes, **options: str) -> str:
    """The code of the error that the text ends in, which says what to do."""
    with pytest.raises(DocumentError) as caught:
        read(text, **options)
    assert caught.value.message
    assert caught.value.remedy
    return caught.value.code


def links(text: str | bytes) -> list[str | None]:
    """The addresses that a feed lists."""
    return [entry.url for entry in read(text).entries]
