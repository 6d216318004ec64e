from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copydesk.cli import run

HIT = {
    "article_id", "key", "paragraph", "kind", "text", "score", "similarity", "matches", "title", "url", "source",
    "published_at", "mentions", "figures",
}  # fmt: skip


@pytest.mark.parametrize("mode", ["hybrid", "meaning", "words"])
def test_json_has_the_public_shape_and_spans_slice_back(mode: str, db: Path, cli: Any) -> None:
    answer = cli("search", "oil imports", "--mode", mode, "--json", "-k", "3")
    found = answer.json
    assert answer.code == 0
    assert list(found) == ["query", "mode", "took_ms", "total", "hits"]
    assert (found["query"], found["mode"]) == ("oil imports", mode)
    assert isinstance(found["total"], int) == (mode == "words")
    assert 0 < len(found["hits"]) <= 3
    for hit in found["hits"]:
        assert set(hit) == HIT
        assert (hit["similarity"] is None) == (mode == "words")
        for mark in (*hit["mentions"], *hit["figures"]):
            assert hit["text"][mark["start"] : mark["end"]] == mark["text"]
        for start, end in hit["matches"]:
            assert hit["text"][start:end].strip()
        for figure in hit["figures"]:
            assert isinstance(figure["value"], (int, float, type(None)))
    words = {hit["text"][s:e].lower() for hit in found["hits"] for s, e in hit["matches"]}
    assert "oil" in words


def test_json_lines_and_csv_carry_the_same_hits(db: Path, cli: Any) -> None:
    whole = cli("search", "gas deal", "--json").json["hits"]
    lines = [json.loads(line) for line in cli("search", "gas deal", "--jsonl").out.splitlines()]
    rows = list(csv.DictReader(io.StringIO(cli("search", "gas deal", "--csv").out)))
    assert lines == whole
    assert [row["key"] for row in rows] == [hit["key"] for hit in whole]
    assert json.loads(rows[0]["mentions"]) == whole[0]["mentions"]


def test_csv_has_its_header_without_hits_too(db: Path, cli: Any) -> None:
    for call in (
        ("search", ""),
        ("figures", "--min", "1e60"),
        ("entities", "nobody at all"),
        ("quarantine", "list"),
    ):
        answer = cli(*call, "--csv")
        assert answer.code == 0
        assert answer.out.count("\n") == 1
        assert "," in answer.out


def test_two_forms_at_once_are_wrong_usage(db: Path, cli: Any) -> None:
    assert cli("search", "x", "--json", "--csv").code == 2
    assert cli("figures", "--jsonl", "--csv").code == 2


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=st.text(max_size=60))
def test_any_text_is_a_safe_query(query: str, example_db: Path) -> None:
    call = ["search", "--db", str(example_db), "--mode", "words", "--json", "-k", "1", "--", query]
    assert run(call) == 0


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "😀",
        '"',
        "oil NEAR rose",
        "*",
        "a AND (",
        "title:oil",
        "-5",
        "--json",
        "x" * 100_000,
    ],
)
def test_hostile_queries_are_answered(query: str, db: Path, cli: Any) -> None:
    for mode in ("words", "hybrid"):
        answer = cli("search", "--mode", mode, "-k", "1", "--json", "--", query)
        assert answer.code == 0
        assert answer.json["query"] == query


def test_nothing_found_is_told_and_is_four_where_asked_for(db: Path, cli: Any) -> None:
    answer = cli("search", "oil", "--source", "Nobody's Gazette")
    assert (answer.code, answer.out) == (0, "Nothing found.\n")
    assert cli("search", "oil", "--source", "Nobody's Gazette", "--fail-empty").code == 4
    assert cli("figures", "--min", "1e60", "--fail-empty").code == 4
    assert cli("entities", "nobody at all", "--fail-empty").code == 4


@pytest.mark.parametrize(
    "options",
    [("--mode", "foo"), ("--since", "soon"), ("--since", "2025-01-01", "--until", "2024-01-01"), ("--db", "missing.db"), ("--since", "999999y")],
)  # fmt: skip
def test_wrong_options_are_usage_errors(options: tuple[str, ...], db: Path, cli: Any) -> None:
    answer = cli("search", "oil", *options)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert not Path("missing.db").exists()


def test_filters_hold_on_every_hit(db: Path, cli: Any) -> None:
    hits = cli("search", "trade", "--entity", "Rotterdam", "--json").json["hits"]
    assert hits
    assert all(any("Rotterdam" in m["text"] for m in hit["mentions"]) for hit in hits)
    hits = cli("search", "trade", "--since", "2026-03-01", "--json").json["hits"]
    assert hits
    assert all(hit["published_at"] >= "2026-03-01" for hit in hits)


def test_a_huge_k_gives_what_there_is(db: Path, cli: Any) -> None:
    assert len(cli("search", "oil", "-k", 10**30, "--json").json["hits"]) == 9


def test_text_shows_title_source_date_score_marks_and_figures(db: Path, cli: Any) -> None:
    out = cli("search", "gas deal Qatar", "--source", "Gulfwire", "-k", "1").out
    assert out.startswith("marks: *word* found")
    assert "Gulfwire · 2026-02-13 · score" in out
    assert "[Qatar]" in out or "[*Qatar*]" in out


def test_colours_replace_signs_only_where_they_are_wanted(
    db: Path, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = cli("search", "gas deal", "-k", "1").out
    assert "\x1b[" in coloured
    assert "marks:" not in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in cli("search", "gas deal", "-k", "1").out


def test_columns_bound_the_width_of_paragraphs(
    db: Path, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    out = cli("show", "4").out
    body = [line for line in out.splitlines() if line.startswith("   ") and " · " not in line]
    # Signs of marks come on top of the width; the text itself is within it.
    assert max(len(line.translate(dict.fromkeys(map(ord, "[]{}*")))) for line in body) <= 60


def test_similar_takes_an_id_a_key_a_file_and_stdin(
    db: Path, story: Path, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_id = cli("similar", "4", "--json").json
    key = cli("show", "4", "--json").json["key"]
    by_key = cli("similar", key, "--json").json
    assert list(by_id) == ["query", "mode", "took_ms", "total", "hits"]
    assert [h["article_id"] for h in by_id["hits"]] == [h["article_id"] for h in by_key["hits"]]
    assert 4 not in [h["article_id"] for h in by_id["hits"]]
    assert by_id["hits"][0]["article_id"] == 7, "the near-copy comes first"
    assert len(cli("similar", story, "-k", "2", "--json").json["hits"]) == 2
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"A strike at the port.")))
    assert cli("similar", "-", "-k", "1", "--json").json["hits"][0]["article_id"] == 5


def test_similar_names_the_file_that_cannot_be_used(db: Path, cli: Any) -> None:
    Path("noise.txt").write_bytes(bytes(range(256)) * 9)
    Path("empty.txt").touch()
    for name, code in (("noise.txt", 1), ("empty.txt", 1), ("nothing", 2), (".", 2)):
        answer = cli("similar", name)
        assert answer.code == code
        assert name in answer.err
        assert answer.err.count("\n") == 1


def test_a_paywalled_stub_is_found_where_it_is_asked_for(own_place: Path, cli: Any) -> None:
    Path("stub.html").write_text(
        '<html><head><script type="application/ld+json">{"@type": "NewsArticle", "headline": "Tram line opens", '
        '"isAccessibleForFree": false}</script></head><body><article><h1>Tram line opens</h1>'
        "<p>The mayor of Riga opened a tram line for 40 million euros on Friday.</p></article></body></html>",
        encoding="utf-8",
    )
    assert cli("ingest", "stub.html", "--json").json["counts"]["stored"] == 1
    for call in (
        *(("search", "tram", "--mode", mode) for mode in ("hybrid", "meaning", "words")),
        ("figures", "--kind", "money"),
        ("entities", "Riga"),
    ):
        (without,), (found,) = (
            [found for name, found in answer.json.items() if name in ("hits", "figures", "entities")]
            for answer in (cli(*call, "--json"), cli(*call, "--json", "--include", "paywalled"))
        )  # fmt: skip
        assert not without
        assert found
    assert "Did you mean paywalled" in cli("search", "tram", "--include", "paywall").err
