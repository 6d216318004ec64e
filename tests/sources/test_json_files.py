"""JSON and JSON Lines: which records a file holds, and what a broken one costs (itself, and nothing else)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.document import RawDocument
from sources.files import BadDocument, ReadOptions, open_documents
from sources.json_files import split_lines


def read(path: Path, content: str | bytes, **options: object) -> list[RawDocument | BadDocument]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    settled = ReadOptions(**options)  # type: ignore[arg-type]
    return list(open_documents([str(path)], options=settled))


def codes(outcomes: list[RawDocument | BadDocument]) -> list[str]:
    return [item.error.code if isinstance(item, BadDocument) else "read" for item in outcomes]


def message(outcome: RawDocument | BadDocument) -> str:
    assert isinstance(outcome, BadDocument)
    return str(outcome.error)


def text_of(outcome: RawDocument | BadDocument) -> str:
    assert isinstance(outcome, RawDocument)
    return str(json.loads(outcome.content)["text"])


def test_one_broken_line_of_ten_costs_one_document(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"story {number}"}) for number in range(1, 11)]
    lines[6] = '{"text": "cut off'
    path = tmp_path / "wire.jsonl"
    outcomes = read(path, "\n".join(lines) + "\n")
    assert codes(outcomes).count("read") == 9
    bad = outcomes[6]
    assert isinstance(bad, BadDocument)
    assert (bad.origin, bad.payload, bad.error.code) == (
        f"{path}:7",
        b'{"text": "cut off',
        "malformed",
    )
    assert "column 10" in str(bad.error)


def test_blank_lines_are_passed_over_but_counted(tmp_path: Path) -> None:
    outcomes = read(tmp_path / "a.jsonl", '\ufeff\n{"text": "one"}\r\n\n  \n{"text": "two"}')
    assert [outcome.origin.rpartition(":")[2] for outcome in outcomes] == ["2", "5"]
    assert codes(outcomes) == ["read", "read"]


def test_a_byte_order_mark_before_the_first_line_is_no_error(tmp_path: Path) -> None:
    assert codes(read(tmp_path / "a.jsonl", '\ufeff{"text": "one"}\n')) == ["read"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be", "latin-1", "cp037"])
@pytest.mark.parametrize("suffix", ["json", "jsonl"])
def test_records_are_read_in_other_encodings(tmp_path: Path, suffix: str, encoding: str) -> None:
    content = '{"text": "Café prices rose in Zürich, she said."}\n'.encode(encoding)
    given_name = encoding if encoding in {"latin-1", "cp037"} else None
    (outcome,) = read(tmp_path / f"a.{suffix}", content, encoding=given_name)
    assert text_of(outcome) == "Café prices rose in Zürich, she said."


def test_a_line_that_is_not_in_the_declared_encoding_is_malformed(tmp_path: Path) -> None:
    content = b'{"text": "caf\xe9"}\n{"text": "tea"}\n'
    assert codes(read(tmp_path / "a.jsonl", content, encoding="utf-8")) == ["malformed", "read"]


def test_a_line_over_the_limit_costs_itself_only(tmp_path: Path) -> None:
    content = '{"text": "one"}\n{"text": "' + "x" * 200_000 + '"}\n{"text": "three"}'
    outcomes = read(tmp_path / "a.jsonl", content, max_bytes=100)
    assert codes(outcomes) == ["read", "too_large", "read"]
    assert outcomes[1].origin.endswith(":2")


def test_an_endless_line_is_not_held_in_memory() -> None:
    def blocks() -> Iterator[bytes]:
        for _ in range(20_000):
            yield b"x" * 65_536  # 1.3 GB in all
        yield b"\nend"

    assert list(split_lines(blocks(), 1000)) == [None, b"end"]


@given(st.lists(st.binary(max_size=6), max_size=8), st.integers(1, 8))
def test_lines_do_not_depend_on_where_blocks_end(blocks: list[bytes], limit: int) -> None:
    whole = b"".join(blocks).split(b"\n")
    expected = [line if len(line) <= limit else None for line in whole]
    if expected[-1] == b"":
        expected.pop()
    assert list(split_lines(blocks, limit)) == expected


@pytest.mark.parametrize(
    "content",
    [
        '[{"text": "a"}, {"text": "b"}]',
        '{"articles": [{"text": "a"}, {"text": "b"}]}',
        '{"status": "ok", "Items": [{"text": "a"}, {"text": "b"}]}',
        '{"docs": [{"text": "a"}, {"text": "b"}]}',
        '{"data": [{"text": "a"}, {"text": "b"}], "text": ""}',
    ],
)
def test_a_list_and_a_wrapped_list_are_many_records(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.json"
    outcomes = read(path, content)
    assert [text_of(outcome) for outcome in outcomes] == ["a", "b"]
    assert [outcome.origin for outcome in outcomes] == [f"{path}[0]", f"{path}[1]"]
    assert [outcome.origin_id for outcome in outcomes] == [None, None]


def test_one_object_is_one_record_named_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    (outcome,) = read(path, '{"text": "a", "items": [1, 2]}')
    assert (outcome.origin, outcome.origin_id) == (str(path), str(path.resolve()))


def test_json_lines_under_the_name_json_are_read_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    outcomes = read(path, '{"text": "a"}\n{"text": "b"}\n')
    assert [outcome.origin for outcome in outcomes] == [f"{path}:1", f"{path}:2"]


@pytest.mark.parametrize("content", ["[]", '{"articles": []}'])
def test_a_list_without_records_is_empty(tmp_path: Path, content: str) -> None:
    assert codes(read(tmp_path / "a.json", content)) == ["empty"]


@pytest.mark.parametrize("content", ["3", '"text"', "null", "true", "[1]", '["text"]', "[[]]"])
def test_what_is_no_object_is_malformed(tmp_path: Path, content: str) -> None:
    assert codes(read(tmp_path / "a.json", content)) == ["malformed"]
    assert codes(read(tmp_path / "a.jsonl", content)) == ["malformed"]


def test_broken_json_names_file_line_column_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    (outcome,) = read(path, '{\n  "text": "a",\n  "title" "b"\n}')
    assert codes([outcome]) == ["malformed"]
    for part in (str(path), "line 3", "column 11", "':'"):
        assert part in message(outcome)


@pytest.mark.parametrize(
    "content",
    ["[" * 100_000, '{"text": "a", "x": ' + "[" * 100_000 + "]" * 100_000 + "}", "1" * 5000],
    ids=["open", "closed", "digits"],
)
def test_nesting_and_digits_beyond_all_measure_are_malformed(tmp_path: Path, content: str) -> None:
    assert codes(read(tmp_path / "a.json", content)) == ["malformed"]
    assert codes(read(tmp_path / "a.jsonl", content)) == ["malformed"]


def test_nan_and_infinity_become_null(tmp_path: Path) -> None:
    (outcome,) = read(tmp_path / "a.json", '{"text": "a", "x": [NaN, -Infinity, 1e999]}')
    assert isinstance(outcome, RawDocument)
    assert json.loads(outcome.content)["x"] == [None, None, None]


def test_half_a_surrogate_pair_becomes_the_replacement_character(tmp_path: Path) -> None:
    (outcome,) = read(tmp_path / "a.json", r'{"text": "a\ud800b \ud83d\ude00", "title": "\udc00!"}')
    assert text_of(outcome) == "a\ufffdb \U0001f600"
    assert isinstance(outcome, RawDocument)
    assert outcome.hints.title == "\ufffd!"


def test_of_a_key_given_twice_the_last_wins(tmp_path: Path) -> None:
    (outcome,) = read(tmp_path / "a.json", '{"text": "a", "text": "b"}')
    assert text_of(outcome) == "b"


def test_a_bare_line_end_in_a_string_is_let_through(tmp_path: Path) -> None:
    (outcome,) = read(tmp_path / "a.json", '{"text": "one\n\ttwo"}')
    assert text_of(outcome) == "one\n\ttwo"


@pytest.mark.parametrize(
    "value",
    [
        {"data": {"items": [{"text": "one"}, {"text": "two"}]}},
        {"response": {"status": "ok", "docs": [{"text": "one"}, {"text": "two"}]}},
        {
            "hits": {
                "total": 2,
                "hits": [{"_source": {"text": "one"}}, {"_source": {"text": "two"}}],
            }
        },
        {"@graph": [{"text": "one"}, {"text": "two"}]},
    ],
)
def test_records_inside_the_answer_of_a_search_are_read(tmp_path: Path, value: object) -> None:
    assert [text_of(item) for item in read(tmp_path / "a.json", json.dumps(value))] == [
        "one",
        "two",
    ]


def test_wrappers_without_end_are_one_record_without_a_text(tmp_path: Path) -> None:
    value: object = [{"text": "far down"}]
    for _ in range(50):
        value = {"data": value}
    assert codes(read(tmp_path / "a.json", json.dumps(value))) == ["empty"]
