"""Files, folders and standard input: what comes out, and that nothing but a wrong call raises."""

from __future__ import annotations

import io
import json
import os
import socket
import threading
from datetime import UTC, datetime
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
    is_empty_folder,
    open_documents,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def read(*paths: Path | str, **options: object) -> list[RawDocument | BadDocument]:
    settled = ReadOptions(now=NOW, **options)  # type: ignore[arg-type]
    return list(open_documents([str(path) for path in paths], options=settled))


def read_good(*paths: Path | str, **options: object) -> list[RawDocument]:
    outcomes = read(*paths, **options)
    assert [outcome for outcome in outcomes if isinstance(outcome, BadDocument)] == []
    return [outcome for outcome in outcomes if isinstance(outcome, RawDocument)]


def code(outcome: RawDocument | BadDocument) -> str:
    return outcome.error.code if isinstance(outcome, BadDocument) else "read"


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


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


def test_a_folder_gives_its_supported_files_in_sorted_order(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "a/z.md",
        "a/deep/x.html",
        "c.docx",
        ".hidden.txt",
        ".git/x.txt",
        "noname",
    ):
        write(tmp_path / name, "<p>text</p>")
    origins = [document.origin for document in read_good(tmp_path)]
    assert origins == [str(tmp_path / name) for name in ("a/deep/x.html", "a/z.md", "b.txt")]


def test_a_folder_of_any_depth_is_walked(tmp_path: Path) -> None:
    path = tmp_path.joinpath(*["d"] * 300, "a.txt")
    write(path, "Oil")
    assert len(read_good(tmp_path)) == 1


def test_a_folder_without_supported_files_is_empty(tmp_path: Path) -> None:
    write(tmp_path / "a.docx", "x")
    assert is_empty_folder(str(tmp_path))
    assert read(tmp_path) == []
    write(tmp_path / "sub/a.txt", "x")
    assert not is_empty_folder(str(tmp_path))
    assert not is_empty_folder(str(tmp_path / "sub/a.txt"))
    assert not is_empty_folder(str(tmp_path / "missing"))


@pytest.mark.parametrize("named", [True, False], ids=["named", "in its folder"])
def test_a_link_is_never_followed(tmp_path: Path, *, named: bool) -> None:
    folder = tmp_path / "in"
    target = write(tmp_path / "secret.txt", "secret")
    folder.mkdir()
    (folder / "link.txt").symlink_to(target)
    (outcome,) = read(folder / "link.txt" if named else folder)
    assert code(outcome) == "symlink"


@pytest.mark.parametrize("end", ["", "/", "/.", "//"])
def test_a_link_to_a_folder_is_not_followed_either(tmp_path: Path, end: str) -> None:
    write(tmp_path / "real/a.txt", "Oil")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (outcome,) = read(f"{tmp_path / 'link'}{end}")
    assert code(outcome) == "symlink"


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    done: list[str] = []
    worker = threading.Thread(
        target=lambda: done.extend(
            map(code, [*read(tmp_path / "pipe.txt"), *read(tmp_path), *read("/dev/zero")])
        ),
        daemon=True,
    )
    worker.start()
    worker.join(10)
    assert done == ["special_file"] * 3


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.txt")
        assert [code(outcome) for outcome in read("s.txt")] == ["special_file"]


def test_a_file_swapped_for_a_link_after_the_walk_is_still_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "first")
    swapped = write(tmp_path / "b.txt", "second")
    outcomes = open_documents([str(tmp_path)], options=ReadOptions())
    assert code(next(outcomes)) == "read"
    swapped.unlink()
    swapped.symlink_to(tmp_path / "a.txt")
    assert [code(outcome) for outcome in outcomes] == ["symlink"]


def test_a_file_gone_after_the_walk_is_one_bad_document(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "first")
    gone = write(tmp_path / "b.txt", "second")
    outcomes = open_documents([str(tmp_path)], options=ReadOptions())
    next(outcomes)
    gone.unlink()
    assert [code(outcome) for outcome in outcomes] == ["not_found"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable_with_the_reason(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Oil")
    path.chmod(0)
    (outcome,) = read(path)
    assert code(outcome) == "unreadable"
    assert isinstance(outcome, BadDocument)
    assert "Permission denied" in str(outcome.error)


def test_a_name_too_long_is_unreadable(tmp_path: Path) -> None:
    assert [code(outcome) for outcome in read(tmp_path / ("x" * 300 + ".txt"))] == ["unreadable"]


def test_a_file_name_that_is_no_utf8_can_be_shown(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "wb") as file:  # noqa: PTH123  a name in bytes
        file.write(b"Oil")
    (document,) = read_good(tmp_path)
    assert document.origin.endswith("caf\\xe9.txt")
    assert document.origin.encode()


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


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Oil prices rose.", [PLAIN_TEXT]),
        ("<html><body><p>Oil</p></body></html>", [HTML]),
        ('{"text": "one"}', [RECORD]),
        ('[{"text": "one"}, {"text": "two"}]', [RECORD, RECORD]),
        ('{"text": "one"}\n{"text": "two"}\n', [RECORD, RECORD]),
        ('{\n  "text": "one"\n}\n', [RECORD]),
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
