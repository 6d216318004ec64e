"""Which lines of the index the filters leave, and which texts have no vector yet."""

from __future__ import annotations

import sqlite3

import numpy as np
from numpy.typing import NDArray

from schemas.filters import Filters
from schemas.provenance import Provenance
from storage.filters import (
    ROWS,
    article_conditions,
    figured_rows,
    mention_conditions,
    row_conditions,
    spoken_rows,
)
from storage.scan import Ids
from storage.vector_index import RowVectors


def allowed_lines(
    connection: sqlite3.Connection, rows: RowVectors, filters: Filters
) -> NDArray[np.bool_] | None:
    """Which lines of `rows`, taken for `filters.include`, the filters leave; None where all of them."""
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
    if of_speaker := spoken_rows(filters):
        keep &= _is_in(connection, rows.row_ids, of_speaker.sql, of_speaker.values)
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
