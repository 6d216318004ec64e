"""docs/search.md and what docs/figures.md says of asking, done as they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import copydesk
from schemas.searching import ListedArgs, OptionArgs
from storage.query_language import parse_query

DOCS = Path(copydesk.__file__).parents[1] / "docs"
SEARCH = (DOCS / "search.md").read_text(encoding="utf-8")
ASKING = (DOCS / "figures.md").read_text(encoding="utf-8").partition("## Asking")[2]


def commands(page: str) -> list[list[str]]:
    found = re.findall(r"^    copydesk (.+)$", page, flags=re.MULTILINE)
    return [shlex.split(line, comments=True) for line in found]


def test_the_commands_of_the_pages_run_as_they_stand(db: Path, cli: Any) -> None:
    Path("companies.txt").write_text("# a list\nAcme\n\nGulf Gas\n", encoding="utf-8")
    Path("rates.toml").write_text('base = "USD"\n[rates]\nEUR = 1.08\n', encoding="utf-8")
    calls = [*commands(SEARCH), *commands(ASKING)]
    assert len(calls) > 15
    for call in calls:
        told = cli(*call)
        assert (told.code, call) == (0, call), told.err
        assert "plain words" not in told.err, call


def test_every_operator_of_the_table_is_read() -> None:
    rows = re.findall(r"^\| (`.+`) \| (?:with|both)", SEARCH, flags=re.MULTILINE)
    queries = [query for row in rows for query in re.findall(r"`([^`]+)`", row)]
    assert len(queries) > 8
    for query in queries:
        assert parse_query(query) is not None, query


def test_every_option_of_a_search_is_told() -> None:
    for name in {*OptionArgs.__annotations__, *ListedArgs.__annotations__}:
        assert f"--{name.replace('_', '-')}" in SEARCH
