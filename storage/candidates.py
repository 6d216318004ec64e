"""Which lines a search by meaning compares exactly: all where they are few, else those that their bits put in front.

Where words are searched too, a row that they found is a candidate by what both together may give it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from storage.scan import Ids, Mask
from storage.vector_index import RowVectors, Scores

FEWEST = 1500
"""Of 100,000 lines about real paragraphs, 400 candidates hold 981 of a thousand nearest, 1,000 hold 995, 2,000 hold 999."""
ONE_OF = 250
"""Of N lines at least N / 250 are candidates: of a million, 4,000 hold 996 of a thousand nearest."""
_PER_HIT = 8


def compare(
    rows: RowVectors,
    query: NDArray[np.float32],
    keep: Mask | None,
    *,
    k: int,
    liked: tuple[Ids, Scores] | None = None,
) -> tuple[Ids, Scores]:
    """The lines that matter for the k best articles, of those that `keep` leaves, in order, and their exact cosines.

    `liked` are ids of rows and what words add to their score where the best cosine adds one. A row that is among neither
    the nearest nor the liked ones has no line here.
    """
    if rows.is_few(keep):
        lines = np.arange(len(rows)) if keep is None else np.flatnonzero(keep)
        return lines, rows.cosines(query, None if keep is None else lines)
    estimates = rows.estimates(query)
    allowed = len(rows) if keep is None else int(keep.sum())
    count = min(max(FEWEST, allowed // ONE_OF, _PER_HIT * k), allowed)
    order = None if liked is None else _by_both(rows, estimates, keep, liked)
    while True:
        lines = rows.nearest(estimates, keep, count)
        if order is not None:
            lines = np.union1d(lines, order[:count])
        # The best of each article is a hit: many lines may be of few articles.
        if count >= allowed or len(np.unique(rows.article_ids[lines])) >= k:
            return lines, rows.cosines(query, lines)
        count *= 4


def _by_both(
    rows: RowVectors,
    estimates: NDArray[np.uint16],
    keep: Mask | None,
    liked: tuple[Ids, Scores],
) -> Ids:
    """The lines of liked rows, by what they may come to in the end, best first."""
    found = np.isin(rows.row_ids, liked[0])
    lines = np.flatnonzero(found if keep is None else found & keep)
    # Two vectors differ in as many signs as the angle between them is of half a turn.
    cosines = np.cos(np.pi * estimates[lines] / rows.dim)
    nearest = np.cos(np.pi * float(estimates.min()) / rows.dim)
    order = np.argsort(liked[0])
    places = np.searchsorted(liked[0][order], rows.row_ids[lines])
    scores = cosines / max(nearest, 1e-3) + liked[1][order][places]
    # The most that words give is what their scores are measured by.
    scores[places == int(np.argmax(liked[1][order]))] = np.inf
    best: Ids = lines[np.argsort(-scores, kind="stable")]
    return best
