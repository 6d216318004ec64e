"""Finding rows again: by meaning, by words, or by both, filters first.

A filtered search gives min(k, matches) hits, the same as brute force: what the filters leave is compared exactly, or, where
that are very many lines, those that `storage.candidates` chooses of it.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from schemas.filters import Filters
from schemas.protocols import Encoder, Matrix
from schemas.results import Facets
from schemas.searching import SearchOptions
from schemas.stored import Mode, SearchHit, SearchResult
from storage.compared import Compared
from storage.connection import snapshot
from storage.duplicates import duplicates_of
from storage.explain import explain
from storage.facets import count_facets
from storage.filters import ROWS
from storage.ranking import Lines, Ranking
from storage.read import read_figures, read_mentions, select_by_ids
from storage.scan import Ids, Mask
from storage.scored_rows import ScoredRows, nothing_found
from storage.similar import compare_articles, mean_of
from storage.unread import note_of, unread_articles
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
            return SearchResult(
                query=query, mode=mode, took_ms=0.0, total=total, hits=(), facets=_none(options)
            )
        # The model may take a second to load: not while a state of the file is being held for this search.
        vector = None
        if mode != "words":
            encoder = self.encoder()
            vector = encoder.encode_query(query)
            self.refresh()
        with snapshot(self.connection):
            if vector is not None and self.encoder() is not encoder:
                vector = self.encoder().encode_query(query)  # other vectors have just come to serve
            by_words = WordSearch(
                connection=self.connection, filters=filters, languages=self._languages(filters)
            )
            if vector is None:
                rows, wanted, notes = by_words.by_operators(query)
                ranking = Ranking(self.connection, options, lambda _: (rows, None), None)
                found = self._found(ranking, k, wanted)
            else:
                wanted = by_words.wanted(query)
                compared = self._compared(query, vector, by_words, is_hybrid=mode == "hybrid")
                ranking = Ranking(self.connection, options, compared, compared.lines)
                found = self._found(ranking, k, wanted, unread=compared.unread)
                notes = self._notes(compared.lines, filters) + note_of(self.encoder(), found.hits)
            total = ranking.total() if mode == "words" else None
        return SearchResult(
            query=query,
            mode=mode,
            took_ms=round((time.perf_counter() - began) * 1000, 3),
            total=total,
            hits=found.hits,
            notes=notes,
            facets=found.facets,
        )

    def similar(
        self,
        vectors: Sequence[Matrix],
        article_ids: Sequence[int],
        k: int,
        filters: Filters,
        options: SearchOptions = _ANY,
    ) -> SearchResult:
        """Articles whose mean vector is nearest to that of the given ones and of stored articles, which are left out.

        Each hit shows its row nearest to that mean. Each of `vectors` has shape (1, dim) and length one.
        """
        began = time.perf_counter()
        self.refresh()
        with snapshot(self.connection):
            rows = self._vectors(filters)
            mean = mean_of(rows, vectors, article_ids)
            found = _Found((), _none(options))
            if mean is not None and k > 0:
                lines = Lines(rows, self._keep(rows, filters, article_ids))
                compare = partial(compare_articles, lines, mean)
                ranking = Ranking(self.connection, options, compare, lines)
                found = self._found(ranking, k, Wanted([]), of_means=True)
        return SearchResult(
            query=" ".join(map(str, article_ids)),
            mode="meaning",
            took_ms=round((time.perf_counter() - began) * 1000, 3),
            total=None,
            hits=found.hits,
            notes=() if mean is not None else ("what is to be compared has no vector",),
            facets=found.facets,
        )

    def _found(
        self,
        ranking: Ranking,
        k: int,
        wanted: Wanted,
        *,
        unread: Ids | None = None,
        of_means: bool = False,
    ) -> _Found:
        """The hits of a page with all that is asked to be said of them, and the facets."""
        options = ranking.options
        rows = ranking.hits(options.offset + k)
        rows = rows[np.arange(min(options.offset, len(rows)), len(rows))]
        hits = self._hits(rows, wanted)
        if unread is not None and len(unread):
            not_read = np.isin(rows.article_ids, unread).tolist()
            pairs = zip(hits, not_read, strict=True)
            hits = [replace(hit, ranked_by="words" if is_one else None) for hit, is_one in pairs]
        if options.explain:
            reasons = explain(ranking, hits, rows, of_means=of_means)
            hits = [replace(hit, explain=why) for hit, why in zip(hits, reasons, strict=True)]
        if options.fold:
            others = duplicates_of(ranking, rows)
            hits = [replace(hit, duplicates=one) for hit, one in zip(hits, others, strict=True)]
        facets = None
        if options.facets:
            ids = ranking.matching()
            units = ids[options.per == "paragraph"]
            facets = count_facets(self.connection, options.facets, units, ids)
        return _Found(tuple(hits), facets)

    def _lines(self, filters: Filters) -> Lines:
        rows = self._vectors(filters)
        return Lines(rows, allowed_lines(self.connection, rows, filters))

    def _keep(self, rows: RowVectors, filters: Filters, left_out: Sequence[int]) -> Mask | None:
        allowed = allowed_lines(self.connection, rows, filters)
        if not left_out:
            return allowed
        others = ~np.isin(rows.article_ids, np.array(left_out, dtype=np.int64))
        return others if allowed is None else others & allowed

    def _vectors(self, filters: Filters) -> RowVectors:
        encoder = self.encoder()
        return self.index.rows(encoder.provenance, encoder.dim, filters.include)

    def refresh(self) -> None:
        """Bring the files of vectors up to date, while no state of the database is held."""
        encoder = self.encoder()
        self.index.refresh(encoder.provenance, encoder.dim)

    def _compared(
        self, query: str, vector: Matrix, words: WordSearch, *, is_hybrid: bool
    ) -> Compared:
        unread = unread_articles(self.connection, self.encoder(), words.languages)
        lines = self._lines(words.filters)
        by_words = nothing_found()
        if is_hybrid or len(unread):
            by_words = words.plain(query, lines.rows.article_of if lines.keep is None else None)[0]
        return Compared(
            vector=vector,
            lines=lines,
            by_words=by_words,
            unread=unread,
            is_hybrid=is_hybrid,
        )

    def _languages(self, filters: Filters) -> list[str | None]:
        """The languages that are searched, the most common first; words have stems where nothing is stored, too."""
        if filters.lang:
            return [filters.lang]
        rows = self.connection.execute(
            """SELECT language FROM renderings WHERE current = 1 GROUP BY language
               ORDER BY count(*) DESC, language"""
        )
        return [row[0] for row in rows] or [None]

    def _notes(self, lines: Lines, filters: Filters) -> tuple[str, ...]:
        if not lines.are_none or not has_rows(self.connection, filters):
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


@dataclass(frozen=True, slots=True)
class _Found:
    hits: tuple[SearchHit, ...]
    facets: Facets | None


def _none(options: SearchOptions) -> Facets | None:
    """The facets of nothing."""
    return dict.fromkeys(options.facets, ()) if options.facets else None
