"""Bits count as they are, by however many threads, and the lines nearest by them are found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import scan
from storage.scan import (
    around_nearest,
    bits_of,
    distances,
    first_words,
    pack_bits,
    rough_distances,
    sign_products,
    to_blocks,
)

DIM, NUMBER = 400, 3 * scan.BLOCK + 17
MATRIX = np.random.default_rng(2).standard_normal((NUMBER, DIM)).astype(np.float32)
BITS = pack_bits(MATRIX)
BLOCKS = to_blocks(BITS)
QUERY = MATRIX[5] - 0.5 * MATRIX[6]


@pytest.mark.parametrize("cores", [1, 3])
def test_rough_distances_are_those_of_the_first_signs_by_any_number_of_threads(
    cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "_BLOCKS_A_THREAD", 1)
    monkeypatch.setattr(scan, "_cores", lambda: cores)
    signs = pack_bits(QUERY[None])[0]
    words = first_words(len(signs))
    expected = ((MATRIX > 0) != (QUERY > 0))[:, : 64 * words].sum(axis=1)
    assert np.array_equal(rough_distances(BLOCKS, NUMBER, signs), expected)
    assert len(rough_distances(BLOCKS[:0], 0, signs)) == 0


def test_chosen_bits_differ_and_weigh_as_their_signs_do() -> None:
    lines = np.array([NUMBER - 1, 0, scan.BLOCK, 7, 7])
    signs = pack_bits(QUERY[None])[0]
    assert np.array_equal(bits_of(BLOCKS, lines), BITS[lines])
    differing = ((MATRIX[lines] > 0) != (QUERY > 0)).sum(axis=1)
    assert np.array_equal(distances(BITS[lines], signs), differing)
    expected = (MATRIX[lines] > 0).astype(np.float32) @ QUERY
    assert sign_products(BITS[lines], QUERY) == pytest.approx(expected, abs=1e-4)


@given(values=st.lists(st.integers(0, 30) | st.just(65535), max_size=60), count=st.integers(0, 70))
def test_at_least_as_many_lines_as_asked_for_are_the_nearest(values: list[int], count: int) -> None:
    found = around_nearest(np.array(values, dtype=np.uint16), count).tolist()
    counting = [n for n, value in enumerate(values) if value != 65535]
    assert found == sorted(found)
    assert set(found) <= set(counting)
    assert len(found) >= min(count, len(counting))
    left = set(counting) - set(found)
    assert not left or not found or max(values[n] for n in found) < min(values[n] for n in left)
