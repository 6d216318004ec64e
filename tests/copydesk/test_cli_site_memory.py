"""What a site repeats, through the commands: masked in show, left out of search, listed, switched off by the settings."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

FOOTER = "Our desk at the Bergen quay takes letters from readers on Mondays."


def write_stories(first: int, number: int) -> Path:
    path = Path(f"stories-{first}.jsonl")
    stories = [
        {
            "url": f"https://www.example.org/{n}",
            "title": f"Ferry {n} is late",
            "text": "\n\n".join(
                (
                    f"Ferry number {n} left Tromso an hour late on a windy morning.",
                    f"The captain of ferry {n} blamed the harbour master for the wait.",
                    f"Passengers of ferry {n} were given coffee and a newspaper.",
                    FOOTER,
                )
            ),
        }
        for n in range(first, first + number)
    ]
    path.write_text("".join(json.dumps(story) + "\n" for story in stories), encoding="utf-8")
    return path


@pytest.fixture
def filled(cli: Any) -> None:
    assert cli("ingest", write_stories(0, 5), "--quiet", "--workers", 1).code == 0


@pytest.mark.usefixtures("filled")
def test_template_is_shown_as_such_and_not_searched(cli: Any) -> None:
    paragraphs = cli("show", 1, "--json").json["paragraphs"]
    assert [(p["index"], p.get("masked")) for p in paragraphs] == [
        (0, None),
        (1, None),
        (2, None),
        (3, True),
    ]
    assert paragraphs[3]["text"] == FOOTER
    assert f"   template: {FOOTER}" in cli("show", 1).out
    assert cli("search", "letters readers", "--mode", "words", "--json").json["total"] == 0
    assert cli("status", "--json").json["masked"] == 5


@pytest.mark.usefixtures("filled")
def test_template_is_dimmed_where_there_are_colours(
    cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert f"\x1b[2m   template: {FOOTER}\x1b[0m" in cli("show", 1).out


@pytest.mark.usefixtures("filled")
def test_what_was_learned_is_listed_in_every_form(cli: Any) -> None:
    answer = cli("sources", "list", "--learned", "--json").json
    assert (answer["site_memory"], answer["total"]) == (True, 1)
    (line,) = answer["learned"]
    since = line.pop("since")
    assert line == {"site": "example.org", "text": FOOTER, "articles": 5, "share": 1.0}
    assert cli("sources", "list", "--learned", "--jsonl").json == {**line, "since": since}
    (row,) = csv.DictReader(io.StringIO(cli("sources", "list", "--learned", "--csv").out))
    assert row == {**line, "articles": "5", "share": "1.0", "since": since}
    text = cli("sources", "list", "--learned").out
    assert "100%" in text
    assert FOOTER in text


def test_nothing_learned_is_said_and_is_an_empty_list(cli: Any) -> None:
    cli("ingest", write_stories(0, 4), "--quiet", "--workers", 1)
    assert cli("sources", "list", "--learned").out.startswith("No site repeats")
    assert cli("sources", "list", "--learned", "--json").json == {
        "site_memory": True,
        "total": 0,
        "learned": [],
    }
    assert cli("sources", "list", "--learned", "--csv").out == "site,text,articles,share,since\n"


@pytest.mark.usefixtures("filled")
def test_the_next_command_that_may_write_does_as_the_settings_say(cli: Any) -> None:
    settings = Path("copydesk.toml")
    settings.write_text("[clean]\nsite_memory = false\n", encoding="utf-8")
    assert cli("show", 1, "--json").json["paragraphs"][3]["masked"]
    assert cli("enrich", "--stage", "clean").code == 0
    assert "masked" not in cli("show", 1, "--json").json["paragraphs"][3]
    assert cli("search", "letters readers", "--mode", "words", "--json").json["total"] == 5
    cli("ingest", write_stories(5, 3), "--quiet", "--workers", 1)
    assert cli("status", "--json").json["masked"] == 0
    assert "is off" in cli("sources", "list", "--learned").out
    settings.write_text("[clean]\nsite_memory = true\n", encoding="utf-8")
    assert cli("enrich", "--stage", "clean").code == 0
    assert cli("status", "--json").json["masked"] == 8


@pytest.mark.usefixtures("filled")
def test_the_environment_switches_it_too(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_CLEAN_SITE_MEMORY", "false")
    cli("enrich", "--stage", "clean")
    assert cli("status", "--json").json["masked"] == 0
    assert cli("settings", "--json").json["clean.site_memory"] == {
        "value": False,
        "from": "environment",
    }
