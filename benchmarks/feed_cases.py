"""Feeds of our own writing, each with what a reader should make of it; a case gives one point for each thing read right.

Knows no reader: a case is bytes and a judgement over the plain items that a reader found. What is right is taken from
RSS 2.0, RFC 4287 and XML Base where they speak, and otherwise is what a news desk can use: no date rather than a false one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FEED_URL = "https://example.org/news/feed.xml"
_NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)


@dataclass(frozen=True, slots=True)
class Item:
    """What one entry of a feed came out as; `published` in ISO 8601."""

    title: str | None
    url: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """Bytes of a feed, how many points it has, and how many of them the items found are worth."""

    row: str
    content: bytes
    most: int
    points: Callable[[Sequence[Item]], int]


def cases(secret: Path) -> list[Case]:
    """All cases; `secret` is a file that an external entity names, whose text must not come out."""
    return [*_broken(), *_dates(), *_links(), *_titles(), *_encodings(), *_bombs(secret)]


def _rss(items: str) -> str:
    return f'<rss version="2.0" {_NAMESPACES}><channel><title>Wire</title>{items}</channel></rss>'


def _item(number: int, inside: str = "") -> str:
    return f"<item><title>Story {number}</title><link>https://example.org/{number}</link>{inside}</item>"


def _broken() -> list[Case]:
    """Five items, the third at fault; a point for each of the others with its title and address."""
    faults = (
        "<description>AT&T & others</description>",
        "<description>Oil &nbsp; gas &eacute;</description>",
        "<description><b>never closed</description>",
        "<description>a \x0b control character</description>",
        "<media:credit>nobody declared it</media:credit>",
        "<enclosure url=https://example.org/a.mp3 />",
        "<description>5 < 6</description>",
        "<description><![CDATA[never ended</description>",
    )
    texts = [_rss("".join(_item(n, fault if n == 2 else "") for n in range(5))) for fault in faults]
    cut = _rss("".join(map(_item, range(5))))
    texts.append(cut[: cut.index("Story 4") + 4])
    wanted = {(f"Story {n}", f"https://example.org/{n}") for n in (0, 1, 3, 4)}
    good = [wanted] * len(faults) + [{(f"Story {n}", f"https://example.org/{n}") for n in range(4)}]
    return [
        Case("broken XML: items kept", text.encode(), 4, _kept(expected))
        for text, expected in zip(texts, good, strict=True)
    ]


def _kept(wanted: set[tuple[str, str]]) -> Callable[[Sequence[Item]], int]:
    return lambda items: len(wanted & {(item.title, item.url) for item in items})


def _dates() -> list[Case]:
    true = {
        "Tue, 03 Mar 2026 10:05:00 +0100": "2026-03-03T10:05:00+01:00",
        "Tue, 3 Mar 26 10:05 EST": "2026-03-03T15:05:00+00:00",
        "2026-03-03T10:05:00.25-05:00": "2026-03-03T15:05:00.250000+00:00",
        "2026-03-03 10:05:00 GMT": "2026-03-03T10:05:00+00:00",
        "03 Mar 2026 24:00:00 GMT": "2026-03-04T00:00:00+00:00",
        "Mon, 2 März 2026 10:05:00 +0100": "2026-03-02T09:05:00+00:00",
        "March 3, 2026 at 10:05 am PST": "2026-03-03T18:05:00+00:00",
    }
    vague = ("yesterday", "today", "3 hours ago", "May", "soon", "10:05", "Thursday")
    false = (
        "Tue, 01 Jan 2099 00:00:00 GMT",
        "2099-01-01",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "0000-00-00",
    )
    return [
        *(_date("dates: the right instant", said, at) for said, at in true.items()),
        *(_date('dates: none from "yesterday" and the like', said, None) for said in vague),
        *(_date("dates: none from 2099, 1970 and zeros", said, None) for said in false),
    ]


def _date(row: str, said: str, expected: str | None) -> Case:
    text = _rss(_item(1, f"<pubDate>{said}</pubDate>"))
    return Case(
        row,
        text.encode(),
        1,
        lambda items: int(len(items) == 1 and _instant(items[0].published) == _instant(expected)),
    )


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _links() -> list[Case]:
    link = '<link href="oil"/>'
    texts = {
        _atom(link, feed=' xml:base="https://other.org/a/"'): "https://other.org/a/oil",
        _atom(link, feed=' xml:base="https://other.org/a/"', entry=' xml:base="b/"'): (
            "https://other.org/a/b/oil"
        ),
        _atom(link, entry=' xml:base="/c/"'): "https://example.org/c/oil",
        _atom(f'<link rel="self" href="/x"/>{link}'): "https://example.org/news/oil",
        _rss("<item><title>Oil</title><link>/oil</link></item>"): "https://example.org/oil",
        _rss("<item><title>Oil</title><guid>https://example.org/g</guid></item>"): (
            "https://example.org/g"
        ),
    }
    return [
        Case("links: absolute, xml:base heard", text.encode(), 1, _one("url", url))
        for text, url in texts.items()
    ]


def _atom(inside: str, *, feed: str = "", entry: str = "") -> str:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"{feed}><title>Wire</title>'
        f"<entry{entry}><id>urn:1</id>{inside}</entry></feed>"
    )


def _one(field: str, expected: str) -> Callable[[Sequence[Item]], int]:
    def points(items: Sequence[Item]) -> int:
        found = getattr(items[0], field) if len(items) == 1 else None
        return int(" ".join((found or "").split()) == expected)  # white space is nobody's fault

    return points


def _titles() -> list[Case]:
    div = '<div xmlns="http://www.w3.org/1999/xhtml">'
    titles = {
        '<title type="html">Oil &amp;amp; &lt;b>gas&lt;/b></title>': "Oil & gas",
        f'<title type="xhtml">{div}Oil <em>and</em> gas</div></title>': "Oil and gas",
        "<title>Press &lt;Enter&gt; now</title>": "Press <Enter> now",
        '<title type="html"><![CDATA[Oil&nbsp;up <i>again</i>]]></title>': "Oil up again",
        "<title>\n  Oil\n  again </title>": "Oil again",
    }
    return [
        Case("titles: plain text of markup", _atom(title).encode(), 1, _one("title", plain))
        for title, plain in titles.items()
    ]


def _encodings() -> list[Case]:
    def told(name: str) -> str:
        items = "<item><title>Öl in Zürich – “teuer”</title></item>"
        return f'<?xml version="1.0" encoding="{name}"?>{_rss(items)}'

    contents = (
        told("utf-8").encode(),
        told("utf-16").encode("utf-16"),
        told("windows-1252").encode("cp1252"),
        told("iso-8859-1").encode("cp1252"),  # as browsers read it
        told("iso-8859-1").encode(),  # a lie: it is UTF-8
        told("utf-8").encode("cp1252"),  # the other lie
    )
    right = _one("title", "Öl in Zürich – “teuer”")
    return [Case("encodings, lies among them", content, 1, right) for content in contents]


def _bombs(secret: Path) -> list[Case]:
    """A point where nothing is expanded or opened; the time each takes is measured besides."""
    levels = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    doctypes = (
        f"<!DOCTYPE rss [<!ENTITY l0 '{'ha' * 10}'>{levels}]>",
        f"<!DOCTYPE rss [<!ENTITY l9 '{'ha' * 100_000}'>]>",
        f'<!DOCTYPE rss [<!ENTITY l9 SYSTEM "{secret.as_uri()}">]>',
    )
    items = "<item><title>" + "&l9;" * 20 + "</title><link>https://example.org/1</link></item>"
    return [
        Case("entity bombs: none goes off", (doctype + _rss(items)).encode(), 1, _is_harmless)
        for doctype in doctypes
    ]


def _is_harmless(items: Sequence[Item]) -> int:
    titles = "".join(item.title or "" for item in items)
    return int("haha" not in titles and "secret" not in titles)
