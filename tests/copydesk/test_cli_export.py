"""copydesk db export: files that other programs read, whole or not at all."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from copydesk.export_datasette import write_datasette
from copydesk.export_tables import TABLES
from copydesk.export_text import write_csv
from schemas.article import Paragraph
from storage.sqlite import Store


def test_an_export_can_be_ingested_again(db: Path, cli: Any) -> None:
    assert cli("db", "export", "news.jsonl").code == 0
    assert cli("ingest", "news.jsonl", "--db", "back.db").code == 0
    for number in range(1, 10):
        ours = cli("show", number, "--json").json
        theirs = cli("show", number, "--db", "back.db", "--json").json
        for name in ("title", "url", "authors", "published_at", "language", "site", "summary"):
            assert theirs[name] == ours[name]
        texts = [[p["text"] for p in article["paragraphs"]] for article in (ours, theirs)]
        assert texts[0] == texts[1]


def test_json_lines_go_to_standard_output_too(db: Path, cli: Any) -> None:
    told = cli("db", "export", "-", "--lang", "de")
    [line] = told.out.splitlines()
    assert json.loads(line) == cli("show", 8, "--json").json


@pytest.mark.parametrize("table", list(TABLES))
def test_csv_holds_the_rows_of_one_table(db: Path, cli: Any, table: str) -> None:
    assert cli("db", "export", "rows.csv", "--table", table).code == 0
    with Path("rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(TABLES[table].columns)
    articles = [cli("show", number, "--json").json for number in range(1, 10)]
    if table == "articles":
        assert [row["title"] for row in rows] == [article["title"] for article in articles]
        assert rows[3]["authors"] == "; ".join(articles[3]["authors"])
    else:
        inner = sum(len(article[table]) for article in articles)
        heads = sum(
            len(article.get(f"{place}_{table}", []))
            for article in articles
            for place in ("title", "summary")
        )
        assert len(rows) == inner + heads


def test_a_cell_that_is_a_formula_to_a_spreadsheet_is_text(
    db: Path, cli: Any, tmp_path: Path
) -> None:
    evil = '=HYPERLINK("https://evil.example","+1")'
    with Store(db, encoder=_no_encoder, mode="r") as store:
        article = store.article(1)
    changed = replace(
        article,
        title=evil,
        site="@SUM(A1)",
        paragraphs=(Paragraph(index=0, kind="text", text="-1+1|cmd"),),
    )
    with Path("rows.csv").open("w", encoding="utf-8") as file:
        write_csv([changed], TABLES["articles"], file)
    with Path("rows.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["title"], row["site"], row["text"]) == (f"'{evil}", "'@SUM(A1)", "'-1+1|cmd")


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_no_cell_begins_a_formula_with_signs_of_either_width(db: Path, sign: str) -> None:
    with Store(db, encoder=_no_encoder, mode="r") as store:
        article = replace(store.article(1), title=f"{sign}SUM(1,1)")
    written = StringIO()
    write_csv([article], TABLES["articles"], written)
    assert f"'{sign}SUM" in written.getvalue()


def test_datasette_holds_numbers_beyond_64_bits(db: Path) -> None:
    with Store(db, encoder=_no_encoder, mode="r") as store:
        article = next(one for one in map(store.article, range(1, 10)) if one.figures)
    figure = replace(article.figures[0], value=Decimal(10) ** 30, base_value=-(Decimal(10) ** 19))
    write_datasette([replace(article, figures=(figure,))], Path("big.db"))
    with closing(sqlite3.connect("big.db")) as connection:
        rows = connection.execute("SELECT value, base_value FROM figures WHERE place = 'body'")
        assert rows.fetchall() == [(1e30, -1e19)]


def _no_encoder() -> Any:
    raise AssertionError("an export needs no encoder")


def test_a_negative_figure_stays_a_number(db: Path, cli: Any) -> None:
    cli("db", "export", "rows.csv", "--table", "figures")
    with Path("rows.csv").open(encoding="utf-8", newline="") as file:
        values = [row["value"] for row in csv.DictReader(file) if row["value"]]
    assert values
    assert all(Decimal(value).is_finite() for value in values)


def test_parquet_has_typed_columns(db: Path, cli: Any) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    assert cli("db", "export", "articles.parquet").code == 0
    assert cli("db", "export", "figures.parquet", "--table", "figures").code == 0
    articles = parquet.read_table("articles.parquet").to_pylist()
    shown = cli("show", 1, "--json").json
    assert articles[0]["title"] == shown["title"]
    assert articles[0]["authors"] == shown["authors"]
    assert articles[0]["published_at"] == datetime(2026, 1, 28, 21, 15, tzinfo=UTC)
    figures = parquet.read_table("figures.parquet").to_pylist()
    largest = max(row["value"] for row in figures if row["unit"] == "USD" and row["value"])
    assert largest == cli("figures", "--unit", "USD", "--sort", "value", "-k", 1, "--json").json["figures"][0]["value"]  # fmt: skip


def test_a_database_for_datasette_has_all_tables_and_says_what_they_are(db: Path, cli: Any) -> None:
    assert cli("db", "export", "public.db").code == 0
    with sqlite3.connect("public.db") as connection:
        for table in TABLES.values():
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table.name})")]
            assert columns == list(table.columns)
        assert connection.execute("SELECT count(*) FROM articles").fetchone() == (9,)
        assert connection.execute(
            """SELECT count(*) FROM figures f JOIN articles a ON a.id = f.article_id
               WHERE substr((SELECT text FROM paragraphs p WHERE p.article_id = a.id AND p."index" = f.paragraph),
                            f.start + 1, f."end" - f.start) <> f.text AND f.place = 'body'"""
        ).fetchone() == (0,)
        [found] = connection.execute(
            "SELECT title FROM articles_fts WHERE articles_fts MATCH 'elephant'"
        )
        assert "elephants" in found[0]
    connection.close()
    metadata = json.loads(Path("public.metadata.json").read_text(encoding="utf-8"))
    assert set(metadata["databases"]["public"]["tables"]) == set(TABLES)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["copydesk.db"], "is the database itself"),
        (["copydesk.db-wal", "--format", "csv", "--overwrite"], "is the database itself"),
        (["copydesk.db.vectors/x.csv", "--overwrite"], "is the database itself"),
        (["there.jsonl"], "is there already"),
        (["news.xlsx"], "the ending of news.xlsx says no format"),
        (["news", "--format", "excel"], "unknown format 'excel'"),
        (["-", "--format", "parquet"], "cannot go to standard output"),
        (["news.jsonl", "--table", "figures"], "holds all tables"),
        (["news.csv", "--table", "figure"], "unknown table 'figure'"),
        (["nowhere/news.csv"], "there is no folder nowhere"),
        (["folder.csv"], "is a folder"),
        (["news.jsonl", "--since", "soon"], "--since"),
    ],
)
def test_what_cannot_be_exported_says_why_and_writes_nothing(
    db: Path, cli: Any, arguments: list[str], why: str
) -> None:
    Path("there.jsonl").write_text("mine", encoding="utf-8")
    Path("folder.csv").mkdir()
    before = sorted(Path.cwd().iterdir())
    told = cli("db", "export", *arguments)
    assert told.code == 2
    assert why in told.err
    assert sorted(Path.cwd().iterdir()) == before
    assert Path("there.jsonl").read_text(encoding="utf-8") == "mine"


def test_an_export_may_replace_one_that_is_asked_to_go(db: Path, cli: Any) -> None:
    Path("news.csv").write_text("old", encoding="utf-8")
    assert cli("db", "export", "news.csv", "--overwrite").code == 0
    assert Path("news.csv").read_text(encoding="utf-8").startswith("id,key,")


def test_what_fails_on_the_way_leaves_no_half_file(
    db: Path, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Store.article
    monkeypatch.setattr(
        Store,
        "article",
        lambda self, name: read(self, name) if name < 4 else _fail(),
    )
    told = cli("db", "export", "news.csv")
    assert told.code == 1
    assert "No space left" in told.err
    assert not list(Path.cwd().glob("*news.csv*"))


def _fail() -> Any:
    raise OSError(28, "No space left on device")


def test_parquet_without_its_package_says_how_to_get_it(
    db: Path, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    told = cli("db", "export", "news.parquet")
    assert told.code == 2
    assert "copydesk[parquet]" in told.err
