"""What a record of a web archive says of its answer: its type, and whether all of it is there."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from schemas.document import RawDocument
from sources.files import BadDocument, ReadOptions, open_documents
from tests.archives import write, zipped

PAGE = b"<html><body><p>The port of Lisbon closed on Monday.</p></body></html>"
OPEN_PAGE = PAGE.removesuffix(b"</body></html>")
NEXT = b"<html><body><p>It opened again on Tuesday.</p></body></html>"


def record(
    body: bytes, *, http: str = "Content-Type: text/html\r\n", warc: str = "", name: str = "a"
) -> bytes:
    block = f"HTTP/1.1 200 OK\r\n{http}\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{name}>\r\n{warc}"
        f"WARC-Date: 2024-03-01T10:00:00Z\r\nWARC-Target-URI: https://example.org/{name}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def read(path: Path, content: bytes) -> list[str]:
    """What came of each record that gave something: its last part of the address, or its error."""
    return [
        outcome.error.code if isinstance(outcome, BadDocument) else (outcome.url or "")[-1]
        for outcome in open_documents([str(write(path, content))], options=ReadOptions())
    ]


def test_an_answer_without_a_type_is_a_page_where_it_looks_like_one(tmp_path: Path) -> None:
    pages = record(PAGE, http="") + record(b"%PDF-1.7 ...", http="", name="b")
    pages += record(b'{"some": "data"}', http="", name="c") + record(NEXT, name="d")
    assert read(tmp_path / "a.warc", pages) == ["a", "d"]


def test_a_coded_answer_without_a_type_is_looked_at_after_its_coding_is_undone(
    tmp_path: Path,
) -> None:
    coded = record(gzip.compress(PAGE), http="Content-Encoding: gzip\r\n")
    assert read(tmp_path / "a.warc", coded) == ["a"]


@pytest.mark.parametrize(
    "header", ["WARC-Truncated: length", "warc-truncated: disconnect", "WARC-Segment-Number: 1"]
)
def test_a_page_that_the_archive_calls_cut_is_not_stored_as_a_whole_one(
    tmp_path: Path, header: str
) -> None:
    content = record(PAGE, warc=f"{header}\r\n") + record(NEXT, name="b")
    assert read(tmp_path / "a.warc", content) == ["truncated", "b"]


def test_an_answer_shorter_than_its_own_length_is_cut(tmp_path: Path) -> None:
    http = "Content-Type: text/html\r\nContent-Length: 5000\r\n"
    content = record(OPEN_PAGE, http=http) + record(NEXT, name="b")
    assert read(tmp_path / "a.warc", content) == ["truncated", "b"]


@pytest.mark.parametrize(
    ("body", "http"),
    [
        (PAGE + b"\n", "Content-Length: 5000\r\n"),
        (OPEN_PAGE, "Content-Length: 5000\r\nContent-Encoding: br\r\n"),
        (OPEN_PAGE, "Content-Length: 10\r\n"),
        (OPEN_PAGE, "Content-Length: many\r\n"),
        (OPEN_PAGE, "X-Crawl-Content-Length: \r\n"),
    ],
)
def test_a_length_of_other_bytes_than_those_kept_cuts_nothing(
    tmp_path: Path, body: bytes, http: str
) -> None:
    content = record(body, http="Content-Type: text/html\r\n" + http)
    assert read(tmp_path / "a.warc", content) == ["a"]


def test_the_catalogue_of_a_wacz_is_no_document(tmp_path: Path) -> None:
    pages = {"url": "https://example.org/a", "text": "The port of Lisbon closed on Monday."}
    members = {
        "archive/data.warc.gz": gzip.compress(record(PAGE)),
        "pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n' + json.dumps(pages).encode(),
        "fuzzy.json": b'{"rules": []}',
        "datapackage.json": b'{"profile": "data-package", "resources": []}',
        "datapackage-digest.json": b'{"path": "datapackage.json"}',
    }
    for name in ("a.wacz", "a.zip"):
        assert read(tmp_path / name, zipped(members)) == ["a"]


def test_the_records_of_another_zip_are_documents_beside_its_archives(tmp_path: Path) -> None:
    members = {"archive/a.warc": record(PAGE), "more.json": b'{"text": "A port closed."}'}
    path = write(tmp_path / "a.zip", zipped(members))
    outcomes = list(open_documents([str(path)], options=ReadOptions()))
    assert [type(outcome) for outcome in outcomes] == [RawDocument, RawDocument]
