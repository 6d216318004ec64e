from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.deployments import PlannedSchedule
from flows.missed import Marks
from schemas.schedule import ScheduleSpec

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAILY = PlannedSchedule(
    spec=ScheduleSpec(
        name="daily", flow="fetch", cron="0 3 * * *", timezone="UTC", sources=("wire",)
    ),
    arguments={},
)


@pytest.fixture
def marks(tmp_path: Path) -> Marks:
    found = Marks(tmp_path / "schedules.json")
    found.note([DAILY], NOON)
    return found


def is_missed(marks: Marks, days: float, *, last_ran: datetime | None = None) -> bool:
    return marks.is_missed(DAILY, last_ran=last_ran, now=NOON + timedelta(days=days))


def test_a_new_schedule_has_missed_nothing(marks: Marks) -> None:
    assert not is_missed(marks, 0)
    assert not is_missed(marks, 0.5)


def test_a_run_that_was_due_while_nobody_served_is_missed(marks: Marks, tmp_path: Path) -> None:
    again = Marks(tmp_path / "schedules.json")
    again.note([DAILY], NOON + timedelta(days=3))
    assert is_missed(again, 3)
    assert not is_missed(again, 3, last_ran=NOON + timedelta(days=2, hours=16))


def test_a_run_that_was_handed_back_is_made_up_once(marks: Marks, tmp_path: Path) -> None:
    marks.hand_back(["daily", "unknown"])
    again = Marks(tmp_path / "schedules.json")
    assert again.handed_back() == {"daily"}
    assert is_missed(again, 0)
    again.made_up("daily")
    assert again.handed_back() == frozenset()
    assert not is_missed(again, 0)
    assert not is_missed(Marks(tmp_path / "schedules.json"), 0)


def test_a_schedule_with_other_times_begins_anew(marks: Marks) -> None:
    other = replace(DAILY, spec=replace(DAILY.spec, cron="0 4 * * *"))
    later = NOON + timedelta(days=3)
    marks.note([other], later)
    assert not marks.is_missed(other, last_ran=None, now=later)


def test_what_is_paused_misses_nothing_until_it_is_on_again(marks: Marks) -> None:
    later = NOON + timedelta(days=3)
    marks.note([replace(DAILY, state="paused")], later)
    assert not marks.is_missed(replace(DAILY, state="paused"), last_ran=None, now=later)
    marks.note([DAILY], later)
    assert not marks.is_missed(DAILY, last_ran=None, now=later)
    assert is_missed(marks, 4)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_a_damaged_file_is_one_that_never_was(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("marks") / "schedules.json"
    path.write_bytes(content)
    found = Marks(path)
    assert not is_missed(found, 3)
    found.note([DAILY], NOON)
    assert is_missed(found, 3)


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "null",
        '{"daily": {}}',
        '{"daily": {"when": "0 3 * * * (UTC)", "since": 4}}',
        '{"daily": {"when": "0 3 * * * (UTC)", "since": "soon", "handed_back": "yes"}}',
    ],
)
def test_a_file_of_another_kind_is_read_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "schedules.json"
    path.write_text(content)
    Marks(path).note([DAILY], NOON)
    is_missed(Marks(path), 3)
