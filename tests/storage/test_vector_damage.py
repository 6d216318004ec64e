"""Files of vectors cut off or changed at any byte: a search has what the database has, and the files are made anew."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.sqlite import Store
from storage.vector_index import VectorIndex
from tests.vectors_plainly import DIM, MAKER, agree, brute, index_of, lines_of, random_article

LONG = bool(os.environ.get("COPYDESK_LONG_TESTS"))
CHECKED = ("state", "article_ids", "row_ids", "texts", "kinds", "norms", "dead")


class Files(NamedTuple):
    """A store with its file of vectors, and a copy of that as it was written."""

    store: Store
    folder: Path
    kept: Path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    """Some lines that count, some dead ones, some that were added."""
    place = tmp_path_factory.mktemp("damage")
    with Store(place / "news.db", encoder=lambda: None, mode="a") as store:  # type: ignore[arg-type, return-value]
        store.put([random_article(f"a{n}", n, 10) for n in range(20)])
        assert agree(store, index_of(store))
        store.delete([3, 4])
        store.put([random_article(f"b{n}", 100 + n, 10) for n in range(30)])
        assert agree(store, index_of(store))
        (folder,) = (place / "news.db.vectors").iterdir()
        state = json.loads((folder / "state.json").read_text())
        assert state["dead"] > 10
        assert state["lines"] > 500
        yield Files(store, folder, Path(shutil.copytree(folder, place / "kept")))


def put_back(files: Files) -> None:
    """The files as they were written, in new places: who has old ones mapped keeps those."""
    shutil.rmtree(files.folder)
    shutil.copytree(files.kept, files.folder)


def path_of(files: Files, name: str) -> Path:
    (path,) = [one for one in files.folder.iterdir() if name in one.name.split(".")]
    return path


ANYWHERE = settings(max_examples=1500 if LONG else 12, deadline=None)


@ANYWHERE
@given(
    name=st.sampled_from((*CHECKED, "vectors", "bits")),
    share=st.floats(0, 1, exclude_max=True),
)
def test_cut_off_at_any_byte(files: Files, name: str, share: float) -> None:
    put_back(files)
    path = path_of(files, name)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert agree(files.store, index_of(files.store))
    assert agree(files.store, index_of(files.store))


def change_a_byte(files: Files, name: str, share: float, flipped: int) -> None:
    """The files as they were, but for one byte of one of them, so far into it."""
    put_back(files)
    path = path_of(files, name)
    content = bytearray(path.read_bytes())
    content[int(len(content) * share)] ^= flipped
    path.write_bytes(content)


@ANYWHERE
@given(
    name=st.sampled_from(CHECKED),
    share=st.floats(0, 1, exclude_max=True),
    flipped=st.integers(1, 255),
)
def test_a_byte_that_changed_is_told_by_the_checks(
    files: Files, name: str, share: float, flipped: int
) -> None:
    change_a_byte(files, name, share, flipped)
    assert agree(files.store, index_of(files.store))


@ANYWHERE
@given(
    name=st.sampled_from(("vectors", "bits")),
    share=st.floats(0, 1, exclude_max=True),
    flipped=st.integers(1, 255),
)
def test_a_byte_of_a_vector_that_changed_changes_no_other_line(
    files: Files, name: str, share: float, flipped: int
) -> None:
    change_a_byte(files, name, share, flipped)
    index = index_of(files.store)
    found = lines_of(index.rows(MAKER, DIM))
    right = brute(files.store.connection, MAKER, DIM)
    assert [line[:2] for line in found] == [line[:2] for line in right]
    assert sum(one not in right for one in found) <= 1


def test_files_of_an_earlier_state_of_the_database_are_brought_up_to_date(files: Files) -> None:
    put_back(files)
    files.store.put([random_article("c", 900, 30)])
    files.store.delete([7])
    put_back(files)
    assert agree(files.store, index_of(files.store))


def test_a_folder_that_vanishes_under_a_reader_is_made_again(files: Files) -> None:
    put_back(files)
    index: VectorIndex = index_of(files.store)
    assert agree(files.store, index)
    shutil.rmtree(files.folder.parent)
    assert agree(files.store, index)
    files.store.put([random_article("d", 901, 30)])
    assert agree(files.store, index)
    assert agree(files.store, index_of(files.store))
    assert files.folder.exists()


@pytest.mark.parametrize("name", ["vectors", "bits", "norms", "article_ids", "dead"])
def test_a_file_that_is_cut_off_under_a_reader_is_made_anew_and_ends_no_process(
    files: Files, name: str
) -> None:
    put_back(files)
    index = index_of(files.store)
    assert agree(files.store, index)
    was = json.loads((files.folder / "state.json").read_text())
    os.truncate(path_of(files, name), 0)
    assert agree(files.store, index)
    made = json.loads((files.folder / "state.json").read_text())
    assert made["build"] != was["build"]
    assert agree(files.store, index_of(files.store))


def test_the_file_can_be_brought_up_to_date_without_a_search(files: Files) -> None:
    put_back(files)
    before = json.loads((files.folder / "state.json").read_text())["lines"]
    files.store.put([random_article(f"e{n}", 1000 + n, 10) for n in range(40)])
    index_smallest = files.store.index._smallest
    assert index_smallest <= before
    files.store.extend_vector_file()
    assert json.loads((files.folder / "state.json").read_text())["lines"] > before + 400
