"""How much an article is about whom: told by headline, lead, count and spread, kept with it, asked by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.salience import ABOUT, salience_of
from schemas.stored import PreparedArticle
from storage.entity_joins import join_all
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
NAMES = [("Ann Lee", "PERSON"), ("Gdansk", "GPE"), ("Roy Marsh", "PERSON")]
BODY = (
    "Ann Lee said that the port of Gdansk would close.",
    "Ships wait.",
    "It was Ann Lee who opened it.",
    "Others wait too.",
    "Crews sleep.",
    "Roy Marsh was there.",
)


@pytest.fixture
def filled(store: Store, prepare_article: Prepare) -> Store:
    store.put(
        [
            prepare_article(*BODY, title="Ann Lee closes the port", origin="/1", names=NAMES),
            prepare_article("A ship.", "Ann Lee left.", title="Gdansk at sea", origin="/2", names=NAMES),
        ]
    )  # fmt: skip
    return store


def test_each_entity_of_an_article_has_one_the_foremost_first(filled: Store) -> None:
    found = filled.article(1).entities
    assert [(one.name, one.mentions) for one in found] == [
        ("Ann Lee", 3),
        ("Gdansk", 1),
        ("Roy Marsh", 1),
    ]
    assert found[0].salience >= 0.9
    assert found[1].salience > found[2].salience
    assert all(0 <= one.salience <= 1 for one in found)


def test_search_keeps_the_articles_that_are_about_it(filled: Store) -> None:
    assert {hit.article_id for hit in filled.search("ship", mode="words")} == {1, 2}
    assert {hit.article_id for hit in filled.search("ship", mode="words", about="ann lee")} == {1}
    for mode in ("words", "meaning", "hybrid"):
        assert [hit.article_id for hit in filled.search("ship", mode=mode, about="Roy Marsh")] == []
    assert {hit.article_id for hit in filled.search("ship", about="Ann Lee")} == {1}


def test_a_period_stays_a_period(filled: Store) -> None:
    assert filled.search("ship", mode="words", about="2024") == []  # no figure of that year


def test_it_is_the_same_when_names_are_joined_anew_and_goes_with_the_article(filled: Store) -> None:
    before = filled.article(1).entities
    with filled.transaction():
        join_all(filled.connection)
    assert filled.article(1).entities == before
    filled.delete([1, 2])
    assert filled.connection.execute("SELECT count(*) FROM salience").fetchone()[0] == 0


@pytest.mark.parametrize(
    ("places", "most", "is_about"),
    [
        ([-2, 0], 6, True),  # headline and lead
        ([0, 1, 3, 5, 8], 5, True),  # all through, but for the headline
        ([-2], 6, False),  # the headline alone
        ([0], 6, False),  # the lead alone
        ([4, 5, 6], 6, False),
        ([9], 1, False),  # where nobody is named twice
    ],
)
def test_what_an_article_is_about(places: list[int], most: int, is_about: bool) -> None:
    assert (salience_of(places, most, range(10), has_title=True) >= ABOUT) is is_about


@given(st.lists(st.integers(-2, 8), max_size=12), st.integers(0, 8), st.booleans())
def test_it_is_from_0_to_1_and_one_more_mention_never_lowers_it(
    places: list[int], rows: int, has_title: bool
) -> None:
    score = salience_of(places, 12, range(rows), has_title=has_title)
    assert 0 <= score <= 1
    assert salience_of([*places, 0], 12, range(rows), has_title=has_title) >= score


def test_an_entitys_articles_come_by_how_much_they_are_about_it(filled: Store) -> None:
    profile = filled.entity("Ann Lee")
    assert profile is not None
    found = [(one.article_id, one.salience) for one in profile.articles]
    assert [article_id for article_id, _ in found] == [1, 2]
    assert found[0][1] == filled.article(1).entities[0].salience
