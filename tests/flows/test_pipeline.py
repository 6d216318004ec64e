"""Documents to the store: in order, in batches, and one bad one never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from enrichers.cleaning.clean import clean
from flows.engines import EngineOptions, Engines
from flows.pipeline import (
    BATCH_BYTES,
    BATCH_DOCUMENTS,
    STATUSES,
    Incoming,
    IngestOptions,
    batches,
    ingest_documents,
)
from schemas.article import Article
from schemas.document import HTML, PLAIN_TEXT, Hints, RawDocument
from schemas.errors import DocumentError, ModelUnavailableError
from schemas.marks import Figure, Mention
from schemas.protocols import Encoder, Matrix
from schemas.provenance import Provenance
from schemas.stored import IngestReport, Outcome
from sources.files import BadDocument, ReadOptions, open_documents
from storage.sqlite import Store

OpenStore = Callable[..., Store]
NOW = datetime(2024, 3, 5, tzinfo=UTC)


class TestingEngines(Engines):
    """The real tagger and grammar with a small encoder, and a fault on demand."""

    __test__ = False

    def __init__(self, real: Engines, encoder: Encoder) -> None:
        super().__init__(real.options)
        self._real, self._small = real, encoder

    @property
    def tagger(self) -> object:  # type: ignore[override]
        return self._real.tagger

    @property
    def figures(self) -> object:  # type: ignore[override]
        return self._real.figures

    def encoder(self) -> Encoder:
        return self._small

    def preload(self) -> None:
        """Nothing to load."""


@pytest.fixture
def desk(engines: Engines, fake_encoder: Encoder) -> TestingEngines:
    return TestingEngines(engines, fake_encoder)


def text(name: str, body: str, **of: object) -> RawDocument:
    return RawDocument(
        content=body.encode(),
        media_type=PLAIN_TEXT,
        origin=name,
        origin_id=f"/{name}",
        fetched_at=NOW,
        **of,  # type: ignore[arg-type]
    )


def story(number: int) -> RawDocument:
    return text(
        f"{number}.txt",
        f"Port fee number {number} rises\n\nThe harbour of Gdansk will charge ${number + 2} million "
        f"more a year, Angela Merkel said in paper {number}.\n\nShips of {number + 1} lines call there.",
    )


def bad(name: str) -> BadDocument:
    error = DocumentError(f"{name} is binary", remedy="give text", code="binary")
    return BadDocument(origin=name, origin_id=f"/{name}", error=error, payload=b"\1\2")


def statuses(report: IngestReport) -> list[str]:
    return [outcome.status for outcome in report.articles]


def test_outcomes_stand_in_the_order_of_the_documents_and_add_up(
    store: Store, desk: TestingEngines
) -> None:
    section = replace(
        text("empty.html", "<html><body><script>1</script></body></html>"), media_type=HTML
    )
    documents: list[Incoming] = [story(1), bad("b"), story(2), section, story(1), bad("c")]
    told: list[Outcome] = []
    report = ingest_documents(documents, store, desk, tell=told.append)
    assert [o.origin for o in report.articles] == [d.origin for d in documents]
    assert statuses(report) == [
        "stored", "quarantined", "stored", "quarantined", "unchanged", "quarantined",
    ]  # fmt: skip
    assert told == list(report.articles)
    assert report.counts["found"] == 6 == sum(report.counts[name] for name in STATUSES)
    assert [q.origin for q in store.quarantined()] == ["b", "c", "empty.html"]


def test_what_was_made_of_an_article_is_counted(store: Store, desk: TestingEngines) -> None:
    outcome = ingest_documents([story(1)], store, desk).articles[0]
    assert (outcome.paragraphs, outcome.title) == (2, "Port fee number 1 rises")
    article = store.article(outcome.id or 0)
    assert {m.text for m in article.mentions} >= {"Angela Merkel"}
    assert "money" in {f.kind for f in article.figures}
    assert outcome.mentions == len(article.mentions) + len(article.title_mentions)


def test_the_same_documents_twice_write_nothing(store: Store, desk: TestingEngines) -> None:
    section = "<html><head><title>Access denied</title></head><body><h1>404 Not Found</h1><p>The page was not found.</p></body></html>"
    documents = [story(1), story(2), replace(text("404.html", section), media_type=HTML)]
    first = ingest_documents(documents, store, desk)
    before = [f.read_bytes() for f in (store.path, Path(f"{store.path}-wal"))]
    again = ingest_documents(documents, store, desk)
    assert statuses(again)[:2] == ["unchanged", "unchanged"]
    if first.counts["quarantined"] == 0:
        assert [f.read_bytes() for f in (store.path, Path(f"{store.path}-wal"))] == before


class Faulty:
    """An enricher that breaks down on one article, whichever batch that is in."""

    def __init__(self, real: object, word: str) -> None:
        self._real, self._word = real, word
        self.sizes: list[int] = []

    @property
    def provenance(self) -> Provenance:
        provenance: Provenance = self._real.provenance  # type: ignore[attr-defined]
        return provenance

    def supports(self, _language: str | None) -> bool:
        return True

    def enrich(self, batch: Sequence[Article]) -> list[list[Mention]]:
        self.sizes.append(len(batch))
        if any(self._word in row.text for article in batch for row in article.rows):
            raise RuntimeError("the tagger stumbled")
        found: list[list[Mention]] = self._real.enrich(batch)  # type: ignore[attr-defined]
        return found


class FaultyEngines(TestingEngines):
    def __init__(self, real: Engines, encoder: Encoder, word: str) -> None:
        super().__init__(real, encoder)
        self.faulty = Faulty(real.tagger, word)

    @property
    def tagger(self) -> object:  # type: ignore[override]
        return self.faulty


def test_an_article_on_which_a_stage_breaks_down_is_quarantined_alone(
    store: Store, engines: Engines, fake_encoder: Encoder
) -> None:
    broken = FaultyEngines(engines, fake_encoder, "paper 3")
    report = ingest_documents([story(i) for i in range(6)], store, broken)
    assert statuses(report) == ["stored"] * 3 + ["quarantined"] + ["stored"] * 2
    kept = store.quarantined()[0]
    assert (kept.origin, kept.code, kept.has_payload) == ("3.txt", "internal", True)
    assert "the tagger stumbled" in kept.message


class FaultyEncoder:
    """Cannot encode a text with one word in it."""

    def __init__(self, real: Encoder) -> None:
        self._real, self.dim, self.provenance = real, real.dim, real.provenance

    def encode_windows(self, texts: Sequence[str]) -> list[Matrix]:
        if any("paper 2" in one for one in texts):
            raise ValueError("no such token")
        return self._real.encode_windows(texts)

    def encode(self, texts: Sequence[str]) -> Matrix:
        return self._real.encode(texts)

    def encode_query(self, text: str) -> Matrix:
        return self._real.encode_query(text)


def test_an_article_that_cannot_be_embedded_is_quarantined_alone(
    store: Store, engines: Engines, fake_encoder: Encoder
) -> None:
    broken = TestingEngines(engines, FaultyEncoder(fake_encoder))
    report = ingest_documents([story(i) for i in range(4)], store, broken)
    assert statuses(report) == ["stored", "stored", "quarantined", "stored"]
    assert store.quarantined()[0].stage == "vectors"


def test_an_article_that_cannot_be_stored_is_quarantined_alone(
    store: Store, desk: TestingEngines, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storage import write

    real = write._add_rows

    def stumble(connection: object, article: Article, rendering_id: int) -> object:
        if "paper 1" in article.paragraphs[0].text:
            raise KeyError("row")
        return real(connection, article, rendering_id)  # type: ignore[arg-type]

    monkeypatch.setattr(write, "_add_rows", stumble)
    report = ingest_documents([story(i) for i in range(3)], store, desk)
    assert statuses(report) == ["stored", "quarantined", "stored"]
    assert store.status()["articles"] == 2


def test_a_missing_model_stops_the_run_before_its_batch_is_stored(
    store: Store, engines: Engines
) -> None:
    class NoModel(TestingEngines):
        def encoder(self) -> Encoder:
            raise ModelUnavailableError("no model at x", remedy="install it")

    with pytest.raises(ModelUnavailableError):
        ingest_documents([story(1)], store, NoModel(engines, engines.encoder))  # type: ignore[arg-type]
    assert store.status()["articles"] == 0


def test_a_tagger_that_is_not_there_stops_the_run(store: Store, fake_encoder: Encoder) -> None:
    options = EngineOptions(taggers={"en": "no_such_model_anywhere"})
    wrong = Engines(options)
    with pytest.raises(ModelUnavailableError):
        ingest_documents([story(1)], store, wrong)
    assert store.status()["articles"] == 0


def test_batches_are_bounded_by_number_and_by_bytes() -> None:
    small = [story(i) for i in range(2 * BATCH_DOCUMENTS + 3)]
    assert [len(batch) for batch in batches(small)] == [BATCH_DOCUMENTS, BATCH_DOCUMENTS, 3]
    large = [text(str(i), "x" * (BATCH_BYTES * 3 // 4)) for i in range(5)]
    assert [len(batch) for batch in batches(large)] == [2, 2, 1]
    assert list(batches([])) == []


def test_documents_are_read_as_they_are_needed(store: Store, desk: TestingEngines) -> None:
    read = 0

    def stream() -> Iterator[Incoming]:
        nonlocal read
        for i in range(80):
            read += 1
            yield story(i)

    ahead = []
    ingest_documents(stream(), store, desk, tell=lambda _: ahead.append(read))
    assert ahead[0] <= 2 * BATCH_DOCUMENTS
    assert len(ahead) == 80


def test_what_was_told_before_an_interruption_is_stored(
    store: Store, open_store: OpenStore, desk: TestingEngines
) -> None:
    told: list[Outcome] = []

    def tell(outcome: Outcome) -> None:
        told.append(outcome)
        if len(told) == 2 * BATCH_DOCUMENTS + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest_documents([story(i) for i in range(90)], store, desk, tell=tell)
    reader = open_store(mode="r")
    assert all(reader.article(outcome.key or "").paragraphs for outcome in told)
    report = ingest_documents([story(i) for i in range(90)], store, desk)
    assert report.counts["unchanged"] == 3 * BATCH_DOCUMENTS
    assert store.status()["articles"] == 90


def comparable(report: IngestReport) -> list[Outcome]:
    return [replace(outcome, id=None) for outcome in report.articles]


def test_two_workers_make_what_one_process_makes(
    open_store: OpenStore, tmp_path: Path, engines: Engines, fake_encoder: Encoder
) -> None:
    documents: list[Incoming] = [*(story(i) for i in range(40)), bad("b"), story(3), story(41)]
    results = []
    for workers in (1, 2):
        store = open_store(tmp_path / f"{workers}.db")
        desk = TestingEngines(engines, fake_encoder)
        report = ingest_documents(documents, store, desk, options=IngestOptions(workers=workers))
        dump = [
            (article.key, article.paragraphs, article.mentions, article.figures)
            for article in map(store.article, range(1, 42))
        ]
        results.append((comparable(report), report.counts, dump))
    assert results[0] == results[1]


@pytest.mark.parametrize("workers", [0, -1, None, 1])
def test_any_number_of_workers_is_served(
    store: Store, desk: TestingEngines, workers: int | None
) -> None:
    options = IngestOptions(workers=workers)
    assert statuses(ingest_documents([story(1)], store, desk, options=options)) == ["stored"]


def test_a_dry_run_writes_nothing_and_foretells_the_run(store: Store, desk: TestingEngines) -> None:
    ingest_documents([story(1), story(2)], store, desk)
    store.delete([2])
    changed = replace(story(1), content=story(9).content)
    documents: list[Incoming] = [
        changed,
        story(2),
        story(3),
        replace(story(3), origin="copy", origin_id="/copy"),
        bad("b"),
        replace(story(2), origin="elsewhere", origin_id="/e", content=story(2).content + b"\n\n"),
    ]
    before = store._connection.total_changes
    files = sorted(f.name for f in store.path.parent.iterdir())
    dry = ingest_documents(documents, store, desk, options=IngestOptions(dry_run=True))
    assert store._connection.total_changes == before
    assert sorted(f.name for f in store.path.parent.iterdir()) == files
    wet = ingest_documents(documents, store, desk)
    assert statuses(dry) == statuses(wet)
    assert statuses(wet) == ["updated", "skipped", "stored", "unchanged", "quarantined", "skipped"]


def test_a_dry_run_needs_no_store(desk: TestingEngines) -> None:
    documents: list[Incoming] = [story(1), bad("b"), replace(story(1), origin="c", origin_id="/c")]
    report = ingest_documents(documents, None, desk, options=IngestOptions(dry_run=True))
    assert statuses(report) == ["stored", "quarantined", "unchanged"]
    assert report.articles[0].mentions > 0


def test_a_language_without_a_tagger_is_stored_and_said(store: Store, desk: TestingEngines) -> None:
    german = text(
        "de.txt",
        "Der Hafen erhöht die Gebühren\n\nDie Stadt verlangt künftig mehr Geld von den Reedereien, "
        "wie der Bürgermeister am Dienstag vor der Presse sagte.",
    )
    outcome = ingest_documents([german], store, desk).articles[0]
    assert outcome.status == "stored"
    assert outcome.note == "no tagger for language 'de': stored without entities"
    assert store.search("hafen", mode="words")[0].article_id == outcome.id


def test_what_comes_through_leaves_the_quarantine(store: Store, desk: TestingEngines) -> None:
    ingest_documents([story(1)], store, desk)
    garbled = BadDocument(
        origin="1.txt", origin_id="/1.txt", error=DocumentError("garbled", code="binary")
    )
    ingest_documents([garbled], store, desk)
    ingest_documents([garbled], store, desk)
    assert store.quarantined()[0].attempts == 2
    report = ingest_documents([story(1)], store, desk)
    assert statuses(report) == ["unchanged"]
    assert store.quarantined() == []


def test_a_changed_file_is_an_update_and_force_does_all_again(
    store: Store, desk: TestingEngines
) -> None:
    ingest_documents([story(1), story(2)], store, desk)
    changed = replace(story(1), content=story(7).content)
    assert statuses(ingest_documents([changed, story(2)], store, desk)) == ["updated", "unchanged"]
    forced = ingest_documents([changed, story(2)], store, desk, options=IngestOptions(force=True))
    assert statuses(forced) == ["updated", "updated"]
    assert [store.article(i).version for i in (1, 2)] == [2, 1]


def test_progress_of_the_cleaner_does_not_pass_for_an_edit(
    store: Store, desk: TestingEngines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's bytes change, its text does not, but the new cleaner drops a line that the old one kept."""
    import flows.prepare

    def old_clean(document: RawDocument) -> Article | None:
        article = clean(document)
        if article is None:
            return None
        rows = (*article.paragraphs, replace(article.paragraphs[0], index=9, text="Share this!"))
        return replace(article, paragraphs=rows)

    old_maker = Provenance(stage="clean", name="copydesk-clean", version="0")
    with monkeypatch.context() as patched:
        patched.setattr(flows.prepare, "clean", old_clean)
        patched.setattr(flows.prepare, "cleaner", lambda: old_maker)
        ingest_documents([story(1)], store, desk)
    assert store.search("share", mode="words")
    page = replace(story(1), content=story(1).content + b"\n")
    assert statuses(ingest_documents([page], store, desk)) == ["unchanged"]
    assert store.article(1).version == 1
    assert store.search("share", mode="words") == []


def test_files_with_anything_in_them_never_stop_the_run(
    store: Store, desk: TestingEngines, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(
        b'{"title": "T \\ud800", "text": "Half \\ud800 a pair in Gdansk.", "author": "\\udfff"}\n'
        b"{broken\n"
        b'{"title": "Two", "text": "NUL \\u0000 inside."}\n[1]\n'
    )
    (folder / "b.txt").write_bytes(b"")
    (folder / "c.html").write_bytes(b"<p>" + b"<div>" * 3000 + b"Deep text of the harbour board.")
    (folder / "d.txt").write_bytes(bytes(range(256)) * 20)
    (folder / "e.txt").write_text("Good\n\nThe harbour fee rose by 4% in Gdansk.")
    report = ingest_documents(open_documents([str(folder)], options=ReadOptions()), store, desk)
    by_origin = {Path(o.origin).name: o.status for o in report.articles}
    assert by_origin["a.jsonl:1"] == by_origin["a.jsonl:3"] == by_origin["e.txt"] == "stored"
    assert by_origin["a.jsonl:2"] == by_origin["b.txt"] == by_origin["d.txt"] == "quarantined"


def test_hints_are_kept_for_the_day_the_article_is_cleaned_again(
    store: Store, desk: TestingEngines
) -> None:
    hinted = text("h.txt", story(1).content.decode(), hints=Hints(published="2023-05-06", site="X"))
    ingest_documents([hinted], store, desk)
    assert store.raw_document(1)[1].hints == hinted.hints
    article = store.article(1)
    assert (article.site, str(article.published_at)[:10]) == ("X", "2023-05-06")


def test_figures_slice_back_to_their_text(store: Store, desk: TestingEngines) -> None:
    ingest_documents([story(5)], store, desk)
    article = store.article(1)
    marks: list[Mention | Figure] = [*article.mentions, *article.figures]
    assert marks
    for mark in marks:
        assert article.paragraphs[mark.paragraph].text[mark.start : mark.end] == mark.text


def test_an_article_is_found_by_meaning_with_the_models_that_ship(
    open_store: OpenStore, engines: Engines
) -> None:
    store = open_store(encoder=engines.encoder())
    wheat = text(
        "w.txt", "Drought spares the north\n\nFarmers expect to bring in more wheat this year."
    )
    ingest_documents([story(1), wheat], store, engines)
    hit = store.search("grain harvest forecast", mode="meaning", k=1)[0]
    assert (hit.article_id, hit.paragraph) == (2, 0)
    vector = engines.encoder().encode([hit.text])[0]
    query = engines.encoder().encode_query("grain harvest forecast")[0]
    assert hit.similarity == pytest.approx(float(vector @ query), abs=2e-3)
