"""Documents to the store: in order, in batches, and one bad one never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from enrichers.cleaning.clean import clean
from flows.engines import Engines
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
from schemas.document import HTML, Hints, RawDocument
from schemas.errors import DocumentError
from schemas.marks import Figure, Mention
from schemas.provenance import Provenance
from schemas.stored import IngestReport, Outcome
from sources.files import BadDocument
from storage.sqlite import Store

OpenStore = Callable[..., Store]
Text = Callable[..., RawDocument]
MakeDesk = Callable[..., Engines]
Story = Callable[[int], RawDocument]


def bad(name: str) -> BadDocument:
    error = DocumentError(f"{name} is binary", remedy="give text", code="binary")
    return BadDocument(origin=name, origin_id=f"/{name}", error=error, payload=b"\1\2")


def statuses(report: IngestReport) -> list[str]:
    return [outcome.status for outcome in report.articles]


def test_outcomes_stand_in_the_order_of_the_documents_and_add_up(
    text: Text, story: Story, store: Store, desk: Engines
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


def test_what_was_made_of_an_article_is_counted(story: Story, store: Store, desk: Engines) -> None:
    outcome = ingest_documents([story(1)], store, desk).articles[0]
    assert (outcome.paragraphs, outcome.title) == (2, "Port fee number 1 rises")
    article = store.article(outcome.id or 0)
    assert {m.text for m in article.mentions} >= {"Angela Merkel"}
    assert "money" in {f.kind for f in article.figures}
    assert outcome.mentions == len(article.mentions) + len(article.title_mentions)


def test_the_same_documents_twice_write_nothing(
    text: Text, story: Story, store: Store, desk: Engines
) -> None:
    section = "<html><head><title>Access denied</title></head><body><h1>404 Not Found</h1><p>The page was not found.</p></body></html>"
    documents = [story(1), story(2), replace(text("404.html", section), media_type=HTML)]
    first = ingest_documents(documents, store, desk)
    before = [f.read_bytes() for f in (store.path, Path(f"{store.path}-wal"))]
    again = ingest_documents(documents, store, desk)
    assert statuses(again)[:2] == ["unchanged", "unchanged"]
    if first.counts["quarantined"] == 0:
        assert [f.read_bytes() for f in (store.path, Path(f"{store.path}-wal"))] == before


def test_batches_are_bounded_by_number_and_by_bytes(text: Text, story: Story) -> None:
    small = [story(i) for i in range(2 * BATCH_DOCUMENTS + 3)]
    assert [len(batch) for batch in batches(small)] == [BATCH_DOCUMENTS, BATCH_DOCUMENTS, 3]
    large = [text(str(i), "x" * (BATCH_BYTES * 3 // 4)) for i in range(5)]
    assert [len(batch) for batch in batches(large)] == [2, 2, 1]
    assert list(batches([])) == []


def test_documents_are_read_as_they_are_needed(story: Story, store: Store, desk: Engines) -> None:
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


def comparable(report: IngestReport) -> list[Outcome]:
    return [replace(outcome, id=None) for outcome in report.articles]


def test_two_workers_make_what_one_process_makes(
    story: Story, open_store: OpenStore, tmp_path: Path, make_desk: MakeDesk
) -> None:
    documents: list[Incoming] = [*(story(i) for i in range(40)), bad("b"), story(3), story(41)]
    results = []
    for workers in (1, 2):
        store = open_store(tmp_path / f"{workers}.db")
        desk = make_desk()
        report = ingest_documents(documents, store, desk, options=IngestOptions(workers=workers))
        dump = [
            (article.key, article.paragraphs, article.mentions, article.figures)
            for article in map(store.article, range(1, 42))
        ]
        results.append((comparable(report), report.counts, dump))
    assert results[0] == results[1]


@pytest.mark.parametrize("workers", [0, -1, None, 1])
def test_any_number_of_workers_is_served(
    story: Story, store: Store, desk: Engines, workers: int | None
) -> None:
    options = IngestOptions(workers=workers)
    assert statuses(ingest_documents([story(1)], store, desk, options=options)) == ["stored"]


def test_a_dry_run_writes_nothing_and_foretells_the_run(
    story: Story, store: Store, desk: Engines
) -> None:
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


def test_a_dry_run_needs_no_store(story: Story, desk: Engines) -> None:
    documents: list[Incoming] = [story(1), bad("b"), replace(story(1), origin="c", origin_id="/c")]
    report = ingest_documents(documents, None, desk, options=IngestOptions(dry_run=True))
    assert statuses(report) == ["stored", "quarantined", "unchanged"]
    assert report.articles[0].mentions > 0


def test_a_language_without_a_tagger_is_stored_and_said(
    text: Text, store: Store, desk: Engines
) -> None:
    german = text(
        "de.txt",
        "Der Hafen erhöht die Gebühren\n\nDie Stadt verlangt künftig mehr Geld von den Reedereien, "
        "wie der Bürgermeister am Dienstag vor der Presse sagte.",
    )
    outcome = ingest_documents([german], store, desk).articles[0]
    assert outcome.status == "stored"
    assert outcome.note == "no tagger for language 'de': stored without entities"
    assert store.search("hafen", mode="words")[0].article_id == outcome.id


def test_what_comes_through_leaves_the_quarantine(
    story: Story, store: Store, desk: Engines
) -> None:
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
    story: Story, store: Store, desk: Engines
) -> None:
    ingest_documents([story(1), story(2)], store, desk)
    changed = replace(story(1), content=story(7).content)
    assert statuses(ingest_documents([changed, story(2)], store, desk)) == ["updated", "unchanged"]
    forced = ingest_documents([changed, story(2)], store, desk, options=IngestOptions(force=True))
    assert statuses(forced) == ["updated", "updated"]
    assert [store.article(i).version for i in (1, 2)] == [2, 1]


def test_progress_of_the_cleaner_does_not_pass_for_an_edit(
    story: Story, store: Store, desk: Engines, monkeypatch: pytest.MonkeyPatch
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


def test_hints_are_kept_for_the_day_the_article_is_cleaned_again(
    text: Text, story: Story, store: Store, desk: Engines
) -> None:
    hinted = text("h.txt", story(1).content.decode(), hints=Hints(published="2023-05-06", site="X"))
    ingest_documents([hinted], store, desk)
    assert store.raw_document(1)[1].hints == hinted.hints
    article = store.article(1)
    assert (article.site, str(article.published_at)[:10]) == ("X", "2023-05-06")


def test_figures_slice_back_to_their_text(story: Story, store: Store, desk: Engines) -> None:
    ingest_documents([story(5)], store, desk)
    article = store.article(1)
    marks: list[Mention | Figure] = [*article.mentions, *article.figures]
    assert marks
    for mark in marks:
        assert article.paragraphs[mark.paragraph].text[mark.start : mark.end] == mark.text


def test_an_article_is_found_by_meaning_with_the_models_that_ship(
    text: Text, story: Story, open_store: OpenStore, engines: Engines
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
