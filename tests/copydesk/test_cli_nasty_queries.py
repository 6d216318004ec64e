"""copydesk search takes any text, in every mode: exit 0, one JSON document, and a note where it was searched as plain words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.nasty_queries import NASTY


@pytest.mark.parametrize("mode", ["words", "hybrid", "meaning"])
def test_no_query_is_an_error(mode: str, db: Path, cli: Any) -> None:
    # Stdout of this process is not that of a command, which takes half a character too.
    queries = {name: said.encode("utf-8", "replace").decode() for name, said in NASTY.items()}
    if mode != "words":  # a call loads much; all of them are tried in Python, in every mode
        queries = {name: queries[name] for name in ("NUL within", "deep brackets", "emoji", "AND")}
    for name, query in queries.items():
        answer = cli("search", "--mode", mode, "--json", "-k", "1", "--", query)
        assert answer.code == 0, (name, answer.err)
        found = json.loads(answer.out)
        assert len(found["hits"]) <= 1
        assert mode == "words" or len(found["hits"]) == 1, name
        assert "Traceback" not in answer.err


def test_a_note_tells_what_was_searched_as_plain_words(db: Path, cli: Any) -> None:
    for name in ("odd quotes", "two operators", "NEAR with nothing"):
        answer = cli("search", "--mode", "words", "--json", "--", NASTY[name])
        assert "searched as plain words" in answer.err


def test_bytes_that_are_no_text_are_a_query_too(example_db: Path) -> None:
    command = [sys.executable, "-m", "copydesk", "search", "--mode", "words", "--json", "--db", str(example_db), "--"]  # fmt: skip
    done = subprocess.run(
        [*command, b"oil \xed\xa0\xbd\xff"], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["total"] > 0
