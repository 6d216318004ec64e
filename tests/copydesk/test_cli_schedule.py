from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.desk import state_folder
from flows.liveness import sole_run
from schemas.runs import RunRecord
from storage.runs import add_run
from storage.sqlite import Store
from tests.news_server import Site, serve

KEYS = [
    "name", "flow", "sources", "path", "cron", "every", "timezone", "state", "last_run", "last_state", "last_success", "next",
]  # fmt: skip
SETTINGS = """
[fetch]
allow_hosts = ["{host}"]
pause = 0
[[source]]
name = "one"
kind = "feed"
url = "{url}/feed.xml"
[[source]]
name = "two"
kind = "feed"
url = "{url}/missing.xml"
enabled = false
[[schedule]]
name = "wires"
flow = "fetch"
sources = ["one"]
every = "15m"
timezone = "UTC"
[[schedule]]
name = "all"
flow = "fetch"
cron = "0 6 * * *"
timezone = "Europe/Berlin"
[[schedule]]
name = "drop"
flow = "ingest"
path = "incoming"
every = "90m"
timezone = "UTC"
[[schedule]]
name = "redo"
flow = "enrich"
cron = "0 3 * * *"
enabled = false
"""


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as site:
        site.story("/story", "Tolls rise", "The port raised its tolls by 4% on Monday.")
        site.feed("/feed.xml", "/story")
        yield site


@pytest.fixture
def desk(site: Site) -> Site:
    """Settings with schedules at the default place."""
    Path("copydesk.toml").write_text(SETTINGS.format(host=site.host, url=site.url))
    return site


def by_name(cli: Any) -> dict[str, Any]:
    return {row["name"]: row for row in cli("schedule", "list", "--json").json["schedules"]}


def test_schedules_are_listed_with_what_they_mean_before_there_is_a_database(
    desk: Site, cli: Any
) -> None:
    answer = cli("schedule", "list", "--json")
    assert answer.json["total"] == 4
    rows = by_name(cli)
    assert [list(row) for row in rows.values()] == [KEYS] * 4
    assert [row["state"] for row in rows.values()] == ["on", "on", "on", "off"]
    assert rows["wires"]["sources"] == rows["all"]["sources"] == ["one"]
    assert (rows["wires"]["every"], rows["wires"]["last_run"], rows["wires"]["last_success"]) == (900.0, None, None)  # fmt: skip
    assert (rows["drop"]["path"], rows["redo"]["next"]) == ("incoming", None)
    assert not Path("copydesk.db").exists()
    lines = cli("schedule", "list", "--jsonl").out.splitlines()
    assert len(lines) == 4
    table = list(csv.DictReader(io.StringIO(cli("schedule", "list", "--csv").out)))
    assert [list(row) for row in table] == [KEYS] * 4
    text = cli("schedule", "list").out
    assert "every 15m" in text
    assert "all that are on (1)" in text


def test_without_schedules_the_list_says_what_to_do(cli: Any) -> None:
    assert cli("schedule", "list").out.startswith("There are no schedules. Write a [[schedule]]")
    assert cli("schedule", "list", "--json").json == {"total": 0, "schedules": []}
    assert cli("schedule", "next").out == "Nothing is coming\n"


def test_the_coming_times_are_told_by_both_clocks_soonest_first(desk: Site, cli: Any) -> None:
    found = cli("schedule", "next", "-n", "7", "--json").json
    assert (found["total"], len(found["next"])) == (7, 7)
    times = [datetime.fromisoformat(row["utc"]) for row in found["next"]]
    assert times == sorted(times)
    assert all(datetime.fromisoformat(row["local"]) == at for row, at in zip(found["next"], times, strict=True))  # fmt: skip
    daily = cli("schedule", "next", "all", "-n", "3", "--json").json["next"]
    assert [row["local"][11:16] for row in daily] == ["06:00"] * 3
    assert {row["timezone"] for row in daily} == {"Europe/Berlin"}
    assert len(cli("schedule", "next", "wires").out.splitlines()) == 6
    assert len(cli("schedule", "next", "wires", "--csv").out.splitlines()) == 6


def test_what_is_off_has_no_coming_times_and_says_so(desk: Site, cli: Any) -> None:
    answer = cli("schedule", "next", "redo")
    assert (answer.code, answer.out) == (0, "Nothing is coming\n")
    assert answer.err == "redo is off: it does not run\n"


def test_a_run_now_tells_what_the_verb_tells_and_is_noted_with_the_schedules_name(
    desk: Site, cli: Any
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    answer = cli("schedule", "run", "wires")
    assert answer.code == 0, answer.err
    assert "+ stored" in answer.out
    assert "one (feed): 1 stored" in answer.out
    assert "made the database copydesk.db" in answer.err
    row = by_name(cli)["wires"]
    assert row["last_state"] == "done"
    assert before <= datetime.fromisoformat(row["last_run"]) <= datetime.now(UTC)
    assert datetime.fromisoformat(row["last_success"]) >= before
    again, verb = cli("schedule", "run", "wires", "--json"), cli("fetch", "one", "--json")
    assert again.json.keys() == verb.json.keys()
    assert again.json["counts"] == verb.json["counts"]
    assert by_name(cli)["all"]["last_run"] is None


def test_an_ingest_and_an_enrich_run_now_too(desk: Site, cli: Any, story: Path) -> None:
    Path("incoming").mkdir()
    story.rename("incoming/story.txt")
    answer = cli("schedule", "run", "drop", "--json")
    assert (answer.code, answer.json["counts"]["stored"]) == (0, 1)
    assert by_name(cli)["drop"]["last_state"] == "done"
    assert cli("schedule", "run", "redo", "--quiet").code == 0
    assert by_name(cli)["redo"]["last_state"] == "done"


def test_a_run_has_the_exit_code_of_its_verb(desk: Site, cli: Any) -> None:
    Path("incoming").mkdir()
    Path("incoming/broken.json").write_bytes(b'{"title": ')
    assert cli("schedule", "run", "drop").code == cli("ingest", "incoming").code == 3
    missing = cli("schedule", "run", "redo", "--db", "none.db")
    assert (missing.code, missing.out) == (2, "")
    assert "there is no database at none.db" in missing.err


def test_a_run_that_cannot_begin_leaves_nothing_behind(desk: Site, cli: Any) -> None:
    for db, said in (("no/such/x.db", "no folder"), ("postgresql://x/y", "cannot be opened")):
        answer = cli("schedule", "run", "wires", "--db", db)
        assert answer.code == 2
        assert said in answer.err
    assert sorted(path.name for path in Path().iterdir()) == ["copydesk.toml"]


def test_no_run_begins_beside_another_of_the_same_schedule(desk: Site, cli: Any) -> None:
    with sole_run(state_folder("copydesk.db"), "wires") as is_alone:
        assert is_alone
        answer = cli("schedule", "run", "wires")
        assert (answer.code, answer.out) == (1, "")
        assert "schedule 'wires' is running already" in answer.err
        assert cli("schedule", "run", "all").code == 0
    assert cli("schedule", "run", "wires").code == 0


def test_a_run_whose_process_is_gone_is_not_listed_as_running(
    desk: Site, cli: Any, open_store: Callable[..., Store]
) -> None:
    with open_store("copydesk.db") as store:
        record = RunRecord(verb="fetch", started_at=datetime.now(UTC), state="running", schedule="wires")  # fmt: skip
        with store.transaction():
            add_run(store.connection, record)
        assert by_name(cli)["wires"]["last_state"] == "crashed"
        with sole_run(state_folder("copydesk.db"), "wires"):
            assert by_name(cli)["wires"]["last_state"] == "running"


def test_a_pause_lasts_until_it_is_resumed(desk: Site, cli: Any) -> None:
    assert cli("fetch").code == 0
    assert cli("schedule", "pause", "wires").out == "paused wires\n"
    row = by_name(cli)["wires"]
    assert (row["state"], row["next"]) == ("paused", None)
    assert cli("schedule", "pause", "wires", "--json").json == {"name": "wires", "paused": True}
    assert "wires" not in {r["name"] for r in cli("schedule", "next", "--json").json["next"]}
    assert cli("schedule", "run", "wires").code == 0
    assert cli("schedule", "resume", "wires", "--json").json == {"name": "wires", "paused": False}
    row = by_name(cli)["wires"]
    assert row["state"] == "on"
    assert datetime.fromisoformat(row["next"]) - datetime.now(UTC) <= timedelta(minutes=15)
    assert "off in the settings" in cli("schedule", "resume", "redo").err


def test_a_pause_makes_no_database(desk: Site, cli: Any) -> None:
    answer = cli("schedule", "pause", "wires")
    assert (answer.code, answer.out) == (2, "")
    assert "there is no database" in answer.err
    assert not Path("copydesk.db").exists()


@pytest.mark.parametrize("verb", ["next", "run", "pause", "resume"])
def test_an_unknown_name_is_refused_with_the_nearest(verb: str, desk: Site, cli: Any) -> None:
    assert cli("fetch").code == 0
    answer = cli("schedule", verb, "wire")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "copydesk: there is no schedule 'wire'. Did you mean wires?\n"


def test_a_source_that_is_nowhere_is_refused_before_any_work(desk: Site, cli: Any) -> None:
    place = Path("copydesk.toml")
    place.write_text(place.read_text().replace('sources = ["one"]', 'sources = ["ones"]'))
    for call in (("list",), ("next",), ("run", "all"), ("run", "wires")):
        answer = cli("schedule", *call)
        assert (answer.code, answer.out) == (2, "")
        assert "names a source 'ones'" in answer.err
        assert "Did you mean one?" in answer.err
    assert not Path("copydesk.db").exists()
