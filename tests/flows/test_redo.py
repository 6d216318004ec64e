"""A stage that another version made is done again once, in batches that a cut-off run need not repeat."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import flows.prepare
import flows.redo
import flows.stages
from enrichers.cleaning.clean import clean
from enrichers.cleaning.clean import provenance as cleaner
from flows.engines import Engines
from flows.pipeline import ingest_documents
from flows.redo import out_of_date, redo
from flows.retry import retry_quarantined
from flows.stages import STAGES
from schemas.article import Article
from schemas.document import RawDocument
from schemas.errors import UsageError
from schemas.models import StoredModel
from schemas.protocols import Encoder
from schemas.provenance import Provenance
from sources.files import ReadOptions, open_documents
from storage.sqlite import Store

BODY = "Fees rise\n\nThe harbour of Gdansk charges $4 million more, Angela Merkel said.\n\nShare it"


class Stage:
    """The real tagger or grammar under another version, with a fault on demand."""

    def __init__(self, real: object, version: str, fault: str = "") -> None:
        self._real, self._fault = real, fault
        self.provenance: Provenance = replace(real.provenance, version=version)  # type: ignore[attr-defined]

    def supports(self, _language: str | None) -> bool:
        return True

    def enrich(self, batch: Sequence[Article]) -> list[list[object]]:
        if self._fault and any(self._fault in row.text for a in batch for row in a.rows):
            raise RuntimeError("stumbled")
        found: list[list[object]] = self._real.enrich(batch)  # type: ignore[attr-defined]
        return found


class OtherEngines(Engines):
    """Engines of another day."""

    def __init__(self, real: Engines, encoder: Encoder, version: str, fault: str = "") -> None:
        super().__init__(real.options)
        self._small = encoder
        self._stages = Stage(real.tagger, version, fault), Stage(real.figures, version)

    @property
    def tagger(self) -> object:  # type: ignore[override]
        return self._stages[0]

    @property
    def figures(self) -> object:  # type: ignore[override]
        return self._stages[1]

    def encoder(self) -> Encoder:
        return self._small

    def encoder_of(self, _stored: StoredModel | None) -> Encoder:
        return self._small

    def preload(self, stored: StoredModel | None = None) -> None:
        """Nothing to load."""


def documents(tmp_path: Path, number: int = 3) -> list[RawDocument]:
    for i in range(number):
        (tmp_path / f"{i:03}.txt").write_text(BODY.replace("4", str(i + 2)))
    found = open_documents([str(tmp_path)], options=ReadOptions())
    return [document for document in found if isinstance(document, RawDocument)]


@pytest.fixture
def today(engines: Engines, fake_encoder: Encoder) -> OtherEngines:
    return OtherEngines(engines, fake_encoder, "1")


@pytest.fixture
def filled(store: Store, today: OtherEngines, tmp_path: Path) -> Store:
    folder = tmp_path / "in"
    folder.mkdir()
    ingest_documents(documents(folder), store, today)
    return store


def set_cleaner(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    maker = replace(cleaner(), version=version)
    monkeypatch.setattr(flows.prepare, "cleaner", lambda: maker)
    monkeypatch.setattr(flows.stages, "cleaner", lambda: maker)


def test_nothing_is_out_of_date_after_an_ingest(filled: Store, today: OtherEngines) -> None:
    assert out_of_date(filled, today, []) == dict.fromkeys(STAGES, 0)
    before = filled._connection.total_changes
    assert redo(filled, today, []).done == dict.fromkeys(STAGES, 0)
    assert filled._connection.total_changes == before


def test_entities_and_figures_of_another_version_are_done_once(
    filled: Store, engines: Engines, fake_encoder: Encoder
) -> None:
    before = [filled.article(i) for i in (1, 2, 3)]
    later = OtherEngines(engines, fake_encoder, "2")
    assert out_of_date(filled, later, []) == {
        "clean": 0,
        "entities": 3,
        "figures": 3,
        "quotations": 0,
        "salience": 0,
        "vectors": 0,
    }
    assert redo(filled, later, ["figures"]).done == {"figures": 3}
    assert out_of_date(filled, later, []) == {
        "clean": 0,
        "entities": 3,
        "figures": 0,
        "quotations": 0,
        "salience": 0,
        "vectors": 0,
    }
    assert redo(filled, later, []).done == {
        "clean": 0,
        "entities": 3,
        "figures": 0,
        "quotations": 0,
        "salience": 0,
        "vectors": 0,
    }
    assert sum(out_of_date(filled, later, []).values()) == 0
    for old in before:
        new = filled.article(old.id)
        assert (new.figures, new.version) == (old.figures, old.version)
        assert [m.text for m in new.mentions] == [m.text for m in old.mentions]
        assert {p.stage: p.version for p in new.made_by}["entities"] == "2"


def test_names_that_a_later_tagger_no_longer_finds_are_forgotten(
    filled: Store, engines: Engines, fake_encoder: Encoder
) -> None:
    assert filled.entities("merkel")

    class Blind(OtherEngines):
        @property
        def tagger(self) -> object:  # type: ignore[override]
            stage = Stage(engines.tagger, "blind")
            stage.enrich = lambda batch: [[] for _ in batch]  # type: ignore[method-assign]
            return stage

    redo(filled, Blind(engines, fake_encoder, "1"), ["entities"])
    assert filled.entities() == []
    assert filled.status()["entities"] == 0


def test_a_later_cleaner_renders_every_stored_document_again(
    filled: Store, today: OtherEngines, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_cleaner(monkeypatch, "next")

    def better(document: RawDocument) -> Article | None:
        article = clean(document)
        return article and replace(article, paragraphs=article.paragraphs[:1])

    monkeypatch.setattr(flows.prepare, "clean", better)
    assert out_of_date(filled, today, ["clean"]) == {"clean": 3}
    assert redo(filled, today, []).done["clean"] == 3
    assert sum(out_of_date(filled, today, []).values()) == 0
    article = filled.article(1)
    assert (article.version, len(article.paragraphs)) == (1, 1)


def test_what_cannot_be_done_again_stays_as_it_was_and_is_named(
    filled: Store, today: OtherEngines, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_cleaner(monkeypatch, "next")
    monkeypatch.setattr(
        flows.prepare, "clean", lambda d: None if b"$2 million" in d.content else clean(d)
    )
    before = filled.article(1)
    found = redo(filled, today, ["clean"])
    assert found.done == {"clean": 2}
    assert {number: problem.code for number, problem in found.failed.items()} == {1: "no_text"}
    assert filled.article(1) == before


def test_one_article_that_a_stage_cannot_do_does_not_stop_the_others(
    filled: Store, engines: Engines, fake_encoder: Encoder
) -> None:
    later = OtherEngines(engines, fake_encoder, "2", fault="$3 million")
    found = redo(filled, later, ["entities"])
    assert (found.done, list(found.failed)) == ({"entities": 2}, [2])
    assert filled.article(2).mentions
    assert out_of_date(filled, later, ["entities"]) == {"entities": 1}


def test_a_run_that_was_cut_off_goes_on_where_it_stopped(
    store: Store,
    today: OtherEngines,
    engines: Engines,
    fake_encoder: Encoder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    ingest_documents(documents(folder, 7), store, today)
    monkeypatch.setattr(flows.redo, "BATCH_ARTICLES", 3)
    later = OtherEngines(engines, fake_encoder, "2")

    def stop(_stage: str, _number: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        redo(store, later, ["entities"], tell=stop)
    assert out_of_date(store, later, ["entities"]) == {"entities": 4}
    told: list[int] = []
    redo(store, later, ["entities"], tell=lambda _, number: told.append(number))
    assert told == [3, 1]


def test_an_unknown_stage_is_a_usage_error(filled: Store, today: OtherEngines) -> None:
    for call in (out_of_date, redo):
        with pytest.raises(UsageError, match="unknown stage 'tags'"):
            call(filled, today, ["tags"])


def retry_all(store: Store, engines: Engines) -> dict[str, int]:
    numbers = [kept.id for kept in store.quarantined()]
    report = retry_quarantined(store, engines, numbers, max_bytes=1_000_000)
    return {name: number for name, number in report.counts.items() if number and name != "found"}


def ingest_path(store: Store, engines: Engines, path: Path) -> None:
    ingest_documents(open_documents([str(path)], options=ReadOptions()), store, engines)


def test_a_file_that_was_mended_comes_through(
    store: Store, today: OtherEngines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("story.txt")
    path.write_bytes(b"\0\1\2" * 100)
    ingest_path(store, today, path)
    assert retry_all(store, today) == {"quarantined": 1}
    assert [kept.attempts for kept in store.quarantined()] == [2]
    path.write_text(BODY)
    assert retry_all(store, today) == {"stored": 1}
    assert store.quarantined() == []


def test_a_line_that_was_mended_comes_through_alone(
    store: Store, today: OtherEngines, tmp_path: Path
) -> None:
    path = tmp_path / "news.jsonl"
    good = '{"id": 1, "title": "One", "text": "A story of the harbour."}\n'
    path.write_text(good + '{"id": 2, "title": "Two", "text": \n')
    ingest_path(store, today, path)
    assert retry_all(store, today) == {"quarantined": 1}
    assert store.quarantined()[0].attempts == 2
    path.write_text(good + '{"id": 2, "title": "Two", "text": "Another story."}\n')
    assert retry_all(store, today) == {"stored": 1}
    assert store.quarantined() == []


def test_a_whole_file_that_was_mended_leaves_the_quarantine_as_its_records(
    store: Store, today: OtherEngines, tmp_path: Path
) -> None:
    path = tmp_path / "news.json"
    path.write_text('[{"title": "One"')
    ingest_path(store, today, path)
    assert len(store.quarantined()) == 1
    path.write_text('[{"title": "One", "text": "A story."}, {"title": "Two", "text": "More."}]')
    assert retry_all(store, today) == {"stored": 2}
    assert store.quarantined() == []


def test_a_member_of_an_archive_that_was_mended_comes_through_alone(
    store: Store, today: OtherEngines, tmp_path: Path
) -> None:
    path = tmp_path / "news.zip"

    def pack(second: bytes) -> None:
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("one.txt", "Harbour\n\nA story of the harbour.\n")
            packed.writestr("two.txt", second)

    pack(b"")
    ingest_path(store, today, path)
    assert len(store.quarantined()) == 1
    pack(b"Bridge\n\nA story of the bridge.\n")
    assert retry_all(store, today) == {"stored": 1}
    assert store.quarantined() == []


def test_a_file_that_is_gone_is_tried_from_the_bytes_that_were_kept(
    store: Store, today: OtherEngines, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text("<html><body><script>1</script></body></html>")
    ingest_path(store, today, path)
    path.unlink()
    assert retry_all(store, today) == {"quarantined": 1}
    empty = tmp_path / "empty.txt"
    empty.touch()
    ingest_path(store, today, empty)
    empty.unlink()
    assert retry_all(store, today) == {"quarantined": 2}
    assert {kept.code for kept in store.quarantined()} == {"no_text", "not_found"}


def test_a_number_that_is_not_in_quarantine_is_a_usage_error(
    store: Store, today: OtherEngines
) -> None:
    with pytest.raises(UsageError):
        retry_quarantined(store, today, [5], max_bytes=1000)
