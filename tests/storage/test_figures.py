"""Figures asked for by unit in its dimension, by noun, subject, period and words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.filters import make_filters
from schemas.marks import Figure, FigureQuery
from schemas.stored import PreparedArticle
from schemas.units import scale_of, unit_table
from storage.figures import SOURCE, figure_conditions, listed_conditions
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]


def figure(text: str, unit: str | None = None, value: float | None = None, **of: Any) -> Figure:
    """A figure that stands alone in its paragraph."""
    number = None if value is None else Decimal(str(value))
    of = {"kind": "quantity", **of}
    return Figure(
        paragraph=0, start=0, end=len(text), text=text, unit=unit, value=number,
        sentence_start=0, sentence_end=len(text), **of,
    )  # fmt: skip


@pytest.fixture
def ask(store: Store, prepare_article: Prepare) -> Callable[..., set[str]]:
    """Puts each figure into a paragraph of its own, and tells the texts of those that are found."""

    def ask_it(figures: list[Figure], **asked: Any) -> set[str]:
        body = [f.text for f in figures]
        placed = [replace(f, paragraph=i) for i, f in enumerate(figures)]
        store.put([prepare_article(*body, figures=placed)])
        return {found.figure.text for found in store.figures(**asked)}

    return ask_it


LENGTHS = [
    figure("70 miles", "mile", 70),
    figure("60 miles", "mile", 60),
    figure("100 km", "kilometre", 100),
    figure("200,000 metres", "metre", 200_000),
    figure("400,000 feet", "foot", 400_000),
    figure("50 to 110 km", "kilometre", low=Decimal(50), high=Decimal(110), modifier="range"),
    figure("120 km/h", "kilometre/hour", 120),
    figure("500 tonnes", "tonne", 500),
]


def test_a_unit_finds_what_is_written_in_others_of_its_dimension(
    ask: Callable[..., set[str]],
) -> None:
    found = ask(LENGTHS, kind="quantity", min=100, unit="km")
    assert found == {"70 miles", "100 km", "200,000 metres", "400,000 feet", "50 to 110 km"}


def test_both_bounds_are_read_in_the_unit_that_is_named(ask: Callable[..., set[str]]) -> None:
    assert ask(LENGTHS, min=60, max=63, unit="miles") == {"60 miles", "100 km", "50 to 110 km"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"noun": "soldiers"}, {"20 Indian soldiers", "one soldier"}),
        ({"noun": "Indian soldier"}, {"20 Indian soldiers"}),
        ({"noun": "Indian"}, set()),
        ({"subject": "the bank"}, {"5 hectares"}),
        ({"about": "2019"}, {"9 tonnes"}),
        ({"about": "2018..2019-01-01"}, {"9 tonnes"}),
        ({"about": "2020"}, set()),
        ({"about": "2024-07-08"}, {"Monday"}),
        ({"words": "hectare"}, {"5 hectares"}),
        ({"words": "five hectares"}, set()),
        ({"words": "???"}, set()),
    ],
)
def test_figures_are_asked_for_by_what_they_are_tied_to(
    ask: Callable[..., set[str]], asked: dict[str, Any], expected: set[str]
) -> None:
    year, day = (date(2019, 1, 1), date(2019, 12, 31)), date(2024, 7, 8)
    figures = [
        figure("20 Indian soldiers", kind="count", value=20, noun="Indian soldiers"),
        figure("one soldier", kind="count", value=1, noun="Soldier"),
        figure("5 hectares", "hectare", 5, subjects=("Bank", "Oslo")),
        figure("9 tonnes", "tonne", 9, about_start=year[0], about_end=year[1]),
        figure("Monday", kind="date", date_start=day, date_end=day),
    ]
    assert ask(figures, **asked) == expected


@pytest.mark.parametrize(
    "asked",
    [
        {"noun": " "},
        {"subject": ""},
        {"words": " "},
        {"about": "2024-13"},
        {"about": "lately"},
        {"min": 2, "max": 1},
        {"unit": "parsnips"},
    ],
)
def test_what_cannot_be_meant_is_a_usage_error_with_a_remedy(
    store: Store, asked: dict[str, Any]
) -> None:
    with pytest.raises(UsageError) as told:
        store.figures(**asked)
    assert told.value.remedy


def test_a_span_is_met_whichever_end_stands_first(ask: Callable[..., set[str]]) -> None:
    figures = [figure("from $5 to $3", "USD", kind="money", low=Decimal(5), high=Decimal(3))]
    assert ask(figures, min=4.5, max=4.8) == {"from $5 to $3"}
    assert ask(figures, min=3.5) == {"from $5 to $3"}
    assert ask(figures, min=5.5) == ask(figures, max=2.5) == set()


def test_the_conditions_pick_paragraphs_as_well(store: Store, prepare_article: Prepare) -> None:
    figures = [replace(figure("70 miles", "mile", 70), paragraph=1)]
    store.put([prepare_article("None.", "70 miles", figures=figures)])
    asked = figure_conditions(store.connection, FigureQuery(unit="km", minimum=100))
    rows = store.connection.execute(
        f"SELECT p.n FROM paragraphs p WHERE p.id IN (SELECT f.paragraph_id FROM figures f WHERE {asked.sql})",
        asked.values,
    )
    assert [row[0] for row in rows] == [1]


MONEY = [
    figure("$1.1bn", "USD", 1.1e9, kind="money"),
    figure("€1bn", "EUR", 1e9, kind="money"),
    figure("¥100bn", "JPY", 100e9, kind="money"),
    figure("CHF 9bn", "CHF", 9e9, kind="money"),
    figure("€90 a tonne", "EUR/tonne", 90, kind="money"),
    figure("$98 a barrel", "USD/barrel", 98, kind="money"),
]
RATES = {"base": "USD", "EUR": 1.08, "JPY": 0.0064}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"unit": "USD", "min": 1e9}, {"$1.1bn"}),
        ({"unit": "USD", "min": 1e9, "rates": RATES}, {"$1.1bn", "€1bn"}),
        ({"unit": "euros", "max": 999e6, "rates": RATES}, {"¥100bn"}),
        ({"unit": "USD", "rates": RATES}, {"$1.1bn", "€1bn", "¥100bn"}),
        ({"unit": "USD/tonne", "min": 97, "rates": RATES}, {"€90 a tonne"}),
        ({"unit": "USD/tonne", "min": 97}, set()),
        ({"unit": "USD/tonne", "min": 98, "rates": RATES}, set()),
        ({"unit": "CHF", "min": 1}, {"CHF 9bn"}),
        ({"unit": "cents a barrel", "min": 9800, "max": 9800}, {"$98 a barrel"}),
        ({"unit": "cents a barrel", "min": 9801}, set()),
        ({"unit": "pounds", "min": 1}, set()),
    ],
)
def test_currencies_are_compared_where_the_user_gives_their_rates(
    ask: Callable[..., set[str]], asked: dict[str, Any], expected: set[str]
) -> None:
    assert ask(MONEY, **asked) == expected


@pytest.mark.parametrize("asked", [{"unit": "CHF"}, {}, {"unit": "CHF/tonne"}])
def test_rates_that_cannot_be_used_are_told(store: Store, asked: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="rates"):
        store.figures(**asked, rates=RATES)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"unit": "fahrenheit", "min": 32, "max": 32}, {"0 °C", "32F", "273.15 K"}),
        ({"unit": "celsius", "max": -39.9}, {"-40 °C"}),
        ({"unit": "percentage points", "min": 0.25}, {"25bps", "two points"}),
        ({"unit": "bps", "max": 25}, {"25bps"}),
        ({"unit": "%"}, {"2%"}),
        ({"unit": "months", "min": 24, "max": 24}, {"two years", "24 months"}),
        ({"unit": "mph", "min": 74.5, "max": 74.6}, {"120 km/h"}),
        ({"unit": "MB", "min": 2000}, {"2 GB"}),
        ({"unit": "Mbps"}, {"100 Mbps"}),
        ({"unit": "litres/second", "min": 1}, {"100 barrels a day"}),
        ({"unit": "litres"}, set()),
    ],
)
def test_each_dimension_is_compared_with_itself_alone(
    ask: Callable[..., set[str]], asked: dict[str, Any], expected: set[str]
) -> None:
    figures = [
        figure("0 °C", "celsius", 0),
        figure("32F", "fahrenheit", 32),
        figure("273.15 K", "kelvin", 273.15),
        figure("-40 °C", "celsius", -40),
        figure("25bps", "basis_point", 25, kind="percent"),
        figure("two points", "percentage_point", 2, kind="percent"),
        figure("2%", "percent", 2, kind="percent"),
        figure("two years", "year", 2, kind="duration"),
        figure("24 months", "month", 24, kind="duration"),
        figure("120 km/h", "kilometre/hour", 120),
        figure("2 GB", "gigabyte", 2),
        figure("100 Mbps", "megabit/second", 100),
        figure("100 barrels a day", "barrel/day", 100_000),
    ]
    assert ask(figures, **asked) == expected


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({"kind": "quantity", "unit": "kilometre", "minimum": 100.0}, "figures_unit (unit=? AND"),
        ({"kind": "money", "unit": "USD", "minimum": 1e9}, "figures_unit (unit=? AND"),
        ({"unit": "USD"}, "figures_unit (unit=?"),
        ({"kind": "money", "minimum": 1e9}, "figures_kind (kind=? AND"),
    ],
)
def test_kind_unit_and_least_value_are_answered_by_an_index(
    ask: Callable[..., set[str]], store: Store, asked: dict[str, Any], index: str
) -> None:
    ask([*LENGTHS, figure("$1bn", "USD", 1e9, kind="money")])
    conditions = listed_conditions(store.connection, FigureQuery(**asked), make_filters())
    rows = store.connection.execute(
        f"EXPLAIN QUERY PLAN SELECT count(*) FROM {SOURCE} WHERE {conditions.sql}",
        conditions.values,
    )
    plan = [row[3] for row in rows]
    assert any(index in step for step in plan), plan
    assert not any(step.startswith("SCAN") for step in plan), plan


UNITS = sorted(
    unit for unit, row in cast("dict[str, Any]", unit_table()["unit"]).items() if "factor" in row
)


@given(data=st.data(), value=st.decimals(-(10**9), 10**9, allow_nan=False, places=3))
def test_a_value_in_one_unit_is_found_in_each_other_of_its_dimension(
    data: st.DataObject, value: Decimal
) -> None:
    unit = data.draw(st.sampled_from(UNITS))
    scale = scale_of(unit)
    other = data.draw(
        st.sampled_from([u for u in UNITS if scale_of(u).dimension == scale.dimension])
    )
    there = scale.to(scale_of(other))
    back = scale_of(other).to(scale).of(there.of(value))
    assert float(back) == pytest.approx(float(value), rel=1e-9, abs=1e-6)
