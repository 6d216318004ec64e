"""copydesk search --mode words: operators, and queries from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def titles(answer: Any) -> set[str]:
    return {hit["title"] for hit in answer.json["hits"]}


def test_operators_name_exactly_the_articles(db: Path, cli: Any) -> None:
    both = cli("search", 'gas AND Doha NOT "20-year gas pact"', "--mode", "words", "--json")
    assert both.json["total"] == 1
    assert titles(both) == {"India and Qatar close in on $65 billion gas deal as crude bill climbs"}
    by_title = cli("search", "title:elephant*", "--mode", "words", "--json")
    assert titles(by_title) == {
        "Kenyan satellite to count elephants and maize fields reaches orbit"
    }
    author = cli("search", "author:larraguibel AND rate", "--mode", "words", "--json")
    assert titles(author) == {"Chile cuts interest rate to 4.25% as inflation slows"}


def test_what_does_not_parse_is_told_on_stderr(db: Path, cli: Any) -> None:
    told = cli("search", "gas AND (Doha", "--mode", "words", "--json")
    assert told.code == 0
    assert told.json["total"] > 1
    assert "searched as plain words" in told.err


def test_the_lines_of_a_file_are_alternatives(db: Path, cli: Any) -> None:
    lines = ["# what we watch", "", "elephants AND orbit", '"dock workers"', *("absent" + str(n) for n in range(600))]  # fmt: skip
    Path("terms.txt").write_text("\n".join(lines), encoding="utf-8")
    found = cli("search", "@terms.txt", "--mode", "words", "--json")
    assert titles(found) == {
        "Kenyan satellite to count elephants and maize fields reaches orbit",
        "Dockers in Rotterdam and Antwerp walk out for 48 hours",
    }
    assert found.err == ""


def test_an_at_sign_without_a_file_is_text_and_says_so(db: Path, cli: Any) -> None:
    told = cli("search", "@elephants", "--mode", "words", "--json")
    assert told.json["total"] == 1
    assert "there is no file 'elephants'" in told.err


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"\xff\xfe\xfa", "not UTF-8"), (b"# nothing\n\n", "no terms"), (b"x" * 1_000_001, "over")],
)
def test_a_file_that_is_no_list_of_terms_says_why(
    db: Path, cli: Any, content: bytes, why: str
) -> None:
    Path("terms.txt").write_bytes(content)
    told = cli("search", "@terms.txt", "--mode", "words")
    assert told.code == 2
    assert why in told.err
