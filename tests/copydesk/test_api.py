from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import copydesk
from schemas.errors import UsageError

ROOT = Path(__file__).parents[2]
SENTENCES = ["Anna Dahl of Acme Corp met investors in Paris.", "", "Exports rose 4% to $3 billion."]


def test_every_public_name_is_there_and_documented() -> None:
    assert sorted(copydesk.__all__) == list(copydesk.__all__)
    for name in copydesk.__all__:
        assert getattr(copydesk, name).__doc__, name
    with pytest.raises(AttributeError, match="nosuch"):
        _ = copydesk.nosuch


def test_importing_is_quick_and_loads_nothing_heavy() -> None:
    code = (
        "import sys, time; began = time.perf_counter(); import copydesk; took = time.perf_counter() - began;"
        "print(took, [m for m in ('numpy', 'spacy', 'torch', 'openvino', 'prefect', 'trafilatura', 'pydantic')"
        " if m in sys.modules])"
    )
    runs = [subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(" ", 1) for _ in range(3)]  # fmt: skip
    assert {names.strip() for _, names in runs} == {"[]"}
    assert min(float(took) for took, _ in runs) < 0.5


def test_clean_gives_an_article_of_text_or_page() -> None:
    article = copydesk.clean("Rates held\n\nThe bank left its rate at 4%.\n\nScroll to Top")
    assert article is not None
    assert (article.title, [p.text for p in article.paragraphs]) == (
        "Rates held",
        ["The bank left its rate at 4%."],
    )
    body = (
        "<p>The bank left its main rate at 4% on Monday, as most economists had expected it to do.</p>"
        * 3
    )
    page = copydesk.clean(
        f"<html><body><article><h1>Rates held</h1>{body}</article></body></html>".encode(),
        url="https://example.org/a",
    )
    assert page is not None
    assert page.url == "https://example.org/a"
    assert copydesk.clean("") is None
    assert copydesk.clean(b" \n ", media_type="text/plain") is None


@pytest.mark.parametrize(
    "empty", ["<html></html>", "<!doctype html><body></body>", "<p></p>", "<!-- oil -->", " ", ""]
)
def test_clean_of_a_page_without_text_is_none(empty: str) -> None:
    assert copydesk.clean(empty) is None
    assert copydesk.clean(empty.encode()) is None


@pytest.mark.parametrize(
    "text", ["profits < 5%", "a <3 b", "<Reuters> Oil rose.", "<!-- a -->" * 5000 + "oil"]
)
def test_clean_takes_text_with_an_angle_bracket_for_text(text: str) -> None:
    article = copydesk.clean(text)
    assert article is not None
    assert article.paragraphs[0].text == text


def test_clean_refuses_bytes_that_are_no_text() -> None:
    with pytest.raises(copydesk.DocumentError):
        copydesk.clean(bytes(range(256)) * 20)


def test_entities_come_a_list_a_text_with_offsets_into_it() -> None:
    found = copydesk.find_entities(text for text in SENTENCES)
    assert [len(mentions) > 0 for mentions in found] == [True, False, False]
    for mention in found[0]:
        assert mention.paragraph == 0
        assert SENTENCES[0][mention.start : mention.end] == mention.text
    assert {"Anna Dahl", "Paris"} <= {mention.name for mention in found[0]}


def test_figures_come_a_list_a_text_with_a_reference_day_for_all_or_each() -> None:
    found = copydesk.find_figures(iter(SENTENCES))
    assert [len(figures) for figures in found] == [0, 0, 2]
    assert [(f.kind, float(f.value or 0)) for f in found[2]] == [("percent", 4.0), ("money", 3e9)]
    both = copydesk.find_figures(
        ["It rained on Monday."] * 2, reference_date=(d for d in (date(2024, 6, 5), "2024-07-10"))
    )
    assert [figures[0].date_start for figures in both] == [date(2024, 6, 3), date(2024, 7, 8)]
    with pytest.raises(UsageError, match="1 texts but 2"):
        copydesk.find_figures(["x"], reference_date=["2024-01-01", "2024-01-02"])


@pytest.mark.parametrize("wrong", ["It rained.", b"It rained.", [None], ["ok", 5]])
def test_what_is_no_list_of_texts_is_a_usage_error(wrong: Any) -> None:
    for function in (copydesk.find_figures, copydesk.find_entities, copydesk.embed):
        with pytest.raises(UsageError):
            function(wrong)


@pytest.mark.parametrize("wrong", ["soon", "2024-02-30", ["2024-01"], [5]])
def test_a_reference_date_that_is_no_day_is_a_usage_error(wrong: Any) -> None:
    with pytest.raises(UsageError):
        copydesk.find_figures(["It rained on Monday."], wrong)


def test_embeddings_are_unit_rows_in_input_order() -> None:
    texts = ["oil", "a cat", "word " * 2000]
    matrix = copydesk.embed(text for text in texts)
    assert (matrix.shape, matrix.dtype) == ((3, 384), np.dtype(np.float32))
    assert np.allclose(np.linalg.norm(matrix, axis=1), 1, atol=1e-4)
    assert np.allclose(copydesk.embed(["a cat"])[0], matrix[1], atol=1e-3)
    assert copydesk.embed([]).shape == (0, 384)


def test_open_store_makes_writes_or_only_reads(own_place: Path, db: Path) -> None:
    for mode in ("r", "w"):
        with pytest.raises(copydesk.DatabaseError):
            copydesk.open_store("none.db", mode=mode)
    assert not Path("none.db").exists()
    copydesk.open_store(Path("none.db")).close()
    assert Path("none.db").exists()
    with pytest.raises(copydesk.DatabaseError):
        copydesk.open_store("postgresql://host/news")
    with copydesk.open_store(db, mode="r") as store:
        assert store.status()["articles"] == 9


def test_a_store_ingests_searches_and_answers(story: Path) -> None:
    second = Path("more.jsonl")
    second.write_text(
        '{"title": "Oil", "text": "India bought oil from Russia.", "url": "https://example.org/oil"}\n',
        encoding="utf-8",
    )
    with copydesk.open_store("news.db") as store:
        report = copydesk.ingest((path for path in (story, str(second))), store)
        assert report.counts["found"] == report.counts["stored"] == 2
        assert copydesk.ingest(story, store).counts["unchanged"] == 1
        hits = store.search("crude purchases by New Delhi", mode="hybrid", k=10, entity="Russia")
        assert [hit.title for hit in hits] == ["Oil"]
        article_id = store.article_id(url="https://www.example.org/oil?utm_source=x")
        assert article_id == hits[0].article_id
        assert store.article_id(url="https://example.org/nothing") is None
        assert article_id not in [hit.article_id for hit in store.similar(article_id, k=10)]
        assert store.article(article_id).title == "Oil"
        assert store.figures(kind="money", min=1e7, unit="USD")[0].figure.text == "$40 million"
        assert store.entities("Russia")[0].name == "Russia"


def test_one_bad_document_never_stops_the_others(story: Path) -> None:
    Path("empty.txt").touch()
    with copydesk.open_store("news.db") as store:
        report = copydesk.ingest(["empty.txt", "missing.txt", story], store)
    assert (report.counts["stored"], report.counts["quarantined"]) == (1, 2)


def test_errors_are_one_tree() -> None:
    for name in (
        "DatabaseError",
        "DocumentError",
        "ModelUnavailableError",
        "SettingsError",
        "SkippedDocumentError",
        "UsageError",
    ):
        assert issubclass(getattr(copydesk, name), copydesk.CopydeskError)
