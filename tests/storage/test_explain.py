"""Why a hit is there: the parts add up to its score, and places are those of brute force."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from schemas.protocols import Encoder
from schemas.stored import Mode, PreparedArticle
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
NOW = datetime.now(UTC)


@pytest.fixture
def desk(tmp_path: Path, prepare_article: Prepare, fake_encoder: Encoder) -> Iterator[Store]:
    """Twelve articles; the first ten have the words that are asked for, more or less often; the last has no date."""
    with Store(tmp_path / "news.db", encoder=lambda: fake_encoder, mode="a") as store:
        store.put(
            prepare_article(
                "oil " * (number % 4) + "ports " * (number % 3) + f"n{number} a b c d e",
                f"Rain fell on n{number}.",
                origin=f"/{number}",
                published=None if number == 11 else NOW - timedelta(days=10 * number),
            )
            for number in range(12)
        )
        yield store


@pytest.mark.parametrize("mode", get_args(Mode))
@pytest.mark.parametrize("per", ["article", "paragraph"])
@pytest.mark.parametrize("recency", [None, "10d"])
def test_the_parts_add_up_to_the_score(
    desk: Store, mode: Mode, per: str, recency: str | None
) -> None:
    hits = desk.search("Oil port", mode=mode, k=99, per=per, recency=recency, explain=True)
    assert hits
    for hit in hits:
        why = hit.explain
        assert why is not None
        parts = [side.part for side in (why.words, why.meaning) if side]
        factor = why.recency.factor if why.recency else 1.0
        if sum(parts) > 0:
            assert hit.score == pytest.approx(sum(parts) * factor, rel=1e-4, abs=1e-6)
        assert (why.score, why.cosine) == (hit.score, hit.similarity)
        assert (why.recency is None) == (recency is None)
        assert (why.words is None) == (mode == "meaning" or not why.matched)
        assert (why.meaning is None) == (mode == "words")
        assert set(why.matched) <= {"oil", "ports"}
        assert all(word in hit.text for word in why.matched)


@pytest.mark.parametrize("mode", ["words", "meaning"])
def test_places_are_those_among_all_rows(desk: Store, mode: Mode) -> None:
    hits = desk.search("oil port", mode=mode, k=99, per="paragraph", explain=True)
    for hit in hits:
        side = hit.explain and (hit.explain.words if mode == "words" else hit.explain.meaning)
        assert side
        better = sum(other.score > hit.score + 1e-5 for other in hits)
        assert (side.rank, side.of) == (better + 1, len(hits))
        assert side.score == pytest.approx(hit.score, abs=1e-5)


def test_a_side_that_found_nothing_leaves_the_other_as_it_is(desk: Store) -> None:
    [hit] = desk.search("zzz", k=1, explain=True)
    assert hit.explain is not None
    assert hit.explain.words is None
    assert hit.explain.matched == ()
    assert hit.explain.meaning is not None


def test_nothing_is_explained_where_it_was_not_asked_for(desk: Store) -> None:
    hits = desk.search("oil", k=99)
    assert {hit.explain for hit in hits} == {None}
    assert {hit.duplicates for hit in hits} == {None}
    assert hits.facets is None
