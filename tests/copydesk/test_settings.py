from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.settings import Settings, load_settings, seconds
from schemas.errors import SettingsError


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
