from __future__ import annotations

import re
from typing import Any

import pytest
from inline_snapshot import snapshot

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def test_show_json_has_the_public_shape(db: Any, cli: Any) -> None:
    article = cli("show", 7, "--json").json
    assert list(article) == snapshot(
        [
            "id",
            "key",
            "url",
            "canonical_url",
            "site",
            "title",
            "authors",
            "published_at",
            "published_precision",
            "published_from",
            "published_candidates",
            "modified_at",
            "modified_precision",
            "section",
            "language",
            "dateline",
            "summary",
            "image_url",
            "image_caption",
            "page_kind",
            "version",
            "first_seen",
            "origin",
            "paragraphs",
            "dropped",
            "mentions",
            "figures",
            "title_mentions",
            "title_figures",
            "summary_mentions",
            "summary_figures",
            "made_by",
            "entities",
            "quotations",
            "enrichments",
        ]
    )
    assert [p["index"] for p in article["paragraphs"]] == list(range(len(article["paragraphs"])))
    assert all(set(p) == {"index", "kind", "text"} for p in article["paragraphs"])
    assert {"text", "reason"} <= set(article["dropped"][0])
    assert ISO.fullmatch(article["published_at"])
    assert {"clean", "entities", "figures", "vectors"} <= {
        maker["stage"] for maker in article["made_by"]
    }
    assert set(article["mentions"][0]) == {
        "paragraph",
        "start",
        "end",
        "text",
        "label",
        "name",
        "entity_id",
        "country",
        "ref",
        "joined_by",
    }


@pytest.mark.parametrize("number", range(1, 10))
def test_every_span_of_show_slices_back(number: int, db: Any, cli: Any) -> None:
    article = cli("show", number, "--json").json
    texts = {p["index"]: p["text"] for p in article["paragraphs"]}
    for mark in (*article["mentions"], *article["figures"]):
        assert texts[mark["paragraph"]][mark["start"] : mark["end"]] == mark["text"]
    for field in ("title", "summary"):
        for mark in (*article[f"{field}_mentions"], *article[f"{field}_figures"]):
            assert article[field][mark["start"] : mark["end"]] == mark["text"]


def test_show_takes_the_key_as_well(db: Any, cli: Any) -> None:
    article = cli("show", 4, "--json").json
    assert cli("show", article["key"], "--json").json == article


def test_show_prints_marks_and_what_was_dropped_with_reasons(db: Any, cli: Any) -> None:
    out = cli("show", 4).out
    assert "[Qatar]" in out
    assert "{$65 billion}" in out
    assert re.search(r"dropped:\n   - \w+: .*Scroll to Top", out, re.DOTALL)


@pytest.mark.parametrize("name", ["99", "0", "-1", "abc", "", "9" * 30])
def test_an_article_that_is_not_there_is_a_usage_error(name: str, db: Any, cli: Any) -> None:
    answer = cli("show", "--", name)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1


def test_entities_are_found_by_name_with_counts(db: Any, cli: Any) -> None:
    found = cli("entities", "Qatar", "--json").json
    assert list(found) == ["total", "entities", "entity"]
    assert found["entities"][0]["name"] == "Qatar"
    assert found["entities"][0]["articles"] == 2
    people = cli("entities", "--label", "person", "--json").json["entities"]
    assert {e["label"] for e in people} == {"PERSON"}


def test_nothing_found_reads_the_same_everywhere(db: Any, cli: Any) -> None:
    for call in (("figures", "--min", "1e60"), ("entities", "nobody at all"), ("search", "")):
        assert cli(*call).out == "Nothing found.\n"


def test_marks_of_title_and_summary_have_no_paragraph_number(cli: Any, db: Any) -> None:
    shown = cli("show", 1, "--json").json
    outside = shown["title_figures"] + shown["title_mentions"]
    assert outside
    assert {mark["paragraph"] for mark in outside} == {None}
    listed = cli("figures", "-k", 1000, "--json").json["figures"]
    numbers = [figure["paragraph"] for figure in listed]
    assert None in numbers
    assert all(number is None or number >= 0 for number in numbers)
