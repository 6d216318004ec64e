"""Feeds: what every kind of them lists, and that no bytes can break, slow or fill the reader."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import DocumentError
from schemas.web import Entry
from sources import feeds
from sources.feed_dates import iso_date
from sources.feed_encoding import as_utf8
from sources.feeds import Feed, entry_page, is_whole, read_feed

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
URL = "https://example.org/news/feed.xml"
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"'
)
PARAGRAPH = "<p>" + "The ministry said on Monday that output had risen again. " * 8 + "</p>"


def read(text: str | bytes, *, url: str = URL, charset: str | None = None) -> Feed:
    content = text if isinstance(text, bytes) else text.encode()
    return read_feed(content, url=url, charset=charset, now=NOW)


def rss(items: str, *, channel: str = "<title>Wire</title>") -> str:
    return f'<?xml version="1.0"?><rss version="2.0" {NAMESPACES}><channel>{channel}{items}</channel></rss>'


def item(inside: str, **fields: str) -> Entry:
    return read(rss(f"<item>{inside}</item>")).entries[0]


def atom(inside: str, *, attributes: str = "") -> Feed:
    return read(f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>{inside}</feed>')


def code_of(text: str | bytes, **options: str) -> str:
    with pytest.raises(DocumentError) as caught:
        read(text, **options)
    assert caught.value.message
    assert caught.value.remedy
    return caught.value.code


def links(text: str | bytes) -> list[str | None]:
    return [entry.url for entry in read(text).entries]


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


def test_a_json_feed_is_read_whole() -> None:
    feed = read(
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "Wire",
                "language": "en",
                "next_url": "/feed.json?page=2",
                "authors": [{"name": "Desk"}],
                "items": [
                    {
                        "id": 7,
                        "url": "/oil",
                        "title": "Oil",
                        "content_text": "One.\n\nTwo < three.",
                    },
                    {
                        "id": "https://example.org/gas",
                        "content_html": "<p>Gas</p>",
                        "date_published": "nonsense",
                    },
                    "no item",
                ],
            }
        )
    )
    assert (feed.title, feed.next_url) == ("Wire", "https://example.org/feed.json?page=2")
    first, second = feed.entries
    assert (first.url, first.entry_id, first.authors) == ("https://example.org/oil", "7", ("Desk",))
    assert first.html == "<p>One.</p>\n<p>Two &lt; three.</p>"
    assert (second.url, second.published) == ("https://example.org/gas", None)


def test_namespaces_are_told_by_their_uri_and_not_by_the_prefix() -> None:
    entry = read(
        "<rss xmlns:c='http://purl.org/rss/1.0/modules/content/' xmlns:content='urn:other' "
        "xmlns:m='http://search.yahoo.com/mrss/'><channel><item><m:title>picture</m:title><title>T</title>"
        "<content:encoded>no</content:encoded><c:encoded>yes</c:encoded></item></channel></rss>"
    ).entries[0]
    assert (entry.title, entry.html) == ("T", "yes")


def test_links_are_relative_to_each_base_around_them() -> None:
    feed = read(
        f"<rss {NAMESPACES} xml:base='/a/'><channel xml:base='b/'><item xml:base='c/'><link>d</link></item>"
        "<item><link>e</link></item></channel></rss>"
    )
    assert [entry.url for entry in feed.entries] == [
        "https://example.org/a/b/c/d",
        "https://example.org/a/b/e",
    ]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("ftp://example.org/a", None),
        ("http://[::1", None),
        ("https://ann:secret@example.org/a", "https://example.org/a"),
        (" https://example.org/a\n b ", "https://example.org/a%20b"),
        ("//other.example/x", "https://other.example/x"),
        ("http://169.254.169.254/latest", "http://169.254.169.254/latest"),
    ],
)
def test_only_web_addresses_are_kept_and_never_a_password(link: str, expected: str | None) -> None:
    assert item(f"<title>T</title><link>{link}</link>").url == expected


def test_a_guid_that_is_the_address_stands_in_for_a_missing_link() -> None:
    assert item("<guid>https://example.org/a</guid>").url == "https://example.org/a"
    assert item("<guid isPermaLink='false'>https://example.org/a</guid>").url is None


def test_the_same_item_fifty_times_is_listed_once() -> None:
    one = "<item><title>T</title><link>https://example.org/a?utm_content={}</link><guid>g</guid></item>"
    assert len(read(rss("".join(one.format(1) for _ in range(50)))).entries) == 1
    assert len(read(rss("".join(one.format(n) for n in range(50)))).entries) == 1


def test_one_id_for_all_items_does_not_make_them_one() -> None:
    items = "".join(
        f"<item><guid isPermaLink='false'>x</guid><link>/story/{n}</link></item>" for n in range(3)
    )
    assert len(read(rss(items)).entries) == 3


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Tue, 03 Mar 2026 10:00:00 +0100", "2026-03-03T10:00:00+01:00"),
        ("Tue,03 Mar 26 10:00 EST", "2026-03-03T10:00:00-05:00"),
        ("3 March 2026", "2026-03-03"),
        ("March 3, 2026 5:04 pm", "2026-03-03T17:04:00"),
        ("Mon Mar  2 10:00:00 2026", "2026-03-02T10:00:00"),
        ("2026-03-03T10:00:00Z", "2026-03-03T10:00:00+00:00"),
        ("2026-03-03 10:00:00 +0100", "2026-03-03T10:00:00+01:00"),
        ("2026-03-03T10:00:00+01:00[Europe/Paris]", "2026-03-03T10:00:00+01:00"),
        ("2026-03-03T24:00:00Z", "2026-03-04T00:00:00+00:00"),
        ("Di, 03 Mär 2026 10:00:00 +0100", "2026-03-03T10:00:00+01:00"),
        ("1772532000", "2026-03-03T10:00:00+00:00"),
        ("yesterday", None),
        ("03/04/2026", None),
        ("2026-02-30", None),
        ("0000-00-00 00:00:00", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Sun, 01 Jan 2099 00:00:00 GMT", None),
        ("2026-03-06T11:00:00Z", "2026-03-06T11:00:00+00:00"),
        ("2026-03-06T13:00:00Z", None),
        ("9999-12-31T24:00:00", None),
    ],
)
def test_dates_are_iso_or_nothing(said: str, expected: str | None) -> None:
    assert item(f"<link>/a</link><pubDate>{said}</pubDate>").published == expected


@given(st.datetimes(datetime(1700, 1, 1), datetime(2026, 3, 1)), st.integers(-840, 840))  # noqa: DTZ001  zones follow
def test_every_instant_of_rfc_822_reads_back(at: datetime, minutes: int) -> None:
    sign, minutes = ("-" if minutes < 0 else "+"), abs(minutes)
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    zone = f"{minutes // 60:02}{minutes % 60:02}"
    text = f"{at.day} {months[at.month - 1]} {at.year} {at:%H:%M:%S} {sign}{zone}"
    found = iso_date(text, now=NOW)
    if (at.year, at.month) == (1970, 1):
        return
    assert found is not None
    assert found.startswith(at.replace(microsecond=0).isoformat())


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    found = iso_date(text, now=NOW)
    assert found is None or found[:4].isdigit()


def test_a_short_description_is_the_summary_and_a_long_one_the_content() -> None:
    short = item("<description>&lt;p&gt;Oil &amp;amp; gas&lt;/p&gt;</description>")
    assert (short.summary, short.html) == ("Oil & gas", None)
    long = item(f"<description><![CDATA[{PARAGRAPH * 3}]]></description>")
    assert (long.summary, long.html) == (None, PARAGRAPH * 3)


def test_a_title_loses_tags_and_what_no_database_can_hold() -> None:
    assert item("<title>&lt;em&gt;Oil&lt;/em&gt; &amp;lt; gas</title>").title == "Oil < gas"
    title = read(
        '{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "a\\ud800\\u0000b"}]}'
    )
    assert title.entries[0].title == "ab"


def test_author_addresses_of_mail_become_names() -> None:
    assert item("<link>/a</link><author>ann@example.org (Ann Lee)</author>").authors == ("Ann Lee",)
    assert item("<link>/a</link><author>desk@example.org</author>").authors == ()


@pytest.mark.parametrize(
    ("broken", "kept"),
    [
        ("<item><title>AT&T & <b></title><link>/{n}?a=1&b=2</link></item>", "?a=1&b=2"),
        ("<item><title>caf&eacute;</title><link>/{n}</link></item>", ""),
        ("<item><title>\x0b<![CDATA[x]]></title><link>/{n}</link></item>", ""),
        ("<item><title>open<link>/{n}</link></item>", ""),
        ("<item><title>no end</title><link>/{n}</link>", ""),
        ("<item><unknown:x>y</unknown:x><link>/{n}</link></item>", ""),
        ("<item><title a=b>x</title><link>/{n}</link></item>", ""),
        ("<item><link>/{n}</link><description><![CDATA[never closed</description></item>", ""),
    ],
)
def test_in_broken_xml_every_item_is_kept(broken: str, kept: str) -> None:
    found = links(rss("".join(broken.replace("{n}", str(n)) for n in range(300))))
    assert found == [f"https://example.org/{n}{kept}" for n in range(300)]


def test_references_behind_a_fault_are_kept() -> None:
    entry = read(
        rss("<item><title>a <b></title><link>/1?a=1&amp;b=2</link></item></item>")
    ).entries[0]
    assert entry.url == "https://example.org/1?a=1&b=2"


def test_an_item_beyond_mending_costs_only_itself() -> None:
    good = "<item><title>T</title><link>/{}</link></item>"
    deep = "<item>" + "<a>" * 5_000 + "</item>"
    assert links(rss(good.format(1) + deep + good.format(2)))[-1] == "https://example.org/2"
    assert "https://example.org/1" in links(rss(good.format(1) + deep + good.format(2)))


def test_an_item_cut_off_with_the_feed_is_left_out() -> None:
    whole = rss("<item><link>/1</link></item><item><link>/23456</link></item>")
    assert links(whole[: whole.index("456")]) == ["https://example.org/1"]


def test_a_prefix_nobody_declared_means_what_it_usually_does() -> None:
    feed = "<rss><channel><item><link>/a</link><content:encoded>Long</content:encoded></item></channel></rss>"
    assert read(feed).entries[0].html == "Long"


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


BOMB = (
    '<?xml version="1.0"?><!-- <rss> --><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]><rss><channel><item><title>&a9;</title></item></channel></rss>"
)
OUTSIDE = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&x;</title></item></channel></rss>'


@pytest.mark.parametrize(
    "text", [BOMB, OUTSIDE, OUTSIDE.replace("[<!ENTITY x", '[ <!-- " --> <!entity % x')]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32"])
def test_entities_are_refused_at_once_in_every_encoding(text: str, encoding: str) -> None:
    begun = time.perf_counter()
    assert code_of(text.encode(encoding)) == "refused_xml"
    assert time.perf_counter() - begun < 0.2


def test_a_doctype_without_entities_is_only_passed_over() -> None:
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://example.org/rss.dtd">'
    assert links(doctype + rss("<item><link>/a</link></item>")[21:]) == ["https://example.org/a"]


def test_absurd_depth_is_refused() -> None:
    assert code_of(b"<rss>" + b"<a>" * 1_000_000) == "refused_xml"


@pytest.mark.parametrize(
    ("encoding", "declared", "charset"),
    [
        ("cp1252", "iso-8859-1", None),
        ("cp1251", None, "windows-1251"),
        ("utf-8", "iso-8859-1", "iso-8859-1"),
        ("utf-16", None, None),
        ("gb18030", "gb2312", None),
        ("iso2022_jp", "iso-2022-jp", None),
    ],
)
def test_encodings_are_found_and_lies_about_them_seen_through(
    encoding: str, declared: str | None, charset: str | None
) -> None:
    title = {"cp1251": "Нефть", "gb18030": "石油价格", "iso2022_jp": "石油"}.get(
        encoding, "Öl für €"
    )
    said = f' encoding="{declared}"' if declared else ""
    text = f'<?xml version="1.0"{said}?><rss><channel><title>{title}</title></channel></rss>'
    assert read(text.encode(encoding), charset=charset).title == title


@given(
    st.binary(max_size=200),
    st.sampled_from([None, "utf-8", "latin-1", "base64", "idna", "utf-7", "\0"]),
)
def test_any_bytes_become_utf_8(content: bytes, charset: str | None) -> None:
    as_utf8(content, charset).decode("utf-8", "replace")


def big(count: int, *, body: int = 400) -> bytes:
    text = "<p>Oil prices rose.</p>" * (body // 23)
    return rss(
        "".join(
            f"<item><title>Story {n} &amp; more</title><link>https://example.org/{n}</link><guid isPermaLink='false'>{n}</guid>"
            f"<pubDate>Tue, 03 Mar 2026 10:00:00 +0100</pubDate><dc:creator>Ann Lee</dc:creator>"
            f"<description>Short {n}.</description><content:encoded><![CDATA[{text}]]></content:encoded></item>"
            for n in range(count)
        )
    ).encode()


def test_ten_thousand_items_are_quick() -> None:
    content = big(10_000)
    begun = time.process_time()
    assert len(read(content).entries) == 10_000
    assert time.process_time() - begun < 2  # 0.5 s on an idle machine


def test_entries_over_the_most_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert feeds.MOST_ENTRIES == 50_000
    monkeypatch.setattr(feeds, "MOST_ENTRIES", 100)
    content = rss("".join(f"<item><link>/{n}</link></item>" for n in range(200)))
    assert len(read(content).entries) == 100
    assert len(read(content.replace("</rss>", "")).entries) == 100


@pytest.mark.parametrize(
    "junk",
    [b"<a/>", b"<item/>", b"<item><b>", b"&x;", b"<![CDATA[", b"<!--", b"<", b"<?", b'<a b="'],
)
def test_nothing_makes_the_reader_slow(junk: bytes) -> None:
    content = b"<rss><channel>" + junk * (200_000 // len(junk))
    begun = time.process_time()
    try:
        read(content)
    except DocumentError as error:
        assert error.code in {"not_a_feed", "refused_xml"}  # noqa: PT017  it need not be raised
    assert time.process_time() - begun < 5


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


@settings(suppress_health_check=[HealthCheck.too_slow])
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


JSON_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "url", "title", "authors", "name", "content_text", "content_html", "summary", "items", "date_published"]),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(JSON_VALUES, max_size=4))
def test_any_json_gives_a_feed(items: list[object]) -> None:
    value = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    feed = read(json.dumps(value).encode())
    assert len(feed.entries) <= len(items)


def test_three_paragraphs_that_end_are_the_whole_article() -> None:
    assert is_whole(Entry(html=PARAGRAPH * 3, summary="Output rose."))
    assert is_whole(
        Entry(html=PARAGRAPH * 3 + "<p>The post <a>Oil</a> appeared first on <a>Wire</a>.</p>")
    )


@pytest.mark.parametrize(
    "html",
    [
        None,
        "",
        "<p>Output rose.</p>",
        PARAGRAPH.replace("</p>", "") * 3,
        PARAGRAPH * 3 + "<p>Output fell […]</p>",
        PARAGRAPH * 3 + "<p>Output fell &#8230;</p>",
        PARAGRAPH * 3 + "<p>But [&hellip;]</p><p>The post Oil appeared first on Wire.</p>",
        PARAGRAPH * 3 + '<a href="/oil">Read more</a>',
        PARAGRAPH * 3 + '<p><a href="/oil">Continue reading →</a></p>',
        PARAGRAPH * 3 + "<p>Weiterlesen</p>",
        PARAGRAPH * 3 + "<p>Lire la suite</p><p>© Wire</p>",
    ],
)
def test_a_teaser_is_not_the_whole_article(html: str | None) -> None:
    if html and html.startswith("<p>") and "</p>" not in html:
        html = html.replace("<p>", "")  # one paragraph, however long
    assert not is_whole(Entry(html=html))


def test_the_summary_over_again_is_not_the_whole_article() -> None:
    text = "The ministry said on Monday that output had risen again. " * 24
    assert not is_whole(Entry(html=PARAGRAPH * 3, summary=text.strip()))


def test_a_page_of_an_entry_escapes_what_is_not_markup_and_speaks_only_for_the_entry() -> None:
    page = entry_page(
        Entry(
            url='https://example.org/a?b=1&c="2',
            title="Oil <& gas>",
            published="2026-03-03",
            authors=("Ann 'A' Lee",),
            language="en",
            html='<link rel="canonical" href="https://evil.example/"><script>x()</script></article><p>Up.</p>',
        )
    ).decode()
    assert "<title>Oil &lt;&amp; gas&gt;</title>" in page
    assert '<link rel="canonical" href="https://example.org/a?b=1&amp;c=&quot;2">' in page
    assert '<meta name="author" content="Ann &#x27;A&#x27; Lee">' in page
    assert '<html lang="en">' in page
    assert "evil" not in page
    assert "x()" not in page
    assert page.count("</article>") == 1
