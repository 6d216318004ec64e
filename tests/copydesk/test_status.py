"""`copydesk status`: how sources, schedules and webhooks get on, for people, programs and monitoring."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from copydesk.status import silent_for
from flows.desk import state_folder
from flows.liveness import held, sole_run
from flows.recording import recorded
from schemas.runs import SourceHistory
from storage.sqlite import Store
from tests.news_server import Site, serve

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as found:
        found.story("/1", "The harbour opens", "The harbour of Bergen opened on Monday.")
        found.feed("/feed.xml", "/1")
        yield found


def settings(site: Site, more: str = "") -> None:
    Path("copydesk.toml").write_text(
        f"""[fetch]
allow_hosts = ["{site.host}"]
pause = 0
[[source]]
name = "wires"
kind = "feed"
url = "{site.url}/feed.xml"
[[source]]
name = "papers"
kind = "feed"
url = "{site.url}/none.xml"
{more}""",
        encoding="utf-8",
    )


SCHEDULES = """
[[schedule]]
name = "often"
flow = "fetch"
sources = ["wires"]
every = "15m"
[[schedule]]
name = "night"
flow = "fetch"
sources = ["papers"]
cron = "0 3 * * *"
enabled = false
"""


def test_each_source_says_how_it_gets_on(site: Site, cli: Any) -> None:
    settings(site, SCHEDULES)
    cli("fetch")
    status = cli("status", "--json").json
    assert (status["new"], status["failed"]) == ({"day": 1, "week": 1}, {"day": 1, "week": 1})
    wires, papers = status["sources"]
    assert set(wires) == {
        *("name", "kind", "enabled", "schedules", "last_run", "last_success", "last_error", "last_new"),
        *("next", "new", "failed", "silent", "silent_for_s", "errors", "quarantined"),
    }  # fmt: skip
    assert (wires["name"], wires["new"], wires["schedules"]) == ("wires", {"day": 1, "week": 1}, ["often"])  # fmt: skip
    assert wires["last_success"] == wires["last_new"] == wires["last_run"]
    assert wires["next"] > wires["last_run"]
    assert (papers["last_success"], papers["last_error"]["code"]) == (None, "not_found")
    assert (papers["quarantined"], papers["errors"]) == ({"not_found": 1}, {"not_found": 1})
    assert papers["next"] is None
    assert status["quarantine"] == {
        "by_code": {"not_found": 1},
        "by_source": {"papers": {"not_found": 1}},
    }


def test_text_says_the_same(site: Site, cli: Any) -> None:
    settings(site, SCHEDULES)
    cli("fetch")
    out = cli("status").out
    assert "articles         1\n" in out
    assert "last day         1 new, 1 failed\n" in out
    lines = {line.split()[0]: line for line in out.splitlines() if line}
    assert "not_found" in lines["papers"]
    assert " off " in lines["night"]
    assert " on " in lines["often"]
    assert "in " in lines["wires"]


def test_a_schedule_says_its_last_run_and_its_next(site: Site, cli: Any) -> None:
    settings(site, SCHEDULES)
    assert cli("schedule", "run", "often").code == 0
    often, night = cli("status", "--json").json["schedules"]
    assert (often["last_state"], often["last_counts"]["stored"], often["last_error"]) == ("done", 1, None)  # fmt: skip
    assert often["last_success"] >= often["last_run"]
    assert (often["state"], night["state"], night["next"]) == ("on", "off", None)


def test_stale_sources_and_schedules_are_named_with_exit_code_1(site: Site, cli: Any) -> None:
    settings(site, SCHEDULES)
    cli("fetch")
    answer = cli("status", "--json", "--fail-stale", "2h")
    # papers is meant by a schedule alone that is off: nobody expects anything of it.
    assert (answer.code, answer.json["stale"]) == (1, ["schedule often"])
    assert "schedule often" in answer.err
    assert cli("schedule", "run", "often").code == 0
    assert cli("status", "--fail-stale", "2h").code == 0
    assert cli("status").code == 0
    connection = sqlite3.connect("copydesk.db")
    for table in ("runs", "run_sources"):
        connection.execute(f"UPDATE {table} SET finished_at = '2020-01-01T00:00:00Z'")
    connection.commit()
    answer = cli("status", "--json", "--fail-stale", "2h")
    assert answer.json["stale"] == ["source wires", "schedule often"]
    assert cli("schedule", "pause", "often").code == 0
    assert cli("status", "--json", "--fail-stale", "2h").json["stale"] == []


def test_a_source_without_a_schedule_counts_as_long_as_it_is_on(site: Site, cli: Any) -> None:
    settings(site)
    cli("fetch", "wires")
    assert cli("status", "--json", "--fail-stale", "1h").json["stale"] == ["source papers"]
    text = Path("copydesk.toml").read_text(encoding="utf-8")
    Path("copydesk.toml").write_text(text + "enabled = false\n", encoding="utf-8")
    assert cli("status", "--fail-stale", "1h").code == 0


@pytest.mark.parametrize("time", ["soon", "-1h", "", "1y", "nan", "inf"])
def test_a_time_that_is_none_is_refused(time: str, db: Path, cli: Any) -> None:
    answer = cli("status", "--fail-stale", time)
    assert (answer.code, answer.out) == (2, "")


def test_any_time_is_long_enough_or_not(db: Path, cli: Any) -> None:
    for time in ("0", "1s", "99999999999999d"):
        assert cli("status", "--fail-stale", time).code == 0


def test_a_run_whose_process_is_gone_is_said_to_have_crashed(site: Site, cli: Any) -> None:
    settings(site, SCHEDULES)
    cli("fetch")
    folder = state_folder("copydesk.db")
    with Store("copydesk.db", encoder=lambda: None, mode="w") as store:  # type: ignore[arg-type, return-value]
        killed = recorded(store, "fetch", schedule="often", flow_run_id="f1")
        killed.__enter__()
        with held(folder, "f1"):
            assert cli("status", "--json").json["schedules"][0]["last_state"] == "running"
        often = cli("status", "--json").json["schedules"][0]
        assert (often["last_state"], often["last_error"]["code"]) == ("crashed", "crashed")
        by_hand = recorded(store, "fetch", schedule="often")
        by_hand.__enter__()
        with sole_run(folder, "often"):
            assert cli("status", "--json").json["schedules"][0]["last_state"] == "running"
        assert cli("status", "--json").json["schedules"][0]["last_state"] == "crashed"


def test_what_webhooks_have_not_been_told_is_said(story: Path, cli: Any) -> None:
    Path("copydesk.toml").write_text(
        '[[webhook]]\nname = "desk"\nurl = "http://127.0.0.1:9/hush"\n', encoding="utf-8"
    )
    cli("ingest", story)
    answer = cli("status", "--json")
    (webhook,) = answer.json["webhooks"]
    assert (webhook["name"], webhook["waiting"], webhook["failures"]) == ("desk", 1, 1)
    assert webhook["oldest"] is not None
    assert "no connection" in webhook["last_error"]
    assert "no connection" in cli("status").out
    assert "hush" not in answer.out + cli("status").out


def history(*, arrivals: int, gap: timedelta, quiet: timedelta) -> SourceHistory:
    return SourceHistory(
        kind="feed",
        last_run=NOW,
        last_success=NOW,
        last_new=NOW - quiet,
        arrivals=arrivals,
        longest_gap_s=gap.total_seconds(),
    )


@pytest.mark.parametrize(
    ("arrivals", "gap", "quiet", "silent"),
    [
        (50, DAY / 24, DAY * 0.9, False),  # never within a day
        (50, DAY / 24, DAY * 1.1, True),
        (50, DAY * 2, DAY * 5.9, False),
        (50, DAY * 2, DAY * 6.1, True),
        (2, DAY / 24, DAY * 20, False),  # its habit is not known
        (1, DAY * 0, DAY * 22, True),
    ],
)
def test_silence_is_three_times_the_longest_gap_and_a_day_at_least(
    arrivals: int, gap: timedelta, quiet: timedelta, silent: bool
) -> None:
    found = silent_for(history(arrivals=arrivals, gap=gap, quiet=quiet))
    assert found == (quiet.total_seconds() if silent else None)


def test_a_source_that_failed_since_or_never_gave_anything_is_not_called_silent() -> None:
    quiet = history(arrivals=9, gap=DAY, quiet=DAY * 30)
    for changed in ({"last_new": None}, {"last_success": None}, {"last_success": quiet.last_new}):
        facts = {name: getattr(quiet, name) for name in SourceHistory.__slots__} | changed
        assert silent_for(SourceHistory(**facts)) is None


def test_a_silent_source_is_named(site: Site, cli: Any) -> None:
    settings(site)
    cli("fetch")
    connection = sqlite3.connect("copydesk.db")
    connection.execute(
        "UPDATE run_sources SET finished_at = '2025-01-01T00:00:00Z' WHERE source = 'wires'"
    )
    connection.commit()
    cli("fetch", "wires")
    wires = cli("status", "--json").json["sources"][0]
    assert (wires["silent"], wires["silent_for_s"] > 86_400) == (True, True)
    line = next(line for line in cli("status").out.splitlines() if line.startswith("wires"))
    assert "silent for" in line


def test_status_is_quick_to_load() -> None:
    code = (
        "import sys, copydesk.status, copydesk.status_text, copydesk.cli.keeping, storage.sqlite, storage.outbox\n"
        "import storage.tallies, flows.desk, flows.liveness, flows.timetable\n"
        "heavy = {'prefect', 'aiohttp', 'pydantic', 'spacy', 'torch', 'trafilatura', 'openvino'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or None)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
