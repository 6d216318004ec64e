"""What an item of RSS or an entry of Atom says."""

from __future__ import annotations

from tests.feed_texts import NAMESPACES, PARAGRAPH, item, read


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


def test_a_guid_that_is_the_address_stands_in_for_a_missing_link() -> None:
    assert item("<guid>https://example.org/a</guid>").url == "https://example.org/a"
    assert item("<guid isPermaLink='false'>https://example.org/a</guid>").url is None


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
