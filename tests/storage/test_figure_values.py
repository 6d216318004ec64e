"""What the store finds by unit and bounds is what comparing each figure by itself finds."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.marks import Figure
from schemas.stored import PreparedArticle
from schemas.units import scale_of
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
VALUES = [Decimal(text) for text in ("-40", "-0.5", "0", "0.3", "1", "2.54", "100", "1609.344", "3e9")]  # fmt: skip
UNITS = [
    "mile", "kilometre", "inch", "celsius", "fahrenheit", "kelvin", "year", "month", "gigabyte", "megabit", "mile/hour",
    "metre/second", "USD", "EUR", "USD/barrel", "percent", "basis_point", "percentage_point", "barrel/day", "litre/hour",
]  # fmt: skip


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    """Each value in each unit, and a range in each, a paragraph each."""
    found: list[Figure] = []
    for unit in UNITS:
        spans = [(value, None, None) for value in VALUES] + [(None, Decimal(1), Decimal(100))]
        for value, low, high in spans:
            text = f"{value} {low} {high} {unit}"
            found.append(
                Figure(
                    paragraph=len(found), start=0, end=len(text), text=text, kind="quantity", value=value, low=low,
                    high=high, unit=unit, sentence_end=len(text),
                )
            )  # fmt: skip
    return found


@pytest.fixture
def desk(store: Store, prepare_article: Prepare, figures: list[Figure]) -> Store:
    store.put([prepare_article(*(f.text for f in figures), figures=figures)])
    return store


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    unit=st.sampled_from(UNITS),
    first=st.floats(-1e6, 1e10),
    second=st.floats(-1e6, 1e10),
    bounds=st.sampled_from(["min", "max", "both", "none"]),
)
def test_bounds_in_a_unit_find_what_comparing_each_by_itself_finds(
    desk: Store, figures: list[Figure], unit: str, first: float, second: float, bounds: str
) -> None:
    low = min(first, second) if bounds in ("min", "both") else None
    high = max(first, second) if bounds in ("max", "both") else None
    found = {item.figure.text for item in desk.figures(unit=unit, min=low, max=high)}
    to = scale_of(unit)
    for figure in figures:
        scale = scale_of(figure.unit or "")
        if scale.dimension != to.dimension:
            assert figure.text not in found
            continue
        ends = [v for v in (figure.value, figure.low, figure.high) if v is not None]
        least, most = (float(scale.to(to).of(end)) for end in (min(ends), max(ends)))
        slack = 1e-6 * (abs(least) + abs(most) + 500)
        if (low is not None and abs(most - low) < slack) or (high is not None and abs(least - high) < slack):  # fmt: skip
            continue  # at the bound, where rounding decides
        inside = (low is None or most > low) and (high is None or least < high)
        assert (figure.text in found) is inside, (figure.text, unit, low, high)


@pytest.mark.parametrize("unit", UNITS)
def test_each_value_meets_itself_as_both_bounds(
    desk: Store, figures: list[Figure], unit: str
) -> None:
    for figure in figures:
        if figure.unit == unit and figure.value is not None:
            value = float(figure.value)
            found = {item.figure.text for item in desk.figures(unit=unit, min=value, max=value)}
            assert figure.text in found
