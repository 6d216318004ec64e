"""A better cleaner over stored documents: masks stay with what stays, and go with what goes; no publisher changed anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

import flows.prepare
import flows.stages
from enrichers.cleaning.clean import clean
from enrichers.cleaning.clean import provenance as cleaner
from flows.engines import Engines
from flows.pipeline import ingest_documents
from flows.redo import redo
from schemas.article import Article, Paragraph
from schemas.document import PLAIN_TEXT, RawDocument
from storage.sqlite import Store

FOOTER = "Our desk at the Bergen quay takes letters from readers on Mondays."
NOW = datetime(2024, 3, 5, tzinfo=UTC)


@pytest.fixture
def filled(store: Store, desk: Engines) -> Store:
    texts = [
        "\n\n".join(
            (
                f"Ferry {n} is late",
                f"Ferry number {n} left Tromso an hour late on a windy morning.",
                f"The captain of ferry {n} blamed the harbour master for the wait.",
                f"Passengers of ferry {n} were given coffee and a newspaper.",
                FOOTER,
                f"Ferry number {n} is expected at the quay in the evening.",
            )
        )
        for n in range(6)
    ]
    documents = [
        RawDocument(
            content=text.encode(),
            media_type=PLAIN_TEXT,
            url=f"https://example.org/{n}",
            origin=f"https://example.org/{n}",
            fetched_at=NOW,
        )
        for n, text in enumerate(texts)
    ]
    ingest_documents(documents, store, desk)
    return store


def masked(store: Store) -> list[tuple[int, int]]:
    return [(n, p.index) for n in range(1, 7) for p in store.article(n).paragraphs if p.masked]


def clean_otherwise(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[list[Paragraph]], list[Paragraph]]
) -> None:
    maker = replace(cleaner(), version="next")
    monkeypatch.setattr(flows.prepare, "cleaner", lambda: maker)
    monkeypatch.setattr(flows.stages, "cleaner", lambda: maker)

    def clean_and_change(document: RawDocument) -> Article | None:
        article = clean(document)
        assert article
        rows = change(list(article.paragraphs))
        renumbered = tuple(replace(row, index=n) for n, row in enumerate(rows))
        return replace(article, paragraphs=renumbered)

    monkeypatch.setattr(flows.prepare, "clean", clean_and_change)


def test_a_mask_stays_on_what_a_better_cleaner_keeps(
    filled: Store, desk: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert masked(filled) == [(n, 3) for n in range(1, 7)]
    extra = Paragraph(index=0, kind="text", text="The wind was strong.")
    clean_otherwise(monkeypatch, lambda rows: [extra, *rows])
    assert redo(filled, desk, ["clean"]).done == {"clean": 6}
    assert masked(filled) == [(n, 4) for n in range(1, 7)]
    assert [filled.article(n).version for n in range(1, 7)] == [1] * 6


def test_what_a_better_cleaner_drops_is_no_longer_learned(
    filled: Store, desk: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean_otherwise(monkeypatch, lambda rows: [row for row in rows if row.text != FOOTER])
    assert redo(filled, desk, ["clean"]).done == {"clean": 6}
    assert masked(filled) == []
    assert filled.learned_lines() == []
    assert [len(filled.article(n).paragraphs) for n in range(1, 7)] == [4] * 6
