"""Feeds: what every kind of them lists, each thing once, and that no bytes can break the reader."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import DocumentError
from schemas.web import Entry
from sources import feeds
from sources.feeds import entry_page, is_whole
from tests.feed_texts import atom, code_of, links, read, rss


def test_an_rss_item_is_read_whole() -> None:
    feed = read(
        rss(
            "<item><title>Oil &amp;amp; gas</title><link>https://example.org/oil</link><guid isPermaLink='false'>7</guid>"
            "<pubDate>Tue, 03 Mar 2026 10:00:00 +0100</pubDate><dc:creator>Ann Lee</dc:creator>"
            "<description>Short.</description><content:encoded><![CDATA[<p>Long.</p>]]></content:encoded></item>",
            channel="<title>Wire</title><language>en_GB</language>",
        )
    )
    assert (feed.title, feed.language) == ("Wire", "en-GB")
    assert feed.entries == (
        Entry(
            url="https://example.org/oil",
            entry_id="7",
            title="Oil & gas",
            published="2026-03-03T10:00:00+01:00",
            authors=("Ann Lee",),
            language="en-GB",
            summary="Short.",
            html="<p>Long.</p>",
        ),
    )


def test_an_atom_entry_is_read_whole() -> None:
    feed = atom(
        "<title>Wire</title><author><name>Desk</name></author><link rel='next' href='?page=2'/>"
        "<entry><title type='html'>a &lt;b&gt;rise&lt;/b&gt;</title><link rel='self' href='self'/><link href='oil'/><id>tag:1</id>"
        "<updated>2026-03-03T10:00:00Z</updated><summary>Short.</summary>"
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>Long<br/>text.</p></div></content></entry>",
        attributes="xml:lang='de' xml:base='https://example.org/base/'",
    )
    entry = feed.entries[0]
    assert (entry.url, entry.entry_id) == ("https://example.org/base/oil", "tag:1")
    assert (entry.title, entry.summary, entry.authors) == ("a rise", "Short.", ("Desk",))
    assert (entry.published, entry.updated) == (None, "2026-03-03T10:00:00+00:00")
    assert (entry.language, feed.language) == ("de", "de")
    assert entry.html == "<div><p>Long<br>text.</p></div>"
    assert feed.next_url == "https://example.org/base/?page=2"


def test_rss_1_and_its_rdf_are_read() -> None:
    feed = read(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' "
        "xmlns:d='http://purl.org/dc/elements/1.1/'><channel><title>Wire</title></channel>"
        "<item rdf:about='https://example.org/a'><title>A</title><d:date>2026-03-03</d:date></item></rdf:RDF>"
    )
    assert feed.title == "Wire"
    assert [(entry.url, entry.published) for entry in feed.entries] == [
        ("https://example.org/a", "2026-03-03")
    ]


def test_the_same_item_fifty_times_is_listed_once() -> None:
    one = "<item><title>T</title><link>https://example.org/a?utm_content={}</link><guid>g</guid></item>"
    assert len(read(rss("".join(one.format(1) for _ in range(50)))).entries) == 1
    assert len(read(rss("".join(one.format(n) for n in range(50)))).entries) == 1


def test_one_id_for_all_items_does_not_make_them_one() -> None:
    items = "".join(
        f"<item><guid isPermaLink='false'>x</guid><link>/story/{n}</link></item>" for n in range(3)
    )
    assert len(read(rss(items)).entries) == 3


def test_warnings_printed_before_a_feed_do_not_hide_it() -> None:
    assert links("<b>Warning</b>: x in y.php<br />\n" + rss("<item><link>/a</link></item>")) != []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"Not found",
        b"<!DOCTYPE html><html><head><title>x</title></head><body><rss></rss></body></html>",
        b"<html><body>Sign in</body></html>",
        b"<urlset><url><loc>https://example.org/</loc></url></urlset>",
        b"<svg/>",
        b"%PDF-1.7",
        b"{}",
        b'{"items": 3}',
        b'{"items": [{"a": 1}]}',
        b'{"version": "https://jsonfeed.org/version/1", "items": [',
        b'{"items": ' + b"[" * 100_000,
    ],
)
def test_what_is_no_feed_is_said_to_be_none(content: bytes) -> None:
    assert code_of(content) == "not_a_feed"


def test_entries_over_the_most_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert feeds.MOST_ENTRIES == 50_000
    monkeypatch.setattr(feeds, "MOST_ENTRIES", 100)
    content = rss("".join(f"<item><link>/{n}</link></item>" for n in range(200)))
    assert len(read(content).entries) == 100
    assert len(read(content.replace("</rss>", "")).entries) == 100


MARKUP = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "<rss>",
                "<channel>",
                "<item>",
                "</item>",
                "<title>",
                "</title>",
                "<link>",
                "/a",
                "</link>",
                "<feed>",
                "<entry>",
                "</entry>",
                "<![CDATA[",
                "]]>",
                "&",
                "&amp;",
                "<!DOCTYPE",
                "<!ENTITY",
                "[",
                "]>",
                "<?xml",
                "?>",
                "<!--",
                "-->",
                "xmlns='http://www.w3.org/2005/Atom'",
                "xml:base='x'",
                "<content:encoded>",
                "<a",
                "b='c'>",
                "</channel>",
                "</rss>",
                "<link",
                "href='//['",
                "/>",
                "<pubDate>",
                "2026-13-45T99:99",
                "</pubDate>",
                "<rdf:RDF>",
                "�",
                "\x00",
            ]
        ),
        st.text(max_size=5),
    ),
    max_size=30,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        MARKUP.map(lambda parts: " ".join(parts).encode("utf-8", "replace")),
    )
)
def test_any_bytes_give_a_feed_or_our_error(content: bytes) -> None:
    for prefix in (b"", b"<rss><channel><item>", b'{"items":'):
        try:
            feed = read(prefix + content)
        except DocumentError as error:
            assert error.code in {"not_a_feed", "refused_xml"}  # noqa: PT017  it need not be raised
        else:
            assert all(entry.url is None or entry.url.startswith("http") for entry in feed.entries)
            for entry in feed.entries:
                entry_page(entry).decode()
                is_whole(entry)
