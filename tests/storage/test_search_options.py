"""What a hit is, how hits are paged, and what counts: near enough, and lately."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from schemas.errors import UsageError
from schemas.filters import Filters
from schemas.protocols import Encoder
from schemas.searching import make_options
from schemas.stored import Mode, PreparedArticle
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
NOW = datetime.now(UTC)


@pytest.fixture
def desk(tmp_path: Path, prepare_article: Prepare, fake_encoder: Encoder) -> Iterator[Store]:
    """Twelve articles of three rows; the first are the oldest, the last has no date."""
    with Store(tmp_path / "news.db", encoder=lambda: fake_encoder, mode="a") as store:
        store.put(
            prepare_article(
                *(f"oil {'port ' * row}n{number}r{row}" for row in range(3)),
                origin=f"/{number}",
                published=None if number == 11 else NOW - timedelta(days=10 * (11 - number)),
            )
            for number in range(12)
        )
        yield store


@pytest.mark.parametrize("mode", ["hybrid", "meaning", "words"])
@pytest.mark.parametrize(("per", "number"), [("article", 12), ("paragraph", 36)])
def test_pages_put_together_are_the_whole_list(
    desk: Store, mode: Mode, per: str, number: int
) -> None:
    whole = desk.search("oil port", mode=mode, k=99, per=per)
    assert len(whole) == number
    pages = [desk.search("oil port", mode=mode, k=5, offset=at, per=per) for at in range(0, 40, 5)]
    assert [hit for page in pages for hit in page] == whole


def test_paragraphs_of_one_article_are_hits_of_their_own(desk: Store) -> None:
    hits = desk.search("oil", mode="words", k=99, per="paragraph")
    assert len({(hit.article_id, hit.paragraph) for hit in hits}) == 36
    total = desk.find("oil", mode="words", k=1, filters=Filters(), options=make_options(per="paragraph")).total  # fmt: skip
    assert total == 36


def test_a_page_that_is_asked_for_a_moment_later_is_of_the_same_list(
    desk: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = 864  # s, a thousandth of ten days
    lists = []
    for later in (1, step - 1, step + 1):
        monkeypatch.setattr(
            "storage.ranking.datetime",
            Mock(now=Mock(return_value=datetime.fromtimestamp(2_100_000 * step + later, UTC))),
        )
        hits = desk.search("oil", mode="words", k=99, recency="10d", explain=True)
        lists.append([(hit.article_id, hit.explain) for hit in hits])
    assert lists[0] == lists[1] != lists[2]


def test_what_is_not_near_enough_is_left_out(desk: Store) -> None:
    every = desk.search("oil port n3r1", k=99, per="paragraph")
    floor = sorted(hit.similarity or 0.0 for hit in every)[20]
    near = desk.search("oil port n3r1", k=99, per="paragraph", min_similarity=floor)
    assert {(h.article_id, h.paragraph) for h in near} == {
        (h.article_id, h.paragraph) for h in every if (h.similarity or 0.0) >= floor - 1e-6
    }
    assert desk.search("oil", k=9, min_similarity=1.0) == []


def test_old_hits_count_less_where_recency_counts(desk: Store) -> None:
    plain = {hit.article_id: hit.score for hit in desk.search("oil", mode="words", k=99)}
    hits = desk.search("oil", mode="words", k=99, recency="10d")
    shares = {hit.article_id: hit.score / plain[hit.article_id] for hit in hits}
    for number in range(11):
        spans = 11 - number
        assert shares[number + 1] == pytest.approx(0.5 + 0.5 * 2.0**-spans, abs=1e-3)
    assert shares[12] == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"per": "page"}, "unknown kind of hit"),
        ({"offset": "ten"}, "must be int"),
        ({"offset": -1}, "below nothing"),
        ({"min_similarity": 2}, "no cosine"),
        ({"min_similarity": "near"}, "no number"),
        ({"min_similarity": float("nan")}, "no cosine"),
        ({"recency": "soon"}, "no span"),
        ({"recency": "0d"}, "no span"),
        ({"recency": timedelta(-1)}, "no span"),
        ({"pre": "article"}, "unknown"),
        ({"mode": "words", "min_similarity": 0.3}, "no cosine to compare"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(
    desk: Store, wrong: dict[str, Any], why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        desk.search("oil", **wrong)
