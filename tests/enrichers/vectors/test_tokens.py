from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.vectors.model_folder import find_model
from enrichers.vectors.tokens import (
    OVERLAP,
    WindowTokenizer,
    cut_windows,
    load_tokenizer,
    pieces_of,
    without_lone_surrogates,
)
from schemas.errors import ModelUnavailableError


@pytest.fixture(scope="module")
def tokenizer() -> WindowTokenizer:
    return WindowTokenizer(load_tokenizer(find_model(None).tokenizer_file), max_tokens=256)


@given(st.integers(0, 3000), st.integers(1, 300))
def test_windows_leave_no_token_out_and_fit(length: int, room: int) -> None:
    windows = cut_windows(range(length), room)
    assert all(len(window) <= room for window in windows)
    assert sorted({token for window in windows for token in window}) == list(range(length))
    assert all(a[0] < b[0] for a, b in pairwise(windows))


@given(st.integers(255, 3000))
def test_neighbouring_windows_overlap(length: int) -> None:
    for left, right in pairwise(cut_windows(range(length), 254)):
        assert left[-1] - right[0] + 1 >= OVERLAP


def test_a_window_has_special_tokens_at_both_ends_within_the_limit(
    tokenizer: WindowTokenizer,
) -> None:
    ((short,), long) = tokenizer.windows(["rain", "rain " * 255])
    assert short == [101, 4542, 102]
    assert [len(window) for window in long] == [256, 256]
    assert all(window[0] == 101 and window[-1] == 102 for window in long)


def test_a_text_of_exactly_the_limit_is_one_window(tokenizer: WindowTokenizer) -> None:
    ((window,),) = tokenizer.windows(["rain " * 254])
    assert len(window) == 256


def test_an_empty_text_is_the_special_tokens_alone(tokenizer: WindowTokenizer) -> None:
    assert tokenizer.windows(["", "  "]) == [[[101, 102]], [[101, 102]]]


def test_a_prompt_stands_before_each_text(tokenizer: WindowTokenizer) -> None:
    assert tokenizer.windows(["rain"], prompt="query: ") == tokenizer.windows(["query: rain"])


@given(st.text(st.characters()))
def test_repaired_text_can_be_written_and_keeps_what_was_whole(text: str) -> None:
    repaired = without_lone_surrogates(text)
    repaired.encode("utf-8")
    assert without_lone_surrogates(repaired) == repaired


def test_a_damaged_tokenizer_file_is_a_missing_model(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelUnavailableError, match="tokenizer"):
        load_tokenizer(tmp_path / "tokenizer.json")


@given(st.text(alphabet="ab \n", max_size=60), st.integers(1, 20))
def test_pieces_of_a_long_text_are_the_text(text: str, size: int) -> None:
    pieces = list(pieces_of(text, size))
    assert "".join(pieces) == text
    assert all(0 < len(piece) <= size for piece in pieces)


def test_a_long_text_has_the_tokens_it_has_in_one_piece(
    tokenizer: WindowTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["Oil.", "Oil prices rose 5 percent on Monday. " * 300, "Gas fell."]
    whole = tokenizer.windows(texts)
    monkeypatch.setattr("enrichers.vectors.tokens._LONGEST_PIECE", 50)
    assert tokenizer.windows(texts) == whole
