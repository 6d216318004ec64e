from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.metadata_dates import believe, parse_time

TEN = datetime(2024, 7, 8, 10, tzinfo=UTC)
DAY = datetime(2024, 7, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2024-07-08T10:00:00Z", "2024-07-08 10:00:00+00:00", "2024-07-08T12:00:00+0200", "2024-07-08T10:00", "2024-07-08T10:00:00.123456789Z"[:19],
        "Mon, 08 Jul 2024 10:00:00 GMT", "8 Jul 2024 12:00 +0200", "July 8, 2024, 10:00 am", "July 8, 2024 at 6:00 AM EDT", "1720432800", 1720432800,
        1720432800000, "08.07.2024, 12:00 MESZ", "20240708T100000Z", "2024-07-08 10:00:00 UTC", datetime(2024, 7, 8, 10),  # noqa: DTZ001  a naive value is the case
    ],
)  # fmt: skip
def test_an_instant_is_read_as_utc(value: object) -> None:
    assert parse_time(value) == (TEN, "instant")


@pytest.mark.parametrize(
    "value",
    [
        "2024-07-08", "2024/7/8", "20240708", "July 8, 2024", "8 July 2024", "8th of July 2024", "8. Juli 2024", "8 juillet 2024", "8 de julio de 2024",
        "8 luglio 2024", "8 июля 2024", "08.07.2024", "28/07/2024"[:0] + "8 lipca 2024", "2024-07-08T00:00:00", date(2024, 7, 8), "Published July 8, 2024",
    ],
)  # fmt: skip
def test_a_day_is_read_with_day_precision(value: object) -> None:
    assert parse_time(value) == (DAY, "day")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "07/08/2024",
        "2024-13-40",
        "32 July 2024",
        "0001-01-01T00:00:00",
        0,
        True,
        None,
        [],
        "1" * 30,
        "yesterday",
        "٢٠٢٤",
        "9" * 9 + "e5",
    ],
)
def test_what_cannot_be_read_for_sure_is_no_date(value: object) -> None:
    assert parse_time(value) is None


def test_a_date_after_the_fetch_is_not_believed() -> None:
    assert believe("2024-07-12", "meta", not_after=TEN) is None
    assert believe("2024-07-09", "meta", not_after=TEN) is not None


@given(
    st.one_of(
        st.text(),
        st.floats(),
        st.integers(),
        st.text("0123456789-:TZ. /+").map(lambda text: f"2024-07-08{text}"),
    )
)
def test_no_value_raises(value: object) -> None:
    found = parse_time(value)
    assert found is None or found[0].tzinfo is UTC


@given(st.datetimes(min_value=datetime(1700, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  bounds of the strategy
def test_an_iso_instant_is_read_back(at: datetime) -> None:
    found = parse_time(at.isoformat())
    assert at.timestamp() == 0 or (found is not None and found[0] == at)
