"""Which lines a search by meaning compares exactly: all where they are few, else those that their bits put in front.

Where words are searched too, a row that they found is a candidate by what both together may give it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from storage.scan import (
    Bits,
    Distances,
    Ids,
    Mask,
    around_nearest,
    distances,
    pack_bits,
    sign_products,
)
from storage.scored_rows import distinct
from storage.vector_index import RowVectors, Scores

FEWEST = 750
"""Of so many lines at least the exact cosine is taken: of 60,000 about random middles they hold 998 of a thousand nearest."""
ONE_OF = 800
"""And of one in so many where there are more."""
_ROUGHLY, _ROUGHLY_ONE_OF = 6, 80
"""So many times as many by the first of their signs, or one in 80, before those are ordered by all signs and the query's values.

Of a million lines about real paragraphs, 12,000 by two thirds of their signs, and 1,500 of those by the query's values,
hold 996 of a thousand nearest, 1,000 of them 993; 4,000 straight by all signs hold 990, and take longer.
"""
_PER_HIT = 8
_SPARSE = 16
"""Where a filter leaves fewer than one line in so many, the signs of those are picked out; else all are gone through."""
_LINES_AT_ONCE = 1 << 17


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
    allowed = len(rows) if keep is None else int(np.count_nonzero(keep))
    count = min(max(FEWEST, allowed // ONE_OF, _PER_HIT * k), allowed)
    order: Ids | None = None
    while True:
        lines = nearest(rows, query, keep, count=count)
        if liked is not None:
            order = _by_both(rows, query, keep, liked, lines) if order is None else order
            lines = distinct(np.concatenate((lines, order[:count])))
        # The best of each article is a hit: many lines may be of few articles.
        if count >= allowed or len(distinct(rows.article_ids[lines])) >= k:
            return lines, rows.cosines(query, lines)
        count = min(count * 4, allowed)


def nearest(rows: RowVectors, query: NDArray[np.float32], keep: Mask | None, *, count: int) -> Ids:
    """`count` lines of those that `keep` leaves, or all where it leaves fewer: nearly always with the nearest. In order."""
    lines = _roughly_nearest(rows, pack_bits(query[None])[0], keep, count)
    if len(lines) <= count:
        return lines
    products = np.empty(len(lines), dtype=np.float32)
    for part in _parts(len(lines)):
        products[part] = sign_products(rows.bits(lines[part]), query)
    best: Ids = lines[np.sort(np.argpartition(-products, count)[:count])]
    return best


def _roughly_nearest(rows: RowVectors, signs: Bits, keep: Mask | None, count: int) -> Ids:
    """All lines that `keep` leaves where they are few of many, else many times `count` of them by their first signs."""
    allowed = len(rows) if keep is None else int(np.count_nonzero(keep))
    number = max(_ROUGHLY * count, allowed // _ROUGHLY_ONE_OF)
    if number >= allowed or allowed * _SPARSE < len(rows):
        return np.arange(len(rows)) if keep is None else np.flatnonzero(keep)
    rough = rows.rough_distances(signs)
    if keep is not None:
        rough = np.where(keep, rough, np.iinfo(rough.dtype).max)
    return around_nearest(rough, number)


def _distances(rows: RowVectors, signs: Bits, lines: Ids) -> Distances:
    """In how many signs each of `lines` differs."""
    found = np.empty(len(lines), dtype=np.uint16)
    for part in _parts(len(lines)):
        found[part] = distances(rows.bits(lines[part]), signs)
    return found


def _parts(number: int) -> Iterator[slice]:
    """So many lines, as many at a time as may well stand in memory."""
    return (slice(first, first + _LINES_AT_ONCE) for first in range(0, number, _LINES_AT_ONCE))


def _by_both(
    rows: RowVectors,
    query: NDArray[np.float32],
    keep: Mask | None,
    liked: tuple[Ids, Scores],
    near: Ids,
) -> Ids:
    """The lines of liked rows, by what they may come to in the end, best first; `near` are the nearest of all."""
    found = np.isin(rows.row_ids, liked[0])
    lines = np.flatnonzero(found if keep is None else found & keep)
    signs = pack_bits(query[None])[0]
    # Two vectors differ in as many signs as the angle between them is of half a turn.
    cosines = np.cos(np.pi * _distances(rows, signs, lines) / rows.dim)
    nearest = np.cos(np.pi * float(_distances(rows, signs, near).min()) / rows.dim)
    order = np.argsort(liked[0])
    places = np.searchsorted(liked[0][order], rows.row_ids[lines])
    scores = cosines / max(nearest, 1e-3) + liked[1][order][places]
    # The most that words give is what their scores are measured by.
    scores[places == int(np.argmax(liked[1][order]))] = np.inf
    best: Ids = lines[np.argsort(-scores, kind="stable")]
    return best
