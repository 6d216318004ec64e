"""Finding rows again: by meaning, by words, or by both, filters first.

Hybrid is a convex sum: MEANING_WEIGHT of the cosine and the rest of BM25, each divided by the query's best, as in Bruch,
Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (TOIS 2023), with the maximum as the only bound.
The scan over vectors is exact, so a filtered search gives min(k, matches) hits, the same as brute force.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.filters import Filters
from schemas.protocols import Encoder, Matrix
from schemas.stored import Mode, SearchHit, SearchResult
from storage.filters import ROWS, is_unfiltered, row_conditions
from storage.read import read_figures, read_mentions, select_by_ids
from storage.values import to_instant
from storage.vectors import Ids, RowVectors, VectorIndex, allowed_rows
from storage.words import find_matches, match_expression, query_words

MEANING_WEIGHT = 0.65
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ScoredRows:
    """Rows with their scores, in no order: shapes (n,) each. `similarities` is NaN where a row has no vector."""

    article_ids: Ids
    row_ids: Ids
    scores: Scores
    similarities: Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Searcher:
    """What a search needs: the open file, the vectors, and a way to get the encoder when it is needed."""

    connection: sqlite3.Connection
    index: VectorIndex
    encoder: Callable[[], Encoder]

    def search(self, query: str, mode: Mode, k: int, filters: Filters) -> SearchResult:
        """The best row of each of the k best articles. Any text is a safe query; a blank one finds nothing."""
        began = time.perf_counter()
        if not query.strip() or k < 1:
            total = 0 if mode == "words" else None
            return SearchResult(query=query, mode=mode, took_ms=0.0, total=total, hits=())
        words = query_words(query, self._languages())
        by_words = self._by_words(words, filters) if mode != "meaning" else None
        by_meaning = self._by_meaning(query, filters) if mode != "words" else None
        scored = _fuse(by_words, by_meaning)
        notes = () if by_meaning is None or len(by_meaning.row_ids) else (self._no_vectors(),)
        hits = tuple(self._hits(_best_of_each(scored, k), words))
        return SearchResult(
            query=query,
            mode=mode,
            took_ms=round((time.perf_counter() - began) * 1000, 3),
            total=len(np.unique(scored.article_ids)) if mode == "words" else None,
            hits=hits,
            notes=notes,
        )

    def similar(
        self, vector: Matrix, k: int, filters: Filters, *, leave_out: int | None = None
    ) -> list[SearchHit]:
        """Articles whose mean vector is nearest to `vector` (1, dim); each with its row nearest to it."""
        rows = self._vectors()
        if not len(rows) or k < 1:
            return []
        starts = np.flatnonzero(np.diff(rows.article_ids, prepend=-1))
        means = np.add.reduceat(rows.matrix, starts, axis=0)
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
        nearness = (means @ vector[0]).astype(np.float64)
        lines = np.diff(np.append(starts, len(rows)))
        similarities = (rows.matrix @ vector[0]).astype(np.float64)
        keep = self._mask(rows, filters) & (rows.article_ids != (leave_out or 0))
        scored = ScoredRows(
            rows.article_ids[keep],
            rows.row_ids[keep],
            np.repeat(nearness, lines)[keep],
            similarities[keep],
        )
        return self._hits(_best_of_each(scored, k), [])

    def article_vector(self, article_id: int) -> Matrix | None:
        """The mean of an article's row vectors, unit length, shape (1, dim); None where it has none."""
        rows = self._vectors()
        mine = rows.matrix[rows.article_ids == article_id]
        if not len(mine):
            return None
        mean = mine.mean(axis=0, keepdims=True)
        unit: Matrix = mean / max(float(np.linalg.norm(mean)), 1e-12)
        return unit

    def _vectors(self) -> RowVectors:
        encoder = self.encoder()
        return self.index.rows(encoder.provenance, encoder.dim)

    def _mask(self, rows: RowVectors, filters: Filters) -> NDArray[np.bool_]:
        if is_unfiltered(filters):
            return np.ones(len(rows), dtype=np.bool_)
        return np.isin(rows.row_ids, allowed_rows(self.connection, filters))

    def _by_meaning(self, query: str, filters: Filters) -> ScoredRows:
        rows = self._vectors()
        keep = np.flatnonzero(self._mask(rows, filters))
        vector = self.encoder().encode_query(query)[0]
        cosines = (rows.matrix[keep] @ vector).astype(np.float64)
        article_ids, row_ids = rows.article_ids[keep], rows.row_ids[keep]
        # A long row has a line a window: its similarity is that of the best of them.
        starts = np.flatnonzero(np.diff(row_ids, prepend=-1))
        best = np.maximum.reduceat(cosines, starts) if len(starts) else cosines
        return ScoredRows(article_ids[starts], row_ids[starts], best, best)

    def _by_words(self, words: list[list[str]], filters: Filters) -> ScoredRows:
        expression = match_expression(words)
        found: list[tuple[int, int, float]] = []
        if expression:
            conditions = row_conditions(filters)
            found = self.connection.execute(
                f"""SELECT r.article_id, p.id, -bm25(paragraphs_fts) FROM paragraphs_fts
                    JOIN {ROWS.replace("paragraphs p", "paragraphs p ON p.id = paragraphs_fts.rowid", 1)}
                    WHERE paragraphs_fts MATCH ? AND {conditions.sql}""",
                (expression, *conditions.values),
            ).fetchall()
        scores = np.array([row[2] for row in found], dtype=np.float64)
        return ScoredRows(
            np.array([row[0] for row in found], dtype=np.int64),
            np.array([row[1] for row in found], dtype=np.int64),
            # BM25 gives nothing or less to a word that most rows hold; a row that matches still matches.
            np.maximum(scores, 1e-9),
            np.full(len(found), np.nan),
        )

    def _languages(self) -> list[str | None]:
        rows = self.connection.execute(
            """SELECT language FROM renderings WHERE current = 1 GROUP BY language
               ORDER BY count(*) DESC LIMIT 8"""
        )
        return [row[0] for row in rows]

    def _no_vectors(self) -> str:
        if self.connection.execute("SELECT 1 FROM embeddings LIMIT 1").fetchone() is None:
            return "nothing stored under these filters has a vector yet"
        maker = self.encoder().provenance
        return f"nothing found has a vector by {maker.name}; make them with: copydesk enrich --stage vectors"

    def _hits(self, scored: ScoredRows, words: list[list[str]]) -> list[SearchHit]:
        ids = [int(i) for i in scored.row_ids]
        columns = (
            "p.n, p.kind, p.text, a.id, a.key, r.title, a.url, a.source, r.published_at, r.language"
        )
        found = select_by_ids(self.connection, f"SELECT p.id, {columns} FROM {ROWS}", "p.id", ids)
        rows = {int(row[0]): row for row in found}
        places = {row_id: int(row[1]) for row_id, row in rows.items()}
        mentions = read_mentions(self.connection, places)
        figures = read_figures(self.connection, places)
        hits = []
        for row_id, score, similarity in zip(ids, scored.scores, scored.similarities, strict=True):
            row = rows[row_id]
            hits.append(
                SearchHit(
                    article_id=row[4],
                    key=row[5],
                    paragraph=row[1] if row[1] >= 0 else None,
                    kind=row[2],
                    text=row[3],
                    score=round(float(score), 6),
                    similarity=None if np.isnan(similarity) else round(float(similarity), 6),
                    matches=tuple(find_matches(row[3], words, row[10])),
                    title=row[6],
                    url=row[7],
                    source=row[8],
                    published_at=to_instant(row[9]),
                    mentions=tuple(mentions.get(row_id, ())),
                    figures=tuple(figures.get(row_id, ())),
                )
            )
        return hits


def _fuse(by_words: ScoredRows | None, by_meaning: ScoredRows | None) -> ScoredRows:
    """One score a row. A side that found nothing leaves the other as it is."""
    if by_meaning is None or not len(by_meaning.row_ids):
        return by_words or _nothing()
    if by_words is None:
        return by_meaning
    row_ids = np.union1d(by_words.row_ids, by_meaning.row_ids)
    in_words = np.searchsorted(row_ids, by_words.row_ids)
    in_meaning = np.searchsorted(row_ids, by_meaning.row_ids)
    article_ids = np.zeros(len(row_ids), dtype=np.int64)
    article_ids[in_words] = by_words.article_ids
    article_ids[in_meaning] = by_meaning.article_ids
    similarities = np.full(len(row_ids), np.nan)
    similarities[in_meaning] = by_meaning.similarities
    best_cosine = max(float(by_meaning.scores.max()), 1e-9)
    scores = np.zeros(len(row_ids))
    scores[in_meaning] = MEANING_WEIGHT * by_meaning.scores / best_cosine
    if len(by_words.row_ids):
        scores[in_words] += (1 - MEANING_WEIGHT) * by_words.scores / by_words.scores.max()
    return ScoredRows(article_ids, row_ids, scores, similarities)


def _nothing() -> ScoredRows:
    none, blank = np.zeros(0, dtype=np.int64), np.zeros(0)
    return ScoredRows(none, none, blank, blank)


def _best_of_each(scored: ScoredRows, k: int) -> ScoredRows:
    """The best row of each of the k best articles, best first; ties go to the lower article, then the lower row."""
    nearness = np.nan_to_num(scored.similarities, nan=-2.0)
    order = np.lexsort((scored.row_ids, -nearness, scored.article_ids, -scored.scores))
    _, first = np.unique(scored.article_ids[order], return_index=True)
    chosen = order[np.sort(first)[:k]]
    return ScoredRows(
        scored.article_ids[chosen],
        scored.row_ids[chosen],
        scored.scores[chosen],
        scored.similarities[chosen],
    )
