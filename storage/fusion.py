"""How what words and what meaning say of rows becomes one score.

A convex sum: MEANING_WEIGHT of the cosine and the rest of BM25, each divided by the query's best, as in Bruch, Gai and
Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (TOIS 2023), with the maximum as the only bound. A row of which
meaning says nothing (no vector yet, or a language that the model does not read) is ranked by its words alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from storage.scored_rows import ScoredRows, Scores, distinct, nothing_found

MEANING_WEIGHT = 0.65
_UNRELATED, _RELATED = 0.2, 0.4
"""A query in another language has best cosines of .05 to .3 with English paragraphs, one in English of .4 and more."""
_LAST = 1e-3


def fuse(by_words: ScoredRows | None, by_meaning: ScoredRows | None) -> ScoredRows:
    """One score a row. A side that found nothing leaves the other as it is."""
    if by_meaning is None or not len(by_meaning.row_ids):
        return by_words or nothing_found()
    if by_words is None:
        return by_meaning
    row_ids = distinct(np.concatenate((by_words.row_ids, by_meaning.row_ids)))
    in_words = np.searchsorted(row_ids, by_words.row_ids)
    in_meaning = np.searchsorted(row_ids, by_meaning.row_ids)
    article_ids = np.zeros(len(row_ids), dtype=np.int64)
    article_ids[in_words] = by_words.article_ids
    article_ids[in_meaning] = by_meaning.article_ids
    similarities = np.full(len(row_ids), np.nan)
    similarities[in_meaning] = by_meaning.similarities
    scores = np.zeros(len(row_ids))
    scores[in_meaning] = parts_by_meaning(by_words, by_meaning)
    if len(by_words.row_ids):
        scores[in_words] += parts_by_words(by_words, by_meaning)
    return ScoredRows(article_ids, row_ids, scores, similarities)


def parts_by_meaning(by_words: ScoredRows, by_meaning: ScoredRows) -> Scores:
    """What the cosine of each row adds to its score. A row that the model cannot read stands behind all that have a word."""
    weight = MEANING_WEIGHT * (_trust(by_meaning) if _alone(by_words, by_meaning).any() else 1.0)
    found: Scores = weight * np.maximum(by_meaning.scores / cosine_bound(by_meaning), -1.0)
    unread = np.isnan(by_meaning.similarities)
    found[unread] = _LAST * by_meaning.scores[unread]
    return found


def parts_by_words(by_words: ScoredRows, by_meaning: ScoredRows) -> Scores:
    """What the words of each row add to its score: all that it has where meaning says nothing of it.

    Where the query is one that the model reads, an exact word elsewhere stands no higher than the nearest meaning does.
    """
    alone = 1.0 - (1.0 - MEANING_WEIGHT) * _trust(by_meaning)
    weights = np.where(_alone(by_words, by_meaning), alone, 1 - MEANING_WEIGHT)
    found: Scores = weights * by_words.scores / by_words.scores.max(initial=1e-9)
    return found


def cosine_bound(by_meaning: ScoredRows) -> float:
    """What cosines are divided by.

    Where none is above nothing, they are set against the lowest: the words must not drown in a division.
    """
    scores = by_meaning.scores[~np.isnan(by_meaning.similarities)]
    best = float(scores.max(initial=-1.0))
    return best if best > 0 else max(float(-scores.min(initial=0.0)), 1e-9)


def _alone(by_words: ScoredRows, by_meaning: ScoredRows) -> NDArray[np.bool_]:
    """Which rows that have a word meaning says nothing of."""
    read = by_meaning.row_ids[~np.isnan(by_meaning.similarities)]
    return ~np.isin(by_words.row_ids, read)


def _trust(by_meaning: ScoredRows) -> float:
    """How much the query is one that the model reads, from 0 to 1, by the best raw cosine."""
    cosines = by_meaning.similarities[~np.isnan(by_meaning.similarities)]
    best = float(cosines.max(initial=-1.0))
    return min(max((best - _UNRELATED) / (_RELATED - _UNRELATED), 0.0), 1.0)
