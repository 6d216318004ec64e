"""The example of an enricher, installed as pip leaves it: run at ingest, done again when its list changes, gone with an article."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from copydesk.cli import run
from copydesk.doctor import _enrichers
from copydesk.settings import load_settings
from flows.engines import Engines
from flows.pipeline import ingest_documents
from flows.redo import out_of_date, redo
from schemas.document import PLAIN_TEXT, RawDocument
from storage.enrichments import count_enrichments
from storage.sqlite import Store
from tests.conftest import NOON
from tests.installed import EXAMPLES, install

MakeDesk = Callable[..., Engines]
TEXT = "Port fees rise\n\nThe oil terminal will pay more, and crude oil with it."


@pytest.fixture
def keywords(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The list of an installed example."""
    points = {"copydesk.enrichers": {"keywords": "keyword_enricher:KeywordEnricher"}}
    folder = install(tmp_path / "site-packages", points)
    shutil.copy(EXAMPLES / "keyword_enricher.py", folder)
    (folder / "keywords.txt").write_text("oil\ncrude oil\nport\n")
    monkeypatch.syspath_prepend(str(folder))
    return folder / "keywords.txt"


@pytest.fixture
def filled(keywords: Path, store: Store, make_desk: MakeDesk) -> tuple[Store, Engines]:
    engines = make_desk()
    document = RawDocument(
        content=TEXT.encode(), media_type=PLAIN_TEXT, origin="a.txt", origin_id="/a.txt", fetched_at=NOON
    )  # fmt: skip
    report = ingest_documents([document], store, engines)
    assert report.articles[0].note is None
    return store, engines


def found(store: Store) -> list[tuple[int | None, str]]:
    return [(row.paragraph, str(row.data["keyword"])) for row in store.article(1).enrichments]


def test_it_is_short_enough_to_be_read_at_once() -> None:
    assert len((EXAMPLES / "keyword_enricher.py").read_text().splitlines()) < 60


def test_its_rows_are_stored_with_their_maker_when_an_article_comes(
    filled: tuple[Store, Engines],
) -> None:
    store, engines = filled
    assert found(store) == [(-2, "port"), (0, "oil"), (0, "crude oil")]
    article = store.article(1)
    for row in article.enrichments[1:]:
        assert article.paragraphs[0].text[row.start : row.end].lower() == row.data["keyword"]
    assert "keyword-list" in [maker.name for maker in article.made_by]
    assert out_of_date(store, engines, ["keywords"]) == {"keywords": 0}


def test_another_list_is_done_again_and_an_article_takes_its_rows_with_it(
    filled: tuple[Store, Engines], keywords: Path
) -> None:
    store, engines = filled
    keywords.write_text("terminal\n")
    engines.plugins.close()
    assert out_of_date(store, engines, []) | {"clean": 0, "keywords": 1} == out_of_date(
        store, engines, []
    )
    assert redo(store, engines, ["keywords"]).done == {"keywords": 1}
    assert found(store) == [(0, "terminal")]
    store.delete([1])
    assert count_enrichments(store.connection) == {}
    assert store.connection.execute("SELECT count(*) FROM enrichments").fetchone()[0] == 0


def test_its_rows_are_listed_counted_and_checked(
    filled: tuple[Store, Engines], capsys: pytest.CaptureFixture[str]
) -> None:
    store, _ = filled
    rows = store.enrichments("keywords")
    assert [(row.article_id, row.text) for row in rows] == [
        (1, "Port"),
        (1, "oil"),
        (1, "crude oil"),
    ]
    assert store.status()["enrichments"] == {"keywords": 3}
    (check,) = _enrichers(load_settings(environment={}))
    assert (check.name, check.ok) == ("enricher keywords", True)
    assert "keyword-list 1" in check.found
    assert run(["show", "1", "--db", str(store.path)]) == 0
    assert "keywords: 3 rows" in capsys.readouterr().out


def test_the_command_line_names_the_stage(
    filled: tuple[Store, Engines], keywords: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, _ = filled
    keywords.write_text("fees\n")
    assert run(["enrich", "--db", str(store.path), "--stage", "keywords"]) == 0
    assert capsys.readouterr().out.split() == ["keywords", "1", "article", "done"]
    assert run(["enrich", "--db", str(store.path), "--stage", "keyword"]) == 2
    assert "Did you mean keywords" in capsys.readouterr().err
