"""More like one article, several, or a text: the mean of theirs, against brute force, over few lines and over many."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from schemas.errors import UsageError
from schemas.filters import make_filters
from schemas.protocols import Encoder, Matrix
from schemas.stored import PreparedArticle
from storage import ranking, similar
from storage.search import Searcher
from storage.sqlite import Store
from storage.vector_index import VectorIndex

Prepare = Callable[..., PreparedArticle]
NOW = datetime.now(UTC)
NUMBER = 120


@pytest.fixture
def desk(store: Store, prepare_article: Prepare) -> Store:
    """Articles about eight subjects, of one to six rows, some of them over a window long."""
    chance = random.Random(5)  # noqa: S311  no secret
    store.put(
        prepare_article(
            *(
                " ".join(f"s{number % 8}w{chance.randrange(30)}" for _ in range(chance.choice([9, 30])))
                for _ in range(chance.randint(1, 6))
            ),
            origin=f"/{number}",
            language=chance.choice(["en", "de"]),
            published=NOW - timedelta(days=number),
        )
        for number in range(NUMBER)
    )  # fmt: skip
    return store


def unit(matrix: Matrix) -> Matrix:
    found: Matrix = matrix.mean(axis=0) / np.linalg.norm(matrix.mean(axis=0))
    return found


def mean_vector(store: Store, encoder: Encoder, article_id: int) -> Matrix:
    rows = [row.text for row in store.article(article_id).paragraphs]
    halves = np.concatenate(encoder.encode_windows(rows)).astype(np.float16).astype(np.float32)
    return unit(halves / np.linalg.norm(halves, axis=1, keepdims=True))


@pytest.mark.parametrize(("given", "texts"), [((3,), ()), ((3, 5, 90), ()), ((), ("s1w1 s1w2",)), ((4, 9), ("s1w1", "s7w2 s7w3"))])  # fmt: skip
def test_several_are_the_mean_of_theirs_and_none_of_them_is_a_hit(
    desk: Store, fake_encoder: Encoder, given: tuple[int, ...], texts: tuple[str, ...]
) -> None:
    means = {one: mean_vector(desk, fake_encoder, one) for one in range(1, NUMBER + 1)}
    vectors = [means[one] for one in given] + [fake_encoder.encode([text])[0] for text in texts]
    asked = unit(np.array(vectors))
    expected = sorted((float(means[one] @ asked) for one in means if one not in given), reverse=True)  # fmt: skip
    hits = desk.similar(given, text=texts, k=200)
    assert [hit.score for hit in hits] == pytest.approx(expected, abs=2e-5)
    assert {hit.article_id for hit in hits} == set(means) - set(given)
    for hit in hits:
        assert hit.score == pytest.approx(float(means[hit.article_id] @ asked), abs=2e-5)


def test_pages_filters_and_options_are_those_of_search(desk: Store) -> None:
    whole = desk.similar(7, k=200, lang="en")
    assert 20 < len(whole) < NUMBER - 1
    pages = [desk.similar(7, k=9, offset=at, lang="en") for at in range(0, NUMBER, 9)]
    assert [hit for page in pages for hit in page] == whole
    floor = sorted(hit.similarity or 0.0 for hit in whole)[10]
    near = desk.similar(7, k=200, lang="en", min_similarity=floor, facets="language")
    assert [hit.article_id for hit in near] == [
        hit.article_id for hit in whole if (hit.similarity or 0) >= floor
    ]
    assert near.facets is not None
    assert [(one.value, one.count) for one in near.facets["language"]] == [("en", len(near))]
    fresh = desk.similar(7, k=200, recency="10d", explain=True)
    for hit in fresh:
        assert hit.explain is not None
        assert hit.explain.meaning is not None
        assert hit.explain.recency is not None
        assert hit.explain.fusion.rule == "mean"
        left = hit.explain.meaning.part * hit.explain.recency.factor
        assert left < 0 or hit.score == pytest.approx(left, abs=1e-5)


def test_over_many_lines_hits_come_of_candidates_and_pages_stay_one_list(
    desk: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "FEWEST", 60)
    monkeypatch.setattr(ranking, "SHALLOW", 12)
    many, few = (searcher_of(desk, exact) for exact in (3, 50_000))
    for lang in (None, "de"):
        filters = make_filters(lang=lang)
        exact = [hit.article_id for hit in few.similar([], [9], 200, filters).hits]
        whole = [hit.article_id for hit in many.similar([], [9], 200, filters).hits]
        assert sorted(whole) == sorted(exact)
        assert len({*whole[:8]} & {*exact[:8]}) >= 7
        for k in (1, 10, 12, 13, 50):
            page = many.similar([], [9], k, filters).hits
            assert [hit.article_id for hit in page] == whole[:k]


def test_what_cannot_be_compared_is_said(desk: Store) -> None:
    for wrong in ({}, {"text": " "}, {"article": [3, 999]}, {"text": [5]}, {"article": 3, "per": "paragraph"}, {"article": 3, "offset": -1}):  # fmt: skip
        asked: dict[str, Any] = wrong
        with pytest.raises(UsageError):
            desk.similar(**asked)


def searcher_of(store: Store, exact: int) -> Searcher:
    index = VectorIndex(store.connection, store.searcher.index._folder, exact=exact)
    return Searcher(connection=store.connection, index=index, encoder=store.encoder)
