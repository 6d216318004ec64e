"""Vectors as they are stored and compared: one model at a time, once a text, ties the same way each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from schemas.protocols import Encoder
from schemas.stored import Mode, PreparedArticle
from storage.sqlite import Store
from storage.values import sha256

Prepare = Callable[..., PreparedArticle]
OpenStore = Callable[..., Store]
WORDS = [
    "oil",
    "gas",
    "port",
    "fee",
    "strike",
    "vote",
    "court",
    "bank",
    "rain",
    "wheat",
    "tram",
    "mayor",
]


def test_vectors_of_other_weights_are_never_compared(
    store: Store,
    open_store: OpenStore,
    prepare_article: Prepare,
    make_encoder: Callable[..., Encoder],
) -> None:
    from schemas.filters import make_filters

    store.put([prepare_article("Oil rose.")])
    other = open_store(mode="r", encoder=make_encoder(weights="w2", turn=-1.0))
    assert other.search("oil", mode="meaning") == []
    assert other.similar(1) == []
    result = other.find("oil", mode="hybrid", k=5, filters=make_filters())
    assert [hit.similarity for hit in result.hits] == [None]
    assert "copydesk enrich" in result.notes[0]


def test_no_note_where_the_filters_leave_nothing(store: Store, prepare_article: Prepare) -> None:
    from schemas.filters import make_filters

    store.put([prepare_article("Oil rose.")])
    late = make_filters(since="2030-01-01")
    assert store.find("oil", mode="meaning", k=5, filters=late).notes == ()


def test_the_same_weights_at_another_precision_serve_only_where_the_wanted_ones_are_missing(
    store: Store,
    open_store: OpenStore,
    prepare_article: Prepare,
    make_encoder: Callable[..., Encoder],
) -> None:
    coarse = make_encoder(precision="bf16", turn=-1.0)
    store.put([prepare_article("Oil rose.", origin="/1", encoder=coarse)])
    store.put([prepare_article("Oil rose much.", origin="/2")])
    store.put([prepare_article("Oil rose.", origin="/3", content=b"3", url="https://e.org/3")])
    hits = {hit.article_id: hit.similarity for hit in store.search("oil rose", mode="meaning")}
    assert hits[1] == hits[3] == pytest.approx(1.0, abs=1e-3)
    assert 0 < (hits[2] or 0) < 1
    only_coarse = open_store(store.path.parent / "coarse.db")
    only_coarse.put([prepare_article("Oil rose.", encoder=coarse)])
    assert only_coarse.search("oil rose", mode="meaning")[0].similarity == pytest.approx(
        -1.0, abs=1e-3
    )


def test_stored_vectors_are_float16_of_what_came(
    store: Store, prepare_article: Prepare, fake_encoder: Encoder
) -> None:
    text = " ".join(WORDS * 4)
    store.put([prepare_article(text)])
    rows = store._connection.execute(
        "SELECT vector FROM embeddings WHERE text_sha256 = ? ORDER BY part", (sha256(text),)
    ).fetchall()
    stored = np.stack([np.frombuffer(row[0], dtype=np.float16) for row in rows])
    assert stored.shape == (3, fake_encoder.dim)
    assert np.array_equal(stored, fake_encoder.encode_windows([text])[0].astype(np.float16))


def test_one_text_in_two_articles_is_embedded_once(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article("Shared.", "One.", origin="/1")])
    again = prepare_article("Shared.", "Two.", origin="/2")
    maker = again.made_by[-1]
    texts = [sha256("Shared."), sha256("Two.")]
    assert store.missing_vectors(maker, 24, texts) == [sha256("Two.")]
    store.put([again])
    assert store.status()["embeddings"] == 3
    assert len(store.search("shared", mode="meaning", k=9)) == 2


def test_an_article_without_vectors_is_like_nothing(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article("Oil rose.")])
    bare = replace(prepare_article("New words.", origin="/2"), vectors={}, made_by=())
    store.put([replace(bare, made_by=prepare_article("x").made_by[:1])])
    assert store.similar(2) == []


def test_ties_go_to_the_lower_article(store: Store, prepare_article: Prepare) -> None:
    store.put(
        [
            prepare_article("Oil rose again.", origin=f"/{i}", url=f"https://e.org/{i}")
            for i in range(9)
        ]
    )
    for mode in get_args(Mode):
        hits = store.search("oil rose", mode=mode, k=9)
        assert [hit.article_id for hit in hits] == list(range(1, 10))


def test_words_still_count_where_every_cosine_is_negative(
    store: Store, prepare_article: Prepare, make_encoder: Callable[..., Encoder]
) -> None:
    against = make_encoder(turn=-1.0)
    texts = ["Glaciers melt in summer heat.", "Glaciers melt fast.", "Glaciers melt."]
    store.put([prepare_article(t, origin=t, encoder=against) for t in texts])
    hits = store.search("glaciers melt summer")
    assert all(hit.similarity is not None and hit.similarity < 0 for hit in hits)
    assert hits[0].text == texts[0]
    assert all(-1 <= hit.score <= 1 for hit in hits)


def test_the_index_is_read_once_while_nothing_changes(
    store: Store, open_store: OpenStore, prepare_article: Prepare
) -> None:
    store.put([prepare_article("Oil rose.", origin="/1")])
    reader = open_store(mode="r")
    index, maker = reader._searcher.index, prepare_article("x").made_by[-1]
    reader.search("oil")
    first = index.rows(maker, 24)
    reader.search("gas", since="2020-01-01")
    assert index.rows(maker, 24) is first
    store.put([prepare_article("Gas rose.", origin="/2")])
    assert len(index.rows(maker, 24)) == 2
