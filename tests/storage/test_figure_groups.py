"""Figures counted and summed up in groups, and the orders they are listed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from schemas.errors import UsageError
from schemas.marks import Figure
from schemas.stored import PreparedArticle
from schemas.units import scale_of
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]


def figure(text: str, paragraph: str, unit: str | None, value: float | None, **of: Any) -> Figure:
    start = paragraph.index(text)
    stop = paragraph.find(". ", start) + 1 or len(paragraph)
    begin = paragraph.rfind(". ", 0, start) + 2 if ". " in paragraph[:start] else 0
    return Figure(
        paragraph=0,
        start=start,
        end=start + len(text),
        text=text,
        unit=unit,
        value=None if value is None else Decimal(str(value)),
        sentence_start=begin,
        sentence_end=stop,
        **{"kind": "money", **of},
    )


MAY = "Oslo paid Rome $10. Rome met 3 soldiers and 1 soldier in May."
JUNE = "Oslo paid €7 for 2 miles of road. Kyiv paid between $2 and $4."
UNDATED = "Roads of 4 km cost $0.1 to build."


@pytest.fixture
def desk(store: Store, prepare_article: Prepare) -> Store:
    names = [("Oslo", "GPE"), ("Rome", "GPE"), ("Kyiv", "GPE")]
    day = date(2024, 5, 1), date(2024, 5, 31)
    may = [
        figure("$10", MAY, "USD", 10),
        figure("3", MAY, None, 3, kind="count", noun="soldiers"),
        figure("1 ", MAY, None, 1, kind="count", noun="soldier"),
        figure("May", MAY, None, None, kind="date", date_start=day[0], date_end=day[1]),
    ]
    june = [
        figure("€7", JUNE, "EUR", 7),
        figure("2 miles", JUNE, "mile", 2, kind="quantity"),
        figure("$2 and $4", JUNE, "USD", None, low=Decimal(2), high=Decimal(4), modifier="range"),
    ]
    undated = [
        figure("4 km", UNDATED, "kilometre", 4, kind="quantity"),
        figure("$0.1", UNDATED, "USD", 0.1),
    ]
    store.put([
        prepare_article(MAY, origin="/1", figures=may, names=names, published=datetime(2024, 5, 2, tzinfo=UTC), site="A"),
        prepare_article(JUNE, origin="/2", figures=june, names=names, published=datetime(2024, 6, 2, tzinfo=UTC), site="B"),
        prepare_article(UNDATED, origin="/3", figures=undated, names=names, published=None, site="A"),
    ])  # fmt: skip
    return store


def rows(store: Store, by: Any, **asked: Any) -> list[tuple[object, ...]]:
    return [
        (g.group, g.unit, g.count, *(None if v is None else float(v) for v in (g.min, g.median, g.max, g.sum)))
        for g in store.figure_groups(by, **asked)
    ]  # fmt: skip


def test_months_stand_latest_first_with_a_row_for_each_unit(desk: Store) -> None:
    assert rows(desk, "month", kind="money") == [
        ("2024-06", "EUR", 1, 7, 7, 7, 7),
        ("2024-06", "USD", 1, 2, 3, 4, 3),
        ("2024-05", "USD", 1, 10, 10, 10, 10),
        (None, "USD", 1, 0.1, 0.1, 0.1, 0.1),
    ]


def test_a_noun_is_one_group_in_singular_and_plural(desk: Store) -> None:
    assert rows(desk, "noun") == [("soldier", None, 2, 1, 2, 3, 4)]


def test_an_entity_has_the_figures_of_its_own_sentences(desk: Store) -> None:
    found = rows(desk, "entity", kind="money", unit="USD")
    assert found == [
        ("Kyiv", "USD", 1, 2, 3, 4, 3),
        ("Oslo", "USD", 1, 10, 10, 10, 10),
        ("Rome", "USD", 1, 10, 10, 10, 10),
    ]


def test_groups_are_summed_up_in_the_unit_that_is_asked_for(desk: Store) -> None:
    assert rows(desk, "kind", unit="metres") == [
        ("quantity", "metre", 2, 3218.688, 3609.344, 4000, 7218.688)
    ]
    rates = {"base": "USD", "EUR": 2}
    assert rows(desk, "unit", unit="USD", rates=rates) == [("USD", "USD", 4, 0.1, 6.5, 14, 27.1)]


def test_a_source_has_a_row_for_each_kind_and_a_date_no_sum(desk: Store) -> None:
    found = [(g.group, g.kind, g.count) for g in desk.figure_groups("source")]
    assert found == [
        ("A", "count", 2), ("A", "money", 2), ("A", "date", 1), ("A", "quantity", 1),
        ("B", "money", 1), ("B", "money", 1), ("B", "quantity", 1),
    ]  # fmt: skip
    assert rows(desk, "kind", kind="date") == [("date", None, 1, None, None, None, None)]
    assert len(desk.figure_groups("source", limit=2)) == 2


def test_an_unknown_group_is_told_with_the_nearest(desk: Store) -> None:
    with pytest.raises(UsageError, match="Did you mean month"):
        desk.figure_groups("months")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"kind": "quantity", "unit": "km", "sort": "value"}, ["4 km", "2 miles"]),
        ({"unit": "metres", "max": 4000, "sort": "value"}, ["4 km", "2 miles"]),
        ({"kind": "money", "sort": "value"}, ["$10", "€7", "$2 and $4", "$0.1"]),
        ({"kind": "money", "sort": "article"}, ["$10", "€7", "$2 and $4", "$0.1"]),
        ({"kind": "money", "sort": "date"}, ["€7", "$2 and $4", "$10", "$0.1"]),
        ({"kind": "money", "order": "newest"}, ["€7", "$2 and $4", "$10", "$0.1"]),
        (
            {"unit": "USD", "rates": {"base": "USD", "EUR": 2}, "sort": "value"},
            ["€7", "$10", "$2 and $4", "$0.1"],
        ),
    ],
)
def test_like_is_sorted_with_like(desk: Store, asked: dict[str, Any], expected: list[str]) -> None:
    assert [found.figure.text for found in desk.figures(**asked)] == expected


def test_durations_and_dates_are_sorted_by_time(store: Store, prepare_article: Prepare) -> None:
    text = "2 years, 30 months, 90 days; 2020, 2021"
    lengths = [("2 years", "year", 2), ("30 months", "month", 30), ("90 days", "day", 90)]
    figures = [figure(t, text, unit, value, kind="duration") for t, unit, value in lengths] + [
        figure(y, text, None, None, kind="date", date_start=date(int(y), 1, 1)) for y in ("2020", "2021")
    ]  # fmt: skip
    store.put([prepare_article(text, figures=figures)])
    for kind, expected in (("duration", ["30 months", "2 years", "90 days"]), ("date", ["2021", "2020"])):  # fmt: skip
        found = store.figures(kind=kind, sort="value")
        assert [f.figure.text for f in found] == expected


def test_a_figure_says_what_it_is_in_the_unit_that_was_asked_for(desk: Store) -> None:
    km, miles = desk.figures(unit="km", sort="value")
    assert (km.asked_value, km.asked_unit) == (None, None)
    assert (miles.asked_value, miles.asked_unit) == (Decimal("3.218688"), "kilometre")
    to_celsius = scale_of("fahrenheit").to(scale_of("celsius"))
    assert [to_celsius.of(Decimal(v)) for v in (32, 212, -40)] == [0, 100, -40]
    [paid] = desk.figures(unit="EUR", max=2, min=1, rates={"base": "USD", "EUR": 2})
    assert (paid.asked_value, paid.asked_low, paid.asked_high) == (None, Decimal(1), Decimal(2))
