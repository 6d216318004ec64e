"""The lines that a search by meaning goes through, as the database has them: a line a window of a current row.

Also what changed since: the database numbers each change of an article that search can see (table `article_changes`,
written by triggers), each with a random token, so that one number means one state of one database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.filters import LEFT_OUT_KINDS
from schemas.provenance import Provenance
from storage.filters import SEARCHED_KINDS
from storage.scan import Halves, Ids, widen

_ARTICLES_AT_ONCE = 400
_CODES = dict.fromkeys(SEARCHED_KINDS, 0) | {k: i + 1 for i, k in enumerate(LEFT_OUT_KINDS)}
_COLUMNS = ("article_ids", "row_ids", "texts", "kinds", "norms", "vectors")


@dataclass(frozen=True, slots=True)
class Lines:
    """Windows of rows, the windows of one row side by side: shapes (n,), and (n, dim) of `vectors`.

    `texts` are the first eight bytes of the text's sha256, `kinds` 0 for kinds of page that are always searched (else see
    `kind_codes`), `norms` one over the vector's length.
    """

    article_ids: Ids
    row_ids: Ids
    texts: Ids
    kinds: NDArray[np.uint8]
    norms: NDArray[np.float32]
    vectors: Halves

    def __len__(self) -> int:
        return len(self.row_ids)

    def take(self, lines: Ids) -> Lines:
        """These lines, in this order."""
        return Lines(*(getattr(self, name)[lines] for name in _COLUMNS))


@dataclass(frozen=True, slots=True)
class Change:
    """The last change of a state of the database. No two states of any two databases have an equal one."""

    seq: int
    token: int


def kind_codes(include: tuple[str, ...]) -> list[int]:
    """The codes of the kinds of page that are searched with `include`."""
    return [0, *(_CODES[kind] for kind in include)]


def no_lines(dim: int) -> Lines:
    """No line."""
    ids = np.zeros(0, dtype=np.int64)
    none = np.zeros(0, dtype=np.float32)
    return Lines(ids, ids, ids, ids.astype(np.uint8), none, np.zeros((0, dim), dtype=np.float16))


def join(parts: list[Lines], dim: int) -> Lines:
    """The lines of all parts, one after another."""
    if len(parts) < 2:
        return parts[0] if parts else no_lines(dim)
    return Lines(*(np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS))


def last_change(connection: sqlite3.Connection) -> Change:
    """The newest change that this connection sees."""
    row = connection.execute(
        "SELECT seq, token FROM article_changes ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    return Change(*row) if row else Change(0, 0)


def is_behind(connection: sqlite3.Connection, change: Change) -> bool:
    """Whether `change` is one of this database's, and still known."""
    row = connection.execute(
        "SELECT token FROM article_changes WHERE seq = ?", (change.seq,)
    ).fetchone()
    return row is not None and row[0] == change.token


def changed_articles(connection: sqlite3.Connection, since: Change) -> list[int]:
    """The articles that changed after `since`, which is behind, in order; some may be gone."""
    rows = connection.execute(
        "SELECT DISTINCT article_id FROM article_changes WHERE seq > ? ORDER BY article_id",
        (since.seq,),
    )
    return [int(row[0]) for row in rows]


def current_articles(connection: sqlite3.Connection) -> list[int]:
    """All articles that have something to search, in order."""
    rows = connection.execute("SELECT article_id FROM renderings WHERE current = 1 ORDER BY 1")
    return [int(row[0]) for row in rows]


def matching_models(connection: sqlite3.Connection, maker: Provenance, dim: int) -> list[int]:
    """Ids of the stored models with `maker`'s weights: the very same precision and backend first, then what serves."""
    rows = connection.execute(
        """SELECT id FROM models WHERE name = ? AND sha256 = ? AND dim = ?
           ORDER BY version = ? AND backend = ? AND precision = ? DESC, serves DESC, id DESC""",
        (
            *(maker.name, maker.sha256 or "", dim),
            *(maker.version, maker.backend or "", maker.precision or ""),
        ),
    )
    return [int(row[0]) for row in rows]


def has_many(connection: sqlite3.Connection, models: list[int], number: int) -> bool:
    """Whether these models have at least `number` vectors."""
    marks = ", ".join("?" * len(models))
    sql = f"SELECT count(*) FROM (SELECT 1 FROM embeddings WHERE model_id IN ({marks}) LIMIT ?)"
    return int(connection.execute(sql, (*models, number)).fetchone()[0]) >= number


def read_lines(
    connection: sqlite3.Connection, models: list[int], dim: int, article_ids: list[int]
) -> Iterator[Lines]:
    """The lines of these articles, a part at a time, in order of article and row.

    Where several models are given, a row has the vectors of the first that has any.
    """
    for first in range(0, len(article_ids), _ARTICLES_AT_ONCE):
        part = article_ids[first : first + _ARTICLES_AT_ONCE]
        found: list[tuple[object, ...]] = []
        for model in models:
            seen = {row[1] for row in found}
            found += (row for row in _select(connection, model, dim, part) if row[1] not in seen)
        if found:
            yield _to_lines(found, dim)


def _select(
    connection: sqlite3.Connection, model: int, dim: int, article_ids: list[int]
) -> list[tuple[object, ...]]:
    articles = ", ".join("?" * len(article_ids))
    kinds = ", ".join("?" * len(_CODES))
    # CROSS JOIN keeps the order: SQLite would go through all vectors of the model, for each part anew.
    return connection.execute(
        f"""SELECT r.article_id, p.id, p.text_sha256, r.page_kind, e.vector, e.part FROM renderings r
            CROSS JOIN paragraphs p ON p.rendering_id = r.id AND p.masked = 0
            CROSS JOIN embeddings e ON e.model_id = ? AND e.text_sha256 = p.text_sha256
            WHERE r.current = 1 AND r.article_id IN ({articles}) AND r.page_kind IN ({kinds})
            AND length(e.vector) = ?""",
        (model, *article_ids, *_CODES, 2 * dim),
    ).fetchall()


def _to_lines(found: list[tuple[object, ...]], dim: int) -> Lines:
    found.sort(key=_place)
    articles, rows, digests, kinds, windows, _ = zip(*found, strict=True)
    vectors = np.frombuffer(b"".join(windows), dtype=np.float16).reshape(-1, dim)
    if not np.isfinite(
        vectors
    ).all():  # no encoder of ours gives such; it would be nearest to everything, or nothing
        vectors = np.nan_to_num(vectors, nan=0.0, posinf=0.0, neginf=0.0)
    lengths = np.linalg.norm(widen(vectors), axis=1)
    return Lines(
        np.array(articles, dtype=np.int64),
        np.array(rows, dtype=np.int64),
        np.frombuffer(b"".join(bytes.fromhex(d[:16]) for d in digests), dtype=">i8").astype(
            np.int64
        ),
        np.array([_CODES[kind] for kind in kinds], dtype=np.uint8),
        # Rounding to float16 leaves lengths a thousandth off one; a dot product shall be the cosine.
        (1 / np.maximum(lengths, 1e-12)).astype(np.float32),
        vectors,
    )


def _place(row: tuple[object, ...]) -> tuple[object, ...]:
    return row[0], row[1], row[5]
