"""What is served, as settings and database have it; and what is refused before anything starts."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from copydesk.api import open_store
from copydesk.serving import DeskKeeper, enter_environment, prefect_environment
from copydesk.settings import load_settings
from flows.desk import open_desk
from schemas.errors import SettingsError, UsageError
from storage.schedules import set_schedule_paused

WIRE = '[[source]]\nname = "wire"\nkind = "feed"\nurl = "https://www.example.org/feed.xml"\n'
SCHEDULES = (
    '[[schedule]]\nname = "wires"\nflow = "fetch"\nevery = "15m"\n'
    '[[schedule]]\nname = "inbox"\nflow = "ingest"\npath = "inbox"\nevery = "1h"\n'
    '[[schedule]]\nname = "again"\nflow = "enrich"\ncron = "0 3 * * *"\nenabled = false\n'
)
MakeKeeper = Callable[[str], DeskKeeper]


@pytest.fixture
def keeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeKeeper:
    monkeypatch.chdir(tmp_path)

    def make(text: str) -> DeskKeeper:
        Path("copydesk.toml").write_text(f'db = "news.db"\n{text}')
        with open_store("news.db"):
            pass
        return DeskKeeper(open_desk("news.db"), load_settings(), db=None, config=None)

    return make


def test_each_schedule_is_given_what_its_flow_takes_as_json(
    keeper: MakeKeeper, tmp_path: Path
) -> None:
    plan = {one.spec.name: one for one in keeper(WIRE + SCHEDULES).plan()}
    given = {name: json.loads(json.dumps(one.arguments)) for name, one in plan.items()}
    assert [one["name"] for one in given["wires"]["sources"]] == ["wire"]
    assert given["inbox"]["paths"] == [str(tmp_path / "inbox")]
    for name, arguments in given.items():
        assert arguments["db"] == str(tmp_path / "news.db")
        context = arguments["parameters"]["run"]
        assert (context["schedule"], context["state_folder"]) == (
            name,
            str(tmp_path / "news.prefect"),
        )
    assert {name: one.state for name, one in plan.items()} == {
        "wires": "on",
        "inbox": "on",
        "again": "off",
    }


def test_what_differs_has_another_signature_and_what_does_not_the_same(keeper: MakeKeeper) -> None:
    made = keeper(WIRE + SCHEDULES)
    wires, inbox, _ = made.plan()
    assert [one.signature for one in made.plan()][:2] == [wires.signature, inbox.signature]
    with open_store("news.db") as store:
        set_schedule_paused(store.connection, "wires", paused=True)
    again = made.plan()
    assert again[0].signature != wires.signature
    assert again[1].signature == inbox.signature


def test_bad_settings_are_refused_and_the_old_ones_kept(keeper: MakeKeeper) -> None:
    made = keeper(WIRE + SCHEDULES)
    before = [one.signature for one in made.plan()]
    for text in ("[[schedule]]\n", f'db = "other.db"\n{WIRE}', 'db = "news.db"\nwires = 1\n'):
        Path("copydesk.toml").write_text(text)
        with pytest.raises(SettingsError):
            made.reload()
    assert [one.signature for one in made.plan()] == before


def test_changed_settings_are_taken_up(keeper: MakeKeeper) -> None:
    made = keeper(WIRE + SCHEDULES)
    Path("copydesk.toml").write_text(f'db = "news.db"\n{WIRE}' + SCHEDULES.replace('"15m"', '"5m"'))
    made.reload()
    assert made.plan()[0].spec.every == 300


def test_a_source_with_a_secret_in_the_settings_is_refused(keeper: MakeKeeper) -> None:
    made = keeper(f'{WIRE}headers = {{ Authorization = "Bearer hush" }}\n{SCHEDULES}')
    with pytest.raises(UsageError) as caught:
        made.plan()
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "environment", "arguments", "said"),
    [
        (WIRE + SCHEDULES, {"PREFECT_API_URL": "junk"}, (), "PREFECT_API_URL is no address"),
        (WIRE + SCHEDULES, {"PREFECT_API_URL": "http://127.0.0.1:1"}, ("--port", "4200"), "--port is for"),
        (WIRE + SCHEDULES, {}, ("--port", "0"), "--port"),
        (SCHEDULES.replace('"15m"', '"15m"\nsources = ["wier"]') + WIRE, {}, (), "did you mean wire"),
        (SCHEDULES.replace('"fetch"', '"db-backup"'), {}, (), "does not exist yet"),
    ],
    ids=["address", "port", "no port", "source", "flow"],
)  # fmt: skip
def test_what_cannot_be_served_is_said_before_anything_starts(
    settings: str,
    environment: dict[str, str],
    arguments: tuple[str, ...],
    said: str,
    cli: Any,
    keeper: MakeKeeper,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("copydesk.toml").write_text(f'db = "news.db"\n{settings}')
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    answer = cli("serve", *arguments)
    assert answer.code == 2
    assert said.casefold() in answer.err.casefold()


def test_with_a_server_of_others_the_users_prefect_stays_as_it_is() -> None:
    users = {"PREFECT_API_URL": "https://prefect.example.org/api", "PREFECT_PROFILE": "work"}
    found = prefect_environment(None, users)
    assert found.items() >= users.items()
    assert found["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_an_environment_that_prefect_has_read_already_cannot_be_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "prefect", sys)
    with pytest.raises(UsageError, match="loaded already"):
        enter_environment({})


def test_the_desk_s_address_goes_with_every_run(keeper: MakeKeeper) -> None:
    link = '[notify]\nlink = "https://desk.example.org/"\n'
    plans = keeper(f"{link}{WIRE}{SCHEDULES}").plan()
    parameters: list[Any] = [plan.arguments["parameters"] for plan in plans]
    assert {given["run"]["link"] for given in parameters} == {"https://desk.example.org/"}
