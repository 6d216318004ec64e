"""Folders and what is in them: order, links, special files, names."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from sources.files import BadDocument, ReadOptions, is_empty_folder, open_documents
from tests.reading import code, read, read_good, write


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
