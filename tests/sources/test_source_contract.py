"""What every reader of listings promises, held against all of them: the built-in, the example, and each that is installed.

For a reader of your own: install its package beside copydesk and run this file from a checkout. A document of its kind,
as tests/sources/listings/KIND.* or in a folder that COPYDESK_LISTINGS names, lets the suite break it in many ways.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.listings import listing_in
from flows.plugins import SOURCES, installed, load_reader
from schemas.addresses import canonical_address, without_credentials
from schemas.errors import DocumentError
from schemas.protocols import ListingReader
from schemas.web import Entry, Fetched, Listing
from sources.listings import READERS
from tests.installed import EXAMPLES
from tests.table_web import NOW

HERE = Path(__file__).parent / "listings"
URL = "https://www.example.org/listing"
MOST = 500_000
LONG = 20_000


def example() -> ListingReader:
    """The reader of docs/examples, which no package installs here."""
    path = EXAMPLES / "wordpress_source.py"
    spec = importlib.util.spec_from_file_location("wordpress_source", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: ListingReader = module.WordPressReader()
    return found


ALL = {**READERS, "wordpress": example(), **{kind: load_reader(kind) for kind in installed(SOURCES)}}  # fmt: skip
SAMPLES = {
    path.stem: path.read_bytes()
    for folder in (HERE, *map(Path, filter(None, [os.environ.get("COPYDESK_LISTINGS")])))
    for path in sorted(folder.iterdir())
}
MARKUP = [b"<", b">", b"{", b"[", b'"', b",", b"\\ud800", b"\0", b"\xff", b"<![CDATA[", b"&#0;", b"https://[", b"\n"]  # fmt: skip
every_reader = pytest.mark.parametrize("kind", ALL)
every_sample = pytest.mark.parametrize("kind", [kind for kind in ALL if kind in SAMPLES])


def raw(kind: str, content: bytes, charset: str | None = None) -> list[object] | None:
    """What the reader itself gives; None for a DocumentError, which is all that it may raise."""
    try:
        found = ALL[kind].read(content, url=URL, media_type=None, charset=charset)
    except DocumentError:
        return None
    return [*found.entries, *found.children] if isinstance(found, Listing) else list(found)


def entries(kind: str, content: bytes) -> list[Entry]:
    """What a fetch makes of it; [] for a DocumentError."""
    fetched = Fetched(asked=URL, url=URL, status=200, content=content, fetched_at=NOW)
    try:
        return list(listing_in(ALL[kind], fetched).entries)
    except DocumentError as error:
        if error.code == "reader":  # it was another error, and would be the plug-in's fault
            raise
        return []


def hold(kind: str, content: bytes) -> None:
    """The promises that hold for any bytes."""
    first = raw(kind, content)
    assert raw(kind, content) == first
    assert first is None or len(first) <= MOST
    for entry in entries(kind, content):
        if entry.url is not None:
            assert entry.url.startswith(("http://", "https://"))
            assert canonical_address(entry.url)
            assert without_credentials(entry.url) == entry.url


@every_reader
@given(content=st.binary(max_size=300) | st.lists(st.sampled_from(MARKUP), max_size=60).map(b"".join))  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_any_bytes_are_entries_or_a_document_error(kind: str, content: bytes) -> None:
    hold(kind, content)


@every_sample
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_so_is_a_real_document_that_was_damaged(kind: str, data: st.DataObject) -> None:
    content = bytearray(SAMPLES[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.sampled_from([0, 1, 5, 80, len(content)]))
        content[start : start + length] = data.draw(
            st.sampled_from(MARKUP) | st.binary(max_size=8) | st.just(bytes(content[:200]))
        )
    hold(kind, bytes(content))


@every_sample
def test_a_document_of_its_kind_gives_stories_with_an_address_and_no_secret(kind: str) -> None:
    found = entries(kind, SAMPLES[kind])
    assert sum(entry.url is not None for entry in found) >= 1
    assert b"secret" not in repr(found).encode()


@every_sample
@pytest.mark.parametrize("charset", [None, "utf-8", "latin-1", "utf-16", "no-such-charset", "base64", ""])  # fmt: skip
def test_whatever_the_server_says_of_the_charset_it_is_read_or_refused(
    kind: str, charset: str | None
) -> None:
    raw(kind, SAMPLES[kind], charset)


@every_reader
@pytest.mark.parametrize(
    "content",
    [
        b"[" * LONG,
        b'{"a":' * LONG,
        b"<a>" * LONG,
        b"<rss><channel>" + b"<item>" * (LONG // 10),
        b"<rss><channel>" + b"<item><link>/a</link></item>" * (LONG // 10),
        b"https://www.example.org/a\n" * LONG,
        b"[" + b"{}," * LONG + b"{}]",
        b"[" + b"9" * LONG + b"]",
        b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><rss>&b;</rss>",
        b"\x1f\x8b\x08" + b"\0" * LONG,
        b"\0" * LONG,
        b" " * LONG,
    ],
    ids=lambda content: repr(content[:18]),
)
def test_what_is_nested_repeated_or_packed_ends(kind: str, content: bytes) -> None:
    hold(kind, content)


@every_sample
def test_a_document_a_hundred_times_over_gives_no_more_than_it_holds(kind: str) -> None:
    found = entries(kind, SAMPLES[kind] * 100)
    assert len(found) <= 100 * max(1, len(entries(kind, SAMPLES[kind])))


@pytest.mark.parametrize("kind", READERS)
def test_a_built_in_reader_keeps_the_good_items_of_a_document_cut_short(kind: str) -> None:
    whole = entries(kind, SAMPLES[kind])
    cut = entries(kind, SAMPLES[kind][: len(SAMPLES[kind]) * 3 // 4])
    assert 1 <= len(cut) < len(whole)
    assert cut[0] == whole[0]
