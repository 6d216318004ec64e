"""No figures are read in a table that stands in a text; the sentences around it are read as ever."""

from __future__ import annotations

import pytest

from enrichers.figures.grammar import find_figures

BEFORE, AFTER = (
    "It lost $5 million last year.",
    "The firm has 300 workers in two towns at the river.",
)


def found_in(*lines: str) -> list[str]:
    """The texts of the figures, in order."""
    return [figure.text for figure in find_figures(["\n".join(lines)])[0]]


@pytest.mark.parametrize("row", ["17", "17,5", "17 | 5%", "total 17 5"])
def test_the_rows_behind_the_first_thousands_of_a_table_have_no_figures(row: str) -> None:
    figures = found_in(BEFORE, *[row] * 8_000, AFTER)
    assert figures[:2] == ["$5 million", "last year"]
    assert figures[-2:] == ["300", "two"]
    assert len(figures) < 6_000


def test_a_table_of_one_line_has_no_figures() -> None:
    assert found_in(BEFORE, "17 " * 6_000, AFTER) == ["$5 million", "last year", "300", "two"]


def test_a_short_table_is_read() -> None:
    assert found_in(*["$17"] * 20) == ["$17"] * 20


def test_a_long_text_of_sentences_is_read_to_its_end() -> None:
    assert found_in(*[AFTER] * 600).count("300") == 600
