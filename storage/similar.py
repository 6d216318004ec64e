"""Articles compared as wholes, by the mean of their vectors: all of them where they are few, else those that bits put in front.

The cosine of a mean with the query is the sum of its vectors' cosines over the length of their sum. Bits estimate the
cosines, and the length goes by how many vectors there are and how near those of one article are to one another.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from schemas.errors import UsageError
from schemas.protocols import Matrix
from storage.ranking import Lines
from storage.scan import Ids, Mask, first_words, pack_bits
from storage.scored_rows import ScoredRows, distinct
from storage.vector_index import RowVectors

FEWEST = 600
ONE_OF = 50
"""Of N articles at least N / 50 are compared exactly."""
_PER_HIT = 4
_SAMPLED = 32


def mean_of(
    rows: RowVectors, vectors: Sequence[Matrix], article_ids: Sequence[int]
) -> Matrix | None:
    """The mean, of length one, of vectors of length one and of the articles' own means; None where there is none of all.

    Raises UsageError for a vector of another shape than (1, dim).
    """
    for vector in vectors:
        if vector.shape != (1, rows.dim):
            raise UsageError(f"a vector of shape {vector.shape} where (1, {rows.dim}) is wanted")
    of_articles = [rows.of_article(one) for one in dict.fromkeys(article_ids)]
    units = [*vectors, *(unit_mean(windows) for windows in of_articles if len(windows))]
    return unit_mean(np.concatenate(units)) if units else None


def unit_mean(vectors: Matrix) -> Matrix:
    """The mean of the rows, shape (1, dim), of length one."""
    mean = vectors.mean(axis=0, keepdims=True)
    unit: Matrix = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return unit


def compare_articles(
    lines: Lines, vector: Matrix, number: int | None
) -> tuple[ScoredRows | None, ScoredRows | None]:
    """The rows of the articles that matter for so many hits, or of all: their articles' cosine, and their own."""
    rows, keep = lines.rows, lines.keep
    if number is None or lines.is_few:
        chosen = _lines_of_allowed(rows, keep)
    else:
        chosen = _nearest(rows, keep, vector[0], number)
    nearness, similarities = rows.compare_articles(vector[0], chosen)
    scored = ScoredRows(rows.article_ids[chosen], rows.row_ids[chosen], nearness, similarities)
    # Scores of one article's lines are one number, computed once; a row's windows give it several lines.
    scored = scored if keep is None else scored[keep[chosen]]
    order = np.lexsort((-scored.similarities, scored.row_ids))
    firsts = np.diff(scored.row_ids[order], prepend=-1) != 0
    return None, scored[order[firsts]]


def _lines_of_allowed(rows: RowVectors, keep: Mask | None) -> Ids:
    """All lines of the articles that have one left by `keep`: a mean is that of the whole article."""
    if keep is None:
        return np.arange(len(rows))
    return np.flatnonzero(np.isin(rows.article_ids, distinct(rows.article_ids[keep])))


def _nearest(rows: RowVectors, keep: Mask | None, query: NDArray[np.float32], number: int) -> Ids:
    """All lines of the articles that may be the nearest."""
    article_ids, places = rows.articles
    counts = np.bincount(places, minlength=len(article_ids)).astype(np.float64)
    signs = pack_bits(query[None])[0]
    seen = min(64 * first_words(len(signs)), rows.dim)
    # Two vectors differ in as many signs as the angle between them is of half a turn.
    cosines = np.cos(np.pi * np.arange(seen + 1) / seen)[rows.rough_distances(signs)]
    sums = np.bincount(places, weights=cosines, minlength=len(article_ids))
    within = _cosine_within(rows, article_ids)
    estimates = sums / np.sqrt(counts * (1 + (counts - 1) * within))
    if keep is not None:
        allowed = np.zeros(len(article_ids), dtype=np.bool_)
        allowed[places[keep]] = True
        estimates[~allowed] = -np.inf
    most = min(max(FEWEST, len(article_ids) // ONE_OF, _PER_HIT * number), len(article_ids))
    chosen = np.zeros(len(article_ids), dtype=np.bool_)
    chosen[np.argpartition(-estimates, most - 1)[:most]] = True
    return np.flatnonzero(chosen[places])


def _cosine_within(rows: RowVectors, article_ids: Ids) -> float:
    """How near the vectors of one article are to one another, in some of the articles."""
    total = pairs = 0.0
    for one in article_ids[:: max(len(article_ids) // _SAMPLED, 1)].tolist():
        units = rows.of_article(one)
        n = len(units)
        total += float(np.square(units.sum(axis=0)).sum()) - n
        pairs += n * (n - 1)
    return max(total / pairs, 0.0) if pairs else 0.0
