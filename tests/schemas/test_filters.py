"""Filters as people type them: days are whole, spans count back, and what means nothing is said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.asking import make_row_filters
from schemas.errors import UsageError
from schemas.filters import Filters, make_filters

NOW = datetime(2024, 6, 15, 12, tzinfo=UTC)
JUNE = datetime(2024, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "day", ["2024-06-01", "20240601", " 2024-06-01 ", date(2024, 6, 1), "2024-W22-6"]
)
def test_a_day_is_whole(day: str | date) -> None:
    made = make_filters(since=day, until=day)
    assert (made.since, made.before) == (JUNE, JUNE + timedelta(days=1))


@pytest.mark.parametrize(
    "moment",
    [
        "2024-06-01T00:00Z",
        "2024-06-01T02:00+02:00",
        "2024-06-01 00:00",
        JUNE,
        JUNE.replace(tzinfo=None),
        JUNE.astimezone(timezone(timedelta(hours=-9))),
    ],
)
def test_an_instant_counts_itself(moment: str | datetime) -> None:
    made = make_filters(since=moment, until=moment)
    assert made.since == JUNE
    assert made.before is not None
    assert JUNE < made.before <= JUNE + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("span", "back"),
    [("7d", timedelta(days=7)), ("12 H", timedelta(hours=12)), ("2w", timedelta(days=14)), ("30m", timedelta(minutes=30))],
)  # fmt: skip
def test_a_span_counts_back_from_now(span: str, back: timedelta) -> None:
    assert make_filters(since=span, now=NOW).since == NOW - back


@pytest.mark.parametrize(
    "wrong",
    ["the other day", "2024..2025", "2024-13-01", "2024-02-30", "7 days ago", "999999y", "-", "２０２４", "2024-06-01T25:00", "\0", 5, [], b"x", 1.5],
)  # fmt: skip
def test_what_is_no_date_is_a_usage_error(wrong: Any) -> None:
    for name in ("since", "until"):
        with pytest.raises(UsageError):
            make_filters(**{name: wrong})


def test_a_span_that_ends_before_it_begins_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="later"):
        make_filters(since="2024-06-02", until="2024-06-01")


@pytest.mark.parametrize("edge", [(1, 1, 1, 0), (9999, 12, 31, 23), (1, 1, 1), (9999, 12, 31)])
@pytest.mark.parametrize("hours", [-14, 0, 14])
def test_the_edges_of_the_calendar_are_dates_too(edge: tuple[int, ...], hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    moment = datetime(*edge, tzinfo=zone) if len(edge) == 4 else date(*edge)
    assert make_filters(until=moment).before is not None
    assert make_filters(since=moment).since is not None


def test_blank_filters_are_none() -> None:
    blank = make_filters(since="", until=None, source=" ", lang="", entity="\n", label="  ")
    assert blank == Filters()


def test_language_and_label_have_one_case() -> None:
    made = make_filters(lang=" EN ", label="person")
    assert (made.lang, made.label) == ("en", "PERSON")
    assert make_filters(lang="pt_BR", label="work of art") == Filters(
        lang="pt", label="WORK_OF_ART"
    )


@pytest.mark.parametrize(
    ("filters", "near"),
    [
        ({"lang": "english"}, "did you mean en?"),
        ({"lang": "German"}, "did you mean de?"),
        ({"lang": "jp"}, "did you mean ja?"),
        ({"lang": "xx"}, "write the two letters"),
        ({"label": "persona"}, "did you mean PERSON?"),
        ({"label": "PER"}, "choose one of: PERSON, ORG"),
        ({"include": "paywall"}, "did you mean paywalled?"),
        ({"label": "money"}, "choose one of: PERSON, ORG"),
    ],
)
def test_an_unknown_language_label_or_kind_is_told_the_nearest(
    filters: dict[str, str], near: str
) -> None:
    with pytest.raises(UsageError) as caught:
        make_filters(**filters)  # type: ignore[arg-type]
    assert near.lower() in caught.value.remedy.lower()


@pytest.mark.parametrize(
    ("asked", "included"),
    [
        (None, ()),
        ("paywalled", ("paywalled",)),
        (iter(["section", "error", "section"]), ("error", "section")),
    ],
)
def test_kinds_of_page_are_included_by_name(asked: Any, included: tuple[str, ...]) -> None:
    assert make_filters(include=asked).include == included


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("Feb 2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("this year", date(2024, 1, 1), date(2024, 12, 31)),
        ("last month", date(2024, 5, 1), date(2024, 5, 31)),
    ],
)
def test_since_a_year_or_month_is_its_first_day_until_it_the_last(
    typed: str, first: date, last: date
) -> None:
    made = make_filters(since=typed, until=typed, now=datetime(2024, 6, 10, 23, tzinfo=UTC))
    assert made == make_filters(since=first, until=last)


@pytest.mark.parametrize("wrong", [{"since": "soon"}, {"until": "soon"}, {"lang": "xx"}])
def test_a_filter_is_named_as_its_caller_wrote_it(wrong: dict[str, str]) -> None:
    name = next(iter(wrong))
    for spelled, said in (("{}", name), ("--{}", f"--{name}")):
        with pytest.raises(UsageError) as caught:
            make_filters(spelled=spelled, **wrong)  # type: ignore[arg-type]
        assert caught.value.message.startswith(f"{said} ")


@pytest.mark.parametrize("name", ["sinse", "langs", "now_", "kind"])
def test_an_unknown_filter_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match="unknown filter"):
        make_filters(**{name: "x"})  # type: ignore[arg-type]


def test_an_unknown_question_is_told_with_the_nearest_known_one() -> None:
    with pytest.raises(UsageError, match="unknown filter 'knid'") as caught:
        make_row_filters(**{"knid": "money"})  # type: ignore[arg-type]
    assert (caught.value.remedy or "").startswith("did you mean kind? Choose one of: ")


@given(text=st.text())
def test_no_text_as_a_date_raises_anything_else(text: str) -> None:
    try:
        since = make_filters(since=text).since
    except UsageError:
        return
    assert since is None or since.tzinfo is not None
