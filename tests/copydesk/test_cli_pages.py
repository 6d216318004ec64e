"""Pages of a PDF, as the commands tell of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.pdf_writer import made

pytest.importorskip("pypdf")

FIRST = [
    "Oil prices rose on Monday as traders weighed supply cuts against the slow-",
    "ing demand in Asia, and analysts said that the market would stay tight.",
]
SECOND = ["The harbour of Bergen was closed for two days because of the heavy storm."]


@pytest.fixture
def pdf(tmp_path: Path, cli: Any) -> Path:
    place = tmp_path / "report.pdf"
    place.write_bytes(made([["Report of the week"], FIRST, [], SECOND]))
    assert cli("ingest", place, "--quiet").code == 0
    return place


def test_show_json_has_the_page_of_each_paragraph(pdf: Path, cli: Any) -> None:
    article = cli("show", 1, "--json").json
    assert article["title"] == "Report of the week"
    assert [sorted(p) for p in article["paragraphs"]] == [["index", "kind", "page", "text"]] * 2
    assert [p["page"] for p in article["paragraphs"]] == [2, 4]


def test_show_marks_where_a_page_begins(pdf: Path, cli: Any) -> None:
    lines = cli("show", 1).out.splitlines()
    places = [lines.index("   p. 2"), lines.index("   p. 4")]
    assert "prices" in lines[places[0] + 1]
    assert "harbour" in lines[places[1] + 1]


def test_a_hit_has_its_page_and_one_without_has_no_such_key(
    pdf: Path, story: Path, cli: Any
) -> None:
    cli("ingest", story, "--quiet")
    hits = cli("search", "harbour", "--mode", "words", "--json").json["hits"]
    assert [hit["page"] for hit in hits] == [4]
    hits = cli("search", "bridge", "--mode", "words", "--json").json["hits"]
    assert hits
    assert all("page" not in hit for hit in hits)
    assert "paragraph 1, p. 4" in cli("search", "harbour", "--mode", "words").out


def test_cleaning_again_keeps_the_pages(pdf: Path, cli: Any, tmp_path: Path) -> None:
    before = cli("show", 1, "--json").json["paragraphs"]
    with closing(sqlite3.connect(tmp_path / "copydesk.db")) as db, db:
        db.execute("UPDATE stages SET version = 'older' WHERE stage = 'clean'")
    assert cli("enrich", "--stage", "clean", "--quiet").code == 0
    after = cli("show", 1, "--json").json
    assert after["paragraphs"] == before
    assert "older" not in [maker["version"] for maker in after["made_by"]]
