from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.periods import PeriodLike, parse_period


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        (2024, "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-q4", "2023-10-01", "2023-12-31"),
        ("2023 Q1", "2023-01-01", "2023-03-31"),
        ("2024H2", "2024-07-01", "2024-12-31"),
        ("July 2024", "2024-07-01", "2024-07-31"),
        ("sept. 2024", "2024-09-01", "2024-09-30"),
        ("Q3 2024", "2024-07-01", "2024-09-30"),
        ("H1 2024", "2024-01-01", "2024-06-30"),
        ("2019-2021", "2019-01-01", "2021-12-31"),
        ("2023-24", "2023-04-01", "2024-03-31"),
        ("2023/24", "2023-04-01", "2024-03-31"),
        ("1999/00", "1999-04-01", "2000-03-31"),
        ("2011-12", "2011-12-01", "2011-12-31"),
        ("May 2023 .. 2023-24", "2023-05-01", "2024-03-31"),
        ("1990s", "1990-01-01", "1999-12-31"),
        ("2024-07-08", "2024-07-08", "2024-07-08"),
        ("2019..2021", "2019-01-01", "2021-12-31"),
        (" 2019-03 .. 2019-Q2 ", "2019-03-01", "2019-06-30"),
        (date(2024, 7, 8), "2024-07-08", "2024-07-08"),
        (datetime(2024, 7, 8, 23, tzinfo=UTC), "2024-07-08", "2024-07-08"),
        ((date(2024, 7, 8), "2025"), "2024-07-08", "2025-12-31"),
    ],
)
def test_a_period_is_its_first_and_last_day(typed: PeriodLike, first: str, last: str) -> None:
    assert tuple(map(str, parse_period(typed))) == (first, last)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("this year", "2024-01-01", "2024-12-31"),
        (" Last  Year ", "2023-01-01", "2023-12-31"),
        ("next year", "2025-01-01", "2025-12-31"),
        ("this month", "2024-01-01", "2024-01-31"),
        ("last month", "2023-12-01", "2023-12-31"),
        ("next quarter", "2024-04-01", "2024-06-30"),
        ("last quarter", "2023-10-01", "2023-12-31"),
        ("this week", "2024-01-01", "2024-01-07"),
        ("last week", "2023-12-25", "2023-12-31"),
        ("yesterday", "2024-01-04", "2024-01-04"),
        ("2022..today", "2022-01-01", "2024-01-05"),
    ],
)
def test_a_period_may_be_named_from_today(typed: str, first: str, last: str) -> None:
    assert tuple(map(str, parse_period(typed, today=date(2024, 1, 5)))) == (first, last)


@pytest.mark.parametrize(("typed", "today"), [("last year", date.min), ("next week", date.max)])
def test_a_period_past_the_calendar_is_a_usage_error(typed: str, today: date) -> None:
    with pytest.raises(UsageError):
        parse_period(typed, today=today)


@pytest.mark.parametrize(
    "typed",
    ["", "24", "0000", "2024-13", "2024-00", "2024-02-30", "2024-Q5", "2021..2019", "..", "2019..", "1..2..3", True, [], None, "9999s", "2023-25", "2023/25", "Smarch 2024", "Q5 2024", "july", "9999/00", "2021-2019"],
)  # fmt: skip
def test_what_is_no_period_is_told_with_what_one_looks_like(typed: PeriodLike) -> None:
    with pytest.raises(UsageError) as told:
        parse_period(typed)
    assert told.value.remedy


@given(st.dates(), st.dates())
def test_two_days_are_the_span_between_them(one: date, other: date) -> None:
    first, last = sorted((one, other))
    assert parse_period(f"{first}..{last}") == (first, last)


@given(st.text(max_size=20))
def test_any_text_is_a_period_or_a_usage_error(text: str) -> None:
    try:
        first, last = parse_period(text)
    except UsageError:
        return
    assert first <= last
