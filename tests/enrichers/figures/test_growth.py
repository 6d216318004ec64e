"""Figures are found in time that grows with the length of the text, also in texts that are made to cost more."""

from __future__ import annotations

import pytest

from enrichers.figures.grammar import find_figures
from tests.growth import LINEAR, growth

REPEATED = (
    "Boeing 737 than some of them ",  # each number asks whether the line is a headline
    "between 5 and some more of it ",
    "5 feet and then nothing at all ",
    "(5 of them and not the others ",
    "imports from one of the others ",
)


@pytest.mark.parametrize("repeated", REPEATED)
def test_eight_times_the_sentence_takes_about_eight_times_as_long(repeated: str) -> None:
    def make(size: int) -> str:
        return (repeated * (size // len(repeated) + 1))[:size]

    assert growth(lambda text: find_figures([text]), make, 64_000) < LINEAR


def test_a_long_name_that_opens_the_sentence_is_not_read_for_each_figure() -> None:
    def make(size: int) -> str:
        return "A-" * (size // 4) + " 5 tonnes of some other thing" * (size // 58)

    assert growth(lambda text: find_figures([text]), make, 128_000) < LINEAR
