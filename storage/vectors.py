"""The rows' vectors as one matrix, read from the database and kept while nothing has changed.

Vectors of one model are never compared with those of another. Two ways to run the same weights (precision, backend)
differ by rounding only: the wanted one serves where it is there, the other where it is not.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.filters import Filters
from schemas.protocols import Matrix
from schemas.provenance import Provenance
from storage.filters import (
    ROWS,
    article_conditions,
    figured_rows,
    mention_conditions,
    row_conditions,
)

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RowVectors:
    """One line a window of a row, ordered by article and row: shapes (n,), (n,), (n, dim)."""

    article_ids: Ids
    row_ids: Ids
    matrix: Matrix

    def __len__(self) -> int:
        return len(self.row_ids)


class VectorIndex:
    """All searchable rows' vectors for one model, loaded at first use and again when the database has changed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._state: tuple[object, ...] = ()
        self._rows: RowVectors | None = None
        self._means: tuple[Ids, Matrix] | None = None

    def rows(self, maker: Provenance, dim: int, include: tuple[str, ...] = ()) -> RowVectors:
        """The rows' vectors under `maker`'s weights, of pages of the kinds in `include` too."""
        state = (*self._generation(), maker, dim, include)
        if self._rows is None or state != self._state:
            self._rows = self._means = None  # the old matrix goes before the new one comes
            self._rows = _load(self._connection, maker, dim, include)
            self._state = state
        return self._rows

    def means(self, rows: RowVectors) -> tuple[Ids, Matrix]:
        """Where each article begins in `rows` (which `rows()` has just given), and the articles' mean vectors."""
        if self._means is None:
            starts = np.flatnonzero(np.diff(rows.article_ids, prepend=-1))
            means = np.add.reduceat(rows.matrix, starts, axis=0)
            means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
            self._means = starts, means
        return self._means

    def _generation(self) -> tuple[int, int]:
        # data_version moves when another connection commits, total_changes when this one writes.
        version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        return version, self._connection.total_changes


def matching_models(connection: sqlite3.Connection, maker: Provenance, dim: int) -> list[int]:
    """Ids of the stored models with `maker`'s weights, the very same precision and backend first."""
    rows = connection.execute(
        """SELECT id FROM models WHERE name = ? AND sha256 = ? AND dim = ?
           ORDER BY version = ? AND backend = ? AND precision = ? DESC, id DESC""",
        (
            *(maker.name, maker.sha256 or "", dim),
            *(maker.version, maker.backend or "", maker.precision or ""),
        ),
    )
    return [int(row[0]) for row in rows]


def _load(
    connection: sqlite3.Connection, maker: Provenance, dim: int, include: tuple[str, ...]
) -> RowVectors:
    article_ids: list[int] = []
    row_ids: list[int] = []
    windows: list[bytes] = []
    conditions = row_conditions(Filters(include=include))
    for model in matching_models(connection, maker, dim):
        seen = set(row_ids)
        rows = connection.execute(
            f"""SELECT r.article_id, p.id, e.vector FROM embeddings e
                JOIN paragraphs p ON p.text_sha256 = e.text_sha256
                JOIN renderings r ON r.id = p.rendering_id AND r.current = 1
                WHERE e.model_id = ? AND length(e.vector) = ? AND {conditions.sql}""",
            (model, 2 * dim, *conditions.values),
        ).fetchall()
        for article_id, row_id, window in rows:
            if row_id not in seen:
                article_ids.append(article_id)
                row_ids.append(row_id)
                windows.append(window)
    matrix = np.frombuffer(b"".join(windows), dtype=np.float16).reshape(-1, dim).astype(np.float32)
    # Rounding to float16 leaves lengths a thousandth off one; a dot product shall be the cosine.
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
    articles, rows_of = np.array(article_ids, dtype=np.int64), np.array(row_ids, dtype=np.int64)
    order = np.lexsort((rows_of, articles))  # stable: a row's windows stay in their order
    return RowVectors(articles[order], rows_of[order], matrix[order])


def allowed_lines(
    connection: sqlite3.Connection, rows: RowVectors, filters: Filters
) -> NDArray[np.bool_] | None:
    """Which lines of `rows`, loaded for `filters.include`, the filters leave; None where all of them."""
    if filters == Filters(include=filters.include):
        return None
    keep = np.ones(len(rows), dtype=np.bool_)
    of_article = article_conditions(filters)
    if of_article.clauses:
        keep &= _is_in(
            connection,
            rows.article_ids,
            f"""SELECT a.id FROM renderings r JOIN articles a ON a.id = r.article_id
                WHERE r.current = 1 AND {of_article.sql}""",
            of_article.values,
        )
    if of_mention := mention_conditions(filters):
        sql = f"SELECT DISTINCT m.paragraph_id FROM mentions m WHERE {of_mention.sql}"
        keep &= _is_in(connection, rows.row_ids, sql, of_mention.values)
    if of_figure := figured_rows(filters, connection):
        keep &= _is_in(connection, rows.row_ids, of_figure.sql, of_figure.values)
    return keep


def _is_in(
    connection: sqlite3.Connection, ids: Ids, sql: str, values: list[object]
) -> NDArray[np.bool_]:
    chosen = connection.execute(sql, values).fetchall()
    return np.isin(ids, np.array([row[0] for row in chosen], dtype=np.int64))


def has_rows(connection: sqlite3.Connection, filters: Filters) -> bool:
    """Whether `filters` leave any searchable row."""
    conditions = row_conditions(filters, connection)
    sql = f"SELECT 1 FROM {ROWS} WHERE {conditions.sql} LIMIT 1"
    return connection.execute(sql, conditions.values).fetchone() is not None


def missing_vectors(
    connection: sqlite3.Connection, maker: Provenance, dim: int, digests: list[str]
) -> list[str]:
    """Those of `digests` (sha256 of texts) that this very model has no vector for yet."""
    row = connection.execute(
        """SELECT id FROM models WHERE name = ? AND version = ? AND sha256 = ? AND backend = ?
           AND precision = ? AND dim = ?""",
        (
            *(maker.name, maker.version, maker.sha256 or ""),
            *(maker.backend or "", maker.precision or "", dim),
        ),
    ).fetchone()
    if row is None:
        return digests
    stored: set[str] = set()
    for first in range(0, len(digests), 500):
        part = digests[first : first + 500]
        marks = ", ".join("?" * len(part))
        stored |= {
            str(found[0])
            for found in connection.execute(
                f"SELECT text_sha256 FROM embeddings WHERE model_id = ? AND part = 0 AND text_sha256 IN ({marks})",
                (row[0], *part),
            )
        }
    return [digest for digest in digests if digest not in stored]
