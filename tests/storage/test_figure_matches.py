"""Which figures words mean most, and nouns of several words, of which the last one is stored."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from enrichers.figures.grammar import find_figures
from schemas.stored import PreparedArticle
from storage.figure_matches import MOST_RANKED, Match, best_first
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]


@pytest.fixture
def put(store: Store, prepare_article: Prepare) -> Callable[[str], None]:
    """Stores a paragraph with its figures."""

    def put_it(text: str) -> None:
        store.put([prepare_article(text, figures=find_figures([text])[0])])

    return put_it


MARKETS = "Tokyo's index declined 0.3%, while Seoul's index fell 0.5%. In Sydney shares rose 0.7%."
BATTLE = "The clash left 20 Indian soldiers and four Chinese troops dead."


def texts(store: Store, **asked: object) -> list[str]:
    """The figures that are found, in order."""
    return [found.figure.text for found in store.figures(**asked)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "first"), [("Tokyo", "0.3%"), ("Seoul", "0.5%"), ("Sydney shares", "0.7%")]
)
def test_the_figure_that_the_words_stand_closest_to_is_first(
    words: str, first: str, store: Store, put: Callable[[str], None]
) -> None:
    put(MARKETS)
    found = texts(store, words=words, kind="percent")
    assert (found[0], sorted(found)) == (first, ["0.3%", "0.5%", "0.7%"])


def test_the_one_of_one_of_its_shops_comes_after_how_many_it_has(
    store: Store, put: Callable[[str], None]
) -> None:
    put("One of the shops, of which the chain has 40, will close.")
    assert texts(store, words="shops", kind="count") == ["40", "One"]


def test_an_order_that_is_asked_for_stands_over_the_match(
    store: Store, put: Callable[[str], None]
) -> None:
    put(MARKETS)
    assert texts(store, words="Sydney", sort="date") == ["0.3%", "0.5%", "0.7%"]


def test_a_limit_cuts_after_the_best_match(store: Store, put: Callable[[str], None]) -> None:
    put(MARKETS)
    assert texts(store, words="Sydney", limit=1) == ["0.7%"]
    assert texts(store, words="Sydney", limit=0) == []


def test_words_are_matched_in_the_language_of_the_article(
    store: Store, put: Callable[[str], None]
) -> None:
    put("Shipping fell 3%. Imports of grain rose 4%.")
    assert texts(store, words="import")[0] == "4%"


def test_what_is_beyond_the_most_that_is_ranked_keeps_its_order(
    store: Store, put: Callable[[str], None]
) -> None:
    put(MARKETS)
    far, near = (Match(found, "en") for found in store.figures(words="Seoul", sort="article")[:2])
    ranked = best_first([far, near] + [near] * MOST_RANKED + [far], [["seoul"]])
    assert ranked[0] == near.found
    assert ranked[-1] == far.found


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("Indian soldiers", ["20"]),
        ("indian soldier", ["20"]),
        ("Chinese troops", ["four"]),
        ("Indian troops", []),
        ("Chinese soldiers", []),
        ("soldiers", ["20"]),
        ("  troops ", ["four"]),
    ],
)
def test_a_noun_of_several_words_must_stand_behind_its_figure(
    noun: str, expected: list[str], store: Store, put: Callable[[str], None]
) -> None:
    put(BATTLE)
    assert texts(store, noun=noun) == expected
