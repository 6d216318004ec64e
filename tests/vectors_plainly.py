"""What an index of vectors must have, asked of the database as plainly as can be; and a process that reads, writes or dies.

python tests/vectors_plainly.py read|write|die DATABASE SEED NUMBER
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from schemas.article import Article, Paragraph
from schemas.document import RawDocument
from schemas.protocols import Matrix
from schemas.provenance import Provenance
from schemas.stored import PreparedArticle
from storage.connection import snapshot
from storage.filters import SEARCHED_KINDS
from storage.sqlite import Store
from storage.values import sha256
from storage.vector_file import VectorFile
from storage.vector_index import RowVectors, VectorIndex
from storage.vector_lines import matching_models

Line = tuple[int, int, bytes]
DIM = 24
MAKER = Provenance(
    stage="vectors", name="fake", version="1", sha256="w1", precision="f32", backend="numpy"
)


def brute(
    connection: sqlite3.Connection, maker: Provenance, dim: int, include: tuple[str, ...] = ()
) -> list[Line]:
    """Every searched row's windows."""
    windows: dict[str, list[bytes]] = {}
    for model in matching_models(connection, maker, dim):
        of_model: dict[str, list[bytes]] = {}
        sql = "SELECT text_sha256, vector FROM embeddings WHERE model_id = ? ORDER BY part"
        for digest, vector in connection.execute(sql, (model,)):
            of_model.setdefault(digest, []).append(vector)
        windows = of_model | windows
    rows = connection.execute(
        """SELECT r.article_id, p.id, p.text_sha256, r.page_kind FROM paragraphs p
           JOIN renderings r ON r.id = p.rendering_id WHERE r.current = 1 AND p.masked = 0"""
    )
    return sorted(
        (article_id, row_id, window)
        for article_id, row_id, digest, kind in rows
        if kind in (*SEARCHED_KINDS, *include)
        for window in windows.get(digest, ())
    )


def lines_of(rows: RowVectors) -> list[Line]:
    """What the index has, with its vectors as they were stored."""
    vectors = rows._table.take(rows._numbers(np.arange(len(rows)))).vectors
    return sorted(
        (int(article), int(row), vector.tobytes())
        for article, row, vector in zip(rows.article_ids, rows.row_ids, vectors, strict=True)
    )


def random_article(name: str, seed: int, rows: int) -> PreparedArticle:
    """An article of `rows` random texts, each with one or two random vectors; some texts stand in several articles."""
    chance = random.Random(f"{name} {seed}")  # noqa: S311  no secret
    texts = [f"Text {chance.randrange(100_000)} of many." for _ in range(rows)]
    made = np.random.default_rng(seed)
    vectors = {
        sha256(text): unit(made.standard_normal((chance.choice([1, 2]), DIM))) for text in texts
    }
    content = f"{name} {seed}".encode()
    return PreparedArticle(
        document=RawDocument(
            content=content,
            media_type="text/plain",
            origin=f"/{name}",
            origin_id=f"/{name}",
            fetched_at=datetime.now(UTC),
        ),
        article=Article(
            paragraphs=tuple(
                Paragraph(index=i, kind="text", text=text) for i, text in enumerate(texts)
            ),
            language="en",
        ),
        vectors=vectors,
        made_by=(Provenance(stage="clean", name="c", version="1"), MAKER),
    )


def unit(values: NDArray[np.float64]) -> Matrix:
    """`values` with rows of length one."""
    found: Matrix = (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)
    return found


def index_of(store: Store, **options: int) -> VectorIndex:
    """An index of its own beside the store's file, as another process has it."""
    folder = store.path.with_name(f"{store.path.name}.vectors")
    return VectorIndex(store.connection, folder, **{"smallest": 1, **options})


def agree(store: Store, index: VectorIndex) -> bool:
    """Whether index and database have the same lines, in one state of the database."""
    index.refresh(MAKER, DIM)
    with snapshot(store.connection):
        rows = index.rows(MAKER, DIM)
        return lines_of(rows) == brute(store.connection, MAKER, DIM)


def write(path: Path, seed: int, seconds: float) -> int:
    """Put, change and delete articles; how many steps were done."""
    chance = random.Random(seed)  # noqa: S311  no secret
    until, steps = time.monotonic() + seconds, 0
    with Store(path, encoder=lambda: None, mode="a") as store:  # type: ignore[arg-type, return-value]
        while time.monotonic() < until:
            steps += 1
            if chance.random() < 0.2:
                ids = store.connection.execute("SELECT id FROM articles").fetchall()
                if ids:
                    store.delete([chance.choice(ids)[0]], tombstone=False)
                continue
            batch = [
                random_article(f"{seed} {chance.randrange(40)}", chance.randrange(10**6), 10)
                for _ in range(chance.choice([1, 1, 30]))
            ]
            store.put(batch)
    return steps


def read(path: Path, seed: int, seconds: float) -> int:
    """Compare index and database again and again, sometimes as a new reader; how often. Raises where they differ."""
    chance = random.Random(seed)  # noqa: S311  no secret
    until, checks = time.monotonic() + seconds, 0
    with Store(path, encoder=lambda: None, mode="r") as store:  # type: ignore[arg-type, return-value]
        index = index_of(store)
        while time.monotonic() < until:
            # What others delete is overwritten in the file at once, under who still reads the state before: then once more.
            if not agree(store, index) and not agree(store, index):
                raise SystemExit("the index is not what the database has")
            checks += 1
            if chance.random() < 0.3:
                index = index_of(store)
    return checks


def die(path: Path, step: int) -> None:
    """Bring the file up to date, and be killed at the `step`th write to it."""
    left = [step]

    def counted(name: str, owner: type) -> None:
        does = getattr(owner, name)

        def do(*given: object, **named: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return does(*given, **named)

        setattr(owner, name, do)

    from storage import vector_file

    counted("_write", vector_file._Writer)
    counted("finish", vector_file._Writer)
    counted("_commit", VectorFile)
    counted("_remove_all_but", VectorFile)
    counted("blank", vector_file._Writer)
    with Store(path, encoder=lambda: None, mode="r") as store:  # type: ignore[arg-type, return-value]
        index_of(store).refresh(MAKER, DIM)


if __name__ == "__main__":
    verb, place, number, amount = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    if verb == "die":
        die(place, number)
    else:
        sys.stdout.write(str((read if verb == "read" else write)(place, number, float(amount))))
