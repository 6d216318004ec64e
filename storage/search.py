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

from schemas.errors import UsageError
from schemas.filters import Filters
from schemas.protocols import Encoder, Matrix
from schemas.stored import Mode, SearchHit, SearchResult
from storage.connection import snapshot
from storage.filters import ROWS, row_conditions
from storage.read import read_figures, read_mentions, select_by_ids
from storage.values import to_instant
from storage.vectors import Ids, RowVectors, VectorIndex, allowed_lines, has_rows
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
        # The model may take a second to load: not while a state of the file is being held for this search.
        vector = self.encoder().encode_query(query) if mode != "words" else None
        with snapshot(self.connection):
            words = query_words(query, self._languages(filters))
            by_words = self._by_words(words, filters) if mode != "meaning" else None
            by_meaning = self._by_meaning(vector, filters) if vector is not None else None
            scored = _fuse(by_words, by_meaning)
            notes = self._notes(by_meaning, filters)
            hits = tuple(self._hits(_best_of_each(scored, k), words))
        return SearchResult(
            query=query,
            mode=mode,
            took_ms=round((time.perf_counter() - began) * 1000, 3),
            total=len(np.unique(scored.article_ids)) if mode == "words" else None,
            hits=hits,
            notes=notes,
        )

    def similar(self, vector: Matrix, k: int, filters: Filters) -> list[SearchHit]:
        """Articles whose mean vector is nearest to `vector` (1, dim); each with its row nearest to it."""
        with snapshot(self.connection):
            return self._similar(vector, k, filters)

    def similar_article(self, article_id: int, k: int, filters: Filters) -> list[SearchHit]:
        """Articles most like a stored one, without itself; none where it has no vector."""
        with snapshot(self.connection):
            rows = self._vectors(filters)
            mine = rows.matrix[rows.article_ids == article_id]
            if not len(mine):
                return []
            mean = mine.mean(axis=0, keepdims=True)
            unit: Matrix = mean / max(float(np.linalg.norm(mean)), 1e-12)
            return self._similar(unit, k, filters, leave_out=article_id)

    def _similar(
        self, vector: Matrix, k: int, filters: Filters, *, leave_out: int = 0
    ) -> list[SearchHit]:
        rows = self._vectors(filters)
        if vector.shape != (1, rows.matrix.shape[1]):
            raise UsageError(
                f"a vector of shape {vector.shape} where (1, {rows.matrix.shape[1]}) is wanted"
            )
        if not len(rows) or k < 1:
            return []
        starts, means = self.index.means(rows)
        nearness = (means @ vector[0]).astype(np.float64)
        lines = np.diff(np.append(starts, len(rows)))
        similarities = (rows.matrix @ vector[0]).astype(np.float64)
        keep = rows.article_ids != leave_out
        allowed = allowed_lines(self.connection, rows, filters)
        if allowed is not None:
            keep &= allowed
        scored = ScoredRows(
            rows.article_ids[keep],
            rows.row_ids[keep],
            np.repeat(nearness, lines)[keep],
            similarities[keep],
        )
        return self._hits(_best_of_each(scored, k), [])

    def _vectors(self, filters: Filters) -> RowVectors:
        encoder = self.encoder()
        return self.index.rows(encoder.provenance, encoder.dim, filters.include)

    def _by_meaning(self, vector: Matrix, filters: Filters) -> ScoredRows:
        rows = self._vectors(filters)
        matrix, article_ids, row_ids = rows.matrix, rows.article_ids, rows.row_ids
        keep = allowed_lines(self.connection, rows, filters)
        if keep is not None:
            matrix, article_ids, row_ids = matrix[keep], article_ids[keep], row_ids[keep]
        cosines = (matrix @ vector[0]).astype(np.float64)
        # A long row has a line a window: its similarity is that of the best of them.
        starts = np.flatnonzero(np.diff(row_ids, prepend=-1))
        best = np.maximum.reduceat(cosines, starts) if len(starts) else cosines
        return ScoredRows(article_ids[starts], row_ids[starts], best, best)

    def _by_words(self, words: list[list[str]], filters: Filters) -> ScoredRows:
        expression = match_expression(words)
        found: list[tuple[int, int, float]] = []
        if expression:
            conditions = row_conditions(filters, self.connection)
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

    def _languages(self, filters: Filters) -> list[str | None]:
        """The languages that are searched, the most common first."""
        if filters.lang:
            return [filters.lang]
        rows = self.connection.execute(
            """SELECT language FROM renderings WHERE current = 1 GROUP BY language
               ORDER BY count(*) DESC, language"""
        )
        return [row[0] for row in rows]

    def _notes(self, by_meaning: ScoredRows | None, filters: Filters) -> tuple[str, ...]:
        if by_meaning is None or len(by_meaning.row_ids) or not has_rows(self.connection, filters):
            return ()
        name = self.encoder().provenance.name
        return (
            f"nothing under these filters has a vector by {name}; make them with: copydesk enrich --stage vectors",
        )

    def _hits(self, scored: ScoredRows, words: list[list[str]]) -> list[SearchHit]:
        ids = [int(i) for i in scored.row_ids]
        columns = "p.n, p.kind, p.text, a.id, a.key, r.title, a.url, a.source, r.published_at, r.language, p.page"
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
                    score=float(f"{score:.6g}"),
                    similarity=None if np.isnan(similarity) else round(float(similarity), 6),
                    matches=tuple(find_matches(row[3], words, row[10])),
                    title=row[6],
                    url=row[7],
                    source=row[8],
                    published_at=to_instant(row[9]),
                    mentions=tuple(mentions.get(row_id, ())),
                    figures=tuple(figures.get(row_id, ())),
                    page=row[11],
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
    # Where no cosine is above nothing, they are set against the lowest: the words must not drown in a division.
    best_cosine = float(by_meaning.scores.max())
    bound = best_cosine if best_cosine > 0 else max(float(-by_meaning.scores.min()), 1e-9)
    scores = np.zeros(len(row_ids))
    scores[in_meaning] = MEANING_WEIGHT * np.maximum(by_meaning.scores / bound, -1.0)
    if len(by_words.row_ids):
        scores[in_words] += (1 - MEANING_WEIGHT) * by_words.scores / by_words.scores.max()
    return ScoredRows(article_ids, row_ids, scores, similarities)


def _nothing() -> ScoredRows:
    none, blank = np.zeros(0, dtype=np.int64), np.zeros(0)
    return ScoredRows(none, none, blank, blank)


def _best_of_each(scored: ScoredRows, k: int) -> ScoredRows:
    """The best row of each of the k best articles, best first; ties go to the lower article, then the nearer row.

    Scores count to a millionth of the best: what differs by less is the same text, computed in another place.
    """
    top = max(float(np.abs(scored.scores).max(initial=0.0)), 1e-300)
    nearness = np.nan_to_num(scored.similarities, nan=-2.0).round(6)
    order = np.lexsort(
        (scored.row_ids, -nearness, scored.article_ids, -(scored.scores / top).round(6))
    )
    _, first = np.unique(scored.article_ids[order], return_index=True)
    chosen = order[np.sort(first)[:k]]
    return ScoredRows(
        scored.article_ids[chosen],
        scored.row_ids[chosen],
        scored.scores[chosen],
        scored.similarities[chosen],
    )
