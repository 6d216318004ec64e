"""MHTML: the page a browser saved, and where it was saved from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.document import HTML, RawDocument
from schemas.errors import DocumentError
from sources.files import BadDocument, ReadOptions, count_documents, open_documents

SAVED = b"""From: <Saved by Blink>
Snapshot-Content-Location: https://example.org/oil?id=3D1
Subject: Oil
Date: Fri, 1 Mar 2024 10:00:00 -0000
MIME-Version: 1.0
Content-Type: multipart/related;
\ttype="text/html";
\tboundary="----MultipartBoundary--x----"


------MultipartBoundary--x----
Content-Type: text/css
Content-Transfer-Encoding: quoted-printable
Content-Location: cid:css@mhtml.blink

p { color: red }
------MultipartBoundary--x----
Content-Type: text/html
Content-ID: <frame@mhtml.blink>
Content-Transfer-Encoding: quoted-printable
Content-Location: https://example.org/oil

<html><body><p class=3D"lead">Caf=C3=A9 prices rose =
on Monday.</p></body></html>
------MultipartBoundary--x----
Content-Type: text/html; charset=utf-8
Content-ID: <second@mhtml.blink>
Content-Location: https://ads.example.net/frame

<p>advertisement</p>
------MultipartBoundary--x------
""".replace(b"\n", b"\r\n")


def read(path: Path, content: bytes) -> RawDocument | BadDocument:
    path.write_bytes(content)
    (outcome,) = open_documents([str(path)], options=ReadOptions())
    return outcome


@pytest.mark.parametrize("name", ["oil.mhtml", "oil.mht"])
def test_the_page_comes_with_its_address_and_the_time_it_was_saved(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    document = read(path, SAVED)
    assert isinstance(document, RawDocument)
    expected = '<html><body><p class="lead">Café prices rose on Monday.</p></body></html>'
    assert document.content.decode() == expected
    assert document.media_type == HTML
    assert document.url == "https://example.org/oil?id=3D1"
    assert document.fetched_at == datetime(2024, 3, 1, 10, tzinfo=UTC)
    assert (document.origin, document.origin_id) == (str(path), str(path.resolve()))
    assert count_documents([str(path)], ReadOptions()) == 1


def test_the_root_may_be_named(tmp_path: Path) -> None:
    named = SAVED.replace(b'type="text/html";', b'type="text/html"; start="<second@mhtml.blink>";')
    document = read(tmp_path / "a.mhtml", named)
    assert isinstance(document, RawDocument)
    assert document.content == b"<p>advertisement</p>"
    assert document.hints.encoding == "utf-8"


def test_a_page_of_a_local_file_has_no_address(tmp_path: Path) -> None:
    local = SAVED.replace(b"https://example.org/", b"file:///etc/")
    document = read(tmp_path / "a.mhtml", local)
    assert isinstance(document, RawDocument)
    assert document.url is None


@pytest.mark.parametrize(
    "content",
    [
        b"no page at all",
        SAVED.replace(b"Content-Type: text/html", b"Content-Type: image/png"),
        SAVED.replace(b"boundary=", b"bound="),
    ],
)
def test_what_holds_no_page_is_malformed(tmp_path: Path, content: bytes) -> None:
    outcome = read(tmp_path / "a.mhtml", content)
    assert isinstance(outcome, BadDocument)
    assert outcome.error.code == "malformed"


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damage_anywhere_gives_a_page_or_an_error(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(SAVED[: data.draw(st.integers(0, len(SAVED)))])
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + 1] = data.draw(st.binary(max_size=4))
    outcome = read(tmp_path / "a.mhtml", bytes(content))
    if isinstance(outcome, BadDocument):
        assert isinstance(outcome.error, DocumentError)


def test_a_file_that_ends_in_its_page_is_cut_and_no_article(tmp_path: Path) -> None:
    def kind(content: bytes) -> str:
        outcome = read(tmp_path / "a.mht", content)
        return outcome.error.code if isinstance(outcome, BadDocument) else "read"

    head = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
    page = b"Content-Type: text/html\r\n\r\n<html><body><p>A port closed.</p></body></html>"
    assert kind(head + page) == "truncated"
    assert kind(head + page + b"\r\n--b--\r\n") == "read"
    picture = b"\r\n--b\r\nContent-Type: image/png\r\n\r\n..."
    assert kind(head + page + picture) == "read"
