"""XML from strangers: broken, cut off, and made to blow up."""

from __future__ import annotations

import pytest
from lxml import etree

from schemas.errors import DocumentError
from tests.feed_texts import code_of, links, read, rss


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
def test_entities_are_refused_before_any_parser_in_every_encoding(
    monkeypatch: pytest.MonkeyPatch, text: str, encoding: str
) -> None:
    monkeypatch.setattr(etree, "XMLPullParser", None)
    monkeypatch.setattr(etree, "fromstring", None)
    assert code_of(text.encode(encoding)) == "refused_xml"


def test_a_doctype_without_entities_is_only_passed_over() -> None:
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://example.org/rss.dtd">'
    assert links(doctype + rss("<item><link>/a</link></item>")[21:]) == ["https://example.org/a"]


def test_absurd_depth_is_refused() -> None:
    assert code_of(b"<rss>" + b"<a>" * 1_000_000) == "refused_xml"


@pytest.mark.parametrize(
    "junk",
    [b"<a/>", b"<item/>", b"<item><b>", b"&x;", b"<![CDATA[", b"<!--", b"<", b"<?", b'<a b="'],
)
def test_the_same_a_hundred_thousand_times_is_read_to_its_end(junk: bytes) -> None:
    # Read in more than linear time, each of these takes minutes.
    content = b"<rss><channel>" + junk * (200_000 // len(junk))
    try:
        read(content)
    except DocumentError as error:
        assert error.code in {"not_a_feed", "refused_xml"}  # noqa: PT017  it need not be raised
