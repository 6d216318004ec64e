"""Vectors read from a file are those that were written, whichever are asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import vector_rows
from storage.vector_rows import VectorRows

NUMBER, DIM = 200, 24
MATRIX = np.random.default_rng(1).standard_normal((NUMBER, DIM)).astype(np.float16)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("rows") / "vectors"
    place.write_bytes(MATRIX.tobytes())
    return place


@pytest.mark.parametrize("mapped_bytes", [0, 1 << 28])
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.integers(0, NUMBER - 1), max_size=50))
def test_lines_come_in_the_order_asked_for(
    path: Path, mapped_bytes: int, lines: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_rows, "_MAPPED_BYTES", mapped_bytes)
    rows = VectorRows(path, MATRIX)
    for asked in (lines, sorted(lines)):
        chosen = np.array(asked, dtype=np.int64)
        assert np.array_equal(rows.read(chosen), MATRIX[chosen])


def test_what_a_file_has_lost_reads_as_zeros(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_rows, "_MAPPED_BYTES", 0)
    place = tmp_path / "vectors"
    place.write_bytes(MATRIX[:100].tobytes()[:-3])
    found = VectorRows(place, MATRIX).read(np.array([0, 98, 99, 150]))
    assert np.array_equal(found[:2], MATRIX[[0, 98]])
    assert np.array_equal(found[2, : DIM - 2], MATRIX[99, : DIM - 2])
    assert not found[3].any()
