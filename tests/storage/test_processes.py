"""Several processes on one file: they queue up, they lose nothing, and a reader sees one state."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.errors import DatabaseError
from schemas.stored import PreparedArticle
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
OpenStore = Callable[..., Store]
ROOT = Path(__file__).resolve().parents[2]


def test_a_file_that_stays_locked_is_said(
    store: Store, open_store: OpenStore, prepare_article: Prepare
) -> None:
    other = open_store()
    other._connection.execute("PRAGMA busy_timeout = 50")
    with store.transaction(), pytest.raises(DatabaseError) as caught:
        other.put([prepare_article("One.")])
    assert caught.value.code == "database_busy"
    assert other.put([prepare_article("One.")])[0].status == "stored"


WRITER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from schemas.article import Article, Paragraph
from schemas.document import RawDocument
from schemas.provenance import Provenance
from schemas.stored import PreparedArticle
from storage.sqlite import Store
path, name, number, start = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
time.sleep(max(0.0, start - time.time()))
with Store(path, encoder=lambda: None, mode="a") as store:
    for i in range(number):
        text = f"Story {i} of desk {name}."
        document = RawDocument(content=text.encode(), media_type="text/plain", origin=f"/{name}/{i}",
                               origin_id=f"/{name}/{i}", fetched_at=datetime.now(UTC))
        article = Article(paragraphs=(Paragraph(index=0, kind="text", text=text),), language="en")
        maker = Provenance(stage="clean", name="c", version="1")
        outcome = store.put([PreparedArticle(document=document, article=article, made_by=(maker,))])[0]
        print(outcome.status, outcome.id, flush=True)
"""


def start_writer(path: Path, name: str, number: int, start: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(number), str(start)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_four_processes_make_one_new_file_and_lose_nothing(
    tmp_path: Path, open_store: OpenStore
) -> None:
    path = tmp_path / "shared.db"
    start = time.time() + 1.5
    writers = [start_writer(path, name, 25, start) for name in "abcd"]
    for writer in writers:
        out, err = writer.communicate(timeout=120)
        assert writer.returncode == 0, err
        assert out.count("stored") == 25
    store = open_store(path)
    assert store.status()["articles"] == 100
    assert len(store.search("story", mode="words", k=200)) == 100


def test_what_was_told_before_a_kill_is_stored(tmp_path: Path, open_store: OpenStore) -> None:
    path = tmp_path / "killed.db"
    writer = start_writer(path, "a", 100_000, 0.0)
    assert writer.stdout is not None
    told = [writer.stdout.readline() for _ in range(40)]
    writer.send_signal(signal.SIGKILL)
    told += writer.stdout.readlines()
    writer.communicate()
    complete = [line for line in told if line.endswith("\n") and line.startswith("stored ")]
    assert len(complete) >= 40
    store = open_store(path)
    for line in complete:
        assert store.article(line.split()[1]).paragraphs
    check = store._connection.execute("PRAGMA integrity_check").fetchone()
    assert check[0] == "ok"


def test_a_reader_searches_while_another_writes(
    store: Store, open_store: OpenStore, prepare_article: Prepare
) -> None:
    store.put([prepare_article("First story of the day.", origin="/1")])
    reader = open_store(mode="r")
    assert len(reader.search("story", k=9)) == 1
    with store.transaction():
        from storage import write

        write.put(store._connection, prepare_article("Second story.", origin="/2"), force=False)
        assert len(reader.search("story", k=9)) == 1
    assert len(reader.search("story", k=9)) == 2
    store.delete([1])
    assert [hit.article_id for hit in reader.search("story", k=9)] == [2]


def test_a_search_sees_one_state_though_the_file_changes_under_it(
    store: Store, open_store: OpenStore, prepare_article: Prepare
) -> None:
    store.put([prepare_article("First story of the day.", origin="/1")])
    reader = open_store(mode="r")
    reader.search("story")
    rows = reader._searcher.index.rows

    def rows_then_change(*arguments: object) -> object:
        found = rows(*arguments)  # type: ignore[arg-type]
        store.put([prepare_article("Rewritten story.", origin="/1")])
        return found

    reader._searcher.index.rows = rows_then_change  # type: ignore[method-assign, assignment]
    hits = reader.search("story", mode="meaning")
    assert [hit.text for hit in hits] == ["First story of the day."]


def test_a_reader_needs_no_right_to_write_the_folder(
    store: Store, tmp_path: Path, prepare_article: Prepare
) -> None:
    store.put([prepare_article("One story.")])
    store.close()
    tmp_path.chmod(0o555)
    store.path.chmod(0o444)
    try:
        with Store(store.path, encoder=lambda: None, mode="r") as reader:  # type: ignore[arg-type, return-value]
            assert reader.search("story", mode="words")
    finally:
        tmp_path.chmod(0o755)
