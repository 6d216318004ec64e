"""Search and similar under the filters of figures: one figure of the row meets them all; exact against plain Python."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.marks import Figure, FigureKind
from schemas.protocols import Encoder
from schemas.stored import Mode, PreparedArticle, SearchHit
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
METRES = {"kilometre": 1000.0, "mile": 1609.344}
ANYTHING = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
Desk = tuple[Store, list[PreparedArticle]]


def invent_figure(chance: random.Random, row: int) -> Figure:
    """A figure over the first word of its row: what matters here is what it says."""
    kinds: list[tuple[FigureKind, str | None, str | None]] = [
        ("money", "USD", None),
        ("money", "EUR", None),
        ("quantity", "kilometre", "road"),
        ("quantity", "mile", "road"),
        ("count", None, "Indian soldiers"),
        ("count", None, "ships"),
    ]
    kind, unit, noun = chance.choice(kinds)
    value = Decimal(chance.choice([1, 5, 20, 100]))
    return Figure(
        paragraph=row,
        start=0,
        end=3,
        text="oil",
        kind=kind,
        value=value,
        low=value if chance.random() < 0.3 else None,
        unit=unit,
        noun=noun,
        subjects=("Russia",) if chance.random() < 0.3 else (),
        sentence_end=3,
        rule="test",
    )


@pytest.fixture(scope="module")
def filled() -> Iterator[list[Desk]]:
    made: list[Desk] = []
    yield made
    for store, _ in made:
        store.close()


@pytest.fixture
def desk(
    filled: list[Desk],
    tmp_path_factory: pytest.TempPathFactory,
    prepare_article: Prepare,
    fake_encoder: Encoder,
) -> Desk:
    if not filled:
        chance = random.Random(7)  # noqa: S311  no secret
        path = tmp_path_factory.mktemp("figures") / "news.db"
        store = Store(path, encoder=lambda: fake_encoder, mode="a")
        articles = []
        for i in range(60):
            rows = [f"oil n{i}r{row} {chance.choice('abcdef')}" for row in range(3)]
            figures = [
                invent_figure(chance, row) for row in range(3) for _ in range(chance.randint(0, 2))
            ]
            articles.append(
                prepare_article(
                    *rows,
                    origin=f"/{i}",
                    url=f"https://news.example/{i}",
                    figures=figures,
                    names=[("oil", "ORG")] if i % 2 else [],
                )
            )
        store.put(articles)
        filled.append((store, articles))
    return filled[0]


def meets(figure: Figure, asked: dict[str, Any]) -> bool:
    """Whether one figure meets all that is asked, by plain Python."""
    value, unit = float(figure.value or 0), asked.get("unit")
    if unit == "km":
        if figure.unit not in METRES:
            return False
        value *= METRES[figure.unit] / 1000
    elif unit and figure.unit != unit:
        return False
    return (
        asked.get("kind") in (None, figure.kind)
        and value >= asked.get("min", -1e99)
        and value <= asked.get("max", 1e99)
        and ("noun" not in asked or asked["noun"] in (figure.noun or ""))
        and ("subject" not in asked or asked["subject"] in figure.subjects)
    )


ASKED: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["money", "quantity", "count", "percent"]),
        "min": st.sampled_from([0, 3, 8.05, 20, 1000]),
        "max": st.sampled_from([2000, 161, 20, 6]),
        "unit": st.sampled_from(["USD", "EUR", "km"]),
        "noun": st.sampled_from(["soldier", "ship", "road"]),
        "subject": st.just("Russia"),
    },
)


@ANYTHING
@given(asked=ASKED, k=st.sampled_from([1, 5, 100]), mode=st.sampled_from(get_args(Mode)))
def test_a_search_finds_every_article_with_such_a_row_and_no_other(
    desk: Desk, asked: dict[str, Any], k: int, mode: Mode
) -> None:
    assume(asked.get("min", 0) <= asked.get("max", 2000))
    store, articles = desk
    expected = {
        article.article.url: {f.paragraph for f in article.figures if meets(f, asked)}
        for article in articles
        if not asked or any(meets(f, asked) for f in article.figures)
    }
    hits = store.search("oil", mode=mode, k=k, **asked)
    assert len(hits) == min(k, len(expected))
    assert {hit.url for hit in hits} <= expected.keys()
    for hit in hits:
        assert not asked or hit.paragraph in expected[hit.url]


@ANYTHING
@given(asked=ASKED, k=st.sampled_from([1, 5, 100]))
def test_similar_leaves_the_same_rows(desk: Desk, asked: dict[str, Any], k: int) -> None:
    assume(asked.get("min", 0) <= asked.get("max", 2000))
    store, articles = desk
    expected = {
        article.article.url
        for article in articles[1:]
        if not asked or any(meets(f, asked) for f in article.figures)
    }
    hits = store.similar(1, k=k, **asked)
    assert len(hits) == min(k, len(expected))
    assert {hit.url for hit in hits} <= expected
    assert all(not asked or any(meets(f, asked) for f in hit.figures) for hit in hits)


@pytest.mark.parametrize("mode", get_args(Mode))
def test_one_figure_meets_it_all_not_two_between_them(
    store: Store, prepare_article: Prepare, mode: Mode
) -> None:
    def of(**said: Any) -> Figure:
        return Figure(paragraph=0, start=0, end=3, text="oil", sentence_end=3, **said)

    cheap = of(kind="money", value=Decimal(5), unit="USD")
    many = of(kind="count", value=Decimal(900), noun="ships")
    store.put([prepare_article("oil here", figures=[cheap, many])])
    assert store.search("oil", mode=mode, kind="money", min=100) == []
    assert len(store.search("oil", mode=mode, kind="count", min=100)) == 1


def test_the_filters_of_figures_stand_beside_the_others(desk: Desk) -> None:
    store, articles = desk
    hits = store.search("oil", k=100, kind="money", entity="oil")
    assert {hit.url for hit in hits} == {
        a.article.url
        for i, a in enumerate(articles)
        if i % 2 and any(f.kind == "money" for f in a.figures)
    }


def test_money_is_compared_across_currencies_where_rates_are_given(desk: Desk) -> None:
    store, _ = desk
    rates = {"base": "USD", "EUR": 1.1}
    alone = store.search("oil", k=100, unit="USD", min=100)
    converted = store.search("oil", k=100, unit="USD", min=100, rates=rates)
    assert codes(alone) == {"USD"}
    assert codes(converted) == {"USD", "EUR"}


def codes(hits: list[SearchHit]) -> set[str | None]:
    return {f.unit for hit in hits for f in hit.figures if f.kind == "money" and f.value == 100}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "mony"},
        {"unit": "parsnip"},
        {"min": "many"},
        {"min": float("nan")},
        {"min": 2, "max": 1},
        {"about": "2024-13"},
        {"noun": " "},
        {"rates": {"EUR": -1}, "unit": "USD"},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_asked_is_an_error_with_a_remedy(
    desk: Desk, wrong: dict[str, object]
) -> None:
    with pytest.raises(UsageError):
        desk[0].search("oil", **wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        desk[0].similar(1, **wrong)  # type: ignore[arg-type]
