"""The best row of each article, told without putting all rows in order."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.scored_rows import ScoredRows, best_of_each


@settings(max_examples=60)
@given(
    st.integers(0, 900),
    st.integers(1, 400),
    st.integers(1, 300),
    st.integers(0, 6),
    st.integers(0, 2**32 - 1),
)
def test_the_best_of_each_are_those_of_all_rows_in_order(
    number: int, k: int, articles: int, digits: int, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    scores = chance.normal(size=number).round(digits)
    similarities = np.where(chance.random(number) < 0.2, np.nan, chance.random(number).round(1))
    article_ids = chance.integers(1, articles + 1, number)
    row_ids = chance.permutation(number).astype(np.int64)
    found = best_of_each(ScoredRows(article_ids, row_ids, scores, similarities), k)

    top = max(np.abs(scores).max(initial=0.0), 1e-300)
    nearness = np.nan_to_num(similarities, nan=-2.0)
    keys = zip(-(scores / top).round(6), article_ids, -nearness, row_ids, strict=True)
    best: dict[int, int] = {}
    for _, article, _, row in sorted(keys):
        best.setdefault(int(article), int(row))
    assert found.row_ids.tolist() == list(best.values())[:k]
