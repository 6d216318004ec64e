"""Enrichers that fail, hang, die or give nonsense: an article comes in without their rows, and they are asked again later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.engines import Engines
from flows.enricher_plugins import EnricherLimits, EnricherPlugins
from flows.enricher_process import checked_rows
from flows.pipeline import ingest_documents
from flows.redo import out_of_date, redo
from schemas.article import Article, Paragraph
from schemas.document import RawDocument
from schemas.errors import CopydeskError
from schemas.provenance import Provenance
from schemas.stored import Problem
from storage.sqlite import Store
from tests.installed import install

CODE = """
import os, time
from copydesk import Provenance
class Tagger:
    provenance = Provenance(stage="anything", name="tagger", version="1")
    def enrich(self, batch):
        print("a library that talks")
        return [[self.row(row) for row in article.rows] for article in batch]
    def row(self, row):
        if "hang" in row.text: time.sleep(60)
        if "leave" in row.text: raise SystemExit("bye")
        if "die" in row.text: os._exit(3)
        if "odd" in row.text: return object()
        return {"paragraph": row.index, "length": len(row.text)}
class Nobody:
    provenance = "me"
    def enrich(self, batch): return []
"""
POINTS = {"lengths": "newsdesk_plugin:Tagger", "nobody": "newsdesk_plugin:Nobody",
          "absent": "no_such_module:x", "clean": "newsdesk_plugin:Tagger", "No name": "newsdesk_plugin:Tagger"}  # fmt: skip
QUICK = EnricherLimits(start_may_take_s=60, may_take_s=1.5, more_takes_s=0.0)


def article(text: str) -> Article:
    return Article(paragraphs=(Paragraph(index=0, kind="text", text=text),), language="en")


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EnricherPlugins]:
    folder = install(tmp_path / "site-packages", {"copydesk.enrichers": POINTS}, CODE)
    monkeypatch.syspath_prepend(str(folder))
    found = EnricherPlugins(QUICK)
    yield found
    found.close()


def test_each_of_a_batch_stands_alone_whatever_happens_to_the_others(
    plugins: EnricherPlugins,
) -> None:
    assert plugins.maker("lengths") == Provenance(stage="lengths", name="tagger", version="1")
    texts = ("good", "leave", "odd", "die", "better", "hang", "best")
    found = plugins.enrich("lengths", [article(text) for text in texts])
    said = [one.message if isinstance(one, Problem) else one[0].data["length"] for one in found]
    assert said[::2] == [4, said[2], 6, 4]
    for place, words in (
        (1, "SystemExit: bye"),
        (2, "object"),
        (3, "died"),
        (5, "took over 1.5 s"),
    ):
        assert words in str(said[place])


def test_one_that_keeps_dying_is_asked_no_more_in_this_run(plugins: EnricherPlugins) -> None:
    found = plugins.enrich("lengths", [article("die")] * 6)
    assert "not asked again in this run" in str(found[-1])
    (one,) = plugins.enrich("lengths", [article("good")])
    assert isinstance(one, Problem)
    plugins.close()
    (one,) = plugins.enrich("lengths", [article("good")])
    assert not isinstance(one, Problem)


def test_a_name_that_is_taken_or_cannot_be_typed_adds_no_stage(plugins: EnricherPlugins) -> None:
    assert {"lengths", "nobody", "absent"} <= set(plugins.names)
    assert not {"clean", "No name"} & set(plugins.names)
    for name in ("nobody", "absent"):
        assert isinstance(plugins.maker(name), Problem)


def test_an_article_comes_in_without_the_rows_of_one_that_fails_and_gets_them_later(
    plugins: EnricherPlugins,
    store: Store,
    make_desk: Callable[..., Engines],
    text: Callable[..., RawDocument],
) -> None:
    engines = make_desk()
    engines.plugins = plugins
    report = ingest_documents([text("a.txt", "A story.\n\nPlease leave.")], store, engines)
    assert report.counts["stored"] == 1
    assert "SystemExit" in str(report.articles[0].note)
    assert "cannot be used" in str(report.articles[0].note)
    assert store.article(1).enrichments == ()
    assert out_of_date(store, engines, [])["lengths"] == 1
    found = redo(store, engines, [])
    assert (found.done["lengths"], list(found.failed)) == (0, [1])
    with pytest.raises(CopydeskError, match="'absent' cannot be used"):
        redo(store, engines, ["absent"])


@pytest.mark.parametrize(
    "row",
    [
        5,
        {"paragraph": 1},
        {"paragraph": 0, "start": 0},
        {"start": 0, "end": 1},
        {"paragraph": 0, "start": 0, "end": 99},
        {"paragraph": True},
        {"value": float("nan")},
        {"value": object()},
    ],
)
def test_a_row_that_cannot_be_stored_is_refused(row: object) -> None:
    with pytest.raises(Exception, match="gave"):
        checked_rows([row], article("text"))


def test_a_row_is_kept_as_json_has_it() -> None:
    (row,) = checked_rows([{"paragraph": 0, "words": ("a", "\ud800"), "n": {2}}], article("text"))
    assert row == {
        "paragraph": 0,
        "start": None,
        "end": None,
        "data": '{"words": ["a", "?"], "n": [2]}',
    }
