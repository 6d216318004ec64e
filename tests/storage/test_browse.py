"""Figures by value, entities by name, and the counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.filters import Filters
from schemas.marks import Figure
from schemas.stored import PreparedArticle
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
TEXT = "Imports cost $65 billion. Over 40% came by sea; 100 to 200 ships called."


def figure(text: str, **of: Any) -> Figure:
    start = TEXT.index(text)
    sentence = TEXT.index(". ") + 1
    bounds = (0, sentence) if start < sentence else (sentence + 1, len(TEXT))
    return Figure(
        paragraph=0,
        start=start,
        end=start + len(text),
        text=text,
        sentence_start=bounds[0],
        sentence_end=bounds[1],
        **of,
    )


FIGURES = [
    figure("$65 billion", kind="money", value=Decimal("65e9"), unit="USD"),
    figure("40%", kind="percent", value=Decimal("40"), low=Decimal("40"), unit="percent", modifier="over"),
    figure("100 to 200 ships", kind="count", low=Decimal(100), high=Decimal(200), modifier="range", noun="ship"),
]  # fmt: skip


@pytest.fixture
def desk(store: Store, prepare_article: Prepare) -> Store:
    store.put(
        [
            prepare_article(TEXT, title="Trade", figures=FIGURES, origin="/1", site="Élan"),
            prepare_article(
                TEXT,
                "More.",
                figures=FIGURES[:1],
                origin="/2",
                url="https://news.example/2",
                published=datetime(2024, 6, 1, tzinfo=UTC),
            ),
        ]
    )
    return store


def texts(store: Store, **asked: Any) -> list[str]:
    return [found.figure.text for found in store.figures(**asked)]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"kind": "money"}, ["$65 billion", "$65 billion"]),
        ({"unit": "usd"}, ["$65 billion", "$65 billion"]),
        ({"unit": "dollars"}, ["$65 billion", "$65 billion"]),
        ({"unit": "$"}, ["$65 billion", "$65 billion"]),
        ({"unit": "%"}, ["40%"]),
        ({"unit": "km"}, []),
        ({"kind": "money", "min": 65e9, "max": 65e9}, ["$65 billion", "$65 billion"]),
        ({"kind": "money", "min": 65.1e9}, []),
        ({"max": 39}, []),
        ({"min": 40, "max": 40}, ["40%"]),
        ({"kind": "count", "min": 150}, ["100 to 200 ships"]),
        ({"kind": "count", "max": 150}, ["100 to 200 ships"]),
        ({"kind": "count", "min": 201}, []),
        ({"kind": "count", "max": 99}, []),
        ({"kind": "money", "source": "élan"}, ["$65 billion"]),
        ({"kind": "money", "source": "www.news.example"}, ["$65 billion"]),
        ({"min": 10**400}, []),
        ({"max": -(10**400)}, []),
        ({"min": -math.inf, "max": math.inf, "kind": "percent"}, ["40%"]),
        ({"limit": 0}, []),
        ({"limit": -3}, []),
        ({"limit": 10**30, "kind": "percent"}, ["40%"]),
    ],
)
def test_figures_are_asked_for_by_kind_unit_and_span(
    desk: Store, asked: dict[str, Any], expected: list[str]
) -> None:
    assert texts(desk, **asked) == expected


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "moneys"},
        {"min": math.nan},
        {"max": math.nan},
        {"min": "lots"},
        {"min": []},
        {"order": "oldest"},
        {"limit": "ten"},
        {"include": 5},
        {"currency": "USD"},
        {"unit": "parsnips"},
        {"unit": 5},
    ],
)
def test_a_question_about_figures_that_means_nothing_is_a_usage_error(
    desk: Store, asked: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        desk.figures(**asked)


def test_the_newest_article_comes_first_or_the_largest_value(desk: Store) -> None:
    assert [f.article_id for f in desk.figures()] == [2, 1, 1, 1]
    largest = texts(desk, order="value")
    assert largest == ["$65 billion", "$65 billion", "100 to 200 ships", "40%"]


def test_a_figure_comes_with_its_sentence_and_article(desk: Store) -> None:
    found = desk.figures(kind="percent")[0]
    assert found.sentence == "Over 40% came by sea; 100 to 200 ships called."
    assert (found.article_id, found.title, found.source) == (1, "Trade", "Élan")
    assert found.figure.value == Decimal("40")


def test_a_figure_reads_back_as_it_was_stored(store: Store, prepare_article: Prepare) -> None:
    whole = figure(
        "40%",
        kind="percent",
        value=Decimal("40.25"),
        low=Decimal("-0.1"),
        base_value=Decimal("3E-7"),
        base_unit="x",
        unit="percent",
        change="up",
        role="delta",
        date_start=date(900, 1, 1),
        date_end=date(9999, 12, 31),
        time="10:00",
        about_start=date(2024, 1, 1),
        about_end=date(2024, 12, 31),
        subjects=("imports", "ships"),
        rule="r1",
    )
    beyond = figure("$65 billion", kind="money", value=Decimal("1e999"), high=Decimal("NaN"))
    store.put([prepare_article(TEXT, figures=[beyond, whole])])
    assert store.article(1).figures == (replace(beyond, value=None, high=None), whole)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(low=st.floats(allow_nan=False), high=st.floats(allow_nan=False))
def test_a_span_holds_what_lies_in_it(desk: Store, low: float, high: float) -> None:
    if low > high:
        with pytest.raises(UsageError):
            desk.figures(min=low, max=high)
        return
    found = texts(desk, kind="percent", min=low, max=high)
    if low <= 40 <= high:
        assert found == ["40%"]
    elif high < 39.999 or low > 40.001:
        assert found == []


def test_entities_are_found_by_alias_in_any_case_else_by_a_part(
    store: Store, prepare_article: Prepare
) -> None:
    one = prepare_article(
        "Modi met Ann Lee. Narendra Modi left for Médina.",
        names=[("Narendra Modi", "PERSON"), ("Ann Lee", "PERSON"), ("Médina", "GPE")],
    )
    extra = replace(one.mentions[0], start=0, end=4, text="Modi", name="Narendra Modi")
    store.put([replace(one, mentions=[extra, *one.mentions])])
    modi = store.entities("MODI")
    assert [(e.name, e.mentions, e.aliases) for e in modi] == [
        ("Narendra Modi", 2, ("Modi", "Narendra Modi"))
    ]
    assert [e.name for e in store.entities("lee")] == ["Ann Lee"]
    assert [e.name for e in store.entities("medina")] == ["Médina"]
    assert store.entities("nobody") == []
    assert store.entities()[0].name == "Narendra Modi"
    assert [e.name for e in store.entities(label="gpe")] == ["Médina"]
    assert {e.name for e in store.entities(entity="Ann Lee")} == {
        "Ann Lee",
        "Narendra Modi",
        "Médina",
    }
    total, first = store.find_entities(None, _no_filters(), limit=1)
    assert (total, len(first)) == (3, 1)


def _no_filters() -> Any:
    from schemas.filters import make_filters

    return make_filters()


def test_one_name_under_two_labels_is_two_entities(store: Store, prepare_article: Prepare) -> None:
    store.put(
        [
            prepare_article("Georgia votes.", origin="/1", names=[("Georgia", "GPE")]),
            prepare_article("Georgia sang.", origin="/2", names=[("Georgia", "PERSON")]),
            prepare_article("GEORGIA rules.", origin="/3", names=[("GEORGIA", "GPE")]),
        ]
    )
    assert [(e.label, e.mentions) for e in store.entities("georgia")] == [("GPE", 2), ("PERSON", 1)]
    hits = store.search("georgia", mode="words", entity="georgia", label="person")
    assert [hit.article_id for hit in hits] == [2]


def test_the_first_and_last_day_of_an_entity_are_told(
    store: Store, prepare_article: Prepare
) -> None:
    for i, year in enumerate([2021, 900, 2024]):
        when = datetime(year, 5, 1, tzinfo=UTC)
        store.put([prepare_article("Oslo.", f"{i}", origin=f"/{i}", published=when, names=[("Oslo", "GPE")])])  # fmt: skip
    found = store.entities("oslo")[0]
    assert (found.first_published, found.last_published) == (
        datetime(900, 5, 1, tzinfo=UTC),
        datetime(2024, 5, 1, tzinfo=UTC),
    )


def test_the_counts_are_of_what_is_current(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article("Oslo.", "Oslo.", names=[("Oslo", "GPE")])])
    store.put([prepare_article("Oslo alone.", names=[("Oslo", "GPE")])])
    status = store.status()
    assert (status["articles"], status["versions"], status["paragraphs"]) == (1, 2, 1)
    assert (status["mentions"], status["entities"], status["languages"]) == (1, 1, {"en": 1})


def test_the_same_question_asked_of_an_empty_store_has_no_answer(store: Store) -> None:
    assert store.figures() == []
    assert store.entities("x") == []
    assert store.status()["articles"] == 0


PLANS = {
    "known": "SELECT a.id FROM articles a JOIN renderings r ON r.article_id = a.id AND r.current = 1 WHERE r.content_sha256 = ?",
    "versions by bytes": "SELECT 1 FROM versions WHERE raw_sha256 = ?",
    "renderings of an article": "DELETE FROM renderings WHERE article_id = ?",
    "unused bytes": "DELETE FROM raw_documents WHERE sha256 = ?",
    "unused vectors": "DELETE FROM embeddings WHERE model_id IN (SELECT id FROM models) AND text_sha256 = ?",
    "an article": "DELETE FROM articles WHERE id = ?",
    "quarantine by path": "SELECT id FROM quarantine WHERE origin_id = ?",
    "an alias": "SELECT entity_id FROM aliases WHERE alias_key = ?",
    "languages": "SELECT language FROM renderings WHERE current = ? AND current = 1 GROUP BY language",
}


@pytest.mark.parametrize("sql", PLANS.values(), ids=PLANS.keys())
def test_no_question_asked_for_each_document_reads_a_whole_table(store: Store, sql: str) -> None:
    plan = [row[3] for row in store._connection.execute(f"EXPLAIN QUERY PLAN {sql}", ("x",))]
    scans = [
        step
        for step in plan
        if step.startswith("SCAN") and "INDEX" not in step and "models" not in step
    ]
    assert scans == [], plan


@pytest.mark.parametrize("label", [None, "ORG"])
def test_how_many_entities_there_are_is_told_whatever_number_is_asked_for(
    store: Store, prepare_article: Prepare, label: str | None
) -> None:
    names = [("Orsa", "ORG"), ("Vextra", "ORG")]
    store.put([prepare_article("Orsa bought Vextra.", names=names)])
    found = [store.find_entities(None, Filters(label=label), limit=n) for n in (0, 1, 9)]
    assert [(total, len(rows)) for total, rows in found] == [(2, 0), (2, 1), (2, 2)]
