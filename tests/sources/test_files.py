"""Files, folders and standard input: what comes out, and that nothing but a wrong call raises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.document import HTML, MARKDOWN, PLAIN_TEXT, RECORD, RawDocument
from schemas.errors import CopydeskError, UsageError
from sources.files import (
    BadDocument,
    ReadOptions,
    count_documents,
    open_documents,
)
from tests.reading import NOW, code, read, read_good, write


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.txt", PLAIN_TEXT),
        ("a.TEXT", PLAIN_TEXT),
        ("a.md", MARKDOWN),
        ("a.Markdown", MARKDOWN),
        ("a.html", HTML),
        ("a.htm", HTML),
        ("a.XHTML", HTML),
    ],
)
def test_a_text_file_is_one_document_with_its_bytes_untouched(
    tmp_path: Path, name: str, media_type: str
) -> None:
    content = "Caf\xe9 prices rose\r\n".encode("latin-1")
    path = write(tmp_path / name, content)
    (document,) = read_good(path)
    assert document.content == content
    assert document.media_type == media_type
    assert (document.origin, document.origin_id) == (str(path), str(path.resolve()))
    assert (document.fetched_at, document.url, document.hints.title) == (NOW, None, None)


def test_options_become_hints(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Oil")
    (document,) = read_good(
        path,
        url="https://example.org/a",
        published="2026-02-03",
        site="Example",
        language="en",
        encoding="Latin-1",
    )
    hints = document.hints
    assert document.url == "https://example.org/a"
    assert (hints.published, hints.site, hints.language) == ("2026-02-03", "Example", "en")
    assert hints.encoding == "iso8859-1"


def test_the_origin_is_the_path_as_given_and_the_id_is_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.txt", "Oil")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    (document,) = read_good("./sub/../a.txt")
    assert document.origin == "./sub/../a.txt"
    assert document.origin_id == str((tmp_path / "a.txt").resolve())


@pytest.mark.parametrize("content", ["", " \n\t\n", "\ufeff \n"])
@pytest.mark.parametrize("suffix", ["txt", "html", "json", "jsonl", "csv"])
def test_a_blank_file_is_empty(tmp_path: Path, suffix: str, content: str) -> None:
    assert [code(outcome) for outcome in read(write(tmp_path / f"a.{suffix}", content))] == [
        "empty"
    ]


def test_the_rest_goes_on_after_a_bad_one(tmp_path: Path) -> None:
    good = write(tmp_path / "a.txt", "Oil")
    bad = write(tmp_path / "b.txt", "")
    assert [code(outcome) for outcome in read(bad, tmp_path / "no.txt", good)] == [
        "empty",
        "not_found",
        "read",
    ]


@pytest.mark.parametrize("suffix", ["txt", "json", "csv"])
def test_a_file_over_the_limit_is_refused_and_one_at_the_limit_is_read(
    tmp_path: Path, suffix: str
) -> None:
    content = {"txt": "12345678901", "json": '{"text":"x"}', "csv": "text\nxyz\nabc"}[suffix]
    path = write(tmp_path / f"a.{suffix}", content)
    (outcome,) = read(path, max_bytes=len(content) - 1)
    assert code(outcome) == "too_large"
    assert isinstance(outcome, BadDocument)
    assert outcome.payload is None
    assert code(read(path, max_bytes=len(content))[0]) == "read"


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n", b"PK\x03\x04", b"\x1f\x8b\x08", b"\0\0\0\x18ftypmp42"],
)
def test_a_known_binary_is_not_text_whatever_its_name(tmp_path: Path, content: bytes) -> None:
    content += b"\0\1\2" * 50
    outcomes = read(
        write(tmp_path / "a.txt", content),
        write(tmp_path / "a.jsonl", content),
        write(tmp_path / "a.bin", content),
    )
    assert [code(outcome) for outcome in outcomes] == ["binary", "binary", "unsupported"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_wide_text_is_text(tmp_path: Path, encoding: str) -> None:
    content = "Oil prices rose on Monday.".encode(encoding)
    named, unnamed = read_good(
        write(tmp_path / "a.txt", content), write(tmp_path / "article", content)
    )
    assert named.content == unnamed.content == content
    assert unnamed.media_type == PLAIN_TEXT


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Oil prices rose.\n", PLAIN_TEXT),
        ("[UPDATE] Oil prices rose.\n", PLAIN_TEXT),
        ("<!DOCTYPE html><html><p>Oil</p></html>", HTML),
        ('<?xml version="1.0"?><html xmlns="x"><p>Oil</p></html>', HTML),
        ('{"text": "Oil"}', RECORD),
        ("<?xml version='1.0'?><rss><item/></rss>", "unsupported"),
        (b"\x01\x02\x03\x00\x7f\x05" * 20, "unsupported"),
    ],
)
def test_a_named_file_with_another_suffix_is_read_as_what_it_looks_like(
    tmp_path: Path, content: str | bytes, expected: str
) -> None:
    (outcome,) = read(write(tmp_path / "a.xyz", content))
    assert (outcome.media_type if isinstance(outcome, RawDocument) else code(outcome)) == expected


def test_unsupported_names_the_formats_and_the_flag(tmp_path: Path) -> None:
    (outcome,) = read(write(tmp_path / "a.docx", "PK\x03\x04"))
    assert isinstance(outcome, BadDocument)
    assert "jsonl" in outcome.error.remedy
    assert "--format" in outcome.error.remedy


def test_a_format_wins_over_the_suffix(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dat", '{"text": "one"}\n{"text": "two"}\n')
    assert len(read_good(path, format="ndjson")) == 2
    (document,) = read_good(path, format="txt")
    assert document.media_type == PLAIN_TEXT


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"format": "docx"}, "unknown_format"),
        ({"encoding": "utf8x"}, "unknown_encoding"),
        ({"encoding": "base64"}, "unknown_encoding"),
        ({"encoding": ""}, "unknown_encoding"),
        ({"encoding": "a\0b"}, "unknown_encoding"),
        ({"url": "example.org"}, "bad_url"),
        ({"max_bytes": 0}, "usage"),
    ],
)
def test_a_wrong_option_raises_before_any_work(options: dict[str, object], expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_documents(["no-such.txt"], options=ReadOptions(**options))  # type: ignore[arg-type]
    assert caught.value.code == expected


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "csv", "json"])
@pytest.mark.parametrize(("written", "named"), [("utf-8", "utf-16"), ("cp1252", "utf-8")])
def test_an_encoding_that_the_bytes_are_not_in_is_refused_with_a_remedy(
    tmp_path: Path, suffix: str, written: str, named: str
) -> None:
    content = '{"title": "Öl", "text": "Der Ölpreis steigt."}'.encode(written)
    (outcome,) = read(write(tmp_path / f"a.{suffix}", content), encoding=named)
    assert isinstance(outcome, BadDocument)
    assert named in outcome.error.message
    assert "leave --encoding out" in outcome.error.remedy


def test_an_unknown_encoding_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="windows-1252"):
        open_documents([], options=ReadOptions(encoding="windos-1252"))


def test_one_address_for_several_documents_is_refused(tmp_path: Path) -> None:
    one, two = write(tmp_path / "a.txt", "Oil"), write(tmp_path / "b.txt", "Gas")
    for paths in ([str(one), str(two)], [str(tmp_path)]):
        with pytest.raises(UsageError) as caught:
            open_documents(paths, options=ReadOptions(url="https://example.org/a"))
        assert caught.value.code == "url_for_many"


def test_the_second_record_does_not_get_the_address_of_the_first(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "one"}\n{"text": "two"}\n')
    first, second = read(path, url="https://example.org/a")
    assert isinstance(first, RawDocument)
    assert first.url == "https://example.org/a"
    assert code(second) == "url_for_many"


def test_counting_is_exact_for_texts_and_none_where_only_reading_would_tell(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Oil")
    write(tmp_path / "sub/b.md", "Gas")
    options = ReadOptions()
    assert count_documents([str(tmp_path), str(tmp_path / "missing.txt")], options) == 3
    assert count_documents(["-"], options) is None
    assert count_documents([str(tmp_path)], ReadOptions(format="jsonl")) is None
    write(tmp_path / "c.jsonl", "{}")
    assert count_documents([str(tmp_path)], options) is None


_TREES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["text", "Title", "url", "author", "date", "id", "items", "source", ""]
            ),
            inner,
        )
    ),
    max_leaves=8,
)


@given(
    content=st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | _TREES.map(lambda tree: json.dumps(tree).encode()),
    suffix=st.sampled_from(["txt", "html", "json", "jsonl", "csv", "xyz"]),
    encoding=st.sampled_from(
        [None, "utf-8", "utf-16", "latin-1", "cp037", "iso2022_jp", "shift_jis"]
    ),
    max_bytes=st.integers(1, 300),
)
@settings(
    max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_nothing_in_a_file_raises(
    tmp_path: Path, content: bytes, suffix: str, encoding: str | None, max_bytes: int
) -> None:
    path = write(tmp_path / f"a.{suffix}", content)
    outcomes = read(path, encoding=encoding, max_bytes=max_bytes)
    assert outcomes
    for outcome in outcomes:
        outcome.origin.encode()
        if isinstance(outcome, BadDocument):
            assert isinstance(outcome.error, CopydeskError)
        elif outcome.media_type == RECORD:
            assert isinstance(
                json.loads(outcome.content.decode(), parse_constant=pytest.fail), dict
            )
            repr(outcome.hints).encode()


@given(st.text(st.characters(codec=None), max_size=30).filter(lambda text: text not in {"-"}))
@settings(max_examples=100, deadline=None)
def test_no_path_raises(path: str) -> None:
    for outcome in open_documents([f"no-such-folder/{path}"], options=ReadOptions()):
        assert code(outcome) in {"not_found", "unreadable"}
        outcome.origin.encode()


def test_a_file_of_nothing_but_noise_is_read_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources.files._MOST_BAD", 20)
    noise = write(tmp_path / "noise.jsonl", "no record\n" * 5_000)
    text = write(tmp_path / "text.txt", "Oil prices rose.")
    outcomes = read(noise, text)
    assert [code(outcome) for outcome in outcomes] == ["malformed"] * 22 + ["read"]
    assert "read no further" in str(outcomes[21].error)  # type: ignore[union-attr]
    records = f"{json.dumps({'text': 'Oil prices rose.'})}\n" + "no record\n" * 9
    half = write(tmp_path / "half.jsonl", records * 50)
    assert [code(outcome) for outcome in read(half)].count("read") == 50
