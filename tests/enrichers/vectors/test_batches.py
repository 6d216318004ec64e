from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from enrichers.vectors.batches import MAX_BATCH_TOKENS, mean_pool, pad, plan_batches, unit


@given(st.lists(st.integers(1, 256), max_size=60), st.integers(1, 8))
def test_each_window_is_in_one_batch_below_the_cap(lengths: list[int], workers: int) -> None:
    windows = [[1] * length for length in lengths]
    batches = plan_batches(windows, workers=workers)
    assert sorted(index for batch in batches for index in batch) == list(range(len(windows)))
    for batch in batches:
        assert len(batch) * max(lengths[index] for index in batch) <= MAX_BATCH_TOKENS


def test_a_single_article_is_shared_among_the_workers() -> None:
    assert len(plan_batches([[1] * 50] * 20, workers=4)) == 4


def test_padding_is_masked() -> None:
    ids, mask = pad([[5, 6, 7], [8]], pad_id=1)
    assert ids.tolist() == [[5, 6, 7], [8, 1, 1]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]


def test_the_mean_leaves_padding_out() -> None:
    states = np.array([[[2.0, 0.0], [4.0, 0.0], [9.0, 9.0]]], dtype=np.float32)
    assert mean_pool(states, np.array([[1, 1, 0]])).tolist() == [[3.0, 0.0]]


@given(st.lists(st.floats(allow_nan=True, width=32), min_size=4, max_size=4))
def test_any_row_becomes_a_unit_row(row: list[float]) -> None:
    length = np.linalg.norm(unit(np.array([row], dtype=np.float32)).astype(np.float64))
    assert abs(length - 1) < 1e-4
