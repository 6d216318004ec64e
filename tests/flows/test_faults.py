"""What breaks down, and when: the article alone, or the run before anything of its batch is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from flows.engines import EngineOptions, Engines
from flows.pipeline import (
    BATCH_DOCUMENTS,
    ingest_documents,
)
from schemas.article import Article
from schemas.document import RawDocument
from schemas.errors import ModelUnavailableError
from schemas.marks import Mention
from schemas.models import StoredModel
from schemas.protocols import Encoder, Matrix
from schemas.provenance import Provenance
from schemas.stored import IngestReport, Outcome
from sources.files import ReadOptions, open_documents
from storage.sqlite import Store

OpenStore = Callable[..., Store]
MakeDesk = Callable[..., Engines]
Story = Callable[[int], RawDocument]


def statuses(report: IngestReport) -> list[str]:
    return [outcome.status for outcome in report.articles]


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


def test_an_article_on_which_a_stage_breaks_down_is_quarantined_alone(
    story: Story, store: Store, engines: Engines, make_desk: MakeDesk
) -> None:
    broken = make_desk(tagger=Faulty(engines.tagger, "paper 3"))
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
    story: Story, store: Store, fake_encoder: Encoder, make_desk: MakeDesk
) -> None:
    broken = make_desk(encoder=FaultyEncoder(fake_encoder))
    report = ingest_documents([story(i) for i in range(4)], store, broken)
    assert statuses(report) == ["stored", "stored", "quarantined", "stored"]
    assert store.quarantined()[0].stage == "vectors"


def test_an_article_that_cannot_be_stored_is_quarantined_alone(
    story: Story, store: Store, desk: Engines, monkeypatch: pytest.MonkeyPatch
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
    story: Story, store: Store, desk: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_encoder(_stored: StoredModel | None) -> Encoder:
        raise ModelUnavailableError("no model at x", remedy="install it")

    monkeypatch.setattr(desk, "encoder_of", no_encoder)
    with pytest.raises(ModelUnavailableError):
        ingest_documents([story(1)], store, desk)
    assert store.status()["articles"] == 0


def test_a_tagger_that_is_not_there_stops_the_run(story: Story, store: Store) -> None:
    options = EngineOptions(taggers={"en": "no_such_model_anywhere"})
    wrong = Engines(options)
    with pytest.raises(ModelUnavailableError):
        ingest_documents([story(1)], store, wrong)
    assert store.status()["articles"] == 0


def test_what_was_told_before_an_interruption_is_stored(
    story: Story, store: Store, open_store: OpenStore, desk: Engines
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


def test_files_with_anything_in_them_never_stop_the_run(
    store: Store, desk: Engines, tmp_path: Path
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
