"""The file of vectors: made once, then added to; whatever is done to it, a search has what the database has."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from storage.connection import snapshot
from storage.sqlite import Store
from storage.vector_file import VectorFile, _Writer
from storage.vector_index import VectorIndex
from storage.vector_lines import read_lines
from tests.vectors_plainly import (
    DIM,
    MAKER,
    agree,
    brute,
    index_of,
    lines_of,
    random_article,
)

OpenStore = Callable[..., Store]
ROOT = Path(__file__).parents[2]
PROCESS = ROOT / "tests" / "vectors_plainly.py"
LONG = bool(os.environ.get("COPYDESK_LONG_TESTS"))


@pytest.fixture
def full(store: Store) -> Store:
    """A store of forty articles, with a file of vectors beside it."""
    store.put([random_article(f"a{n}", n, 10) for n in range(40)])
    assert agree(store, index_of(store))
    assert state_of(store)["lines"] > 400
    return store


def folder_of(store: Store) -> Path:
    (folder,) = store.path.with_name(f"{store.path.name}.vectors").iterdir()
    return folder


def state_of(store: Store) -> dict[str, int]:
    found: dict[str, int] = json.loads((folder_of(store) / "state.json").read_text())
    return found


def files_of(store: Store) -> list[Path]:
    return sorted(path for path in folder_of(store).iterdir() if path.name != "lock")


def asks_for_vectors(store: Store, index: VectorIndex) -> bool:
    """Whether bringing the index up to date reads any vector from the database."""
    asked: list[str] = []
    store.connection.set_trace_callback(asked.append)
    index.refresh(MAKER, DIM)
    index.rows(MAKER, DIM)
    store.connection.set_trace_callback(None)
    return any("e.vector" in sql for sql in asked)


def test_a_new_process_reads_no_vector_from_the_database(full: Store) -> None:
    index = index_of(full)
    assert not asks_for_vectors(full, index)
    assert agree(full, index)


def test_vectors_are_found_by_their_article_and_not_by_going_through_all(full: Store) -> None:
    asked: list[str] = []
    full.connection.set_trace_callback(asked.append)
    brought = list(read_lines(full.connection, [1], DIM, [1, 2, 3]))
    full.connection.set_trace_callback(None)
    assert len(brought[0]) >= 30
    (sql,) = asked
    plan = [row[3] for row in full.connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert "SEARCH e USING PRIMARY KEY (model_id=? AND text_sha256=?)" in plan
    assert not any(step.startswith("SCAN") for step in plan)


def test_what_came_since_is_added_and_nothing_is_written_anew(full: Store) -> None:
    before = state_of(full)
    full.put([random_article(f"b{n}", 100 + n, 10) for n in range(40)])
    assert agree(full, index_of(full))
    after = state_of(full)
    assert after["build"] == before["build"]
    assert after["lines"] > before["lines"] + 400
    assert not asks_for_vectors(full, index_of(full))


def test_little_news_is_read_from_the_database_and_not_written(full: Store) -> None:
    before = state_of(full)
    full.put([random_article("new", 7, 3)])
    assert agree(full, index_of(full))
    assert state_of(full) == before


def test_a_deleted_article_is_gone_at_once_and_its_vectors_overwritten(full: Store) -> None:
    index = index_of(full)
    agree(full, index)
    vectors = [line[2] for line in brute(full.connection, MAKER, DIM) if line[0] == 7]
    others = {line[2] for line in brute(full.connection, MAKER, DIM) if line[0] != 7}
    full.delete([7])
    content = b"".join(path.read_bytes() for path in files_of(full))
    assert vectors
    assert not any(vector in content for vector in vectors if vector not in others)
    assert agree(full, index)
    assert agree(full, index_of(full))


def test_a_new_version_takes_the_place_of_the_old_one(full: Store) -> None:
    reader = index_of(full)
    agree(full, reader)
    full.put([random_article("a3", 1003, 10)])
    assert agree(full, reader)
    assert agree(full, index_of(full))


def test_where_many_died_the_rest_is_written_anew(full: Store) -> None:
    before = state_of(full)
    full.delete(range(1, 25))
    index = index_of(full, smallest=50)
    assert agree(full, index)
    after = state_of(full)
    assert after["build"] != before["build"]
    assert (after["dead"], after["lines"]) == (0, len(brute(full.connection, MAKER, DIM)))
    assert {path.name.partition(".")[0] for path in files_of(full)} == {after["build"], "state"}


def test_few_lines_get_no_file(store: Store) -> None:
    store.put([random_article("a", 1, 10)])
    index = index_of(store, smallest=100)
    assert agree(store, index)
    assert not store.path.with_name("news.db.vectors").exists()


def test_another_model_has_its_own_folder(full: Store) -> None:
    other = replace(MAKER, sha256="w2")
    index = index_of(full)
    assert len(index.rows(other, DIM)) == 0
    assert len(index.rows(MAKER, DIM)) > 0
    article = random_article("o", 5, 3)
    full.put([replace(article, made_by=(article.made_by[0], other))])
    assert len(index.rows(other, DIM)) >= 3
    folder = full.path.with_name("news.db.vectors")
    assert len([path for path in folder.iterdir() if (path / "state.json").exists()]) == 2


DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "gone": lambda _: None,
    "empty": lambda _: b"",
    "half": lambda content: content[: len(content) // 2],
    "one byte short": lambda content: content[:-1],
    "zeros": lambda content: bytes(len(content)),
    "other bytes": lambda content: bytes(255 - byte for byte in content),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(
    "name",
    ["state", "article_ids", "row_ids", "texts", "kinds", "norms", "vectors", "bits"],
)
def test_a_damaged_file_is_made_anew(full: Store, name: str, damage: str) -> None:
    before = state_of(full)
    (path,) = [path for path in files_of(full) if name in path.name]
    content = DAMAGES[damage](path.read_bytes())
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert agree(full, index_of(full))
    after = state_of(full)
    # A block of bits is there as a whole, of which the end says nothing yet; so is what is behind the lines that count.
    harmless = name == "bits" and damage in {"half", "one byte short"}
    assert after["build"] != before["build"] or (name, damage) == ("kinds", "zeros") or harmless
    assert not asks_for_vectors(full, index_of(full))


@pytest.mark.parametrize(
    "state",
    [
        b"[]",
        b"null",
        b"{}",
        b'{"format": 1, "maker": 1, "lines": "x"}',
        b"[" * 5000,
        b"\xff" * 50,
        b"{" + b" " * 20_000,
    ],
)
def test_a_state_that_is_none_counts_for_nothing(full: Store, state: bytes) -> None:
    (folder_of(full) / "state.json").write_bytes(state)
    assert agree(full, index_of(full))
    assert json.loads((folder_of(full) / "state.json").read_text())["lines"] > 400


@pytest.mark.parametrize(
    "change",
    [
        {"lines": -1},
        {"lines": 10**18},
        {"lines": 10**40},
        {"lines": 1.5},
        {"dead": -3},
        {"dead": 10**6},
        {"build": "../../x"},
        {"build": "none"},
        {"checks": {}},
        {"checks": None},
        {"format": 2},
        {"more": 1},
    ],
    ids=str,
)
def test_a_state_that_lies_counts_for_nothing(full: Store, change: dict[str, object]) -> None:
    path = folder_of(full) / "state.json"
    path.write_text(json.dumps({**state_of(full), **change}), encoding="utf-8")
    assert agree(full, index_of(full))
    assert agree(full, index_of(full))


def test_the_file_of_another_database_counts_for_nothing(
    full: Store, tmp_path: Path, open_store: OpenStore
) -> None:
    other = open_store(tmp_path / "other.db")
    other.put([random_article(f"x{n}", 500 + n, 10) for n in range(60)])
    agree(other, index_of(other))
    shutil.rmtree(folder_of(full))
    shutil.copytree(
        folder_of(other), full.path.with_name("news.db.vectors") / folder_of(other).name
    )
    assert agree(full, index_of(full))
    assert agree(full, index_of(full))


def test_an_older_file_and_a_copied_one_are_brought_up_to_date(
    full: Store, tmp_path: Path, open_store: OpenStore
) -> None:
    kept = shutil.copytree(folder_of(full), tmp_path / "kept")
    full.put([random_article(f"b{n}", 100 + n, 10) for n in range(60)])
    full.delete([1, 2, 3])
    agree(full, index_of(full))
    folder = folder_of(full)
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    assert agree(full, index_of(full))
    shutil.copy(full.path, tmp_path / "copy.db")
    copy = open_store(tmp_path / "copy.db")
    shutil.copytree(folder, tmp_path / "copy.db.vectors" / folder.name)
    copy.delete([9])
    assert agree(copy, index_of(copy))


def test_a_database_that_was_put_back_and_went_another_way_is_told(
    full: Store, tmp_path: Path, open_store: OpenStore
) -> None:
    full.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    shutil.copy(full.path, tmp_path / "backup.db")
    full.put([random_article(f"b{n}", 100 + n, 10) for n in range(60)])
    agree(full, index_of(full))
    full.close()
    shutil.copy(tmp_path / "backup.db", full.path)
    back = open_store(full.path)
    back.put([random_article(f"c{n}", 200 + n, 10) for n in range(70)])
    assert agree(back, index_of(back))


def test_what_a_transaction_took_back_is_not_there(full: Store) -> None:
    index = index_of(full)
    agree(full, index)
    full.connection.execute("BEGIN IMMEDIATE")
    full.connection.execute("UPDATE paragraphs SET masked = 1 WHERE id < 50")
    assert lines_of(index.rows(MAKER, DIM)) == brute(full.connection, MAKER, DIM)
    full.connection.rollback()
    full.delete([30])
    assert agree(full, index)
    assert agree(full, index_of(full))


def test_a_state_of_the_database_that_is_held_is_searched_as_it_is(
    full: Store, open_store: OpenStore
) -> None:
    other = open_store()
    index = index_of(other)
    with snapshot(other.connection):
        before = brute(other.connection, MAKER, DIM)
        full.connection.execute("PRAGMA busy_timeout = 100")  # else it waits for `other` to end
        full.delete([1, 2])
        full.put([random_article(f"b{n}", 100 + n, 10) for n in range(60)])
        assert agree(full, index_of(full))  # the file is ahead of what `other` sees
        assert lines_of(index.rows(MAKER, DIM)) == before
    assert agree(other, index)


def test_a_folder_that_cannot_be_written_is_no_error(store: Store) -> None:
    store.path.with_name("news.db.vectors").write_text("a file")
    store.put([random_article(f"a{n}", n, 10) for n in range(40)])
    index = index_of(store)
    assert agree(store, index)
    store.put([random_article("b", 77, 10)])
    store.delete([5])
    assert agree(store, index)


def test_a_full_disk_is_no_error_and_leaves_no_rest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put([random_article(f"a{n}", n, 10) for n in range(40)])
    tried: list[str] = []

    def refuse(_: _Writer, name: str, *__: object) -> None:
        tried.append(name)
        if name == "vectors":
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(_Writer, "_write", refuse)
    index = index_of(store)
    assert agree(store, index)
    assert [path.name for path in folder_of(store).iterdir()] == ["lock"]
    number = len(tried)
    store.put([random_article(f"b{n}", 300 + n, 10) for n in range(40)])
    assert agree(store, index)
    assert len(tried) == number  # tried once, not at each search
    monkeypatch.undo()
    assert agree(store, index_of(store))
    assert state_of(store)["lines"] > 800


def test_while_another_process_writes_the_file_the_news_are_kept_in_memory(full: Store) -> None:
    before = state_of(full)
    full.put([random_article(f"b{n}", 100 + n, 10) for n in range(40)])
    index = index_of(full)
    with VectorFile(folder_of(full).parent, MAKER, DIM).locked(wait_s=0) as mine:
        assert mine
        assert agree(full, index)
        assert state_of(full) == before
    assert agree(full, index)
    assert state_of(full)["lines"] > before["lines"]


def test_a_database_that_is_only_read_gets_its_file(full: Store, open_store: OpenStore) -> None:
    shutil.rmtree(folder_of(full))
    reader = open_store(mode="r")
    assert agree(reader, index_of(reader))
    assert state_of(full)["lines"] > 400


def test_vectors_that_are_no_numbers_find_nothing(store: Store) -> None:
    article = random_article("a", 1, 10)
    broken = {digest: np.full_like(m, np.nan) for digest, m in list(article.vectors.items())[:3]}
    store.put([replace(article, vectors={**article.vectors, **broken})])
    query = np.zeros(DIM, dtype=np.float32)
    query[0] = 1
    found = index_of(store).rows(MAKER, DIM).cosines(query)
    assert np.isfinite(found).all()


def run(verb: str, store: Store, number: int, amount: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(PROCESS), verb, str(store.path), str(number), str(amount)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_a_process_that_is_killed_while_it_writes_leaves_nothing_that_counts(full: Store) -> None:
    folder = folder_of(full)
    kept = shutil.copytree(folder, full.path.with_name("kept"))
    full.put([random_article(f"b{n}", 100 + n, 10) for n in range(40)])
    full.delete([3])
    steps = (*(range(40) if LONG else (0, 4, 6, 7, 8, 9)), 10_000)
    for build in (False, True):
        for step in steps:
            shutil.rmtree(folder)
            if not build:
                shutil.copytree(kept, folder)
            died = run("die", full, step, 0)
            died.communicate(timeout=60)
            assert died.returncode == -9 or step > 9
            assert agree(full, index_of(full)), (build, step)
            assert not asks_for_vectors(full, index_of(full))


@pytest.mark.slow
def test_two_writers_and_four_readers_agree_all_the_time(store: Store) -> None:
    seconds = 60.0 if LONG else 6.0
    store.put([random_article(f"a{n}", n, 10) for n in range(20)])
    writers = [run("write", store, n, seconds) for n in range(2)]
    readers = [run("read", store, n, seconds) for n in range(4)]
    for process in (*writers, *readers):
        out, err = process.communicate(timeout=seconds + 120)
        assert process.returncode == 0, err
        assert int(out) > 0
    assert agree(store, index_of(store))
