from __future__ import annotations

import pytest

from enrichers.figures.grammar import find_figures


@pytest.mark.parametrize(
    ("text", "modifier"),
    [
        ("The firm will invest $300 million over five years.", "exact"),
        ("The talks went on for over five hours.", "over"),
        ("The trial lasted over two weeks.", "over"),
        ("The bank spent more than three years on it.", "over"),
    ],
)
def test_over_a_length_of_time_means_during_unless_something_lasted(
    text: str, modifier: str
) -> None:
    figure = next(f for f in find_figures([text])[0] if f.kind == "duration")
    assert figure.modifier == modifier


def test_every_age_of_a_list_is_an_age() -> None:
    figures = find_figures(["Police arrested three men aged 22, 25 and 31 on a boat."])[0]
    ages = [(f.text, f.unit) for f in figures if f.kind == "duration"]
    assert ages == [("22", "year"), ("25", "year"), ("31", "year")]


def test_a_count_after_a_list_of_other_things_is_no_age() -> None:
    figures = find_figures(["They bought 22 boats, 25 cars and 31 tents."])[0]
    assert {f.kind for f in figures} == {"count"}
