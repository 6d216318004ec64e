"""Hybrid: how two sides become one score, and what a second look at the best articles changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from schemas.stored import PreparedArticle
from storage.fusion import MEANING_WEIGHT, fuse, parts_by_meaning, parts_by_words
from storage.scored_rows import ScoredRows, rows_by_words
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
NAN = float("nan")


def by_meaning(*rows: tuple[int, int, float, float]) -> ScoredRows:
    """Rows from (article, row, score, similarity)."""
    columns = list(zip(*rows, strict=True))
    return ScoredRows(
        np.array(columns[0], dtype=np.int64),
        np.array(columns[1], dtype=np.int64),
        np.array(columns[2], dtype=np.float64),
        np.array(columns[3], dtype=np.float64),
    )


def test_each_side_is_divided_by_its_best() -> None:
    words = rows_by_words([(1, 10, 4.0), (2, 20, 2.0)])
    meaning = by_meaning((1, 10, 0.3, 0.3), (2, 20, 0.6, 0.6))
    found = fuse(words, meaning)
    assert found.row_ids.tolist() == [10, 20]
    expected = [0.5 * MEANING_WEIGHT + 1 - MEANING_WEIGHT, MEANING_WEIGHT + 0.5 * (1 - MEANING_WEIGHT)]  # fmt: skip
    assert found.scores == pytest.approx(expected)


@pytest.mark.parametrize(("best", "weight"), [(0.1, 1.0), (0.3, 0.825), (0.5, 0.65)])
def test_words_alone_count_the_more_the_less_the_model_reads_of_the_query(
    best: float, weight: float
) -> None:
    words = rows_by_words([(2, 20, 2.0)])
    meaning = by_meaning((1, 10, best, best), (2, 20, 0.9, NAN))
    assert parts_by_words(words, meaning) == pytest.approx([weight])
    of_read, of_unread = parts_by_meaning(words, meaning).tolist()
    assert of_read == pytest.approx(MEANING_WEIGHT * min(max((best - 0.2) / 0.2, 0), 1))
    assert of_unread < 0.001


def test_where_nothing_can_be_read_the_words_are_the_score() -> None:
    words = rows_by_words([(1, 10, 4.0), (2, 20, 2.0)])
    meaning = by_meaning((1, 10, 0.1, NAN), (2, 20, 0.9, NAN))
    assert fuse(words, meaning).scores == pytest.approx([1.0, 0.5], abs=1e-3)


def test_what_the_first_articles_have_in_common_is_looked_for_too(
    store: Store, prepare_article: Prepare
) -> None:
    store.put(
        [
            prepare_article("glacier melt alpine", "alpine guides", origin="/1"),
            prepare_article("glacier melt alpine", "alpine huts", origin="/2"),
            prepare_article("glacier melt alpine", "alpine snow", origin="/3"),
            prepare_article("alpine guides huts snow", origin="/alike"),
            *(prepare_article(f"tram bank vote {n}", origin=f"/o{n}") for n in range(20)),
        ]
    )
    hybrid = [hit.article_id for hit in store.search("glacier melt", k=4)]
    assert set(hybrid[:3]) == {1, 2, 3}
    assert hybrid[3] == 4
    assert 4 not in {hit.article_id for hit in store.search("glacier melt", mode="words", k=9)}


def test_similarity_stays_the_raw_cosine_and_scores_fall(
    store: Store, prepare_article: Prepare
) -> None:
    store.put([prepare_article(f"oil port {n}", "rain", origin=f"/{n}") for n in range(150)])
    hits = store.search("oil port", k=150)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    cosines = {hit.text: hit.similarity for hit in store.search("oil port", mode="meaning", k=150)}
    assert all(cosines[hit.text] == hit.similarity for hit in hits if hit.text in cosines)
    assert len(hits) == 150


def test_a_title_and_a_text_that_both_answer_stand_before_a_text_alone(
    store: Store, prepare_article: Prepare
) -> None:
    store.put([prepare_article("The harbour opened today.", title="Rain", origin="/1")])
    store.put(
        [prepare_article("The harbour opened today.", "Quiet.", title="Harbour", origin="/2")]
    )
    hits = store.search("harbour opened", mode="words")
    assert [hit.article_id for hit in hits] == [2, 1]
