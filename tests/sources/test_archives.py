"""Zip and tar archives: what is read of them, and what is refused by its name or kind."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from schemas.document import HTML, PLAIN_TEXT, RECORD, RawDocument
from sources.files import BadDocument, ReadOptions, open_documents
from tests.archives import PACKERS, PAGE, both, codes, read, tarred, write, zipped


@pytest.mark.parametrize(("name", "pack"), PACKERS)
def test_members_of_every_format_come_through_the_same_readers(
    tmp_path: Path, name: str, pack: Callable[[Mapping[str, bytes]], bytes]
) -> None:
    members = {
        "news/page.html": PAGE,
        "notes.txt": b"Oil prices rose.",
        "records.jsonl": b'{"text": "one", "id": "7"}\n{"text": "two"}\n',
        "packed.html.gz": gzip.compress(PAGE),
        "picture.png": b"\x89PNG\r\n\x1a\n",
        "README": b"not read, as in a folder",
        ".hidden.html": PAGE,
        "__MACOSX/._page.html": b"\0\5\x16\7",
    }
    path = write(tmp_path / name, pack(members))
    outcomes = read(path)
    assert codes(outcomes) == dict.fromkeys(
        ("news/page.html", "notes.txt", "records.jsonl:1", "records.jsonl:2", "packed.html.gz"),
        "read",
    )
    page, text, record, _, packed = outcomes
    assert isinstance(page, RawDocument)
    assert (page.content, page.media_type) == (PAGE, HTML)
    assert page.origin == f"{path}!news/page.html"
    assert page.origin_id == f"{path.resolve()}!news/page.html"
    assert isinstance(text, RawDocument)
    assert text.media_type == PLAIN_TEXT
    assert isinstance(record, RawDocument)
    assert record.media_type == RECORD
    assert record.origin_id == f"{path.resolve()}!records.jsonl#7"
    assert isinstance(packed, RawDocument)
    assert packed.content == PAGE


@both
def test_names_that_lead_out_are_refused_and_the_rest_is_read(
    tmp_path: Path, name: str, pack: Callable[[Mapping[str, bytes]], bytes]
) -> None:
    unsafe = [
        "../up.html",
        "a/../../up.html",
        "/etc/passwd",
        "..\\up.html",
        "C:\\up.html",
        "\\\\h\\up.html",
    ]
    outcomes = read(write(tmp_path / name, pack({**dict.fromkeys(unsafe, PAGE), "ok.html": PAGE})))
    assert codes(outcomes) == {**dict.fromkeys(unsafe, "unsafe_path"), "ok.html": "read"}
    assert all(
        name in str(outcome.error) for outcome in outcomes if isinstance(outcome, BadDocument)
    )
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@both
def test_odd_names_are_read_and_shown_on_one_line(
    tmp_path: Path, name: str, pack: Callable[[Mapping[str, bytes]], bytes]
) -> None:
    odd = ["-rf.html", "a\nb.html", "rtl\u202elmth.html", "caf\xe9.html"]
    outcomes = read(write(tmp_path / name, pack(dict.fromkeys(odd, PAGE))))
    assert set(codes(outcomes).values()) == {"read"}
    shown = [outcome.origin.partition("!")[2] for outcome in outcomes]
    assert shown == ["-rf.html", "a\\nb.html", "rtl\\u202elmth.html", "caf\xe9.html"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["a.zip", "a.tar"])
def test_both_members_of_one_name_are_read_under_two_ids(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "a.zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("page.html", PAGE)
            archive.writestr("page.html", PAGE + b"<p>2</p>")
    else:
        with tarfile.open(path, "w") as tar:
            for content in (PAGE, PAGE + b"<p>2</p>"):
                info = tarfile.TarInfo("page.html")
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    first, second = read(path)
    assert isinstance(first, RawDocument)
    assert isinstance(second, RawDocument)
    assert first.content != second.content
    assert first.origin_id != second.origin_id
    assert [one.origin_id for one in read(path)] == [first.origin_id, second.origin_id]


def test_links_and_special_files_in_a_zip_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, kind in (("link.html", stat.S_IFLNK), ("pipe.html", stat.S_IFIFO), ("dir/", 0)):
            info = zipfile.ZipInfo(name)
            info.external_attr = (kind | 0o644) << 16
            archive.writestr(info, b"/etc/passwd")
        archive.writestr("ok.html", PAGE)
    assert codes(read(path)) == {
        "link.html": "symlink",
        "pipe.html": "special_file",
        "ok.html": "read",
    }


def test_links_and_special_files_in_a_tar_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    kinds = {
        "symbolic": tarfile.SYMTYPE,
        "hard": tarfile.LNKTYPE,
        "fifo": tarfile.FIFOTYPE,
        "device": tarfile.CHRTYPE,
        "folder": tarfile.DIRTYPE,
    }
    with tarfile.open(path, "w") as archive:
        for name, kind in kinds.items():
            info = tarfile.TarInfo(name)
            info.type = kind
            info.linkname = "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("ok.html")
        info.size = len(PAGE)
        archive.addfile(info, io.BytesIO(PAGE))
    assert codes(read(path)) == {
        "symbolic": "symlink",
        "hard": "symlink",
        "fifo": "special_file",
        "device": "special_file",
        "ok.html": "read",
    }


def test_an_encrypted_member_is_named(tmp_path: Path) -> None:
    content = bytearray(zipped({"secret.html": PAGE, "ok.html": PAGE}))
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    outcomes = read(write(tmp_path / "a.zip", bytes(content)))
    assert codes(outcomes) == {"secret.html": "encrypted", "ok.html": "read"}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_method_that_decodes_without_limit_is_unsupported(tmp_path: Path, method: int) -> None:
    outcomes = read(write(tmp_path / "a.zip", zipped({"page.html": PAGE}, method)))
    assert codes(outcomes) == {"page.html": "unsupported"}


def test_an_archive_from_standard_input_is_read(tmp_path: Path) -> None:
    for name, content in (("zip", zipped({"a.html": PAGE})), ("tar", tarred({"a.html": PAGE}))):
        options = ReadOptions(format=name, stdin=io.BytesIO(content))
        (document,) = open_documents(["-"], options=options)
        assert isinstance(document, RawDocument)
        assert (document.origin, document.origin_id) == ("stdin!a.html", None)


def test_a_text_format_is_forced_on_the_members(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", zipped({"a.html": b"Oil", "b.txt.gz": gzip.compress(b"Oil")}))
    documents = read(path, format="md")
    assert {getattr(document, "media_type", None) for document in documents} == {"text/markdown"}


def test_a_pdf_called_html_is_refused_in_an_archive_too(tmp_path: Path) -> None:
    (outcome,) = read(write(tmp_path / "a.zip", zipped({"page.html": b"%PDF-1.7\n"})))
    assert isinstance(outcome, BadDocument)
    assert outcome.error.code == "binary"
    assert "a PDF" in str(outcome.error)
