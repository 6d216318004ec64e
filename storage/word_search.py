"""Rows found by their words: any of them ranked by BM25, or those of the articles that a query with operators finds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from schemas.filters import Filters
from storage.boolean import FTS, BooleanQuery
from storage.filters import ROWS, row_conditions
from storage.query_language import Node, QuerySyntaxError, parse_query
from storage.scored_rows import Ids, ScoredRows, nothing_found, rows_by_words
from storage.values import dump
from storage.words import Wanted, match_expression, query_words

ArticleOf = Callable[[Ids], Ids]
"""The article of each row; 0 for a row that is not known."""

ANOTHER_ROW = 0.3
"""Cranfield, whose documents are a title and a text: nDCG@10 .378 without, .394 with .3, .400 with .5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordSearch:
    """Searches by words of one open file, among the rows that `filters` leave, in the languages that are searched."""

    connection: sqlite3.Connection
    filters: Filters
    languages: Sequence[str | None]

    def plain(self, query: str, article_of: ArticleOf | None = None) -> tuple[ScoredRows, Wanted]:
        """The rows with any word of `query`, and what to mark in them.

        `article_of` tells the articles of rows that are known to be searched, where no filter is set.
        """
        wanted = self.wanted(query)
        if not wanted.stems:
            return nothing_found(), wanted
        expression = match_expression(wanted.stems)
        if article_of is None:
            return _with_another(rows_by_words(self._ranked(expression))), wanted
        return _with_another(self._ranked_of_known(expression, article_of)), wanted

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

    def _ranked_of_known(self, expression: str, article_of: ArticleOf) -> ScoredRows:
        """As `_ranked`, a third of its time: what is known of a row is not asked for row by row."""
        found = self.connection.execute(
            "SELECT 0, rowid, -rank FROM paragraphs_fts WHERE paragraphs_fts MATCH ?", (expression,)
        ).fetchall()
        rows = rows_by_words(found)
        article_ids = article_of(rows.row_ids)
        rows = ScoredRows(article_ids, rows.row_ids, rows.scores, rows.similarities)
        unknown = rows[article_ids == 0]
        conditions = row_conditions(self.filters)
        others = dict(
            self.connection.execute(
                f"""SELECT p.id, r.article_id FROM {ROWS}
                    WHERE p.id IN (SELECT value FROM json_each(?)) AND {conditions.sql}""",
                (dump(unknown.row_ids.tolist()), *conditions.values),
            ).fetchall()
        )
        articles = np.array(
            [others.get(one, 0) for one in unknown.row_ids.tolist()], dtype=np.int64
        )
        unknown = ScoredRows(articles, unknown.row_ids, unknown.scores, unknown.similarities)
        return rows[article_ids != 0].and_also(unknown[articles != 0])

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
