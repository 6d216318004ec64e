from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.schedules import find_schedule, resolve_schedules, schedule_specs
from copydesk.settings import Settings, load_settings
from schemas.errors import CopydeskError, SettingsError, UsageError
from schemas.schedule import ScheduleSpec
from schemas.web import SourceSpec
from storage.schedules import set_schedule_paused
from storage.sqlite import Store

OpenStore = Callable[..., Store]
SOURCE = '[[source]]\nname = "{}"\nkind = "feed"\nurl = "https://{}.example.org/feed.xml"\nenabled = {}\n'
SOURCES = SOURCE.format("one", "one", "true") + SOURCE.format("two", "two", "false")


def settings_with(text: str, place: Path = Path("copydesk.toml")) -> Settings:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return load_settings(config=str(place), environment={})


def table(**values: str) -> str:
    lines = {"name": '"wires"', "flow": '"fetch"', "every": '"15m"', **values}
    return "[[schedule]]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items() if value)


def test_schedules_are_records_with_seconds_and_whole_paths(own_place: Path) -> None:
    text = (
        table(sources='["one", "one"]')
        + table(name='"drop box"', flow='"ingest"', every="1.5", path='"incoming"')
        + table(name='"Börse"', flow='"enrich"', every="", cron='"0 6 * * mon-fri"', timezone='"Europe/Berlin"', enabled="false")
    )  # fmt: skip
    assert schedule_specs(settings_with(text, own_place / "desk" / "own.toml")) == (
        ScheduleSpec(name="wires", flow="fetch", sources=("one",), every=900.0),
        ScheduleSpec(
            name="drop box", flow="ingest", path=str(own_place / "desk" / "incoming"), every=1.5
        ),
        ScheduleSpec(
            name="Börse",
            flow="enrich",
            cron="0 6 * * mon-fri",
            timezone="Europe/Berlin",
            enabled=False,
        ),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (table(nam='"x"'), "unknown key schedule.0.nam. Did you mean name?"),
        (table(flow='"fetsch"'), "did you mean fetch?"),
        (table(flow='"db-backup"'), "db-backup does not exist yet in this version; known: fetch, ingest, enrich"),
        (table(flow='"db-maintain"'), "db-maintain does not exist yet"),
        (table(flow=""), "schedule.0.flow is missing"),
        (table(name=""), "schedule.0.name is missing"),
        (table(name='"a/b"'), "schedule.0.name = 'a/b' is wrong"),
        (table(name='".hidden"'), "a letter or digit first"),
        (table(name='"a\\nb"'), "schedule.0.name"),
        (table(name='"a "'), "schedule.0.name"),
        (table(name=f'"{"a" * 61}"'), "1 to 60"),
        (table() + table(name='"Wires"'), "schedule.1.name = 'Wires' is wrong: schedule.0 has that name"),
        (table(every=""), "schedule.0 has neither cron nor every"),
        (table(cron='"* * * * *"'), "schedule.0 has both cron and every"),
        (table(every='"soon"'), "schedule.0.every = 'soon' is wrong"),
        (table(every="0.9"), "from a second to a year"),
        (table(every='"99999999w"'), "from a second to a year"),
        (table(every="nan"), "schedule.0.every"),
        (table(every="-5"), "schedule.0.every"),
        (table(every="", cron='"0 24 * * *"'), "schedule.0.cron = '0 24 * * *' is wrong: the hour '24' is none: it takes 0 to 23"),
        (table(every="", cron='"0 0 30 2 *"'), "no month of '2' has a day '30'"),
        (table(timezone='"Europe/Berlim"'), "did you mean Europe/Berlin?"),
        (table(timezone='"new york"'), "did you mean America/New_York?"),
        (table(timezone='"europe/berlin"'), "did you mean Europe/Berlin?"),
        (table(timezone='""'), "no such time zone"),
        (table(path='"x"'), "fetch reads no path; ingest does"),
        (table(flow='"enrich"', sources='["one"]'), "enrich asks no sources"),
        (table(flow='"ingest"'), "schedule.0.path is missing: ingest needs the file or folder to read"),
        (table(flow='"ingest"', path='"https://desk:hunter2@example.org/"'), "is an address"),
        (table(flow='"ingest"', path='"-"'), "has to name a file or folder"),
        (table(flow='"ingest"', path='""'), "has to name a file or folder"),
        (table(flow='"ingest"', path='"a\\u0000"'), "has to name a file or folder"),
        (table(sources='"one"'), "has to be a list"),
        ('[schedule]\nname = "x"', "has to be a list"),
    ],
)  # fmt: skip
def test_a_schedule_that_cannot_be_meant_is_one_error_with_file_and_reason(
    text: str, said: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_with(text)
    told = str(caught.value)
    assert "copydesk.toml" in told
    assert said in told
    assert "hunter2" not in told
    assert "\n" not in told
    assert caught.value.remedy


@given(
    values=st.dictionaries(
        st.sampled_from(["name", "flow", "path", "cron", "every", "timezone"]),
        st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20),
    )
)
def test_any_texts_are_a_schedule_or_one_error_of_ours(values: dict[str, str]) -> None:
    text = table(**{key: json.dumps(value) for key, value in values.items()})
    try:
        told = schedule_specs(settings_with(text.replace("\x7f", "")))[0].name
    except CopydeskError as error:
        told = error.message
    assert told
    assert "\n" not in told


def test_a_fetch_without_names_means_all_sources_that_are_on(open_store: OpenStore) -> None:
    settings = settings_with(SOURCES + table() + table(name='"both"', sources='["two", "one"]'))
    kept = SourceSpec(name="three", kind="site", url="https://three.example.org/")
    with open_store("copydesk.db") as store:
        store.add_source(kept)
        found = resolve_schedules(settings, store)
    assert [[source.name for source in one.sources] for one in found] == [["one", "three"], ["one"]]
    alone = resolve_schedules(settings, None)
    assert [source.name for source in alone[0].sources] == ["one"]


def test_a_source_of_the_settings_counts_before_one_of_that_name_in_the_database(
    open_store: OpenStore,
) -> None:
    settings = settings_with(SOURCES + table(sources='["one"]'))
    with open_store("copydesk.db") as store:
        store.add_source(SourceSpec(name="one", kind="site", url="https://other.example.org/"))
        found = resolve_schedules(settings, store)
    assert [source.url for source in found[0].sources] == ["https://one.example.org/feed.xml"]


def test_an_unknown_source_is_refused_with_the_nearest_of_settings_and_database(
    open_store: OpenStore,
) -> None:
    with open_store("copydesk.db") as store:
        store.add_source(SourceSpec(name="reuters", kind="site", url="https://example.org/"))
        for name, near in (("onne", "one"), ("reuter", "reuters")):
            settings = settings_with(SOURCES + table(sources=f'["{name}"]'))
            with pytest.raises(SettingsError) as caught:
                resolve_schedules(settings, store)
            assert caught.value.remedy == f"did you mean {near}?"
            assert "copydesk.toml: schedule.0.sources: schedule 'wires' names" in str(caught.value)
        with pytest.raises(SettingsError, match="sources list"):
            resolve_schedules(settings_with(table(sources='["zzz"]')), store)


def test_a_schedule_whose_sources_are_all_off_is_off_and_asks_no_others(
    open_store: OpenStore,
) -> None:
    settings = settings_with(SOURCES + table(sources='["two"]') + table(name='"all"'))
    with open_store("copydesk.db") as store:
        store.add_source(SourceSpec(name="three", kind="site", url="https://three.example.org/"))
        two, everything = resolve_schedules(settings, store)
    assert (two.state, two.sources) == ("off", ())
    assert everything.state == "on"
    nothing_yet = resolve_schedules(settings_with(table()), None)
    assert nothing_yet[0].state == "on"


def test_a_schedule_is_on_off_or_paused(open_store: OpenStore) -> None:
    text = "".join(
        table(name=f'"{name}"', enabled=on)
        for name, on in (("a", "true"), ("b", "false"), ("c", "true"))
    )
    with open_store("copydesk.db") as store:
        for name in ("b", "c", "gone from the settings"):
            set_schedule_paused(store.connection, name, paused=True)
        found = resolve_schedules(settings_with(text), store)
    assert [one.state for one in found] == ["on", "off", "paused"]


def test_a_name_that_no_schedule_has_is_refused_with_the_nearest() -> None:
    schedules = resolve_schedules(settings_with(table() + table(name='"drop"')), None)
    assert find_schedule("drop", schedules).spec.name == "drop"
    for name, remedy in (("wire", "did you mean wires?"), ("zz", "there are: wires, drop")):
        with pytest.raises(UsageError) as caught:
            find_schedule(name, schedules)
        assert caught.value.remedy == remedy
    with pytest.raises(UsageError, match="Write a"):
        find_schedule("wires", [])
