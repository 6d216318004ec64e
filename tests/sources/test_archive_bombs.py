"""Zip and tar archives that are hostile or damaged: what they cost, and what they come to."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import tarfile
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.document import RawDocument
from schemas.errors import DocumentError
from sources.files import BadDocument
from tests.archives import PACKERS, PAGE, both, codes, read, tarred, write, zipped


def test_an_archive_in_an_archive_is_opened_and_one_more_is_not(tmp_path: Path) -> None:
    innermost = zipped({"deep.html": PAGE})
    inner = zipped({"page.html": PAGE, "more.zip": innermost, "more.tar": tarred({"x.html": PAGE})})
    path = write(tmp_path / "a.zip", zipped({"in.zip": inner, "in.tgz": gzip.compress(inner)}))
    outcomes = read(path)
    assert codes(outcomes) == {
        "in.zip!page.html": "read",
        "in.zip!more.zip": "nested",
        "in.zip!more.tar": "nested",
        "in.tgz": "malformed",
    }


def test_a_folder_of_nested_bombs_ends_at_the_second_level(tmp_path: Path) -> None:
    level = zipped({"zeros.txt": bytes(10**7)})
    for _ in range(4):
        level = zipped({f"lib {number}.zip": level for number in range(8)})
    outcomes = read(write(tmp_path / "42.zip", level))
    assert len(outcomes) == 64
    assert set(codes(outcomes).values()) == {"nested"}


@both
def test_a_member_over_the_limit_is_too_large_and_the_rest_is_read(
    tmp_path: Path, name: str, pack: Callable[[Mapping[str, bytes]], bytes]
) -> None:
    path = write(tmp_path / name, pack({"big.html": PAGE * 1_000, "ok.html": PAGE}))
    assert codes(read(path, max_bytes=10_000)) == {"big.html": "too_large", "ok.html": "read"}


@pytest.mark.parametrize("suffix", ["zip", "tar.gz", "tar.zst", "tar.xz", "tar.bz2"])
def test_a_bomb_ends_in_little_memory(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources.blocks._FREE_BYTES", 20_000_000)
    members = {f"{number}.jsonl": bytes(12_000_000) for number in range(4)}
    if suffix == "zip":
        content = zipped(members)
    else:
        pack: dict[str, Callable[[bytes], bytes]] = {
            "gz": gzip.compress,
            "zst": zstandard.compress,
            "xz": lzma.compress,
        }
        tar = tarred(members)
        content = pack.get(suffix[4:], bz2.compress)(tar)
        del tar
    path = write(tmp_path / f"a.{suffix}", content)
    tracemalloc.start()
    outcomes = read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    last = outcomes[-1]
    assert isinstance(last, BadDocument)
    assert (last.origin, last.error.code) == (str(path), "too_large")
    assert peak < 50_000_000


def test_members_that_overlap_are_a_bomb_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources.blocks._FREE_BYTES", 20_000_000)
    # Many entries of the directory show to one member (Fifield, "A better zip bomb", 2019).
    content = zipped({"a.jsonl": bytes(5_000_000)})
    start = content.index(b"PK\1\2")
    entry, rest = content[start : content.index(b"PK\5\6")], content[content.index(b"PK\5\6") :]
    count = 2_000
    end = bytearray(rest)
    end[8:12] = count.to_bytes(2, "little") * 2
    end[12:16] = (len(entry) * count).to_bytes(4, "little")
    outcomes = read(write(tmp_path / "a.zip", content[:start] + entry * count + bytes(end)))
    assert isinstance(outcomes[-1], BadDocument)
    assert outcomes[-1].error.code == "too_large"
    assert len(outcomes) < 50


def test_a_directory_too_long_for_memory_is_refused(tmp_path: Path) -> None:
    content = zipped({"a.html": PAGE})
    start = content.index(b"PK\1\2")
    entry, rest = content[start : content.index(b"PK\5\6")], content[content.index(b"PK\5\6") :]
    count = 300_000
    end = bytearray(rest)
    end[12:16] = (len(entry) * count).to_bytes(4, "little")
    (outcome,) = read(write(tmp_path / "a.zip", content[:start] + entry * count + bytes(end)))
    assert isinstance(outcome, BadDocument)
    assert outcome.error.code == "too_large"


@pytest.mark.parametrize("size", [0, 5, 10**6, 2**32 - 2])
def test_a_false_size_in_the_directory_never_gives_a_cut_page(tmp_path: Path, size: int) -> None:
    content = bytearray(zipped({"page.html": PAGE, "ok.html": PAGE}))
    place = content.index(b"PK\1\2") + 24
    content[place : place + 4] = size.to_bytes(4, "little")
    lied, good = read(write(tmp_path / "a.zip", bytes(content)))
    assert isinstance(lied, BadDocument) or lied.content == PAGE
    assert isinstance(good, RawDocument)


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.wacz", "a.tar.xz"])
@pytest.mark.parametrize("content", [b"", b"no archive at all, but text" * 50, PAGE])
def test_what_is_no_archive_is_one_bad_document(tmp_path: Path, name: str, content: bytes) -> None:
    (outcome,) = read(write(tmp_path / name, content))
    assert isinstance(outcome, BadDocument)
    assert outcome.error.code == ("malformed" if content else "empty")


@pytest.mark.parametrize(("name", "pack"), PACKERS)
def test_an_archive_with_nothing_to_read_is_empty(
    tmp_path: Path, name: str, pack: Callable[[Mapping[str, bytes]], bytes]
) -> None:
    for members in ({}, {"a.png": b"\x89PNG"}):
        (outcome,) = read(write(tmp_path / name, pack(members)))
        assert isinstance(outcome, BadDocument)
        assert outcome.error.code == "empty"


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("suffix", ["tar", "tar.gz"])
def test_a_cut_tar_gives_what_came_before_and_one_bad_document(
    tmp_path: Path, suffix: str, cut: float
) -> None:
    chance = random.Random(1)  # noqa: S311  no secret
    members = {f"{number}.txt": chance.randbytes(20_000).hex().encode() for number in range(20)}
    content = tarred(members)
    content = gzip.compress(content) if suffix == "tar.gz" else content
    *before, last = read(write(tmp_path / f"a.{suffix}", content[: int(len(content) * cut)]))
    assert len(before) >= 20 * cut - 3
    assert all(isinstance(outcome, RawDocument) for outcome in before)
    assert all(
        isinstance(outcome, RawDocument)
        and outcome.content == members[outcome.origin[-len(name) :]]
        for outcome in before
        if (name := outcome.origin.partition("!")[2])
    )
    assert isinstance(last, BadDocument)
    assert last.error.code == "truncated"


def test_a_damaged_header_in_a_tar_is_told(tmp_path: Path) -> None:
    content = bytearray(tarred({"a.html": PAGE, "b.html": PAGE}))
    content[1024 + 100] ^= 0xFF
    good, bad = read(write(tmp_path / "a.tar", bytes(content)))
    assert isinstance(good, RawDocument)
    assert isinstance(bad, BadDocument)
    assert bad.error.code == "malformed"


def test_headers_of_any_length_and_number_are_bounded(tmp_path: Path) -> None:
    def long_name(size: int, kind: bytes = tarfile.GNUTYPE_LONGNAME, fill: bytes = b"a") -> bytes:
        info = tarfile.TarInfo("././@LongLink")
        info.type, info.size = kind, size
        return info.tobuf() + fill * min(size, 200_000) + bytes(-min(size, 200_000) % 512)

    hostile = {
        "long.tar": long_name(2**32),
        "many.tar": long_name(512) * 5_000,
        "digits.tar": long_name(60_000, tarfile.XHDTYPE, b"1") * 20,
        "globals.tar": long_name(512, tarfile.XGLTYPE, b"9") * 5_000,
        "negative.tar": _negative_size(),
    }
    for name, content in hostile.items():
        outcomes = read(write(tmp_path / name, content + tarred({"a.html": PAGE})))
        assert [code for code in codes(outcomes).values() if code != "read"], name


def _negative_size() -> bytes:
    info = tarfile.TarInfo("a.html")
    head = bytearray(info.tobuf())
    head[124:136] = (-(2**40)).to_bytes(12, "big", signed=True)
    head[124] = 0xFF
    head[148:156] = b" " * 8
    head[148:156] = f"{sum(head):06o}\0 ".encode()
    return bytes(head)


SAMPLES = [
    (name, pack({"a/page.html": PAGE, "b.jsonl": b'{"text": "x"}\n' * 40, "c.txt": b"Oil" * 400}))
    for name, pack in PACKERS
]


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sample=st.sampled_from(SAMPLES), data=st.data())
def test_damage_anywhere_gives_documents_or_errors(
    tmp_path: Path, sample: tuple[str, bytes], data: st.DataObject
) -> None:
    name, content = sample
    damaged = bytearray(content[: data.draw(st.integers(0, len(content)))])
    for _ in range(data.draw(st.integers(0, 4))):
        if damaged:
            place = data.draw(st.integers(0, len(damaged) - 1))
            damaged[place] = data.draw(st.integers(0, 255))
    for outcome in read(write(tmp_path / name, bytes(damaged)), max_bytes=100_000):
        if isinstance(outcome, BadDocument):
            assert isinstance(outcome.error, DocumentError)


def test_a_zip_whose_beginning_is_missing_is_damaged_and_not_unreadable(tmp_path: Path) -> None:
    content = zipped({f"{number}.html": PAGE for number in range(9)})
    path = write(tmp_path / "a.zip", content[700:])
    outcomes = read(path)
    assert {*codes(outcomes).values()} == {"malformed", "read"}
    assert len(outcomes) == 9
