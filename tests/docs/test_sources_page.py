"""What docs/sources.md tells the makers of plug-ins is so."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

import copydesk
from flows.plugins import FETCHERS, SOURCES
from schemas.web import SourceKind
from tests.installed import EXAMPLES

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?:^ {4,}\S.*\n|^\s*\n)+", PAGE, re.MULTILINE)
TABLES = [
    tomllib.loads("\n".join(line.strip() for line in block.splitlines()))
    for block in BLOCKS
    if "[project]" in block
]


@pytest.mark.parametrize("group", [FETCHERS, SOURCES])
def test_the_entry_points_it_shows_name_what_the_example_files_hold(
    group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project,) = [t["project"] for t in TABLES if group in t["project"]["entry-points"]]
    ((name, value),) = project["entry-points"][group].items()
    module, _, attribute = value.partition(":")
    text = (EXAMPLES / f"{module}.py").read_text(encoding="utf-8")
    assert f"class {attribute}:" in text
    assert f'{name} = "{value}"' in text
    if module != "playwright_fetcher":  # which needs what may not be installed
        monkeypatch.syspath_prepend(str(EXAMPLES))
        assert getattr(importlib.import_module(module), attribute)().kind == name


def test_every_kind_and_every_name_of_copydesk_that_it_uses_is_there() -> None:
    named = set(re.findall(r"copydesk\.([A-Z]\w+)", PAGE))
    assert named
    assert named <= set(copydesk.__all__)
    rows = {kind.strip() for row in re.findall(r"^\| ([a-z, ]+) \|", PAGE, re.MULTILINE) for kind in row.split(",")}  # fmt: skip
    assert set(get_args(SourceKind)) <= rows


def test_its_links_lead_somewhere() -> None:
    headings = {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)}  # fmt: skip
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        if target.startswith("#"):
            assert target[1:] in headings
        else:
            assert (EXAMPLES.parent / target.partition("#")[0]).is_file()
