"""--keep-all: what is no article by rule is stored all the same, marked, and found only where it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import copydesk
from flows.parameters import FetchParameters, IngestParameters

LOST = """<html><head><title>404 - Page not found</title></head><body><h1>Page not found</h1>
<p>The page you asked for is not here any more. Try the search, or begin again at the front page.</p></body></html>"""
TEASERS = "".join(
    f"<article><h2><a href='/{n}'>Story number {n} about the harbour</a></h2><p>One line on it.</p></article>"
    for n in range(14)
)
FRONT = f"<html><head><title>Politics</title></head><body><main>{TEASERS}</main></body></html>"


@pytest.fixture
def pages(own_place: Path) -> Path:
    folder = own_place / "pages"
    folder.mkdir()
    (folder / "lost.html").write_text(LOST)
    (folder / "front.html").write_text(FRONT)
    return folder


def codes(report: Any) -> dict[str, str]:
    return {
        Path(one["origin"]).stem: one["error"]["code"] if one["error"] else one["status"]
        for one in report["articles"]
    }


def test_error_pages_and_sections_are_skipped_unless_all_is_to_be_kept(
    pages: Path, cli: Any
) -> None:
    assert codes(cli("ingest", pages, "--json").json) == {"front": "section", "lost": "error"}
    kept = cli("ingest", pages, "--json", "--keep-all")
    assert codes(kept.json) == {"front": "stored", "lost": "stored"}
    assert cli("search", "front page", "--mode", "words", "--json").json["hits"] == []
    found = cli("search", "front page", "--mode", "words", "--json", "--include", "error").json
    (hit,) = found["hits"]
    assert cli("show", hit["article_id"], "--json").json["page_kind"] == "error"
    again = cli("ingest", pages, "--json").json["counts"]
    assert (again["unchanged"], again["skipped"]) == (2, 0)


def test_what_is_kept_by_hand_says_where_it_is_found(pages: Path, cli: Any) -> None:
    assert "--include section" in cli("ingest", pages / "front.html", "--keep-all").out


def test_python_keeps_all_too(pages: Path) -> None:
    with copydesk.open_store("other.db") as store:
        assert copydesk.ingest(pages, store).counts["skipped"] == 2
        assert copydesk.ingest(pages, store, keep_all=True).counts["stored"] == 2


def test_the_flows_are_told_to_keep_all() -> None:
    assert FetchParameters(keep_all=True).fetching.keep_all
    assert not FetchParameters().fetching.keep_all
    assert IngestParameters(keep_all=True).keep_all
