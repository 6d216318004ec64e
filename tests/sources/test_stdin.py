"""Standard input: read as what it looks like, and never waited for in vain."""

from __future__ import annotations

import io
import os

import pytest

from schemas.document import HTML, MARKDOWN, PLAIN_TEXT, RECORD
from sources.files import ReadOptions, open_documents
from tests.reading import code, read, read_good


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Oil prices rose.", [PLAIN_TEXT]),
        ("<html><body><p>Oil</p></body></html>", [HTML]),
        ('{"text": "one"}', [RECORD]),
        ('[{"text": "one"}, {"text": "two"}]', [RECORD, RECORD]),
        ('{"text": "one"}\n{"text": "two"}\n', [RECORD, RECORD]),
        ('{\n  "text": "one"\n}\n', [RECORD]),
        ("title,text\nOil up,Oil rose.\nGas down,Gas fell.\n", [RECORD, RECORD]),
        ("\ufeffheadline;body;url\r\nOil up;Oil rose.;https://a.example/1\r\n", [RECORD]),
        ("Title, Text\nThe second line is prose.\n", [PLAIN_TEXT]),
        ("# Oil up\n\nOil rose.\n", [MARKDOWN]),
        ("Oil rose to #1.\n", [PLAIN_TEXT]),
    ],
)
def test_standard_input_is_read_as_what_it_looks_like(content: str, expected: list[str]) -> None:
    documents = read_good("-", stdin=io.BytesIO(content.encode()))
    assert [document.media_type for document in documents] == expected
    assert all(document.origin.startswith("stdin") for document in documents)
    assert all(document.origin_id is None for document in documents)


def test_standard_input_is_taken_when_reading_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Oil")))
    assert [document.content for document in read_good("-")] == [b"Oil"]


@pytest.mark.parametrize(
    ("stdin", "options", "expected"),
    [
        (b"", {}, "empty"),
        (b"x" * 11, {"max_bytes": 10}, "too_large"),
        (b"%PDF-1.4", {}, "unsupported"),
        (b"%PDF-1.4", {"format": "txt"}, "binary"),
    ],
)
def test_standard_input_that_cannot_be_read_is_one_bad_document(
    stdin: bytes, options: dict[str, object], expected: str
) -> None:
    (outcome,) = read("-", stdin=io.BytesIO(stdin), **options)
    assert (code(outcome), outcome.origin) == (expected, "stdin")


def test_a_closed_or_missing_standard_input_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.BytesIO(b"x")
    closed.close()
    assert [code(outcome) for outcome in read("-", stdin=closed)] == ["unreadable"]
    monkeypatch.setattr("sys.stdin", None)
    assert [code(outcome) for outcome in read("-")] == ["unreadable"]


def test_lines_from_a_pipe_come_out_before_it_ends() -> None:
    read_end, write_end = os.pipe()
    with open(read_end, "rb") as stdin, open(write_end, "wb", buffering=0) as feed:  # noqa: PTH123  descriptors
        feed.write(b'{"text": "one"}\n{"text"')
        outcomes = open_documents(["-"], options=ReadOptions(format="jsonl", stdin=stdin))
        first = next(outcomes)
        assert (first.origin, code(first)) == ("stdin:1", "read")
