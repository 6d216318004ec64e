"""OPML: in from any feed reader, out without anything secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import DocumentError
from schemas.web import SourceSpec
from sources.opml import read_opml, write_opml
from tests.growth import LINEAR, growth

OPML = b"""<?xml version="1.0"?><opml version="1.0"><head><title>Mine</title></head><body>
<outline text="World"><outline text="Wire" title="The &amp; Wire" type="rss" xmlUrl="https://example.org/feed" language="en_GB"/>
<outline text="Europe"><outline text="The &amp; wire" xmlurl="https://example.net/feed"/></outline></outline>
<outline xmlUrl="https://example.com/feed" isComment="true"/><outline text="again" xmlUrl="https://example.org/feed"/>
<outline text="Map" type="sitemap" url="https://example.org/map.xml"/><outline text="bad" xmlUrl="file:///etc/passwd"/></body></opml>"""


def read(content: bytes) -> list[SourceSpec]:
    return read_opml(content, origin="feeds.opml")


def code_of(content: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        read(content)
    assert caught.value.remedy
    return caught.value.code


def test_nested_outlines_become_sources_with_names_of_their_own() -> None:
    assert read(OPML) == [
        SourceSpec(
            name="The & Wire", kind="feed", url="https://example.org/feed", language="en-GB"
        ),
        SourceSpec(name="The & wire 2", kind="feed", url="https://example.net/feed"),
        SourceSpec(name="example.com", kind="feed", url="https://example.com/feed", enabled=False),
        SourceSpec(name="Map", kind="sitemap", url="https://example.org/map.xml"),
    ]


def test_what_was_read_is_written_and_read_again() -> None:
    assert read(write_opml(read(OPML))) == read(OPML)


def test_the_kind_of_a_plug_in_is_written_and_read_again() -> None:
    posts = SourceSpec(
        name="Posts", kind="wordpress", url="https://example.org/wp-json/wp/v2/posts"
    )
    assert read(write_opml([posts])) == [posts]
    # Other readers' types are no kinds of ours.
    foreign = (
        b'<opml><body><outline text="A" type="link" url="https://example.org/a"/></body></opml>'
    )
    assert [source.kind for source in read(foreign)] == ["page"]


def test_what_other_readers_write_wrongly_is_read_as_it_was_meant() -> None:
    sloppy = b"""<opml version="1.0"><body><outline text="R&D &eacute;dition &amp; more" xmlUrl="https://example.org/?a=1&b=2"/>
    <outline text="Pod" xmlUrl="feed://example.net/feed"/><outline text="Cast" xmlUrl="feed:https://example.com/feed"/></body></opml>"""
    assert [(source.name, source.url) for source in read(sloppy)] == [
        ("R&D \xe9dition & more", "https://example.org/?a=1&b=2"),
        ("Pod", "http://example.net/feed"),
        ("Cast", "https://example.com/feed"),
    ]


def test_feeds_without_an_address_are_named() -> None:
    assert read_opml(OPML, origin="feeds.opml").left_out == ("bad",)
    lost = b'<opml><body><outline text="News"><outline type="rss" text="Lost" htmlUrl="https://x.example"/></outline></body></opml>'
    assert read_opml(lost, origin="feeds.opml").left_out == ("Lost",)


def test_nothing_secret_is_written() -> None:
    secret = SourceSpec(
        name="Wire",
        kind="feed",
        url="https://ann:hunter2@example.org/feed?token=hunter2&API_KEY=hunter2&page=7&%70assword=hunter2",
        headers=(("Authorization", "hunter2"),),
        cookies_env="HUNTER2_COOKIES",
        proxy="http://hunter2@proxy.example:8080",
        user_agent="hunter2",
        pause=3.0,
    )
    written = write_opml([secret, SourceSpec(name="folder", kind="folder", path="/home/hunter2")])
    assert b"hunter2" not in written.lower()
    assert read(written) == [
        SourceSpec(name="Wire", kind="feed", url="https://example.org/feed?page=7")
    ]


def test_what_is_no_opml_or_broken_is_refused() -> None:
    assert code_of(b"") == "not_opml"
    assert code_of(b"<rss/>") == "not_opml"
    assert code_of(OPML[:300]) == "malformed"
    assert code_of(b"<opml>" + b"<outline>" * 100_000) == "malformed"
    assert code_of(b"<!DOCTYPE opml [<!ENTITY x 'y'>]><opml/>") == "refused_xml"


@given(
    st.lists(
        st.tuples(
            st.text(max_size=20),
            st.sampled_from(["feed", "site", "page", "sitemap", "list"]),
            st.booleans(),
        ),
        max_size=6,
    )
)
def test_any_names_go_out_and_in_again(rows: list[tuple[str, str, bool]]) -> None:
    sources = [
        SourceSpec(name=name, kind=kind, url=f"https://example.org/{number}", enabled=enabled)
        for number, (name, kind, enabled) in enumerate(rows)
    ]
    found = read(write_opml(sources))
    assert [(one.url, one.kind, one.enabled) for one in found] == [
        (one.url, one.kind, one.enabled) for one in sources
    ]
    assert len({one.name.casefold() for one in found}) == len(found)


@given(st.binary(max_size=200), st.sampled_from([b"", b"<opml><outline ", b"<opml>"]))
def test_any_bytes_give_sources_or_our_error(content: bytes, prefix: bytes) -> None:
    try:
        read(prefix + content)
    except DocumentError as error:
        assert error.code in {"not_opml", "malformed", "refused_xml"}  # noqa: PT017  it need not be raised


def test_twenty_thousand_sources_of_one_name_are_numbered_in_no_time() -> None:
    def make(count: int) -> bytes:
        outlines = (
            f'<outline text="Wire" xmlUrl="https://{n}.example.org/feed"/>' for n in range(count)
        )
        return f"<opml><body>{''.join(outlines)}</body></opml>".encode()

    def names(content: bytes) -> set[str]:
        return {source.name for source in read_opml(content, origin="feeds.opml")}

    assert len(names(make(20_000))) == 20_000
    assert growth(names, make, 20_000) < LINEAR
