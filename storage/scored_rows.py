"""Rows with their scores, as each way to search gives them, and the best row of each article."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LOOKED_AT = 256
_PER_GROUP = 8

Ids = NDArray[np.int64]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ScoredRows:
    """Rows with their scores, in no order: shapes (n,) each. `similarities` is NaN where a row has no vector."""

    article_ids: Ids
    row_ids: Ids
    scores: Scores
    similarities: Scores

    def __len__(self) -> int:
        return len(self.row_ids)

    def __getitem__(self, chosen: NDArray[np.bool_] | Ids) -> ScoredRows:
        """Some of the rows: by a mask, or by their places."""
        return ScoredRows(
            self.article_ids[chosen],
            self.row_ids[chosen],
            self.scores[chosen],
            self.similarities[chosen],
        )

    def only(self, article_ids: Ids) -> ScoredRows:
        """The rows of these articles."""
        return self[np.isin(self.article_ids, article_ids)]

    def less(self, shares: Scores) -> ScoredRows:
        """The rows with a share taken off each score."""
        scores = self.scores - shares * np.abs(self.scores)
        return ScoredRows(self.article_ids, self.row_ids, scores, self.similarities)

    def and_also(self, other: ScoredRows) -> ScoredRows:
        """These rows and others, which are none of them."""
        return ScoredRows(
            np.concatenate((self.article_ids, other.article_ids)),
            np.concatenate((self.row_ids, other.row_ids)),
            np.concatenate((self.scores, other.scores)),
            np.concatenate((self.similarities, other.similarities)),
        )


def rows_by_words(found: Iterable[tuple[int, int, float]]) -> ScoredRows:
    """Rows from (article, row, BM25); a word that most rows hold counts nothing there, but its rows match still."""
    rows = list(found)
    return ScoredRows(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.maximum(np.array([row[2] for row in rows], dtype=np.float64), 1e-9),
        np.full(len(rows), np.nan),
    )


def distinct(ids: Ids) -> Ids:
    """Each of `ids` once, in order. np.unique hashes them, which takes ten times as long where there are many."""
    ordered = np.sort(ids)
    found: Ids = ordered[np.diff(ordered, prepend=ordered[:1] - 1) != 0]
    return found


def nothing_found() -> ScoredRows:
    """No rows."""
    none, blank = np.zeros(0, dtype=np.int64), np.zeros(0)
    return ScoredRows(none, none, blank, blank)


def best_of_each(scored: ScoredRows, k: int, groups: Ids | None = None) -> ScoredRows:
    """The best row of each of the k best articles, best first; or of whatever `groups` says that each row belongs to."""
    of = scored.article_ids if groups is None else groups
    # Scores count to a millionth of the best: what differs by less is the same text, computed in another place.
    top = max(float(np.abs(scored.scores).max(initial=0.0)), 1e-300)
    scores = (scored.scores / top).round(6)
    number = max(_LOOKED_AT, _PER_GROUP * k)
    while True:
        order = _order(scored, scores, number)
        _, first = np.unique(of[order], return_index=True)
        if len(first) >= k or len(order) == len(scored):
            return scored[order[np.sort(first)[:k]]]
        number *= _PER_GROUP


def _order(scored: ScoredRows, scores: Scores, number: int) -> Ids:
    """So many of the best and all that are equal to the last of them, best first; ties go to the lower article, then the nearer row."""
    least = np.partition(scores, -number)[-number] if number < len(scores) else -np.inf
    chosen = np.flatnonzero(scores >= least)
    nearness = np.nan_to_num(scored.similarities[chosen], nan=-2.0).round(6)
    keys = (scored.row_ids[chosen], -nearness, scored.article_ids[chosen], -scores[chosen])
    order: Ids = chosen[np.lexsort(keys)]
    return order
