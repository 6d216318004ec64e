"""What can be asked to be said beside hits: why each is there, counts of all that matches, and copies folded."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

WIRE = "Ferry to Sylt stops\n\nThe ferry to Sylt stopped on Monday after 40 crew went on strike over pay, the union said."


def test_json_says_why_and_counts_where_it_is_asked_for(db: Path, cli: Any) -> None:
    call = ("search", "oil imports", "-k", "2", "--json")
    plain, found = cli(*call).json, cli(*call, "--explain", "--facets", "--recency", "30d").json
    assert list(found) == ["query", "mode", "took_ms", "total", "hits", "facets"]
    assert list(found["facets"]) == ["source", "language", "entity", "label", "month"]
    assert sum(one["count"] for one in found["facets"]["source"]) == 9
    for hit in found["hits"]:
        assert {*hit} - {*plain["hits"][0]} == {"explain"}
        assert set(hit["explain"]) == {
            "matched", "words", "meaning", "cosine", "fusion", "recency", "score",
        }  # fmt: skip
        assert set(hit["explain"]["meaning"]) == {"score", "rank", "of", "part"}
    one = cli("search", "oil", "--facet", "month", "--json").json
    assert list(one["facets"]) == ["month"]
    assert cli("search", " ", "--facets", "--json").json["facets"]["entity"] == []


def test_text_says_why_and_counts_too(db: Path, cli: Any) -> None:
    out = cli("search", "oil imports", "--explain", "--facets", "--recency", "30d").out
    for said in ("why: ", "words: BM25", "meaning: nearness", "for its age", "source:", "month:"):
        assert said in out


def test_copies_are_one_hit_where_that_is_asked_for(db: Path, cli: Any) -> None:
    Path("a.txt").write_text(WIRE, encoding="utf-8")
    Path("b.txt").write_text(WIRE.replace("The ferry", "SYLT (Wire) - The ferry"), encoding="utf-8")
    assert cli("ingest", "a.txt", "b.txt", "--json").json["counts"]["stored"] == 2
    call = ("search", "Sylt", "--mode", "words", "--json")
    plain = cli(*call).json
    assert plain["total"] == 2
    assert "duplicates" not in plain["hits"][0]
    folded = cli(*call, "--fold").json
    [hit] = folded["hits"]
    ids = {one["article_id"] for one in plain["hits"]}
    assert folded["total"] == 1
    assert hit["duplicates"] == {"count": 1, "ids": [*ids - {hit["article_id"]}]}
    assert "1 duplicate: article" in cli("search", "Sylt", "--mode", "words", "--fold").out
    assert len(cli("search", "Sylt", "--mode", "words", "--no-fold", "--json").json["hits"]) == 2  # fmt: skip
    [row] = csv.DictReader(io.StringIO(cli(*call[:-1], "--csv", "--fold").out))
    assert json.loads(row["duplicates"]) == hit["duplicates"]
    assert "explain" not in row


def test_similar_takes_several_and_texts(db: Path, story: Path, cli: Any) -> None:
    found = cli("similar", "4", "7", story, "--text", "A strike at the port.", "--json").json
    assert {4, 7} & {hit["article_id"] for hit in found["hits"]} == set()
    assert len(found["hits"]) == 7
    pages = [cli("similar", "4", "-k", "5", "--offset", at, "--json").json["hits"] for at in (0, 5)]
    assert [hit for page in pages for hit in page] == cli("similar", "4", "--json").json["hits"]
    [best] = cli("similar", "--text", "A strike at the port.", "-k", "1", "--json").json["hits"]
    assert best["article_id"] == 5
    assert "the article's mean" in cli("similar", "4", "-k", "1", "--explain").out


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (["search", "oil", "--facet", "sauce"], "Did you mean source"),
        (["search", "oil", "--offset", "-1"], "--offset"),
        (["similar"], "nothing to compare"),
        (["similar", "--text", " "], "blank text"),
        (["similar", "4", "999"], "999 is neither"),
        (["saved", "run", "gas", "--new", "--offset", "3"], "untold"),
        (["saved", "add", "new", "gas", "--recency", "soon"], "no span"),
        (["saved", "add", "new", "gas", "--per", "page"], "unknown kind of hit"),
        (["saved", "add", "new", "gas", "--rates", "rates.toml"], "--unit"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_says_why(db: Path, cli: Any, call: list[str], why: str) -> None:
    Path("rates.toml").write_text('base = "USD"\n[rates]\nEUR = 1.08\n', encoding="utf-8")
    told = cli(*call)
    assert (told.code, told.out) == (2, "")
    assert why in told.err


def test_a_saved_search_keeps_how_its_hits_are_found(db: Path, cli: Any) -> None:
    Path("rates.toml").write_text('base = "USD"\n[rates]\nEUR = 1.08\n', encoding="utf-8")
    options = ["--per", "paragraph", "--fold", "--recency", "30d", "--unit", "USD", "--rates", "rates.toml"]  # fmt: skip
    assert (
        cli(
            "saved", "add", "money", "gas deal", "--min-similarity", "0", "--min", "1", *options
        ).code
        == 0
    )
    [kept] = cli("saved", "list", "--json").json["saved"]
    assert kept["filters"] == {
        "min": 1.0, "unit": "USD", "per": "paragraph", "fold": True, "recency": "30d",
        "rates": str(Path("rates.toml").absolute()),
    }  # fmt: skip
    found = cli("saved", "run", "money", "--explain", "--facets", "-k", "2", "--json").json
    assert len(found["hits"]) == 2
    assert {"explain", "duplicates"} <= set(found["hits"][0])
    assert found["hits"][0]["explain"]["recency"]
    more = cli("saved", "run", "money", "--offset", "2", "-k", "1", "--json").json["hits"]
    assert more[0]["text"] not in {hit["text"] for hit in found["hits"]}
    Path("rates.toml").unlink()
    gone = cli("saved", "run", "money")
    assert (gone.code, "rates.toml" in gone.err) == (2, True)
