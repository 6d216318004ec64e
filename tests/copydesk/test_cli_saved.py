"""copydesk saved: searches that are kept, and what is new to them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

NEWS = "Qatar signs gas deal with India\n\nQatar signed a gas deal worth $70 billion with India on Monday."


def kept(cli: Any, *options: str) -> None:
    assert cli("saved", "add", "gas", "gas deal", *options).code == 0


def test_new_tells_each_article_once(db: Path, cli: Any) -> None:
    kept(cli, "--entity", "Qatar")
    assert len(cli("saved", "run", "gas", "--json").json["hits"]) == 2
    assert cli("saved", "run", "gas", "--new", "--json").json["hits"] == []
    Path("news.txt").write_text(NEWS, encoding="utf-8")
    cli("ingest", "news.txt")
    [hit] = cli("saved", "run", "gas", "--new", "--json").json["hits"]
    assert hit["title"] == "Qatar signs gas deal with India"
    assert cli("saved", "run", "gas", "--new", "--json", "--fail-empty").code == 4
    assert len(cli("saved", "run", "gas", "--json").json["hits"]) == 3


def test_news_beyond_the_most_that_is_told_is_said_to_be_there(
    db: Path, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copydesk.cli.saved.MOST_NEWS", 1)
    kept(cli, "--entity", "Qatar")
    assert "best are told" not in cli("saved", "run", "gas", "--new").err
    for number in (1, 2):
        Path(f"news{number}.txt").write_text(f"{NEWS} It is the {number}th.", encoding="utf-8")
    cli("ingest", "news1.txt", "news2.txt")
    told = cli("saved", "run", "gas", "--new", "--json")
    assert len(told.json["hits"]) == 1
    assert "only the 1 best are told" in told.err


def test_what_is_not_near_is_no_news(db: Path, cli: Any) -> None:
    kept(cli)
    Path("news.txt").write_text("A cat sat\n\nThe cat sat on the mat and purred.", encoding="utf-8")
    cli("ingest", "news.txt")
    assert cli("saved", "run", "gas", "--new", "--json").json["hits"] == []


def test_filters_are_kept_as_they_were_typed(db: Path, cli: Any) -> None:
    options = ["--since", "7d", "--lang", "en", "--kind", "money", "--min", "1e9", "--unit", "USD"]
    kept(cli, *options, "--min-similarity", "0.4")
    [search] = cli("saved", "list", "--json").json["saved"]
    assert search["filters"] == {
        "since": "7d", "lang": "en", "kind": "money", "min": 1e9, "unit": "USD",
    }  # fmt: skip
    assert (search["min_similarity"], search["mode"], search["last_run_at"]) == (
        0.4,
        "hybrid",
        None,
    )
    assert "--kind money" in cli("saved", "list").out
    assert cli("saved", "list", "--csv").out.startswith("name,query,mode,")


def test_a_program_hears_of_news_and_what_it_does_not_take_is_new_again(
    db: Path, cli: Any, tmp_path: Path
) -> None:
    kept(cli, "--mode", "words")
    Path("news.txt").write_text(NEWS, encoding="utf-8")
    cli("ingest", "news.txt")
    heard = tmp_path / "heard.json"
    tell = f"{sys.executable} -c \"import sys; open('{heard}', 'w').write(sys.stdin.read())\""
    refused = cli(
        "saved", "run", "gas", "--new", "--command", f'{sys.executable} -c "raise SystemExit(3)"'
    )
    assert refused.code == 1
    assert "it ended with 3" in refused.err
    assert cli("saved", "run", "gas", "--new", "--command", tell).code == 0
    message = json.loads(heard.read_text(encoding="utf-8"))
    assert message["event"] == "saved_search"
    assert [hit["title"] for hit in message["hits"]] == ["Qatar signs gas deal with India"]
    heard.unlink()
    assert cli("saved", "run", "gas", "--new", "--command", tell).code == 0
    assert not heard.exists()


def test_a_removed_search_is_gone(db: Path, cli: Any) -> None:
    kept(cli)
    assert cli("saved", "remove", "gas", "--json").json == {"removed": "gas"}
    assert cli("saved", "list", "--json").json == {"total": 0, "saved": []}


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (["add", "gas", "again"], "already"),
        (["add", " ", "x"], "no name"),
        (["add", "a\nb", "x"], "no name"),
        (["add", "new", " "], "nothing to look for"),
        (["add", "new", "x", "--mode", "fuzzy"], "unknown search mode"),
        (["add", "new", "x", "--since", "soon"], "--since"),
        (["add", "new", "x", "--kind", "money", "--min", "9", "--max", "1"], "swap"),
        (["add", "new", "x", "--mode", "words", "--min-similarity", "0.3"], "no cosine"),
        (["add", "new", "x", "--min-similarity", "7"], "no cosine"),
        (["add", "new", "x", "--unit", "zorkmid"], "unknown unit"),
        (["run", "gass"], "did you mean gas"),
        (["run", "gas", "--command", "true"], "add --new"),
        (["run", "gas", "--new", "--json", "--csv"], "cannot stand together"),
        (["remove", "oil"], "no saved search"),
    ],
)
def test_what_cannot_be_meant_says_why(db: Path, cli: Any, call: list[str], why: str) -> None:
    kept(cli)
    told = cli("saved", *call)
    assert told.code == 2
    assert why.casefold() in told.err.casefold()
    assert cli("saved", "list", "--json").json["total"] == 1
