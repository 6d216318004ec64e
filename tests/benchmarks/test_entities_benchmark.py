"""Names are joined as well as they were, on the short articles of our own; mentions are given, so no model is loaded."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

from entities import FILES, Name, join, read_cases, score_over, score_within


@pytest.fixture(scope="module")
def names() -> list[Name]:
    return join([case for path in FILES for case in read_cases(path)])


def test_names_within_articles_are_joined_and_only_they(names: list[Name]) -> None:
    score = score_within(names)
    assert score.precision >= 0.98
    assert score.f1 >= 0.95


def test_names_over_articles_are_joined_and_only_they(names: list[Name]) -> None:
    score = score_over(names)
    assert score.precision >= 0.98
    assert score.f1 >= 0.95


def test_there_are_sixty_articles_and_half_of_them_mislead() -> None:
    cases = [case for path in FILES for case in read_cases(path)]
    assert len(cases) >= 60
    assert len({case.id for case in cases}) == len(cases)
    assert sum(case.misleads for case in cases) * 2 >= len(cases)
