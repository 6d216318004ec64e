"""No text that anybody types or pastes is an error, in any mode; where it was searched as plain words, a note says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest

from schemas.filters import make_filters
from schemas.protocols import Encoder
from schemas.stored import Mode, PreparedArticle
from storage.sqlite import Store
from tests.nasty_queries import NASTY

DO_NOT_PARSE = {
    "odd quotes", "a quote", "three quotes", "curly quotes", "unbalanced brackets", "SQL in quotes",
    "NEAR with nothing", "one letter and a star", "author and a bracket", "AND", "operators alone", "an operator at the end",
    "an operator at the beginning", "two operators", "2,000 alternatives",
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nasty") / "news.db"


@pytest.fixture
def desk(
    place: Path, prepare_article: Callable[..., PreparedArticle], fake_encoder: Encoder
) -> Iterator[Store]:
    is_new = not place.exists()
    with Store(place, encoder=lambda: fake_encoder, mode="a") as store:
        if is_new:
            store.put(
                [
                    prepare_article("Oil imports rose.", "The price of oil.", title="Oil"),
                    prepare_article("石油贸易 น้ำมัน 석유는.", language="zh", origin="/zh"),
                    prepare_article("Nothing but rain.", origin="/rain"),
                ]
            )
        yield store


@pytest.mark.parametrize("name", NASTY)
def test_no_query_is_an_error(desk: Store, name: str) -> None:
    for mode in get_args(Mode):
        found = desk.find(NASTY[name], mode=mode, k=5, filters=make_filters())
        for hit in found.hits:
            assert all(0 <= start < end <= len(hit.text) for start, end in hit.matches)
        if mode != "words":
            assert len(found.hits) == (3 if NASTY[name].strip() else 0)
            continue
        assert isinstance(found.total, int)
        assert found.total >= len(found.hits)
        told = any("searched as plain words" in note for note in found.notes)
        assert told == (name in DO_NOT_PARSE)


def test_no_query_is_an_error_where_nothing_is_stored(store: Store) -> None:
    for query in (*NASTY.values(), "oil AND NOT gas", "title:oil OR gas*", "oil NEAR/3 gas"):
        found = store.find(query, mode="words", k=5, filters=make_filters())
        assert (found.hits, found.total) == ((), 0)


def test_there_are_sixty_of_them() -> None:
    assert len(NASTY) >= 60
    assert set(NASTY) >= DO_NOT_PARSE
