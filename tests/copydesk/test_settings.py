from __future__ import annotations

import re
import traceback
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import copydesk
from copydesk.schedules import schedule_specs
from copydesk.settings import Settings, load_settings, seconds, source_specs
from copydesk.settings_checks import is_host_with_port
from schemas.errors import SettingsError
from schemas.web import SourceSpec


def write(text: str, place: Path = Path("copydesk.toml")) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def test_without_files_the_defaults_stand() -> None:
    assert load_settings(environment={}) == Settings()


def test_flag_over_environment_over_project_over_user_over_default(own_place: Path) -> None:
    environment = {"XDG_CONFIG_HOME": str(own_place)}
    write('db = "/user.db"\n[fetch]\npause = 5\n', own_place / "copydesk" / "copydesk.toml")
    assert load_settings(environment=environment).db == "/user.db"
    write('db = "project.db"\n[fetch]\ntimeout = 9\n')
    both = load_settings(environment=environment)
    assert (both.db, both.fetch.pause, both.fetch.timeout) == ("project.db", 5.0, 9.0)
    environment["COPYDESK_DB"] = "environment.db"
    assert load_settings(environment=environment).db == "environment.db"
    flagged = load_settings(environment=environment, db="flag.db")
    assert (flagged.db, flagged.origins["db"]) == ("flag.db", "flag")
    assert flagged.origins["fetch.timeout"] == "copydesk.toml"


def test_environment_reaches_the_sections() -> None:
    environment = {"COPYDESK_MODELS_PRECISION": "f32", "COPYDESK_FETCH_ALLOW_HOSTS": "a:1,b:2", "COPYDESK_FETCH_MAX_BYTES": "9"}  # fmt: skip
    settings = load_settings(environment=environment)
    assert settings.models.precision == "f32"
    assert settings.fetch.allow_hosts == ("a:1", "b:2")
    assert settings.fetch.max_bytes == 9


def test_a_path_in_a_file_is_meant_from_where_the_file_is(own_place: Path) -> None:
    write('db = "news.db"\n', own_place / "desk" / "own.toml")
    assert load_settings(config="desk/own.toml", environment={}).db == str(Path("desk") / "news.db")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('dbb = "x"', "did you mean db"),
        ('[models]\nembeding = "x"', "did you mean embedding"),
        ('[[source]]\nnam = "x"', "did you mean name"),
        ("[nowhere]\nx = 1", "unknown key nowhere"),
        ("db = 3", "a text in quotes"),
        ("db =", "not valid TOML"),
        ("models = 3", "has to be a table"),
        ('[fetch]\nmax_bytes = "lots"', "a whole number"),
        ("[fetch]\nmax_bytes = 0", "lets nothing in"),
        ('[fetch]\npause = "soon"', "15m"),
        ("[fetch]\ntimeout = -1", "15m"),
        ('[models]\nprecision = "f99"', "'f32'"),
        ("[models.tagger]\nen = 3", "models.tagger.en"),
        ('[[source]]\nname = "x"', "source.0.kind is missing"),
        ('[source]\nname = "x"\nkind = "feed"', "has to be a list"),
        ('[[schedule]]\nname = "x"\nflow = "fetch"\nevery = "often"', "schedule.0.every"),
        ("\x00", "not valid TOML"),
        (
            '[fetch]\nallow_hosts = ["example.org"]',
            "'example.org' is wrong: it has to be host:port",
        ),
        ('[fetch]\nallow_hosts = ["a:1", "u@b:2"]', "it has to be host:port"),
        ('[fetch]\ncontact = "a\\r\\nEvil: b"', "one line"),
        ('[notify]\nlink = "desk.example.org"', "notify.link"),
        ('[notify]\nlink = "https://desk.example.org/a b)"', "has to be an address"),
        ("[fetch]\npause = 1e999", "15m"),
        (f'[fetch]\npause = "{"9" * 400}"', "15m"),
        ('[[source]]\nname = "x"\nkind = "fead"', "did you mean feed?"),
        ('[[source]]\nname = "x"\nkind = "feed"', "source.0: source 'x': a feed needs a url"),
        ('[[source]]\nname = "x"\nkind = "feed"\nurl = "ftp://example.org/"', "https://"),
        ('[[source]]\nname = "x"\nkind = "site"\npath = "x"', "not a path"),
        ('[[source]]\nname = "x"\nkind = "folder"\nurl = "https://example.org/"', "not a url"),
        ('[[source]]\nname = ""\nkind = "site"\nurl = "https://example.org/"', "no name"),
        (
            '[[source]]\nname = "x"\nkind = "site"\nurl = "https://example.org/"\npause = "x"',
            "source.0.pause",
        ),
        (
            2 * '[[source]]\nname = "x"\nkind = "site"\nurl = "https://example.org/"\n',
            "source.1.name = 'x' is wrong: source.0 has that name",
        ),
    ],
)
def test_a_wrong_file_is_one_error_with_file_and_reason(text: str, said: str) -> None:
    write(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(environment={})
    message = str(caught.value)
    assert "copydesk.toml" in message
    assert said.lower() in message.lower()
    assert "\n" not in message
    assert caught.value.remedy


def test_a_file_that_was_named_must_be_there(own_place: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.toml"):
        load_settings(config="missing.toml", environment={})
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(config=str(own_place), environment={})


def test_bytes_that_are_no_text_are_no_settings() -> None:
    Path("copydesk.toml").write_bytes(b"\xff\xfe\x00db")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load_settings(environment={})


@given(number=st.integers(0, 10**6), unit=st.sampled_from(["", "s", "m", "h", "d", "w"]))
def test_durations_are_numbers_with_a_unit(number: int, unit: str) -> None:
    each = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}[unit]
    assert seconds(f"{number}{unit}") == number * each
    assert seconds(f" {number} {unit.upper()}") == number * each


@given(st.text(max_size=12))
def test_any_text_is_a_duration_or_none(text: str) -> None:
    found = seconds(text)
    assert found is None or found >= 0


SOURCES = """
[[source]]
name = "Example Times"
kind = "feed"
url = "https://times.example.org/feed.xml"
language = "en"
pause = "1m"
headers = { Authorization = "env:TOKEN", X-Plan = "desk" }
cookies_env = "TIMES_COOKIES"
proxy = "http://desk:pw@proxy.example.net:3128"
user_agent = "Desk/1.0"
[[source]]
name = "wire"
kind = "folder"
path = "incoming"
enabled = false
"""


def test_the_settings_sources_are_records_with_seconds_and_whole_paths(own_place: Path) -> None:
    write(SOURCES, own_place / "desk" / "own.toml")
    settings = load_settings(config="desk/own.toml", environment={})
    assert source_specs(settings) == (
        SourceSpec(
            name="Example Times",
            kind="feed",
            url="https://times.example.org/feed.xml",
            language="en",
            pause=60.0,
            headers=(("Authorization", "env:TOKEN"), ("X-Plan", "desk")),
            cookies_env="TIMES_COOKIES",
            proxy="http://desk:pw@proxy.example.net:3128",
            user_agent="Desk/1.0",
        ),
        SourceSpec(name="wire", kind="folder", path=str(Path("desk") / "incoming"), enabled=False),
    )
    assert source_specs(Settings()) == ()


HEAD = '[[source]]\nname = "x"\nkind = "feed"\nurl = "https://example.org/"\n'


@pytest.mark.parametrize(
    "text",
    [
        HEAD + 'headers = "Bearer hunter2"',
        HEAD + 'headers = { Authorization = ["hunter2"] }',
        HEAD + 'headers = { "Bad name hunter2" = "x" }',
        HEAD + 'headers = { X = "hunter2\\r\\n" }',
        HEAD + 'cookies_env = "session=hunter2"',
        HEAD + 'cookies_env = ["hunter2"]',
        HEAD + 'proxy = "hunter2"',
        HEAD + "proxy = ['hunter2']",
        HEAD.replace("https://", "ftp://desk:hunter2@"),
        HEAD.replace("https://", "https://desk:hunter2/x@"),
        HEAD.replace('"https://example.org/"', '["https://desk:hunter2@example.org/"]'),
        'source = "https://desk:hunter2@example.org/"',
        'source = ["https://desk:hunter2@example.org/"]',
        '[source]\nname = "x"\nkind = "feed"\nheaders = { X = "hunter2" }',
    ],
)
def test_no_error_over_the_settings_shows_what_may_be_a_secret(text: str) -> None:
    write(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(environment={})
    told = "".join(traceback.format_exception(caught.value))
    assert "hunter2" not in told
    assert "source" in str(caught.value)


def test_allowed_hosts_come_from_the_environment_without_blanks() -> None:
    environment = {"COPYDESK_FETCH_ALLOW_HOSTS": " 127.0.0.1:8000 , [::1]:80,"}
    assert load_settings(environment=environment).fetch.allow_hosts == (
        "127.0.0.1:8000",
        "[::1]:80",
    )
    assert load_settings(environment={"COPYDESK_FETCH_ALLOW_HOSTS": ""}).fetch.allow_hosts == ()
    with pytest.raises(SettingsError, match=r"environment: fetch\.allow_hosts"):
        load_settings(environment={"COPYDESK_FETCH_ALLOW_HOSTS": "127.0.0.1"})


@pytest.mark.parametrize(
    ("text", "fits"),
    [("localhost:80", True), ("10.0.0.7:8080", True), ("[::1]:443", True), ("news.example:65535", True),
     ("example.org", False), ("example.org:", False), ("example.org:0", False), ("example.org:65536", False),
     ("example.org:x", False), (":80", False), ("::1:80", False), ("http://example.org:80", False),
     ("u@example.org:80", False), ("example.org:80/x", False), ("exa mple.org:80", False), ("a:80\n", False), ("*:80", False), ("", False)],
)  # fmt: skip
def test_an_allowed_host_is_a_host_and_a_port_and_no_more(text: str, fits: bool) -> None:
    assert is_host_with_port(text) is fits


@given(st.text(max_size=20))
def test_any_text_is_a_host_with_port_or_not(text: str) -> None:
    assert isinstance(is_host_with_port(text), bool)


def test_the_example_file_says_the_defaults() -> None:
    place = Path(copydesk.__file__).parents[1] / "copydesk.example.toml"
    text = place.read_text(encoding="utf-8")
    write(text)
    found = load_settings(environment={})
    assert (found.models, found.source) == (Settings().models, ())
    assert [seconds(found.fetch.pause), seconds(found.fetch.timeout)] == [1.0, 30.0]
    assert replace(found.fetch, pause=1.0, timeout=30.0) == Settings().fetch
    # What stands there as a comment can be meant too, without its # and its prose.
    write(re.sub(r"^# (?=\[\[|\w+ = )", "", text, flags=re.MULTILINE))
    found = load_settings(environment={"XDG_CONFIG_HOME": "nobody"})
    specs = source_specs(found)
    assert [spec.name for spec in specs] == ["Example Times", "wire folder"]
    assert specs[0].headers == (("Authorization", "env:EXAMPLE_TOKEN"),)
    assert [spec.name for spec in schedule_specs(found)] == ["wires", "drop box"]
    assert [hook.name for hook in found.webhook] == ["newsroom"]
    assert found.notify.command[:1] == ("mail",)
