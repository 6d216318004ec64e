"""The table of benchmarks/corrections.py: that every correction it takes away is still there to take, and comes back."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

import corrections

from enrichers.entities.boundaries import trim
from enrichers.entities.spans import Span


def found(correction: corrections.Correction) -> list[object]:
    places = (place.split(":") for place in correction.off)
    return [getattr(import_module(f"{corrections.ROOM}.{module}"), name) for module, name in places]


@pytest.mark.parametrize("correction", corrections.CORRECTIONS, ids=lambda one: str(one.name))
def test_a_correction_is_off_only_while_it_is_switched_off(
    correction: corrections.Correction,
) -> None:
    before = found(correction)
    with corrections.without(correction):
        assert all(one is not other for one, other in zip(found(correction), before, strict=True))
    assert found(correction) == before


def test_without_titles_cut_a_title_stays() -> None:
    text, span = "President Renko", Span(0, 15, "PERSON")
    (titles,) = (one for one in corrections.CORRECTIONS if one.name == "boundaries: titles")
    with corrections.without(titles):
        assert trim(text, span) == span
    assert trim(text, span) == Span(10, 15, "PERSON")


def test_names_are_scored_against_what_is_marked() -> None:
    text, gold = corrections._marked(
        ["Renko came.", "To Oslo."], [[Span(0, 5, "PERSON")], [Span(3, 7, "GPE")]]
    )
    assert [text[start:end] for start, end, _ in gold] == ["Renko", "Oslo"]
