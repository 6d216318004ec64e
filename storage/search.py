"""Finding rows again: by meaning, by words, or by both, filters first.

A filtered search gives min(k, matches) hits, the same as brute force: what the filters leave is compared exactly, or, where
that are very many lines, those that `storage.candidates` chooses of it.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from schemas.errors import UsageError
from schemas.filters import Filters
from schemas.protocols import Encoder, Matrix
from schemas.searching import SearchOptions
from schemas.stored import Mode, SearchHit, SearchResult
from storage.candidates import compare
from storage.connection import snapshot
from storage.filters import ROWS
from storage.read import read_figures, read_mentions, select_by_ids
from storage.scored_rows import (
    MEANING_WEIGHT,
    Ids,
    ScoredRows,
    Scores,
    best_of_each,
    best_rows,
    fuse,
)
from storage.values import to_instant
from storage.vector_index import RowVectors, VectorIndex
from storage.vectors import allowed_lines, has_rows
from storage.word_search import WordSearch
from storage.words import Wanted, find_matches

_ANY = SearchOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Searcher:
    """What a search needs: the open file, the vectors, and a way to get the encoder when it is needed."""

    connection: sqlite3.Connection
    index: VectorIndex
    encoder: Callable[[], Encoder]

    def search(
        self, query: str, mode: Mode, k: int, filters: Filters, options: SearchOptions = _ANY
    ) -> SearchResult:
        """The best k hits. Any text is a safe query; a blank one finds nothing."""
        began = time.perf_counter()
        if not query.strip() or k < 1:
            total = 0 if mode == "words" else None
            return SearchResult(query=query, mode=mode, took_ms=0.0, total=total, hits=())
        # The model may take a second to load: not while a state of the file is being held for this search.
        vector = None
        if mode != "words":
            encoder = self.encoder()
            vector = encoder.encode_query(query)
            self._refresh()
        with snapshot(self.connection):
            if vector is not None and self.encoder() is not encoder:
                vector = self.encoder().encode_query(query)  # other vectors have just come to serve
            by_words, wanted, notes = self._by_words(query, mode, filters)
            by_meaning = None
            if vector is not None:
                rows = self._vectors(filters)
                # Age may take a half of a score: no line is left out by its nearness alone.
                number = k + options.offset if options.half_life is None else len(rows)
                by_meaning, by_words = self._by_meaning(rows, vector, filters, by_words, number)
            scored = self._counted(fuse(by_words, by_meaning), options)
            best = best_rows if options.per == "paragraph" else best_of_each
            hits = tuple(self._hits(best(scored, k, offset=options.offset), wanted))
            notes = (*notes, *self._notes(by_meaning, filters))
        each = scored.row_ids if options.per == "paragraph" else np.unique(scored.article_ids)
        return SearchResult(
            query=query,
            mode=mode,
            took_ms=round((time.perf_counter() - began) * 1000, 3),
            total=len(each) if mode == "words" else None,
            hits=hits,
            notes=notes,
        )

    def _counted(self, scored: ScoredRows, options: SearchOptions) -> ScoredRows:
        """The rows near enough, with what their age leaves of their scores."""
        if options.min_similarity is not None:
            # A millionth under it is the same text, computed in another place; NaN is near nothing.
            scored = scored[scored.similarities >= options.min_similarity - 1e-6]
        if options.half_life is not None:
            scored = scored.less(self._staleness(scored.article_ids, options.half_life))
        return scored

    def _staleness(self, article_ids: Ids, half_life: timedelta) -> Scores:
        """The share of its score that each loses by its article's age: from nothing (now) to a half (no date)."""
        published = dict(
            self.connection.execute(
                """SELECT article_id, unixepoch(published_at) FROM renderings
                   WHERE current = 1 AND published_at IS NOT NULL"""
            ).fetchall()
        )
        now = datetime.now(UTC).timestamp()
        ages = [now - published.get(one, -math.inf) for one in article_ids.tolist()]
        spans = np.maximum(np.array(ages, dtype=np.float64), 0.0) / half_life.total_seconds()
        return 0.5 - 0.5 * np.exp2(-spans)

    def similar(self, vector: Matrix, k: int, filters: Filters) -> list[SearchHit]:
        """Articles whose mean vector is nearest to `vector` (1, dim); each with its row nearest to it."""
        self._refresh()
        with snapshot(self.connection):
            return self._similar(vector, k, filters)

    def similar_article(self, article_id: int, k: int, filters: Filters) -> list[SearchHit]:
        """Articles most like a stored one, without itself; none where it has no vector."""
        self._refresh()
        with snapshot(self.connection):
            mine = self._vectors(filters).of_article(article_id)
            if not len(mine):
                return []
            mean = mine.mean(axis=0, keepdims=True)
            unit: Matrix = mean / max(float(np.linalg.norm(mean)), 1e-12)
            return self._similar(unit, k, filters, leave_out=article_id)

    def _similar(
        self, vector: Matrix, k: int, filters: Filters, *, leave_out: int = 0
    ) -> list[SearchHit]:
        rows = self._vectors(filters)
        if vector.shape != (1, rows.dim):
            raise UsageError(f"a vector of shape {vector.shape} where (1, {rows.dim}) is wanted")
        if not len(rows) or k < 1:
            return []
        nearness, similarities = rows.compare_articles(vector[0])
        scored = ScoredRows(rows.article_ids, rows.row_ids, nearness, similarities)
        keep = rows.article_ids != leave_out
        allowed = allowed_lines(self.connection, rows, filters)
        scored = scored[keep if allowed is None else keep & allowed]
        _, first = np.unique(scored.article_ids, return_index=True)
        if (
            len(first) > k
        ):  # nothing below the k-th article need be put in order; scores count to a millionth
            least = np.partition(scored.scores[first], -k)[-k]
            scored = scored[scored.scores >= least - 1e-5]
        return self._hits(best_of_each(scored, k), Wanted([]))

    def _vectors(self, filters: Filters) -> RowVectors:
        encoder = self.encoder()
        return self.index.rows(encoder.provenance, encoder.dim, filters.include)

    def _refresh(self) -> None:
        """Bring the files of vectors up to date, while no state of the database is held."""
        encoder = self.encoder()
        self.index.refresh(encoder.provenance, encoder.dim)

    def _by_meaning(
        self,
        rows: RowVectors,
        vector: Matrix,
        filters: Filters,
        by_words: ScoredRows | None,
        number: int,
    ) -> tuple[ScoredRows, ScoredRows | None]:
        """The rows that matter for so many hits, by meaning and by words."""
        keep = allowed_lines(self.connection, rows, filters)
        liked = None
        if by_words is not None and len(by_words):
            shares = by_words.scores / by_words.scores.max()
            liked = by_words.row_ids, shares * ((1 - MEANING_WEIGHT) / MEANING_WEIGHT)
        lines, cosines = compare(rows, vector[0], keep, k=number, liked=liked)
        row_ids = rows.row_ids[lines]
        # A long row has a line a window: its similarity is that of the best of them.
        starts = np.flatnonzero(np.diff(row_ids, prepend=-1))
        best = np.maximum.reduceat(cosines, starts) if len(starts) else cosines
        found = ScoredRows(rows.article_ids[lines[starts]], row_ids[starts], best, best)
        if by_words is not None and not rows.is_few(keep):
            without_vector = ~np.isin(by_words.row_ids, rows.row_ids)
            by_words = by_words[without_vector | np.isin(by_words.row_ids, row_ids)]
        return found, by_words

    def _by_words(
        self, query: str, mode: Mode, filters: Filters
    ) -> tuple[ScoredRows | None, Wanted, tuple[str, ...]]:
        by_words = WordSearch(
            connection=self.connection, filters=filters, languages=self._languages(filters)
        )
        if mode == "words":
            return by_words.by_operators(query)
        if mode == "meaning":
            return None, by_words.wanted(query), ()
        return (*by_words.plain(query), ())

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

    def _hits(self, scored: ScoredRows, wanted: Wanted) -> list[SearchHit]:
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
                    matches=tuple(find_matches(row[3], wanted, row[10])),
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
