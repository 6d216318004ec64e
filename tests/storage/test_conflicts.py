"""Figures stated differently: found where they speak of one thing, and nowhere else. Real sentences, the real grammar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from enrichers.figures.grammar import find_figures
from schemas.conflicts import FigureConflict
from schemas.errors import UsageError
from schemas.filters import Filters
from schemas.marks import FigureQuery
from schemas.stored import PreparedArticle
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
Tell = Callable[..., None]
MONDAY = datetime(2024, 7, 10, 9, tzinfo=UTC)
NAMES = [
    (name, "GPE") for name in ("Kyiv", "Kabul", "Russia", "India", "China", "Spain", "Gdansk")
] + [("Ford", "ORG"), ("Reuters", "ORG")]


@pytest.fixture
def tell(store: Store, prepare_article: Prepare) -> Tell:
    """Store an article of these paragraphs under an address; the same address again is its next version."""

    def put(
        address: str, *body: str, published: datetime | None = MONDAY, **of_article: object
    ) -> None:
        day = published.date() if published else None
        figures = [
            replace(figure, paragraph=n)
            for n, text in enumerate(body)
            for figure in find_figures([text], [day])[0]
        ]
        prepared = prepare_article(
            *body,
            origin=f"/{address}",
            url=f"https://news.example/{address}",
            published=published,
            figures=figures,
            names=NAMES,
            **of_article,
        )
        store.put([prepared])

    return put


def values(conflict: FigureConflict) -> list[str]:
    return [side.found.figure.text for side in conflict.sides]


def places(conflict: FigureConflict) -> list[tuple[str | None, int]]:
    return [((side.found.url or "")[-1], side.version) for side in conflict.sides]


# -- versions of one article -------------------------------------------------------------------------------------------


def test_a_toll_that_a_new_version_raises_is_a_conflict_with_both_sentences(
    store: Store, tell: Tell
) -> None:
    tell("a", "A blast in Kyiv killed 12 people on Monday.", "Rescuers dug on.")
    tell("a", "A blast in Kyiv killed 15 people on Monday.", "Rescuers dug on.")
    [conflict] = store.figure_conflicts()
    assert (conflict.kind, conflict.noun, values(conflict)) == ("count", "people", ["12", "15"])
    assert places(conflict) == [("a", 1), ("a", 2)]
    assert conflict.about is not None
    assert str(conflict.about[0]) == "2024-07-08"
    assert [side.found.sentence for side in conflict.sides] == [
        "A blast in Kyiv killed 12 people on Monday.",
        "A blast in Kyiv killed 15 people on Monday.",
    ]


def test_a_figure_of_no_noun_is_followed_by_the_words_around_it(store: Store, tell: Tell) -> None:
    tell("a", "The deal is worth $3.1 billion, Ford said.", "Shares fell 4%.")
    tell("a", "The deal is worth $3.4 billion, Ford said.", "Shares fell 4%.")
    assert [values(c) for c in store.figure_conflicts()] == [["$3.1 billion", "$3.4 billion"]]


def test_a_date_that_moves_is_a_conflict(store: Store, tell: Tell) -> None:
    tell("a", "The summit in Gdansk opens on 8 August 2024.")
    tell("a", "The summit in Gdansk opens on 9 August 2024.")
    assert [values(c) for c in store.figure_conflicts()] == [["8 August 2024", "9 August 2024"]]


def test_a_rise_that_becomes_a_fall_is_a_conflict(store: Store, tell: Tell) -> None:
    tell("a", "Exports of Spain rose 3% in 2023, the ministry said.")
    tell("a", "Exports of Spain fell 3% in 2023, the ministry said.")
    [conflict] = store.figure_conflicts()
    assert [side.found.figure.change for side in conflict.sides] == ["up", "down"]


def test_three_versions_are_one_conflict_each_value_once(store: Store, tell: Tell) -> None:
    for toll in (12, 12, 15, 18):
        tell("a", f"A blast in Kyiv killed {toll} people on Monday.", f"Told {toll} times over.")
    assert values(store.figure_conflicts()[0]) == ["12", "15", "18"]


def test_the_title_and_the_lead_that_say_one_thing_are_one_conflict(
    store: Store, tell: Tell
) -> None:
    for toll in (12, 15):
        tell(
            "a",
            f"A blast in Kyiv killed {toll} people on Monday.",
            f"The blast killed {toll} people in Kyiv on Monday, Reuters said.",
        )
    assert len(store.figure_conflicts()) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("killed about 20 people", "killed 21 people", id="about"),
        pytest.param("killed at least 12 people", "killed 15 people", id="a bound"),
        pytest.param("killed 10 to 20 people", "killed 15 to 30 people", id="ranges that overlap"),
        pytest.param("cost the city $65 billion", "cost the city $65.3 billion", id="rounding"),
        pytest.param("left 1,200 people homeless", "left 1,234 people homeless", id="round"),
        pytest.param("hit trams 2 km away", "hit trams 2,000 metres away", id="another unit"),
        pytest.param("killed 12 people", "killed twelve people", id="spelled"),
        pytest.param("killed 12 people and two dogs", "killed 12 people", id="less is said"),
        pytest.param("killed 12 people", "killed 12 people and hurt 30 people", id="more is said"),
    ],
)
def test_what_can_be_true_together_is_no_conflict(
    store: Store, tell: Tell, before: str, after: str
) -> None:
    tell("a", f"A blast in Kyiv {before}.", "Rescuers dug on.")
    tell("a", f"A blast in Kyiv {after}.", "Rescuers still dug on.")
    assert store.status()["versions"] == 2
    assert store.figure_conflicts() == []


def test_two_figures_of_one_sentence_are_not_taken_for_each_other(store: Store, tell: Tell) -> None:
    tell("a", "The blast killed 12 people in Kyiv, and hurt 30 people in Kabul.")
    tell("a", "The blast killed 12 people in Kyiv, and hurt 34 people in Kabul.")
    assert [values(c) for c in store.figure_conflicts()] == [["30", "34"]]


def test_a_better_cleaners_rendering_is_nobodys_edit(
    store: Store,
    prepare_article: Prepare,
    recleaned: Callable[[PreparedArticle], PreparedArticle],
) -> None:
    def prepared(text: str) -> PreparedArticle:
        return prepare_article(text, figures=find_figures([text], [None])[0], content=b"same")

    store.put([prepared("A blast killed 12 people here.")])
    better = recleaned(prepared("A blast killed 15 people here."))
    with store.transaction():
        store.put_rendering(better, 1, 1)
    assert store.figure_conflicts() == []


def test_what_is_masked_says_nothing(store: Store, tell: Tell, prepare_article: Prepare) -> None:
    tell("a", "A blast in Kyiv killed 12 people on Monday.")
    tell("a", "A blast in Kyiv killed 15 people on Monday.")
    with store.transaction():
        store.connection.execute("UPDATE paragraphs SET masked = 1 WHERE rendering_id = 2")
    assert store.figure_conflicts() == []


# -- several articles --------------------------------------------------------------------------------------------------

KYIV = "An explosion in Kyiv killed 12 people on Monday."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (KYIV, "On Monday 15 people were killed in Kyiv, officials said."),
        (
            "Oil exports of Russia fell to $65 billion in 2023.",
            "In 2023, oil exports of Russia fell to $70 billion, Reuters said.",
        ),
        ("Ford is to cut 3,000 jobs in Spain.", "In Spain Ford will cut 4,000 jobs."),
        ("China sold 5 million tonnes of grain in 2023.", "China sold 7,000 tonnes of grain in 2023."),
    ],
)  # fmt: skip
def test_articles_that_differ_on_one_thing_are_in_conflict(
    store: Store, tell: Tell, one: str, other: str
) -> None:
    tell("a", one)
    tell("b", "It was a long day.", other)
    [conflict] = store.figure_conflicts()
    assert places(conflict) == [("a", 1), ("b", 1)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(KYIV, KYIV.replace("Kyiv", "Kabul").replace("12", "15"), id="another place"),
        pytest.param(KYIV, "On Monday 15 people were injured in Kyiv.", id="another verb"),
        pytest.param(KYIV, "An explosion in Kyiv killed 15 people on Tuesday.", id="another day"),
        pytest.param(KYIV, "An explosion in Kyiv killed 15 dogs on Monday.", id="another noun"),
        pytest.param(KYIV, "A blast in Kyiv killed at least 10 people on Monday.", id="a bound"),
        pytest.param(KYIV, "An explosion killed 15 people on Monday.", id="no place is named"),
        pytest.param(
            "An explosion in Kyiv injured 12 shops on Monday.",
            "An explosion in Kyiv injured one of the shops on Monday.",
            id="one of them",
        ),
        pytest.param(
            "Oil exports of Russia fell to $65 billion in 2023.",
            "Gas exports of Russia fell to $30 billion in 2023.",
            id="another thing",
        ),
        pytest.param(
            "Oil exports of Russia fell to $65 billion in 2023.",
            "Oil exports of Russia fell to $70 billion in 2022.",
            id="another year",
        ),
        pytest.param(
            "Oil exports of Russia fell to $65 billion in 2023.",
            "Oil exports of Russia fell from $70 billion in 2023.",
            id="another role",
        ),
        pytest.param(
            "Oil exports of Russia fell to $65 billion in 2023.",
            "Oil exports of Russia fell to €70 billion in 2023.",
            id="another currency",
        ),
        pytest.param(
            "Oil exports of Russia fell to $65 billion.",
            "Oil exports of Russia fell to $70 billion.",
            id="money of no period",
        ),
    ],
)
def test_articles_that_may_speak_of_two_things_are_not(
    store: Store, tell: Tell, one: str, other: str
) -> None:
    tell("a", one)
    tell("b", other)
    assert store.figure_conflicts() == []


@pytest.mark.parametrize(("days", "found"), [(13, 1), (15, 0)])
def test_counts_of_no_period_are_compared_within_a_fortnight(
    store: Store, tell: Tell, days: int, found: int
) -> None:
    tell("a", "Ford will cut 3,000 jobs in Spain.")
    tell("b", "Ford will cut 4,000 jobs in Spain.", published=MONDAY + timedelta(days=days))
    tell("c", "Ford will cut 5,000 jobs in Spain.", published=None)
    assert len(store.figure_conflicts()) == found


def test_an_article_that_contradicts_itself_speaks_of_more_than_one_thing(
    store: Store, tell: Tell
) -> None:
    tell("a", KYIV, "An explosion in Kyiv killed 30 people on Monday.")
    tell("b", KYIV.replace("12", "15"))
    assert store.figure_conflicts() == []


def test_all_articles_that_say_it_are_sides_in_the_order_of_their_dates(
    store: Store, tell: Tell
) -> None:
    for i, (name, toll) in enumerate([("c", 15), ("a", 12), ("b", 12)]):
        tell(name, KYIV.replace("12", str(toll)), published=MONDAY + timedelta(hours=i))
    assert places(store.figure_conflicts()[0]) == [("c", 1), ("a", 1), ("b", 1)]


# -- asking ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def disputed(store: Store, tell: Tell) -> Store:
    """Three conflicts: a toll over two versions, the same toll in another article, and a sum."""
    tell("a", KYIV)
    tell("a", KYIV.replace("12", "14"))
    tell("b", KYIV.replace("12", "17"), site="Post", published=MONDAY + timedelta(hours=3))
    tell("c", "Oil exports of Russia fell to $65 billion in 2023.")
    tell("d", "Oil exports of Russia fell to $70 billion in 2023.")
    return store


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [["14", "17"], ["$65 billion", "$70 billion"], ["12", "14"]]),
        ({"kind": "money"}, [["$65 billion", "$70 billion"]]),
        ({"kind": "count", "max": 13}, [["12", "14"]]),
        ({"noun": "person", "min": 16}, [["14", "17"]]),
        ({"source": "Post"}, [["14", "17"]]),
        ({"since": MONDAY + timedelta(hours=1)}, [["14", "17"]]),
        ({"entity": "Russia"}, [["$65 billion", "$70 billion"]]),
        ({"unit": "EUR"}, []),
        ({"about": "2023"}, [["$65 billion", "$70 billion"]]),
        ({"about": "2022"}, []),
        ({"limit": 1}, [["14", "17"]]),
        ({"limit": 0}, []),
    ],
)
def test_a_conflict_is_listed_where_one_side_is_what_is_asked_for(
    disputed: Store, asked: dict[str, object], found: list[list[str]]
) -> None:
    assert [values(c) for c in disputed.figure_conflicts(**asked)] == found  # type: ignore[arg-type]


def test_the_total_counts_what_the_limit_leaves_out(disputed: Store) -> None:
    total, found = disputed.find_figure_conflicts(FigureQuery(), Filters(), limit=1)
    assert (total, len(found)) == (3, 1)


@pytest.mark.parametrize("wrong", [{"kind": "mony"}, {"unit": "parsnip"}, {"sauce": "Post"}])
def test_what_cannot_be_asked_is_an_error(store: Store, wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        store.figure_conflicts(**wrong)  # type: ignore[arg-type]
