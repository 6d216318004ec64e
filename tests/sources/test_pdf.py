"""PDFs: text becomes paragraphs; scans, locked and damaged files are told apart."""

from __future__ import annotations

import io
import re
import sys
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.document import PAGED_TEXT, RawDocument
from schemas.errors import DocumentError
from sources.files import BadDocument, ReadOptions, open_documents
from sources.pdf import _paragraphs
from tests.pdf_writer import made

pypdf = pytest.importorskip("pypdf")

LEAD = [
    "Oil prices rose on Monday as traders weighed supply cuts against the slow-",
    "ing demand in Asia, and analysts said that the market would stay tight.",
    "The rise was small.",
    "Brent crude gained two percent, its best day since the beginning of March",
    "this year, according to figures that were published by the exchange.",
]


def locked(content: bytes, password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")  # noqa: S106  the test's own
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def read(path: Path, content: bytes) -> RawDocument | BadDocument:
    path.write_bytes(content)
    (outcome,) = open_documents([str(path)], options=ReadOptions())
    return outcome


def code(outcome: RawDocument | BadDocument) -> str:
    return outcome.error.code if isinstance(outcome, BadDocument) else "read"


def test_lines_become_paragraphs(tmp_path: Path) -> None:
    path = tmp_path / "news.pdf"
    document = read(path, made([LEAD]))
    assert isinstance(document, RawDocument)
    assert document.media_type == PAGED_TEXT
    first, second = document.content.decode().split("\n\n")
    assert "the slowing demand in Asia" in first
    assert first.endswith("The rise was small.")
    assert second.startswith("Brent crude gained two percent, its best day since")
    assert (document.origin, document.origin_id) == (str(path), str(path.resolve()))


def test_pages_are_parted_by_a_form_feed_and_one_without_text_counts(tmp_path: Path) -> None:
    document = read(tmp_path / "a.pdf", made([LEAD, [], [f"Rain fell. {LEAD[4]}"]]))
    assert isinstance(document, RawDocument)
    first, second, third = document.content.decode().split("\f")
    assert first.startswith("Oil prices rose")
    assert second == ""
    assert third.startswith("Rain fell.")


def test_a_paragraph_that_runs_over_a_page_stands_on_the_page_it_begins_on(tmp_path: Path) -> None:
    document = read(tmp_path / "a.pdf", made([LEAD[:1], LEAD[1:3], LEAD[3:]]))
    assert isinstance(document, RawDocument)
    first, second, third = document.content.decode().split("\f")
    assert "the slowing demand in Asia" in first
    assert second == ""
    assert third.startswith("Brent crude gained")


def test_a_pages_number_is_not_run_on_from(tmp_path: Path) -> None:
    document = read(tmp_path / "a.pdf", made([["Page 1"], ["oil " * 20]]))
    assert isinstance(document, RawDocument)
    assert document.content.decode().split("\f")[0] == "Page 1"


def test_a_paragraph_of_very_many_lines_takes_no_longer_a_line() -> None:
    lines = ["oil and gas and coal-"] * 300_000  # the square of these takes hours
    (pieces,) = _paragraphs(lines)
    assert len("".join(pieces)) == 300_000 * 20 + 1


def test_lines_that_run_through_the_pages_are_left_out(tmp_path: Path) -> None:
    pages = [
        ["The Daily Oil", f"{n} is news. {LEAD[1]}", LEAD[4], f"Page {n} of 4"] for n in range(1, 5)
    ]
    document = read(tmp_path / "a.pdf", made(pages))
    assert isinstance(document, RawDocument)
    text = document.content.decode()
    assert "Daily Oil" not in text
    assert "Page 2" not in text
    assert all(f"{n} is news." in text for n in range(1, 5))


def test_a_scan_needs_its_text_recognised(tmp_path: Path) -> None:
    scans: list[list[list[str]]] = [[[]], [["1"], ["2"], ["3"]]]
    for pages in scans:
        outcome = read(tmp_path / "scan.pdf", made(pages))
        assert code(outcome) == "needs_ocr"


def test_only_a_password_that_is_needed_is_encrypted(tmp_path: Path) -> None:
    assert code(read(tmp_path / "a.pdf", locked(made([LEAD]), "secret"))) == "encrypted"
    assert code(read(tmp_path / "a.pdf", locked(made([LEAD]), ""))) == "read"


def test_without_the_extra_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    outcome = read(tmp_path / "a.pdf", made([LEAD]))
    assert isinstance(outcome, BadDocument)
    assert outcome.error.code == "pdf_missing"
    assert "pip install 'copydesk[pdf]'" in str(outcome.error)


def test_a_pdf_by_another_name_is_refused_and_so_is_another_thing_by_its_name(
    tmp_path: Path,
) -> None:
    outcome = read(tmp_path / "page.html", made([LEAD]))
    assert isinstance(outcome, BadDocument)
    assert outcome.error.code == "binary"
    assert "a PDF" in str(outcome.error)
    assert code(read(tmp_path / "a.pdf", b"<html><p>Oil</p></html>")) == "malformed"
    assert code(read(tmp_path / "a.pdf", b"")) == "empty"


def test_pages_without_end_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.pdf._MOST_PAGES", 2)
    assert code(read(tmp_path / "a.pdf", made([LEAD] * 3))) == "too_large"
    monkeypatch.setattr("sources.pdf._LONGEST_S", -1.0)
    assert code(read(tmp_path / "a.pdf", made([LEAD]))) == "too_large"


def test_pages_that_hold_each_other_end(tmp_path: Path) -> None:
    looped = made([LEAD]).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]")
    assert code(read(tmp_path / "a.pdf", looped)) in {"malformed", "needs_ocr"}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damage_anywhere_gives_text_or_an_error(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(made([LEAD, LEAD]))
    del content[data.draw(st.integers(0, len(content))) :]
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + 1] = data.draw(st.binary(max_size=4))
    outcome = read(tmp_path / "a.pdf", bytes(content))
    if isinstance(outcome, BadDocument):
        assert isinstance(outcome.error, DocumentError)


def test_a_page_that_unpacks_to_more_than_text_takes_is_refused_in_little_memory(
    tmp_path: Path,
) -> None:
    whole = made([["Oil prices rose on Monday."]])
    shown = re.search(rb"<< /Length \d+ >>\nstream\n.*?\nendstream", whole, re.DOTALL)
    assert shown is not None
    for name, stream in (
        ("/ASCII85Decode", b"z" * 2_000_000),
        ("/FlateDecode", zlib.compress(bytes(30_000_000))),
        ("/RunLengthDecode", b"\x81a" * 300_000),
    ):
        head = b"<< /Length %d /Filter %s >>" % (len(stream), name.encode())
        body = head + b"\nstream\n" + stream + b"\nendstream"
        content = whole.replace(shown[0], body)
        tracemalloc.start()
        outcome = read(tmp_path / "bomb.pdf", content)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert code(outcome) == "malformed", name
        assert peak < 80_000_000, name
