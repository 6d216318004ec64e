"""docs/models.md names verbs and settings that there are."""

from __future__ import annotations

import re
import shlex
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import typer

from copydesk.cli import app
from copydesk.settings import ModelSettings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
VERBS: Any = typer.main.get_command(app)


def test_the_commands_of_the_page_are_parsed() -> None:
    lines = re.findall(r"^    copydesk (.+)$", PAGE, flags=re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        name, *rest = shlex.split(line, comments=True)
        command = VERBS.commands[name]
        if name == "models":
            command, rest = command.commands[rest[0]], rest[1:]
        command.make_context(name, rest)


def test_the_settings_of_the_page_and_of_the_example_are_known() -> None:
    block = re.search(r"^    \[models\]\n(?:    .+\n)+", PAGE, flags=re.MULTILINE)
    assert block is not None
    said = tomllib.loads(block[0].replace("\n    ", "\n").lstrip())["models"]
    known = {one.name for one in fields(ModelSettings)}
    assert set(said) <= known
    example = (ROOT / "copydesk.example.toml").read_text(encoding="utf-8")
    section = example.split("[models]")[1].split("[models.tagger]")[0]
    assert set(re.findall(r"^(?:# )?(\w+) = ", section, flags=re.MULTILINE)) == known - {"tagger"}
