from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flows.timetable
from flows.timetable import ANCHOR, cron_fault, is_zone, last_due, local_zone, next_times, zone_of
from schemas.schedule import ScheduleSpec

BERLIN = "Europe/Berlin"
FORWARD, BACK = datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)
# One with a change of half an hour, one of two hours, one south of the equator, two without any.
ZONES = [BERLIN, "America/New_York", "Australia/Lord_Howe", "Antarctica/Troll", "Australia/Sydney", "Asia/Kolkata", "UTC"]  # fmt: skip


def cron(text: str, zone: str = BERLIN) -> ScheduleSpec:
    return ScheduleSpec(name="x", flow="fetch", cron=text, timezone=zone)


def every(seconds: float) -> ScheduleSpec:
    return ScheduleSpec(name="x", flow="fetch", every=seconds)


def local(spec: ScheduleSpec, after: datetime, n: int) -> list[str]:
    zone = ZoneInfo(zone_of(spec))
    return [f"{moment.astimezone(zone):%d %H:%M %Z}" for moment in next_times(spec, after, n)]


def test_a_time_of_day_is_kept_over_both_changes() -> None:
    daily = cron("0 9 * * *")
    assert local(daily, FORWARD - timedelta(days=1), 3) == ["28 09:00 CET", "29 09:00 CEST", "30 09:00 CEST"]  # fmt: skip
    assert local(daily, BACK - timedelta(days=1), 3) == ["24 09:00 CEST", "25 09:00 CET", "26 09:00 CET"]  # fmt: skip


def test_a_skipped_time_comes_an_hour_earlier_and_once() -> None:
    before = FORWARD - timedelta(hours=12)
    assert local(cron("30 2 * * *"), before, 2) == ["29 01:30 CET", "30 02:30 CEST"]
    hourly = local(cron("15 * * * *"), FORWARD - timedelta(hours=2), 4)
    assert hourly == ["29 00:15 CET", "29 01:15 CET", "29 03:15 CEST", "29 04:15 CEST"]


def test_of_a_doubled_hour_the_first_one_counts() -> None:
    assert local(cron("30 2 * * *"), BACK - timedelta(hours=12), 2) == ["25 02:30 CEST", "26 02:30 CET"]  # fmt: skip
    hourly = local(cron("15 * * * *"), BACK - timedelta(hours=2), 4)
    assert hourly == ["25 01:15 CEST", "25 02:15 CEST", "25 03:15 CET", "25 04:15 CET"]
    # In the second of the two hours the next time is after it.
    assert local(cron("*/15 * * * *"), BACK + timedelta(minutes=5), 1) == ["25 03:00 CET"]


def test_an_interval_knows_no_daylight_saving() -> None:
    for change in (FORWARD, BACK):
        times = next_times(every(1800), change - timedelta(hours=3), 12)
        assert {after - before for before, after in pairwise(times)} == {timedelta(minutes=30)}


def test_an_interval_is_counted_from_one_instant_whenever_it_is_asked() -> None:
    at = datetime(2026, 7, 1, 8, 7, 13, 5, tzinfo=UTC)
    assert next_times(every(900), at) == [datetime(2026, 7, 1, 8, 15, tzinfo=UTC)]
    assert next_times(every(900), at + timedelta(minutes=7)) == next_times(every(900), at)
    assert last_due(every(900), at) == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert next_times(every(1.5), ANCHOR, 2) == [ANCHOR + timedelta(seconds=s) for s in (1.5, 3)]


def test_a_time_itself_is_due_and_not_still_to_come() -> None:
    for spec in (cron("0 9 * * *", "UTC"), every(3600)):
        nine = datetime(2026, 7, 1, 9, tzinfo=UTC)
        assert last_due(spec, nine) == nine
        assert next_times(spec, nine)[0] > nine
        assert next_times(spec, nine - timedelta(microseconds=1)) == [nine]


def test_a_leap_day_is_found_and_the_end_of_the_calendar_is_an_end() -> None:
    leap = cron("0 0 29 2 *", "UTC")
    assert next_times(leap, datetime(2026, 7, 1, tzinfo=UTC)) == [datetime(2028, 2, 29, tzinfo=UTC)]
    assert last_due(leap, datetime(2026, 7, 1, tzinfo=UTC)) == datetime(2024, 2, 29, tzinfo=UTC)
    for spec in (leap, every(86_400), cron("* * * * *")):
        assert next_times(spec, datetime(9999, 12, 31, 23, 59, 30, tzinfo=UTC)) == []
    assert last_due(cron("0 0 29 2 *", "Asia/Kolkata"), datetime(1, 1, 1, tzinfo=UTC)) is None


MONTHS = ("JAN", "feb", "Dec")
DAYS = ("SUN", "mon", "Sat")


def fields(low: int, high: int, names: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    value = st.integers(low, high).map(str) | st.sampled_from([*names, str(low)])
    step = st.integers(1, high).map(lambda n: f"/{n}") | st.just("")
    span = st.tuples(st.just("*") | st.tuples(value, value).map("-".join), step).map("".join)
    return st.just("*") | st.lists(value | span, min_size=1, max_size=3).map(",".join)


CRONS = st.tuples(
    fields(0, 59), fields(0, 23), fields(1, 31), fields(1, 12, MONTHS), fields(0, 7, DAYS)
).map(" ".join).filter(lambda text: cron_fault(text) is None)  # fmt: skip
# Around the changes of the clock in all the zones above, and between them.
MOMENTS = st.sampled_from([FORWARD, BACK, datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC),
                           datetime(2026, 10, 3, 15, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)])  # fmt: skip
MINUTES = st.integers(-3000, 3000).map(lambda n: timedelta(minutes=n, seconds=n % 60))


@settings(max_examples=40, deadline=None)
@given(text=CRONS, zone=st.sampled_from(ZONES), moment=MOMENTS, shift=MINUTES)
def test_times_increase_after_the_instant_and_each_was_due(
    text: str, zone: str, moment: datetime, shift: timedelta
) -> None:
    spec, after = cron(text, zone), moment + shift
    times = next_times(spec, after, 12)
    assert times == sorted(set(times))
    assert all(found > after and found.tzinfo is UTC for found in times)
    assert next_times(spec, after, 5) == times[:5]
    for earlier, later in pairwise(times):
        assert next_times(spec, earlier) == [later]
        assert last_due(spec, earlier) == last_due(spec, later - timedelta(seconds=1)) == earlier


@given(seconds=st.floats(1, 10**7), shift=st.integers(-(10**8), 10**8))
def test_intervals_increase_too(seconds: float, shift: int) -> None:
    after = ANCHOR + timedelta(seconds=shift)
    times = next_times(every(seconds), after, 4)
    assert times == sorted(set(times))
    due = last_due(every(seconds), after)
    assert due is not None
    assert due <= after < times[0]
    assert next_times(every(seconds), due) == times[:1]


def prefect_times(schedule: Any, start: datetime, end: datetime) -> list[datetime]:
    found = asyncio.run(schedule.get_dates(n=1000, start=start, end=end))
    # In a doubled hour Prefect names times of the first one, which have been.
    return sorted({moment.astimezone(UTC) for moment in found if moment >= start})


@settings(max_examples=30, deadline=None)
@given(text=CRONS, zone=st.sampled_from(ZONES), moment=MOMENTS, shift=MINUTES)
def test_prefect_means_the_same_times_by_a_cron(
    text: str, zone: str, moment: datetime, shift: timedelta
) -> None:
    from prefect.server.schemas.schedules import CronSchedule

    start = moment + shift
    end = start + timedelta(hours=4)
    theirs = prefect_times(CronSchedule(cron=text, timezone=zone), start, end)
    ours = next_times(cron(text, zone), start - timedelta(seconds=1), 300)
    # It stops at the first time past the end, and a time that is skipped may come before that one.
    changes = (
        zone != "UTC" and len({_offset(zone, start), _offset(zone, end + timedelta(hours=3))}) > 1
    )
    wanted = [time for time in ours if start <= time <= end]
    assert theirs == wanted or (changes and set(theirs) <= set(wanted))


def _offset(zone: str, moment: datetime) -> timedelta | None:
    return moment.astimezone(ZoneInfo(zone)).utcoffset()


@pytest.mark.parametrize("text", ["30 2 * * *", "*/20 * * * *", "0 1-4 * * *", "15,45 2,3 * * SUN"])
@pytest.mark.parametrize("zone", ZONES)
def test_prefect_means_the_same_over_both_changes(text: str, zone: str) -> None:
    from prefect.server.schemas.schedules import CronSchedule

    for change in (FORWARD, BACK, datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, tzinfo=UTC)):  # fmt: skip
        start, end = change - timedelta(days=1, hours=2), change + timedelta(days=2)
        theirs = prefect_times(CronSchedule(cron=text, timezone=zone), start, end)
        ours = next_times(cron(text, zone), start - timedelta(seconds=1), 400)
        assert theirs == [time for time in ours if time <= end]
        assert theirs


@pytest.mark.parametrize("seconds", [1.0, 90.0, 900.0, 86_400.0, 100_000.5])
def test_prefect_means_the_same_by_an_interval_from_our_anchor(seconds: float) -> None:
    from prefect.server.schemas.schedules import IntervalSchedule

    theirs = IntervalSchedule.model_validate(
        {"interval": timedelta(seconds=seconds), "anchor_date": ANCHOR, "timezone": "UTC"}
    )
    start = FORWARD - timedelta(hours=3)
    times = next_times(every(seconds), start - timedelta(microseconds=1), 20)
    assert prefect_times(theirs, start, times[-1]) == times


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("60 * * * *", "the minute '60' is none"),
        ("0 25 * * *", "the hour '25' is none: it takes 0 to 23"),
        ("0 0 32 * *", "the day of month '32'"),
        ("0 0 0 * *", "the day of month '0'"),
        ("0 0 * 13 *", "the month '13' is none: it takes 1 to 12, or JAN to DEC"),
        ("0 0 * FEBRUARY *", "the month 'FEBRUARY'"),
        ("0 0 * * 8", "the day of week '8'"),
        ("0 0 * * MON#2", "the day of week 'MON#2'"),
        ("0 0 L * *", "the day of month 'L'"),
        ("*/0 * * * *", "the minute '*/0'"),
        ("*/75 * * * *", "the minute '*/75'"),
        ("5/15 * * * *", "the minute '5/15'"),
        ("30-10 * * * *", "the minute '30-10'"),
        ("7-7 * * * *", "the minute '7-7'"),
        (", * * * *", "the minute ','"),
        ("0 0 * * FRI-MON", "the day of week 'FRI-MON'"),
        ("0 0 * * SUN-0", "the day of week 'SUN-0'"),
        ("0 0 30 2 *", "no month of '2' has a day '30'"),
        ("0 0 31 4,6,9,11 *", "has a day '31'"),
        ("0 0 */2 * MON", "'*/2' and 'MON' both choose days"),
        ("0 0 * *", "it has 4 fields, not five: minute, hour, day of month, month, day of week"),
        ("0 0 0 * * *", "it has 6 fields"),
        ("", "it has 0 fields"),
        ("@hourly", 'write "0 * * * *"'),
        ("@reboot", "it has 1 fields"),
        ("٣ * * * *", "the minute"),
        ("0,1," * 100 + "2 * * * *", "longer than"),
    ],
)
def test_what_is_wrong_with_a_cron_names_the_field_and_why(text: str, said: str) -> None:
    assert said in str(cron_fault(text))


@given(st.text(max_size=30) | st.text("0123456789*/,- LW#?MON", max_size=30))
def test_any_text_is_a_cron_that_has_times_or_is_said_to_be_none(text: str) -> None:
    if cron_fault(text) is None:
        assert len(next_times(cron(text, "UTC"), ANCHOR, 3)) == 3


@pytest.mark.parametrize("name", ["", "Europe", "europe", "Europe/Nowhere", "../etc/passwd", "/etc/localtime", "\x00", "a" * 300, "\ud800", "localtime", "Factory", "right/UTC", "Europe/Berlin\n"])  # fmt: skip
def test_what_is_no_zone_is_told_apart(name: str) -> None:
    assert not is_zone(name)


def test_a_schedule_without_a_zone_has_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, zones in (("America/New_York", {"America/New_York"}), ("No/Where", set()), ("AEST-10", set())):  # fmt: skip
        monkeypatch.setenv("TZ", value)
        monkeypatch.setattr("tzlocal.unix._cache_tz_name", None)
        flows.timetable.local_zone.cache_clear()
        assert local_zone() == zone_of(every(60))
        assert local_zone() in (zones or {local_zone()})
        assert is_zone(local_zone())
        assert zone_of(cron("* * * * *", "Asia/Kolkata")) == "Asia/Kolkata"
    flows.timetable.local_zone.cache_clear()
