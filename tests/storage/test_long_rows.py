"""A row that is longer than the model's window has several vectors, and counts by the best of them everywhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from schemas.protocols import Encoder
from schemas.stored import PreparedArticle
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]

# A window of the small encoder is twenty words.
CROWD = " ".join(f"word{n}" for n in range(20))
ENDING = "the volcano above the harbour erupted before dawn and ash fell on every roof of the old town until noon"
QUESTION = "the volcano erupted and ash fell on the town"
LONG = f"{CROWD} {CROWD} {ENDING}"


@pytest.fixture
def long_store(store: Store, prepare_article: Prepare) -> Store:
    store.put(
        [
            prepare_article(LONG, "Grain rotted in the port.", origin="/1"),
            prepare_article("The volcano is quiet.", CROWD, origin="/2"),
            prepare_article("Rain fell on the roof.", origin="/3"),
        ]
    )
    return store


def best(encoder: Encoder, query: str, text: str) -> float:
    cosines = encoder.encode_windows([text])[0] @ encoder.encode_query(query)[0]
    assert len(cosines) > 1
    assert cosines.max() > cosines.mean() + 0.1
    return float(cosines.max())


@pytest.mark.parametrize("mode", ["meaning", "hybrid"])
@pytest.mark.parametrize("per", ["article", "paragraph"])
def test_a_long_row_is_as_near_as_its_nearest_window(
    long_store: Store, fake_encoder: Encoder, mode: str, per: str
) -> None:
    found = long_store.search(ENDING, mode=mode, per=per, k=20)  # type: ignore[arg-type]
    assert found[0].text == LONG
    assert found[0].similarity == pytest.approx(best(fake_encoder, ENDING, LONG), abs=2e-3)
    assert len([hit for hit in found if hit.text == LONG]) == 1
    if per == "paragraph":
        assert len(found) == 5


def test_a_floor_is_for_the_nearest_window(long_store: Store, fake_encoder: Encoder) -> None:
    top = best(fake_encoder, QUESTION, LONG)
    assert long_store.search(QUESTION, mode="meaning", min_similarity=top - 0.01)[0].text == LONG
    assert long_store.search(QUESTION, mode="meaning", min_similarity=top + 0.01) == []


def test_similar_shows_a_long_row_by_its_nearest_window(
    store: Store, prepare_article: Prepare, fake_encoder: Encoder
) -> None:
    asked = prepare_article(ENDING, origin="/1")
    other = prepare_article(LONG, CROWD, origin="/2", title="Grain")
    store.put([asked, other])
    (hit,) = store.similar(1)
    assert hit.text == LONG
    assert hit.similarity == pytest.approx(best(fake_encoder, ENDING, LONG), abs=2e-3)


def test_an_article_is_the_mean_of_all_its_windows(
    store: Store, prepare_article: Prepare, fake_encoder: Encoder
) -> None:
    store.put([prepare_article(ENDING, origin="/1"), prepare_article(LONG, origin="/2")])
    windows = fake_encoder.encode_windows([LONG])[0]
    mean = windows.mean(axis=0)
    expected = float(mean / np.linalg.norm(mean) @ fake_encoder.encode_query(ENDING)[0])
    (hit,) = store.similar(1)
    assert hit.score == pytest.approx(expected, abs=2e-3)
