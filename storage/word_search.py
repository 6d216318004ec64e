"""Rows found by their words: any of them ranked by BM25, or those of the articles that a query with operators finds."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from schemas.filters import Filters
from storage.boolean import FTS, BooleanQuery
from storage.filters import row_conditions
from storage.query_language import Node, QuerySyntaxError, parse_query
from storage.scored_rows import ScoredRows, nothing_found, rows_by_words
from storage.words import Wanted, match_expression, query_words

ANOTHER_ROW = 0.3
"""Cranfield, whose documents are a title and a text: nDCG@10 .378 without, .394 with .3, .400 with .5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordSearch:
    """Searches by words of one open file, among the rows that `filters` leave, in the languages that are searched."""

    connection: sqlite3.Connection
    filters: Filters
    languages: Sequence[str | None]

    def plain(self, query: str) -> tuple[ScoredRows, Wanted]:
        """The rows with any word of `query`, and what to mark in them."""
        wanted = self.wanted(query)
        if not wanted.stems:
            return nothing_found(), wanted
        return _with_another(rows_by_words(self._ranked(match_expression(wanted.stems)))), wanted

    def wanted(self, query: str) -> Wanted:
        """What to mark in what `query` finds."""
        return Wanted(query_words(query, self.languages))

    def by_operators(self, query: str) -> tuple[ScoredRows, Wanted, tuple[str, ...]]:
        """The rows of the articles that `query` finds, with notes for people.

        Where it has no operators, or does not parse, it is plain words.
        """
        try:
            node = parse_query(query)
        except QuerySyntaxError as error:
            return (*self.plain(query), (f"searched as plain words: {error}",))
        if node is None:
            return (*self.plain(query), ())
        return (*self._of_node(node), ())

    def _of_node(self, node: Node) -> tuple[ScoredRows, Wanted]:
        """Of every article the rows with the words that it is to have; where it is to have none, its first row."""
        query = BooleanQuery(
            connection=self.connection,
            node=node,
            filters=self.filters,
            languages=self.languages,
        )
        article_ids = query.article_ids()
        rows = _with_another(rows_by_words(query.ranked_rows()).only(article_ids))
        without = np.setdiff1d(article_ids, rows.article_ids)
        return rows.and_also(rows_by_words(query.first_rows(without))), query.wanted()

    def _ranked(self, expression: str) -> list[tuple[int, int, float]]:
        rows = row_conditions(self.filters, self.connection)
        return self.connection.execute(
            f"""SELECT r.article_id, p.id, -bm25(paragraphs_fts) FROM {FTS}
                WHERE paragraphs_fts MATCH ? AND {rows.sql}""",
            (expression, *rows.values),
        ).fetchall()


def _with_another(found: ScoredRows) -> ScoredRows:
    """The rows, each with a part of the score of the best other row of its article: a title and a text that both answer."""
    if not len(found):
        return found
    order = np.lexsort((-found.scores, found.article_ids))
    firsts = np.flatnonzero(np.diff(found.article_ids[order], prepend=-1))
    sizes = np.diff(np.append(firsts, len(order)))
    seconds = np.where(sizes > 1, found.scores[order[np.minimum(firsts + 1, len(order) - 1)]], 0.0)
    others = np.empty(len(order))
    others[order] = np.repeat(found.scores[order[firsts]], sizes)
    others[order[firsts]] = seconds
    scores = found.scores + ANOTHER_ROW * others
    return ScoredRows(found.article_ids, found.row_ids, scores, found.similarities)
