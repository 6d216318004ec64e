"""The verb figures: what can be asked, how it is told, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from copydesk.cli import run
from copydesk.cli.figure_options import parse_amount

ROADS = """Roads and rivers

The road is 300 miles long and cost €2bn. At least 20 Indian soldiers and one Indian soldier were hurt in June 2020.

The pipeline runs 500 km for $1.5bn. Temperatures fell to -12C.

@desk says that prices rose 4%.
"""
RATES = 'base = "USD"\n[rates]\nEUR = 1.08\n'


@pytest.fixture(scope="module")
def roads_db(tmp_path_factory: pytest.TempPathFactory, engines_loaded_once: None) -> Path:
    """One article that is all figures, ingested once; never write to it."""
    place = tmp_path_factory.mktemp("roads")
    (place / "roads.txt").write_text(ROADS, encoding="utf-8")
    call = ["ingest", str(place / "roads.txt"), "--db", str(place / "roads.db"), "--quiet"]
    assert run(call) == 0
    return place / "roads.db"


@pytest.fixture
def roads(roads_db: Path, tmp_path: Path) -> Path:
    """A copy of that database at the default place, and a file of rates."""
    (tmp_path / "rates.toml").write_text(RATES, encoding="utf-8")
    return Path(shutil.copy(roads_db, tmp_path / "copydesk.db"))


def test_figures_json_has_the_public_shape(db: Any, cli: Any) -> None:
    found = cli("figures", "--kind", "money", "--min", "1e9", "--json").json
    assert list(found) == ["total", "figures"]
    assert found["total"] == len(found["figures"]) > 0
    figure = found["figures"][0]
    assert {
        "paragraph", "start", "end", "text", "kind", "value", "low", "high", "modifier", "unit", "base_value",
        "base_unit", "noun", "change", "role", "date_start", "date_end", "time", "about_start", "about_end",
        "subjects", "sentence_start", "sentence_end", "rule", "article_id", "title", "published_at", "sentence",
    } <= set(figure)  # fmt: skip
    for item in found["figures"]:
        assert item["kind"] == "money"
        assert max(v for v in (item["value"], item["low"], item["high"]) if v is not None) >= 1e9
        assert item["text"] in item["sentence"]


def test_figure_dates_are_iso_days_and_numbers_are_numbers(db: Any, cli: Any) -> None:
    dates = [
        f["date_start"]
        for f in cli("figures", "--kind", "date", "--json", "-k", 500).json["figures"]
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", d) for d in dates if d)
    assert any(dates)
    shares = cli("figures", "--kind", "percent", "--json").json["figures"]
    assert {type(f["value"]) for f in shares} <= {int, float, type(None)}
    assert {f["unit"] for f in shares} <= {"percent", "percentage_point"}


def test_figures_sort_by_value_and_count_all(db: Any, cli: Any) -> None:
    found = cli(
        "figures", "--kind", "money", "--unit", "usd", "--sort", "value", "-k", 3, "--json"
    ).json
    values = [f["value"] for f in found["figures"]]
    assert values == sorted(values, reverse=True)
    assert found["total"] > len(values) == 3


def test_a_unit_goes_by_any_of_its_names(db: Any, cli: Any) -> None:
    totals = [cli("figures", "--unit", u, "--json").json["total"] for u in ("USD", "$", "dollars")]
    assert totals[0] > 0
    assert len(set(totals)) == 1
    assert "did you mean dollars?" in cli("figures", "--unit", "dolars").err.lower()


@pytest.mark.parametrize(
    ("typed", "number"),
    [("1bn", 1e9), ("4.1 Billion", 4.1e9), ("1,234,567", 1234567), ("-2.5m", -2.5e6), ("3k", 3e3), ("1E6", 1e6)],
)  # fmt: skip
def test_a_bound_may_be_typed_as_the_news_writes_it(typed: str, number: float) -> None:
    assert parse_amount(typed) == number


@pytest.mark.parametrize(
    "options",
    [
        ("--kind", "monkey"),
        ("--sort", "size"),
        ("--min", "nan"),
        ("--min", "5", "--max", "1"),
        ("--min", "many"),
        ("--unit", "kilometrs"),
    ],
)
def test_wrong_figure_options_are_usage_errors(options: tuple[str, ...], db: Any, cli: Any) -> None:
    answer = cli("figures", *options)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ("--kind quantity --min 400 --unit km --sort value", ["500 km", "300 miles"]),
        ("--unit F --max 11 --min 10", ["-12C"]),
        ("--max -10 --min -20", ["-12C"]),
        ("--noun soldiers", ["20", "one"]),
        ("--about 2020-Q2 --kind count", ["20", "one"]),
        ("pipeline runs --kind money", ["$1.5bn"]),
        ("--unit USD --min 2e9 --rates rates.toml", ["€2bn"]),
        ("--unit USD --min 2e9", []),
    ],
)
def test_what_is_asked_for_is_found(options: str, texts: list[str], roads: Path, cli: Any) -> None:
    found = cli("figures", *options.split(), "--json").json
    assert ([f["text"] for f in found["figures"]], found["total"]) == (texts, len(texts))


def test_a_figure_is_told_in_the_unit_that_was_asked_for(roads: Path, cli: Any) -> None:
    call = ("figures", "--unit", "km", "--sort", "value")
    assert "300 miles = 482.8032 kilometres (quantity)\n" in cli(*call).out
    assert "= 10.4 fahrenheit (quantity)" in cli("figures", "--unit", "fahrenheit").out
    assert "= 310.6856 miles (quantity)" in cli("figures", "--unit", "miles").out
    pipeline, road = cli(*call, "--json").json["figures"]
    assert (pipeline["asked_value"], pipeline["asked_unit"]) == (None, None)
    assert (road["value"], road["unit"]) == (300, "mile")
    assert (road["asked_value"], road["asked_unit"]) == (482.8032, "kilometre")


def test_groups_read_the_same_in_each_form(roads: Path, cli: Any) -> None:
    call = ("figures", "--group-by", "noun", "--kind", "count")
    whole = cli(*call, "--json").json
    assert whole["total"] == len(whole["groups"])
    soldiers = whole["groups"][0]
    assert soldiers == snapshot(
        {
            "group": "soldier",
            "kind": "count",
            "unit": None,
            "count": 2,
            "min": 1,
            "median": 10.5,
            "max": 20,
            "sum": 21,
        }
    )
    assert [json.loads(line) for line in cli(*call, "--jsonl").out.splitlines()] == whole["groups"]
    rows = list(csv.DictReader(io.StringIO(cli(*call, "--csv").out)))
    assert (rows[0]["group"], rows[0]["median"]) == ("soldier", "10.5")
    assert re.search(r"^soldier +count +2 +1 +10.5 +20 +21$", cli(*call).out, re.MULTILINE)


def test_json_lines_and_csv_carry_the_same_figures(roads: Path, cli: Any) -> None:
    whole = cli("figures", "--json").json["figures"]
    assert [json.loads(line) for line in cli("figures", "--jsonl").out.splitlines()] == whole
    rows = list(csv.DictReader(io.StringIO(cli("figures", "--csv").out)))
    assert list(rows[0]) == list(whole[0])
    for row, figure in zip(rows, whole, strict=True):
        assert row["value"] == ("" if figure["value"] is None else str(figure["value"]))


def test_csv_holds_no_formula_and_numbers_stay_numbers(roads: Path, cli: Any) -> None:
    [row] = csv.DictReader(io.StringIO(cli("figures", "--unit", "celsius", "--csv").out))
    assert (row["value"], row["text"]) == ("-12", "'-12C")
    [share] = csv.DictReader(io.StringIO(cli("figures", "--kind", "percent", "--csv").out))
    assert share["sentence"] == "'@desk says that prices rose 4%."


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--kind", "moneys"), "Did you mean money?"),
        (("--kind", ""), "unknown kind"),
        (("--unit", "kilometrs"), "Did you mean kilomet"),
        (("--unit", " "), "--unit is blank"),
        (("--group-by", "months"), "Did you mean month?"),
        (("--group-by", "month", "--sort", "value"), "cannot stand together"),
        (("--sort", "size"), "choose one of: date, value, article"),
        (("--about", "lately"), "--about 'lately' is no period"),
        (("--noun", ""), "--noun is blank"),
        (("--subject", " "), "--subject is blank"),
        (("",), "is blank"),
        (("--rates", "rates.toml"), "--rates without --unit"),
        (("--rates", "rates.toml", "--unit", "CHF"), "none for CHF"),
        (("--rates", "none.toml", "--unit", "USD"), "cannot be read"),
        (("--rates", ".", "--unit", "USD"), "cannot be read"),
        (("--min", "1e400", "--max", "1"), "swap the two"),
        (("--min", "a lot"), "'a lot' is no number"),
        (("--max", "1,00"), "'1,00' is no number"),
        (("--max", "5 zillion"), "is no number"),
    ],
)
def test_what_cannot_be_meant_is_told_in_one_line(
    options: tuple[str, ...], told: str, roads: Path, cli: Any
) -> None:
    answer = cli("figures", *options)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert told.lower() in answer.err.lower()
