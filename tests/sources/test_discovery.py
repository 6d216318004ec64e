"""What bytes turn out to be, and the feeds and sitemaps a site names."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import DocumentError
from sources.discovery import feed_links, sitemap_links, sniff_source
from tests.growth import LINEAR, growth

URL = "https://example.org/news/"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<?xml version='1.0'?><!-- x --><rss/>", "feed"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'/>".encode("utf-16"), "feed"),
        (b'{"version": "https:\\/\\/jsonfeed.org\\/version\\/1", "items": []}', "feed"),
        (b"<b>Warning</b> in x.php<br><rss version='2.0'>", "feed"),
        (b"<urlset/>", "sitemap"),
        (b"<sm:sitemapindex xmlns:sm='x'/>", "sitemap"),
        (gzip.compress(b"<urlset/>", mtime=0), "sitemap"),
        (b"<!DOCTYPE html><title>x</title><pre>&lt;rss&gt;</pre>", "page"),
        (b"<html><body><rss></rss></body></html>", "page"),
        (b"<p>Oil prices rose.", "page"),
        (b"Oil prices rose on Monday.", "page"),
        (b"[Wire] Oil prices rose.", "page"),
        (b"# desk\nhttps://example.org/a\n\nhttps://example.org/b?x=<1>\n", "list"),
    ],
)
def test_the_bytes_say_what_is_there_whatever_the_header(content: bytes, kind: str) -> None:
    for media_type in (None, "text/html", "application/pdf"):
        assert sniff_source(content, media_type=media_type, url=URL) == kind


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7 \xe2\xe3", "unsupported"),
        (b"\x89PNG\r\n\x1a\n", "unsupported"),
        (b"PK\x03\x04", "unsupported"),
        (gzip.compress(b"WARC/1.0", mtime=0), "unsupported"),
        (bytes(range(32)) * 20, "unsupported"),
        (b'{"error": 7}', "unsupported"),
        (b"<?xml version='1.0'?><svg/>", "unsupported"),
        (b"<opml version='2.0'/>", "unsupported"),
        (b" \n", "empty"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><rss/>", "refused_xml"),
    ],
)
def test_what_is_none_of_them_is_refused_with_a_remedy(content: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        sniff_source(content, media_type="text/html", url=URL)
    assert (caught.value.code, bool(caught.value.remedy)) == (code, True)


PAGE = b"""<!doctype html><html><head><title>x</title>
<link rel="alternate" type="application/rss+xml" title="News > World: comments" href="/comments/feed/">
<LINK REL='Alternate home' TYPE='application/atom+xml; charset=utf-8' HREF='atom.xml'>
<link rel=alternate type=application/rss+xml href="https://feeds.example.net/wire?a=1&amp;b=2">
<link rel="alternate" type="application/rss+xml" href="atom.xml">
<link rel="alternate" type="application/json" href="/wp-json/posts/7">
<link rel="alternate" type="text/html" hreflang="de" href="/de/feed">
<link rel="alternate stylesheet" type="application/rss+xml" href="/style">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<link rel="alternate" type="application/feed+json" href="/feed.json"></head><body>"""


def test_a_pages_feeds_are_absolute_in_order_and_comments_come_last() -> None:
    assert feed_links(PAGE, url=URL) == [
        "https://example.org/news/atom.xml",
        "https://feeds.example.net/wire?a=1&b=2",
        "https://example.org/feed.json",
        "https://example.org/comments/feed/",
    ]


def test_the_base_of_a_page_holds_for_its_feeds() -> None:
    page = b"<base href='/base/'><link rel=alternate type=application/rss+xml href=feed>"
    assert feed_links(page, url=URL) == ["https://example.org/base/feed"]


def test_robots_txt_names_sitemaps_wherever_it_does() -> None:
    robots = b"\xef\xbb\xbfSitemap: https://example.org/a.xml # all\r\nUser-agent: *\rDisallow: /\nsitemap:/b.xml\nSITEMAP : ftp://x/\nSitemap: /b.xml\n"
    assert sitemap_links(robots, url="https://example.org/robots.txt") == [
        "https://example.org/a.xml",
        "https://example.org/b.xml",
    ]


@pytest.mark.parametrize(
    "junk",
    [
        b"<link ",
        b"<link rel='",
        b"<div>",
        b"<",
        b"<!--",
        b"<link rel=alternate type=application/rss+xml href=a>",
    ],
)
def test_no_page_makes_the_reader_slow(junk: bytes) -> None:
    def read(page: bytes) -> None:
        feed_links(page, url=URL)
        sniff_source(b"<p>" + page, media_type=None, url=URL)

    assert growth(read, lambda size: junk * (size // len(junk)), 2_000_000) < LINEAR


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"<link ", b"{", b"\x1f\x8b\x08\x00", b"Sitemap: "]),
)
def test_any_bytes_are_told_or_refused(content: bytes, prefix: bytes) -> None:
    content = prefix + content
    try:
        assert sniff_source(content, media_type=None, url=URL) in {
            "feed",
            "sitemap",
            "page",
            "list",
        }
    except DocumentError as error:
        assert error.code in {"unsupported", "empty", "refused_xml"}  # noqa: PT017  it need not be raised
    assert all(link.startswith("http") for link in feed_links(content, url=URL))
    assert all(link.startswith("http") for link in sitemap_links(content, url=URL))
