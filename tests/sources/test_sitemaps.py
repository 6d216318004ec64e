"""Sitemaps: what each kind lists, and that a bomb, a loop or broken XML costs nothing but itself."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import DocumentError
from schemas.web import Child, Entry, Listing
from sources.sitemaps import read_sitemap
from tests.growth import growth

URL = "https://example.org/sitemap.xml"
PROTOCOL = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'


def read(text: str | bytes) -> Listing:
    return read_sitemap(text if isinstance(text, bytes) else text.encode(), url=URL)


def urlset(inside: str) -> str:
    return f'<?xml version="1.0"?><urlset {PROTOCOL} {NEWS} xmlns:i="urn:image">{inside}</urlset>'


def code_of(content: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        read(content)
    assert caught.value.remedy
    return caught.value.code


def test_a_news_sitemap_is_read_whole() -> None:
    found = read(
        urlset(
            "<url><loc> https://example.org/oil </loc><lastmod>2026-03-03</lastmod><i:image><i:loc>https://example.org/x.jpg</i:loc>"
            "</i:image><n:news><n:publication><n:name>The Wire</n:name><n:language>en</n:language></n:publication>"
            "<n:publication_date>2026-03-02T10:00:00Z</n:publication_date><n:title>Oil &amp;amp; gas</n:title></n:news></url>"
        )
    )
    assert found.entries == (
        Entry(
            url="https://example.org/oil",
            title="Oil & gas",
            published="2026-03-02T10:00:00+00:00",
            updated="2026-03-03",
            language="en",
            site="The Wire",
        ),
    )


def test_an_index_names_its_children_and_never_itself() -> None:
    index = (
        f"<sitemapindex {PROTOCOL}><sitemap><loc>https://www.example.org/sitemap.xml/</loc></sitemap>"
        "<sitemap><loc>https://example.org/a.xml</loc><lastmod>2026-03-03T10:00:00+01:00</lastmod></sitemap>"
        "<sitemap><loc>http://example.org/sitemap.xml</loc></sitemap><sitemap><loc>file:///etc/passwd</loc></sitemap></sitemapindex>"
    )
    assert read(index) == Listing(
        entries=(),
        children=(Child(url="https://example.org/a.xml", lastmod="2026-03-03T10:00:00+01:00"),),
    )


def test_a_text_sitemap_gives_its_addresses_once_each() -> None:
    found = read(
        b"\xef\xbb\xbfhttps://example.org/a\r\nnonsense\nhttps://example.org/a\nhttps://example.org/b"
    )
    assert [entry.url for entry in found.entries] == [
        "https://example.org/a",
        "https://example.org/b",
    ]


def test_a_feed_may_stand_for_a_sitemap() -> None:
    assert (
        read("<rss><channel><item><link>/a</link></item></channel></rss>").entries[0].url
        == "https://example.org/a"
    )


def test_gzip_is_opened_also_in_several_members_or_cut_off() -> None:
    text = urlset(
        "".join(f"<url><loc>https://example.org/{n}</loc></url>" for n in range(2_000))
    ).encode()
    packed = gzip.compress(text[:500]) + gzip.compress(text[500:])
    assert len(read(packed).entries) == 2_000
    assert 0 < len(read(gzip.compress(text)[:-2_000]).entries) < 2_000


def test_a_bomb_is_too_large_and_no_more_of_it_is_unpacked() -> None:
    part = gzip.compress(b" " * 20_000_000)
    assert code_of(part * 4) == "too_large"
    assert growth(code_of, lambda parts: part * parts, 32, bound=2) < 2
    assert code_of(gzip.compress(gzip.compress(b"<urlset/>"))) == "not_a_sitemap"


def test_broken_xml_keeps_the_good() -> None:
    broken = urlset(
        "".join(f"<url><loc>https://example.org/{n}?a=1&b=2</loc></url>" for n in range(50))
    )
    found = read(broken.replace("</urlset>", "<url><loc>https://example.org/cut"))
    assert [entry.url for entry in found.entries] == [
        f"https://example.org/{n}?a=1&b=2" for n in range(50)
    ]


def test_a_date_far_ahead_or_of_nonsense_is_none() -> None:
    found = read(
        urlset(
            "<url><loc>https://example.org/a</loc><lastmod>2999-01-01</lastmod></url>"
            "<url><loc>https://example.org/b</loc><lastmod>today</lastmod></url>"
        )
    )
    assert [entry.updated for entry in found.entries] == [None, None]


def test_no_more_than_fifty_thousand_entries_are_kept() -> None:
    content = urlset(
        "".join(f"<url><loc>https://example.org/{n}</loc></url>" for n in range(50_010))
    )
    assert len(read(content).entries) == 50_000


@pytest.mark.parametrize(
    "content", [b"", b"no address", b"<html><a href='x'>x</a></html>", b"%PDF-1.7", b"\x1f\x8bjunk"]
)
def test_what_is_no_sitemap_is_said_to_be_none(content: bytes) -> None:
    assert code_of(content) == "not_a_sitemap"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(encoding: str) -> None:
    text = (
        '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        + urlset("<url><loc>&x;</loc></url>")[21:]
    )
    assert code_of(text.encode(encoding)) == "refused_xml"
    assert code_of(gzip.compress(text.encode(encoding))) == "refused_xml"


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"<urlset><url><loc>", b"<sitemapindex><sitemap>", b"\x1f\x8b\x08\x00"]),
)
def test_any_bytes_give_a_sitemap_or_our_error(content: bytes, prefix: bytes) -> None:
    try:
        found = read(prefix + content)
    except DocumentError as error:
        assert error.code in {"not_a_sitemap", "not_a_feed", "refused_xml", "too_large"}  # noqa: PT017  it need not be raised
    else:
        assert all(entry.url and entry.url.startswith("http") for entry in found.entries)
