"""Whether two figures can both be true: rounding, bounds, units."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.agreement import Span, Stated, spans_of


def stated(text: str, value: float | None = None, **said: object) -> Stated:
    given_fields: dict[str, object] = {
        "kind": "count",
        "low": None,
        "high": None,
        "modifier": "exact",
        "unit": None,
        "date_start": None,
        "date_end": None,
        **said,
    }
    return Stated(text=text, value=value, **given_fields)  # type: ignore[arg-type]


def agree(one: Stated, other: Stated) -> bool:
    [mine], [its] = spans_of(one), spans_of(other)
    return mine.meets(its)


BN = 1e9
USD = {"kind": "money", "unit": "USD"}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (stated("12", 12), stated("12", 12), True),
        (stated("12", 12), stated("13", 13), False),
        (stated("$65 billion", 65 * BN, **USD), stated("$65.3 billion", 65.3 * BN, **USD), True),
        (stated("$65 billion", 65 * BN, **USD), stated("$70 billion", 70 * BN, **USD), False),
        (stated("$65.3bn", 65.3 * BN, **USD), stated("$65.4bn", 65.4 * BN, **USD), False),
        (stated("€1.234,50", 1234.5, **USD), stated("€1.234,60", 1234.6, **USD), False),
        (stated("1,200", 1200), stated("1,234", 1234), True),
        (stated("1,200", 1200), stated("1,300", 1300), False),
        (stated("1,000", 1000), stated("1,040", 1040), True),
        (stated("1,000", 1000), stated("1,400", 1400), False),
        (stated("20", 20), stated("21", 21), False),
        (stated("two million", 2e6), stated("2.05m", 2.05e6), True),
        (stated("20", 20, modifier="approx"), stated("21", 21), True),
        (stated("20", 20, modifier="approx"), stated("25", 25), False),
        (stated("20", high=20, modifier="nearly"), stated("19", 19), True),
        (stated("20", high=20, modifier="nearly"), stated("17", 17), False),
        (stated("20", 20, low=20, modifier="at_least"), stated("300", 300), True),
        (stated("20", 20, low=20, modifier="over"), stated("15", 15), False),
        (stated("20", 20, high=20, modifier="at_most"), stated("300", 300), False),
        (stated("20 to 30", low=20, high=30, modifier="range"), stated("29", 29), True),
        (stated("20 to 30", low=20, high=30, modifier="range"), stated("35", 35), False),
        (stated("dozens", low=12, high=120, modifier="vague"), stated("45", 45), True),
        (stated("2 km", 2, unit="kilometre"), stated("2,000 m", 2000, unit="metre"), True),
        (stated("2 km", 2, unit="kilometre"), stated("9,000 m", 9000, unit="metre"), False),
        (stated("3.0%", 3, kind="percent"), stated("3.2%", 3.2, kind="percent"), False),
        (stated("3%", 3, kind="percent"), stated("3.2%", 3.2, kind="percent"), True),
    ],
)
def test_what_can_be_true_together(one: Stated, other: Stated, expected: bool) -> None:
    assert agree(one, other) is expected
    assert agree(other, one) is expected


def test_temperatures_are_compared_with_their_offset() -> None:
    assert agree(stated("20C", 20, unit="celsius"), stated("68F", 68, unit="fahrenheit"))
    assert not agree(stated("20C", 20, unit="celsius"), stated("80F", 80, unit="fahrenheit"))


def test_dates_agree_where_their_days_meet() -> None:
    july = stated("July", kind="date", date_start="2024-07-01", date_end="2024-07-31")
    day = stated("8 July", kind="date", date_start="2024-07-08", date_end="2024-07-08")
    other = stated("9 July", kind="date", date_start="2024-07-09", date_end="2024-07-09")
    assert agree(july, day)
    assert not agree(day, other)


def test_a_score_is_two_numbers_and_a_day_without_days_is_none() -> None:
    assert spans_of(stated("2-1", kind="score", low=2, high=1)) == (Span(2, 2), Span(1, 1))
    assert spans_of(stated("Monday", kind="date")) == ()
    assert spans_of(stated("some")) == ()


@given(
    text=st.text(max_size=30),
    value=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    low=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    high=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    modifier=st.sampled_from(
        ["exact", "approx", "nearly", "over", "at_least", "under", "at_most", "range", "vague"]
    ),
    unit=st.sampled_from([None, "USD", "mile", "celsius", "USD/barrel", "basis_point", "?/"]),
    kind=st.sampled_from(["count", "money", "percent", "ordinal", "score", "duration"]),
)
def test_whatever_is_stated_agrees_with_itself(
    text: str,
    value: float | None,
    low: float | None,
    high: float | None,
    modifier: str,
    unit: str | None,
    kind: str,
) -> None:
    said = stated(text, value, low=low, high=high, modifier=modifier, unit=unit, kind=kind)
    for span in spans_of(said):
        assert not math.isnan(span.low + span.half)
        assert not math.isnan(span.high + span.half)
        assert span.low <= span.high
        assert span.meets(span)
