from __future__ import annotations

from decimal import Decimal

import pytest

from copydesk.marking import Mark, describe_figure, marked
from enrichers.figures.grammar import find_figures


@pytest.fixture(autouse=True)
def no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


def test_marks_that_end_together_close_in_turn() -> None:
    text = "beat Sinner 4-6"
    assert (
        marked(text, [Mark(5, 15, "entity"), Mark(12, 15, "figure")]).strip()
        == "beat [Sinner {4-6}]"
    )
    assert (
        marked(text, [Mark(12, 15, "figure"), Mark(5, 15, "entity")]).strip()
        == "beat [Sinner {4-6}]"
    )


def test_marks_that_begin_together_open_the_longer_one_first() -> None:
    marks = [Mark(0, 1, "figure"), Mark(0, 8, "entity")]
    assert marked("5 Nations", marks).strip() == "[{5} Nation]s"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("It rose 1.5 °C.", "1.5 °C = 1.5 celsius"),
        ("It lay there for two centuries.", "two centuries = 2 centuries"),
        ("It ran 3 km.", "3 km = 3 kilometres"),
    ],
)
def test_units_are_told_in_their_plural(text: str, meaning: str) -> None:
    figure = find_figures([text], [None])[0][0]
    assert isinstance(figure.value, Decimal)
    assert describe_figure(figure) == meaning
