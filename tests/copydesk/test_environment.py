from __future__ import annotations

from typing import Any

import pytest

from copydesk.environment import known_variables, stray_variables
from copydesk.settings import (
    NotifySettings,
    Settings,
    SourceSettings,
    WebhookSettings,
    load_settings,
)

SECRETIVE = SourceSettings(
    name="a", kind="feed", url="https://a.example/", headers={"X-Key": "env:COPYDESK_A_KEY"}
)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("COPYDESK_DATABASE", "settings are COPYDESK_DB, "),
        ("COPYDESK_EMBEDDING", "did you mean COPYDESK_MODELS_EMBEDDING?"),
        ("COPYDESK_FETCH_PAUS", "did you mean COPYDESK_FETCH_PAUSE?"),
        ("copydesk_db", "did you mean COPYDESK_DB?"),
    ],
)
def test_a_variable_that_is_no_setting_is_named_with_the_nearest(name: str, hint: str) -> None:
    told = list(stray_variables({name: "s3cret", "PATH": "/bin"}, Settings()))
    assert len(told) == 1
    assert name in told[0]
    assert hint in told[0]
    assert "s3cret" not in told[0]


def test_a_variable_that_a_source_takes_its_key_from_is_no_mistake() -> None:
    settings = Settings(source=(SECRETIVE,))
    assert list(stray_variables({"COPYDESK_A_KEY": "x"}, settings)) == []
    assert list(stray_variables({"COPYDESK_B_KEY": "x"}, settings)) != []


@pytest.mark.parametrize(
    "settings",
    [
        Settings(webhook=(WebhookSettings(name="desk", url="env:COPYDESK_HOOK"),)),
        Settings(
            webhook=(
                WebhookSettings(
                    name="desk", url="https://a.example/", headers={"X-Key": "env:COPYDESK_HOOK"}
                ),
            )
        ),
        Settings(notify=NotifySettings(webhook="env:COPYDESK_HOOK")),
    ],
    ids=["a webhook's address", "a webhook's header", "a notice's address"],
)
def test_a_variable_that_a_webhook_or_a_notice_takes_is_no_mistake(settings: Settings) -> None:
    assert list(stray_variables({"COPYDESK_HOOK": "x"}, settings)) == []


def test_every_known_variable_is_read() -> None:
    values = {"PAUSE": "2", "TIMEOUT": "3", "BYTES": "9", "PRECISION": "f32", "MEMORY": "no"}
    for name in set(known_variables()) - {"COPYDESK_CONFIG", "COPYDESK_TRACEBACK"}:
        value = values.get(name.rpartition("_")[2], "a:1")
        settings = load_settings(environment={name: value, "XDG_CONFIG_HOME": "nowhere"})
        assert "environment" in settings.origins.values(), name


def test_stray_variables_are_told_once_and_only_on_stderr(
    db: Any, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_BD", "elsewhere.db")
    answer = cli("figures", "-k", 1, "--json")
    assert answer.json["figures"]
    assert answer.err.count("COPYDESK_BD") == 1
