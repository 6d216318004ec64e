"""A search over more lines than are compared one by one: exact scores, exact filters, and nearly always the nearest."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.filters import make_filters
from schemas.protocols import Encoder, Matrix
from schemas.searching import SearchOptions
from schemas.stored import Mode, PreparedArticle
from storage import candidates
from storage.line_table import LineTable
from storage.scan import Ids
from storage.search import Searcher
from storage.sqlite import Store
from storage.vector_file import vector_folder
from storage.vector_index import RowVectors, VectorIndex
from storage.vector_lines import Change, Lines

Prepare = Callable[..., PreparedArticle]
DAY = datetime(2024, 1, 1, tzinfo=UTC)
WORDS = [f"word{n}" for n in range(60)]
ARTICLES = 150


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The folder of the module's store, and the store once it is filled."""
    return [tmp_path_factory.mktemp("candidates")]


@pytest.fixture
def filled(place: list[Any], prepare_article: Prepare, fake_encoder: Encoder) -> Store:
    """Articles of one to six rows, some longer than a window, some without vectors, some rows masked."""
    if len(place) == 1:
        chance = random.Random(5)  # noqa: S311  no secret
        store = Store(place[0] / "news.db", encoder=lambda: fake_encoder, mode="a")
        for n in range(ARTICLES):
            prepared = prepare_article(
                *(
                    " ".join(chance.choices(WORDS, k=chance.choice([5, 30])))
                    for _ in range(n % 6 + 1)
                ),
                origin=f"/{n}",
                content=f"{n}".encode(),
                published=DAY + timedelta(days=n),
                language=chance.choice(["en", "de"]),
            )
            if n % 25 == 3:
                prepared = replace(prepared, vectors={}, made_by=prepared.made_by[:-1])
            store.put([prepared])
        place.append(store)
    store = place[1]
    assert isinstance(store, Store)
    return store


def searcher(store: Store, exact: int) -> Searcher:
    """A searcher that compares up to `exact` lines one by one."""
    index = VectorIndex(store.connection, vector_folder(store.path), smallest=1, exact=exact)
    return replace(store._searcher, index=index)


FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "since": st.integers(0, 100).map(lambda n: DAY + timedelta(days=n)),
        "lang": st.sampled_from(["en", "de", "fr"]),
    },
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    filters=FILTERS,
    mode=st.sampled_from(["meaning", "hybrid"]),
    k=st.sampled_from([1, 5, 20, 149, 10**30]),
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
    fewest=st.sampled_from([1, 10, 10_000]),
)
def test_scores_are_exact_and_every_article_under_the_filters_can_be_a_hit(
    filled: Store, filters: dict[str, Any], mode: Mode, k: int, words: list[str], fewest: int
) -> None:
    chosen = make_filters(**filters)
    query = " ".join(words)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(candidates, "FEWEST", fewest)
        hits = searcher(filled, 3).search(query, mode, k, chosen).hits
    true = searcher(filled, 10_000).search(query, mode, 10**6, chosen).hits
    assert len(hits) == min(k, len(true))
    if fewest == 10_000:
        # A matrix in memory and lines of the file round differently.
        expected = [hit.score for hit in true[:k]]
        assert [hit.score for hit in hits] == pytest.approx(expected, abs=2e-6)
    best = {hit.article_id: hit.similarity for hit in true}
    for hit in hits:
        assert (hit.similarity is None) == (best[hit.article_id] is None)
        if mode == "meaning":
            assert (hit.similarity or 0) <= (best[hit.article_id] or 0) + 2e-6


def test_similar_is_the_same_over_many_lines(filled: Store) -> None:
    for article_id in (1, 7, 60):
        for filters in (make_filters(), make_filters(lang="en")):
            many = searcher(filled, 3).similar([], [article_id], 20, filters).hits
            few = searcher(filled, 10_000).similar([], [article_id], 20, filters).hits
            assert [hit.article_id for hit in many] == [hit.article_id for hit in few]
            assert [hit.score for hit in many] == pytest.approx(
                [hit.score for hit in few], abs=1e-5
            )


def test_a_hit_that_is_recent_is_not_left_out_for_its_nearness(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "FEWEST", 1)
    options = SearchOptions(half_life=timedelta(days=3))
    many = searcher(filled, 3).search("word1 word2", "hybrid", 5, make_filters(), options)
    few = searcher(filled, 10_000).search("word1 word2", "hybrid", 5, make_filters(), options)
    assert [hit.article_id for hit in many.hits] == [hit.article_id for hit in few.hits]


def test_a_first_query_reads_the_lines_it_looks_at_and_many_use_a_matrix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number = 300
    matrix = clustered(number, 7)
    ids = np.arange(number)
    ones = np.ones(number, dtype=np.float32)
    lines = Lines(
        ids // 3, ids, ids, np.zeros(number, dtype=np.uint8), ones, matrix.astype(np.float16)
    )
    rows = RowVectors(LineTable(Change(0, 0), 384, None, lines, ids[:0]), (), 1000)
    read: list[int] = []
    units = LineTable.units

    def counted(table: LineTable, asked: Ids) -> Matrix:
        read.append(len(asked))
        return units(table, asked)

    monkeypatch.setattr(LineTable, "units", counted)
    some = np.arange(30, 60)
    first = rows.cosines(matrix[4])
    of_some = rows.compare_articles(matrix[4], some)
    assert read == [30]
    for _ in range(12):
        rows.cosines(matrix[4])
    assert read == [30, number]
    assert rows.cosines(matrix[4]) == pytest.approx(first, abs=1e-5)
    for before, after in zip(of_some, rows.compare_articles(matrix[4], some), strict=True):
        assert after == pytest.approx(before, abs=1e-5)
    assert read == [30, number]


def clustered(number: int, seed: int) -> Matrix:
    """Unit vectors about fifty middles."""
    middles = np.random.default_rng(1).standard_normal((50, 384))
    chance = np.random.default_rng(seed)
    found = middles[chance.integers(0, 50, number)] + chance.standard_normal((number, 384))
    unit: Matrix = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


def test_the_ten_nearest_are_nearly_always_among_the_candidates() -> None:
    number = 60_000
    matrix = clustered(number, 2)
    ids = np.arange(1, number + 1)
    ones = np.ones(number, dtype=np.float32)
    lines = Lines(ids, ids, ids, np.zeros(number, dtype=np.uint8), ones, matrix.astype(np.float16))
    table = LineTable(Change(1, 1), 384, None, lines, np.zeros(0, dtype=np.int64))
    rows = RowVectors(table, (), 50_000)
    found = []
    for query in clustered(50, 3):
        chosen, cosines = candidates.compare(rows, query, None, k=10)
        assert len(chosen) == candidates.FEWEST
        assert cosines == pytest.approx(matrix[chosen] @ query, abs=1e-3)
        nearest = set(np.argsort(-(matrix @ query))[:10].tolist())
        found.append(len(nearest & set(chosen.tolist())) / 10)
    assert np.mean(found) >= 0.99


def test_a_filter_that_leaves_few_of_many_finds_the_nearest_of_those() -> None:
    number = 20_000
    matrix = clustered(number, 4)
    ids = np.arange(1, number + 1)
    ones = np.ones(number, dtype=np.float32)
    lines = Lines(ids, ids, ids, np.zeros(number, dtype=np.uint8), ones, matrix.astype(np.float16))
    table = LineTable(Change(1, 1), 384, None, lines, np.zeros(0, dtype=np.int64))
    rows = RowVectors(table, (), 50)
    for share in (0.02, 0.5):
        keep = np.random.default_rng(5).random(number) < share
        for query in clustered(5, 6):
            chosen, _ = candidates.compare(rows, query, keep, k=10)
            assert keep[chosen].all()
            scores = np.where(keep, matrix @ query, -1)
            assert len(set(np.argsort(-scores)[:10].tolist()) & set(chosen.tolist())) >= 9


def test_the_first_queries_and_those_after_the_matrix_was_made_give_the_same() -> None:
    matrix = clustered(300, 7)
    ids = np.arange(1, 301)
    ones = np.ones(300, dtype=np.float32)
    lines = Lines(ids, ids, ids, np.zeros(300, dtype=np.uint8), ones, matrix.astype(np.float16))
    rows = RowVectors(
        LineTable(Change(1, 1), 384, None, lines, np.zeros(0, dtype=np.int64)), (), 500
    )
    query = clustered(1, 8)[0]
    found = [rows.cosines(query) for _ in range(30)]
    assert "_matrix" in vars(rows)
    assert found[-1] == pytest.approx(found[0], abs=1e-6)
    chosen = np.array([250, 3, 7])
    assert rows.cosines(query, chosen) == pytest.approx(found[0][chosen], abs=1e-6)
