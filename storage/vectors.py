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
from storage.filters import ROWS, row_conditions

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

    def rows(self, maker: Provenance, dim: int) -> RowVectors:
        """The rows' vectors under `maker`'s weights."""
        state = (*self._generation(), maker, dim)
        if self._rows is None or state != self._state:
            self._rows = _load(self._connection, maker, dim)
            self._state = state
        return self._rows

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


def _load(connection: sqlite3.Connection, maker: Provenance, dim: int) -> RowVectors:
    parts: list[tuple[list[int], list[int], bytes]] = []
    seen: set[int] = set()
    conditions = row_conditions(Filters())
    for model in matching_models(connection, maker, dim):
        rows = connection.execute(
            f"""SELECT r.article_id, p.id, e.vector FROM {ROWS}
                JOIN embeddings e ON e.model_id = ? AND e.text_sha256 = p.text_sha256
                WHERE {conditions.sql} ORDER BY r.article_id, p.id, e.part""",
            (model, *conditions.values),
        ).fetchall()
        fresh = [row for row in rows if row[1] not in seen] if seen else rows
        seen.update(row[1] for row in fresh)
        parts.append(([r[0] for r in fresh], [r[1] for r in fresh], b"".join(r[2] for r in fresh)))
    article_ids = np.array([i for part in parts for i in part[0]], dtype=np.int64)
    row_ids = np.array([i for part in parts for i in part[1]], dtype=np.int64)
    blob = b"".join(part[2] for part in parts)
    matrix = np.frombuffer(blob, dtype=np.float16).reshape(-1, dim).astype(np.float32)
    # Rounding to float16 leaves lengths a thousandth off one; a dot product shall be the cosine.
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
    order = np.lexsort((row_ids, article_ids))
    return RowVectors(article_ids[order], row_ids[order], matrix[order])


def allowed_rows(connection: sqlite3.Connection, filters: Filters) -> Ids:
    """Ids of the rows that `filters` leave, in order."""
    conditions = row_conditions(filters)
    rows = connection.execute(
        f"SELECT p.id FROM {ROWS} WHERE {conditions.sql} ORDER BY p.id", conditions.values
    )
    return np.fromiter((row[0] for row in rows), dtype=np.int64)


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
