"""Single compressed files: what is inside is read, what has no end or no sense is told."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.document import HTML, PLAIN_TEXT, RawDocument
from schemas.errors import DocumentError
from sources.files import BadDocument, ReadOptions, count_documents, open_documents

PAGE = b"<html><body><p>Oil prices rose on Monday.</p></body></html>"
LINES = b"".join(b'{"text": "Oil prices rose %d times"}\n' % number for number in range(4_000))
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
}
every = pytest.mark.parametrize("kind", PACKERS)
Outcomes = list[RawDocument | BadDocument]


def read(path: Path, content: bytes, **options: object) -> Outcomes:
    path.write_bytes(content)
    return list(open_documents([str(path)], options=ReadOptions(**options)))  # type: ignore[arg-type]


def code(outcome: RawDocument | BadDocument) -> str:
    return outcome.error.code if isinstance(outcome, BadDocument) else "read"


@every
def test_a_compressed_page_is_that_page_under_the_file_s_name(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"page.html.{kind}"
    (document,) = read(path, PACKERS[kind](PAGE))
    assert isinstance(document, RawDocument)
    assert (document.content, document.media_type) == (PAGE, HTML)
    assert (document.origin, document.origin_id) == (str(path), str(path.resolve()))


@every
def test_the_format_is_that_of_the_inner_name_or_what_it_looks_like(
    tmp_path: Path, kind: str
) -> None:
    pack = PACKERS[kind]
    assert len(read(tmp_path / f"a.jsonl.{kind}", pack(LINES))) == 4_000
    (sniffed,) = read(tmp_path / f"a.{kind}", pack(PAGE))
    (forced,) = read(tmp_path / f"a.html.{kind}", pack(PAGE), format="txt")
    assert isinstance(sniffed, RawDocument)
    assert isinstance(forced, RawDocument)
    assert (sniffed.media_type, forced.media_type) == (HTML, PLAIN_TEXT)


@every
def test_streams_one_after_the_other_are_one_file(tmp_path: Path, kind: str) -> None:
    pack = PACKERS[kind]
    (document,) = read(tmp_path / f"a.txt.{kind}", pack(b"Oil ") + pack(b"prices"))
    assert isinstance(document, RawDocument)
    assert document.content == b"Oil prices"


@every
def test_a_cut_page_is_never_taken_for_a_whole_one(tmp_path: Path, kind: str) -> None:
    packed = PACKERS[kind](LINES)
    for cut in (len(packed) // 3, len(packed) - 3):
        (outcome,) = read(tmp_path / f"a.txt.{kind}", packed[:cut])
        assert code(outcome) == "truncated", cut


def test_of_cut_lines_those_before_the_cut_are_kept(tmp_path: Path) -> None:
    packed = gzip.compress(LINES)
    *before, last = read(tmp_path / "a.jsonl.gz", packed[: len(packed) // 2])
    assert len(before) > 1_000
    assert {code(outcome) for outcome in before} == {"read"}
    assert code(last) == "truncated"


@every
def test_damage_is_told(tmp_path: Path, kind: str) -> None:
    packed = bytearray(PACKERS[kind](LINES))
    for place in range(len(packed) // 2, len(packed) // 2 + 40):
        packed[place] ^= 0x55
    (outcome,) = read(tmp_path / f"a.txt.{kind}", bytes(packed))
    assert code(outcome) in {"malformed", "truncated"}
    (after,) = read(tmp_path / f"a.txt.{kind}", PACKERS[kind](b"Oil") + b"no stream")
    assert code(after) in {"malformed", "truncated"}


@every
def test_what_is_not_compressed_or_twice_or_empty_is_refused(tmp_path: Path, kind: str) -> None:
    pack = PACKERS[kind]
    assert code(read(tmp_path / f"a.txt.{kind}", b"Oil prices")[0]) == "malformed"
    assert code(read(tmp_path / f"a.txt.{kind}.gz", gzip.compress(pack(b"Oil")))[0]) == "nested"
    assert code(read(tmp_path / f"a.txt.{kind}", pack(b""))[0]) == "empty"
    assert code(read(tmp_path / f"a.txt.{kind}", b"")[0]) == "empty"
    assert (
        code(read(tmp_path / f"a.docx.{kind}", pack(b"PK\3\4" + b"\0\1" * 99))[0]) == "unsupported"
    )


@every
def test_a_bomb_ends_early_and_in_little_memory(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources.blocks._FREE_BYTES", 30_000_000)
    packed = PACKERS[kind](bytes(60_000_000))
    tracemalloc.start()
    (page,) = read(tmp_path / f"a.html.{kind}", packed, max_bytes=1_000_000)
    outcomes = read(tmp_path / f"a.jsonl.{kind}", packed, max_bytes=1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert code(page) == "too_large"
    assert [code(outcome) for outcome in outcomes] == ["too_large"]
    assert peak < 40_000_000


def test_only_supported_files_of_a_folder_are_opened(tmp_path: Path) -> None:
    (tmp_path / "dump.sql.gz").write_bytes(gzip.compress(b"x"))
    (tmp_path / "a.html.gz").write_bytes(gzip.compress(PAGE))
    (outcome,) = open_documents([str(tmp_path)], options=ReadOptions())
    assert outcome.origin.endswith("a.html.gz")
    assert count_documents([str(tmp_path)], ReadOptions()) is None


def test_standard_input_is_unpacked_when_its_format_is_named() -> None:
    options = ReadOptions(format="gz", stdin=io.BytesIO(gzip.compress(PAGE)))
    (document,) = open_documents(["-"], options=options)
    assert isinstance(document, RawDocument)
    assert document.content == PAGE


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(kind=st.sampled_from(sorted(PACKERS)), data=st.data())
def test_damage_anywhere_gives_the_page_or_an_error(
    tmp_path: Path, kind: str, data: st.DataObject
) -> None:
    packed = bytearray(PACKERS[kind](PAGE))
    del packed[data.draw(st.integers(0, len(packed))) :]
    for _ in range(data.draw(st.integers(0, 3))):
        if packed:
            packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    for outcome in read(tmp_path / f"a.html.{kind}", bytes(packed), max_bytes=100_000):
        if isinstance(outcome, BadDocument):
            assert isinstance(outcome.error, DocumentError)
