"""What words and meaning say of the rows that matter for one query."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schemas.protocols import Matrix
from storage.candidates import compare
from storage.fusion import MEANING_WEIGHT
from storage.ranking import Lines
from storage.scan import Ids
from storage.scored_rows import ScoredRows
from storage.second_look import look_again
from storage.unread import behind_the_read, without_similarity


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A query in hybrid mode, or by meaning alone: its vector (1, dim), the lines to compare, the rows that have its words.

    `unread` are the articles that the model does not read.
    """

    vector: Matrix
    lines: Lines
    by_words: ScoredRows
    unread: Ids
    is_hybrid: bool

    def __call__(self, number: int | None) -> tuple[ScoredRows | None, ScoredRows | None]:
        """The rows that matter for so many hits, by words and by meaning; all there are for None."""
        found = without_similarity(self._nearest(number), self.unread)
        if not self.is_hybrid:
            return None, behind_the_read(found, self.by_words)
        by_words = self.by_words
        if number is not None and not self.lines.is_few:
            without_vector = ~np.isin(by_words.row_ids, self.lines.rows.row_ids)
            by_words = by_words[without_vector | np.isin(by_words.row_ids, found.row_ids)]
        return by_words, look_again(self.lines, self.vector[0], by_words, found)

    def _nearest(self, number: int | None) -> ScoredRows:
        rows = self.lines.rows
        liked = None
        if self.is_hybrid and len(self.by_words) and number is not None:
            shares = self.by_words.scores / self.by_words.scores.max()
            liked = self.by_words.row_ids, shares * ((1 - MEANING_WEIGHT) / MEANING_WEIGHT)
        every = len(rows) if number is None else number
        chosen, cosines = compare(rows, self.vector[0], self.lines.keep, k=every, liked=liked)
        row_ids = rows.row_ids[chosen]
        # A long row has a line a window: its similarity is that of the best of them.
        starts = np.flatnonzero(np.diff(row_ids, prepend=-1))
        best = np.maximum.reduceat(cosines, starts) if len(starts) else cosines
        return ScoredRows(rows.article_ids[chosen[starts]], row_ids[starts], best, best)
