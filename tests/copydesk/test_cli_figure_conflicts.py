"""copydesk figures --conflicts, and search and similar with the filters of figures, from typed text to what is printed."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

CALM = (
    "The rescue work went on late into the night, and the mayor spoke of a dark day for the city."
)
SIDE = {"paragraph", "text", "kind", "value", "noun", "article_id", "title", "published_at", "sentence", "version"}  # fmt: skip


def write_article(path: Path, number: int, told: str) -> None:
    record = {
        "url": f"https://news.example/{number}",
        "title": "The city mourns",
        "date": "2024-07-10",
        "text": f"{told}\n\n{CALM}",
    }
    path.write_text(json.dumps(record), encoding="utf-8")


@pytest.fixture
def disputed(tmp_path: Path, cli: Any) -> Path:
    """A toll that a second version raises, and that another article gives otherwise."""
    toll = "An explosion in Kyiv killed {} people on Monday, officials said."
    for number, people in ((1, 12), (1, 14), (2, 17)):
        write_article(tmp_path / "a.jsonl", number, toll.format(people))
        assert cli("ingest", tmp_path / "a.jsonl", "--quiet", "--workers", "1").code == 0
    return tmp_path


def test_json_lists_each_conflict_with_its_sides(disputed: Path, cli: Any) -> None:
    found = cli("figures", "--conflicts", "--json").json
    assert found["total"] == 2
    assert [[side["value"] for side in c["sides"]] for c in found["conflicts"]] == [
        [14, 17],
        [12, 14],
    ]
    for conflict in found["conflicts"]:
        assert set(conflict) == {"kind", "noun", "subjects", "unit", "about", "sides"}
        assert (conflict["kind"], conflict["noun"]) == ("count", "people")
        assert conflict["about"] == ["2024-07-08", "2024-07-08"]
        for side in conflict["sides"]:
            assert set(side) >= SIDE
            assert side["text"] in side["sentence"]
    assert [side["version"] for side in found["conflicts"][1]["sides"]] == [1, 2]


def test_text_shows_both_sentences(disputed: Path, cli: Any) -> None:
    told = cli("figures", "--conflicts").out
    assert "in versions of one article" in told
    assert "in several articles" in told
    assert told.count("An explosion in Kyiv killed 14 people on Monday") == 2
    assert told.endswith("2 of 2 conflicts\n")


def test_csv_has_a_row_a_side_and_json_lines_a_line_a_conflict(disputed: Path, cli: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(cli("figures", "--conflicts", "--csv").out)))
    assert [(row["conflict"], row["value"], row["version"]) for row in rows] == [
        ("1", "14", "2"),
        ("1", "17", "1"),
        ("2", "12", "1"),
        ("2", "14", "2"),
    ]
    lines = cli("figures", "--conflicts", "--jsonl", "-k", "1").out.splitlines()
    assert [len(json.loads(line)["sides"]) for line in lines] == [2]


def test_none_is_said_and_still_a_shape(disputed: Path, cli: Any) -> None:
    assert cli("figures", "--conflicts", "--kind", "money").out == "Nothing found.\n"
    none = cli("figures", "--conflicts", "--noun", "dogs", "--json", "--fail-empty")
    assert (none.code, none.json) == (4, {"total": 0, "conflicts": []})
    assert cli("figures", "--conflicts", "--since", "2024-08-01", "--csv").out.count("\n") == 1


@pytest.mark.parametrize("other", [("--sort", "value"), ("--group-by", "month")])
def test_conflicts_stand_neither_sorted_nor_grouped(
    disputed: Path, cli: Any, other: tuple[str, str]
) -> None:
    answer = cli("figures", "--conflicts", *other)
    assert answer.code == 2
    assert other[0] in answer.err


def test_search_takes_the_filters_of_figures(disputed: Path, cli: Any) -> None:
    for mode in ("words", "meaning", "hybrid"):
        asked = ("search", "explosion", "--mode", mode, "--kind", "count", "--noun", "person")
        hits = cli(*asked, "--min", "15", "--about", "2024-07", "--json").json["hits"]
        assert [hit["url"] for hit in hits] == ["https://news.example/2"]
        assert any(figure["value"] == 17 for figure in hits[0]["figures"])
        assert len(cli(*asked, "--json").json["hits"]) == 2
        assert cli(*asked, "--max", "3", "--json").json["hits"] == []


def test_similar_takes_the_filters_of_figures(disputed: Path, cli: Any) -> None:
    assert len(cli("similar", "1", "--min", "17", "--kind", "count", "--json").json["hits"]) == 1
    assert cli("similar", "1", "--min", "18", "--kind", "count", "--json").json["hits"] == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--kind", "mony"), "did you mean money"),
        (("--unit", "tonnnes"), "did you mean tonnes"),
        (("--min", "2", "--max", "1"), "swap the two"),
        (("--min", "nan"), "--min"),
        (("--about", "2024-13"), "--about"),
        (("--noun", " "), "--noun"),
        (("--rates", "missing.toml", "--unit", "USD"), "missing.toml"),
    ],
)
def test_what_cannot_be_asked_is_wrong_usage(
    disputed: Path, cli: Any, asked: tuple[str, ...], told: str
) -> None:
    for verb in (("search", "oil", "--mode", "words"), ("similar", "1")):
        answer = cli(*verb, *asked)
        assert answer.code == 2
        assert told.lower() in answer.err.lower()
        assert "Traceback" not in answer.err


def test_figures_without_a_query_are_for_figures_to_list(disputed: Path, cli: Any) -> None:
    answer = cli("search", " ", "--kind", "count")
    assert answer.code == 2
    assert "copydesk figures" in answer.err
