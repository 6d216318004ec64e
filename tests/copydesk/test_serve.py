"""Serving with a real Prefect server, a real runner and the real clock."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
from collections.abc import Collection, Iterator
from http.client import HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from tests.copydesk.serve_process import (
    STARTS_WITHIN,
    UNDER_WAY,
    ServedDesk,
    in_the_end_stopped,
)
from tests.news_server import Site, serve
from tests.waiting import until

WIRES = '[[schedule]]\nname = "wires"\nflow = "fetch"\nevery = "5s"\n'
BACKGROUND = '[[schedule]]\nname = "again"\nflow = "enrich"\ncron = "0 3 * * *"\n'
# Whom to kill, and after how many answers of the site.
KILLS = [("all", 6)]
LONG = bool(os.environ.get("COPYDESK_LONG_TESTS"))
if LONG:
    VICTIMS = ("all", "serve", "serve and server", "serve and flow", "server and flow")
    KILLS = [(victims, random.randrange(13)) for victims in VICTIMS for _ in range(4)]  # noqa: S311  no secret


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve() as found:
        yield found


@pytest.fixture(scope="module")
def desk(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedDesk]:
    """A desk that is served, and looks at its feed every few seconds."""
    add_stories(site, 1, 6)
    made = ServedDesk(tmp_path_factory.mktemp("desk"), site)
    made.write_settings(schedules=WIRES)
    with in_the_end_stopped(made):
        made.start()
        yield made


def add_stories(site: Site, first: int, last: int) -> None:
    for n in range(first, last):
        sentence = f"The port raised toll {n} by {n}% on Monday, harbour master Ana Lopes said."
        site.story(f"/story-{n}", f"Toll number {n} rises in Vila Nova", sentence)
    site.feed("/feed.xml", *sorted(path for path in site.pages if path.startswith("/story")))


def ask(address: str, *, origin: str, host: str | None = None) -> HTTPResponse:
    headers = {"Content-Type": "application/json", "Origin": origin} | (
        {"Host": host} if host else {}
    )
    asked = Request(address, data=b"{}", headers=headers)
    with build_opener(ProxyHandler({})).open(asked, timeout=30) as answer:
        found: HTTPResponse = answer
        return found


def completed(desk: ServedDesk) -> int:
    return sum(run["state_name"] == "Completed" for run in desk.runs("COMPLETED"))


def a_flow_process(desk: ServedDesk, *, besides: Collection[int] = ()) -> int:
    """The process of a run that is under way."""

    def found() -> list[int]:
        return [pid for pid in desk.children("prefect.engine") if pid not in besides]

    return int(until(found, within=60, what="a flow process")[0])


@pytest.mark.slow
def test_a_schedule_fires_again_and_again_and_stores_what_is_new(
    desk: ServedDesk, site: Site
) -> None:
    (serving,) = desk.events_of("serving")
    assert serving["dashboard"].startswith("http://127.0.0.1:")
    assert serving["next"][0]["schedule"] == "wires"
    assert not desk.events_of("missed")  # of a new desk, however long the server takes to start
    until(lambda: completed(desk) >= 1, within=90, what="a first run")
    assert len(desk.articles()) == 5
    add_stories(site, 6, 9)
    until(lambda: completed(desk) >= 3, within=120, what="three runs")
    until(lambda: len(desk.articles()) == 8, within=60, what="the new stories")


@pytest.mark.slow
def test_a_second_serve_of_the_same_database_is_refused(desk: ServedDesk) -> None:
    done = desk.call("serve")
    assert done.returncode == 2
    assert "is served already" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_pages_of_other_sites_cannot_ask_the_server_of_the_desk(desk: ServedDesk) -> None:
    (serving,) = desk.events_of("serving")
    address = f"{serving['dashboard']}/api/deployments/filter"
    own = "http://localhost:" + serving["dashboard"].rpartition(":")[2]
    for origin, allowed in (("http://news.example.org", None), (own, own)):
        answer = ask(address, origin=origin)
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, allowed)
    with pytest.raises(HTTPError, match="400"):  # a name that was made to lead here
        ask(address, origin=own, host="news.example.org")


@pytest.mark.slow
def test_hanging_up_takes_changed_settings_up_and_bad_ones_not(desk: ServedDesk) -> None:
    desk.write_settings(schedules=WIRES.replace("fetch", "fetsch"))
    desk.send(signal.SIGHUP)
    assert "fetsch" in desk.wait_for("settings_refused", within=30)["text"]
    desk.write_settings(schedules=WIRES + BACKGROUND)
    desk.send(signal.SIGHUP)
    changed = desk.wait_for("schedules_changed", within=60)
    assert {due["schedule"] for due in changed["next"]} == {"wires", "again"}


@pytest.mark.slow
def test_a_run_whose_process_is_killed_is_told_crashed_and_the_next_one_runs(
    desk: ServedDesk,
) -> None:
    before, ended = completed(desk), len(desk.runs("CRASHED", "COMPLETED"))
    until(lambda: len(desk.runs("CRASHED", "COMPLETED")) > ended, within=60, what="an end")
    # Not the process of the run that has just ended, nor late in the next: it may have said its last word.
    others = desk.children("prefect.engine")
    os.kill(a_flow_process(desk, besides=others), signal.SIGKILL)
    until(lambda: desk.runs("CRASHED"), within=60, what="the end of the killed run")
    until(lambda: completed(desk) > before, within=90, what="the next run")


@pytest.mark.slow
def test_a_server_that_is_killed_is_started_again_and_the_schedule_goes_on(
    desk: ServedDesk,
) -> None:
    a_flow_process(desk)
    crashed = len(desk.runs("CRASHED"))
    (server,) = desk.children("flows.local_server")
    os.kill(server, signal.SIGKILL)
    desk.wait_for("server_restarted", within=30)
    before = until(lambda: completed(desk), within=120, what="an answer")
    until(lambda: completed(desk) > before, within=120, what="the next run")
    assert len(desk.runs("CRASHED")) == crashed  # the run that was under way came to its end


@pytest.mark.slow
def test_a_pause_is_taken_up_and_so_is_its_end(desk: ServedDesk) -> None:
    def is_paused() -> bool:
        return bool(desk.deployments()["wires"]["paused"])

    assert desk.call("schedule", "pause", "wires").returncode == 0
    until(is_paused, within=60, what="the pause")
    assert desk.call("schedule", "resume", "wires").returncode == 0
    until(lambda: not is_paused(), within=60, what="the end of the pause")


@pytest.mark.slow
def test_sigterm_hands_back_the_run_under_way_and_is_no_crash(desk: ServedDesk, site: Site) -> None:
    desk.write_settings(schedules=WIRES, pause="2s")
    add_stories(site, 9, 30)
    crashed = len(desk.runs("CRASHED"))
    desk.send(signal.SIGHUP)
    until(lambda: "/story-10" in site.asked, within=90, what="a run that takes long")
    assert desk.end(signal.SIGTERM) == 0
    assert desk.stored_runs(*UNDER_WAY) == []
    assert desk.events_of("stopped")
    assert "Traceback" not in desk.stderr.read_text()
    with sqlite3.connect(desk.state / "home" / "prefect.db") as connection:
        said = connection.execute(
            "SELECT type, message FROM flow_run_state WHERE message LIKE 'copydesk serve was stopped%'"
        ).fetchall()
        ended = dict(
            connection.execute("SELECT state_type, COUNT(*) FROM flow_run GROUP BY 1").fetchall()
        )
    assert [state for state, _ in said] == ["CANCELLING"]
    assert ended.get("CRASHED", 0) == crashed
    assert '"handed_back": true' in (desk.state / "schedules.json").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(("victims", "moment"), KILLS)
def test_after_a_kill_nothing_is_lost_doubled_or_left_running(
    victims: str, moment: int, tmp_path: Path, prefect_home: Path
) -> None:
    with serve() as site:
        add_stories(site, 1, 13)
        desk = ServedDesk(tmp_path, site, home=prefect_home)
        # A run takes half a dozen seconds; the next is due when the machine was off, and then not for a while.
        desk.write_settings(schedules=WIRES.replace("5s", "10s"), pause="0.5s")
        with in_the_end_stopped(desk):
            desk.start()
            a_flow_process(desk)
            until(lambda: len(site.asked) > moment, within=90, what="requests")
            desk.kill(victims)
            if "serve" in victims.split() or victims == "all":
                desk.start()
                assert desk.wait_for("missed", within=30)["schedules"] == ["wires"]
            until(lambda: not ghosts(desk), within=60, what="no ghost")
            until(lambda: completed(desk) >= 1, within=90, what="a run")
            until(lambda: len(desk.articles()) == 12, within=90, what="all articles")
            a_flow_process(desk)
            assert desk.end(signal.SIGINT) == 130
        assert desk.stored_runs(*UNDER_WAY) == []
        articles = desk.articles()
        assert len(articles) == len({url for url, _ in articles}) == 12
        assert {paragraphs for _, paragraphs in articles} == {8}


def ghosts(desk: ServedDesk) -> list[str]:
    """Runs that the server takes for alive, and that no process has."""
    pids = [path.stem for path in (desk.state / "runs").glob("*.json")]
    starting = len(desk.children("prefect.engine"))
    under_way = [run["id"] for run in desk.runs(*UNDER_WAY)]
    return under_way if len(under_way) > max(starting, len(pids)) else []


@pytest.mark.slow
@pytest.mark.skipif(not LONG, reason="takes two more starts")
def test_ctrl_c_hands_back_the_run_under_way_and_the_next_serving_makes_it_up(
    tmp_path: Path,
) -> None:
    with serve() as site:
        add_stories(site, 1, 31)
        desk = ServedDesk(tmp_path, site)
        desk.write_settings(schedules=WIRES.replace("5s", "2s"), pause="1s")
        with in_the_end_stopped(desk):
            desk.start()
            until(lambda: len(site.asked) > 4, within=STARTS_WITHIN, what="requests")
            assert desk.end(signal.SIGINT) == 130
            assert desk.stored_runs(*UNDER_WAY) == []
            assert len(desk.stored_runs("CANCELLED", "CRASHED")) >= 1
            desk.write_settings(schedules=WIRES.replace("5s", "2s"), pause="0s")
            desk.start()
            assert desk.wait_for("missed", within=30)["schedules"] == ["wires"]
            until(lambda: len(desk.articles()) == 30, within=120, what="all articles")
            desk.end(signal.SIGTERM)
        with sqlite3.connect(desk.db) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
