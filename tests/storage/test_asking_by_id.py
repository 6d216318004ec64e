"""Entities and articles named by a program: by name or by number, and by what is neither."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.errors import UsageError
from schemas.stored import PreparedArticle
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
NAMES = [("Robert Smith", "PERSON"), ("Bob Jones", "PERSON"), ("3", "ORG"), ("Oslo", "GPE")]


@pytest.fixture
def desk(store: Store, prepare_article: Prepare) -> Store:
    """Two articles with the same four entities, of which one is called by a number."""
    store.put(
        prepare_article(
            f"Robert Smith met Bob Jones of 3 in Oslo {i}.", origin=f"/{i}", names=NAMES
        )
        for i in range(2)
    )
    return store


def test_a_number_is_an_id_and_a_text_of_digits_a_name_first(desk: Store) -> None:
    (called,) = desk.entities("3")
    assert called.name == "3"
    assert called.id != 4
    assert [one.id for one in desk.entities(4)] == [4]
    by_id, by_name = desk.entity(4), desk.entity("3")
    assert by_id is not None
    assert by_id.entity.id == 4
    assert by_name == desk.entity(called.id)
    assert desk.hide_entity(4).id == 4


def test_an_entity_may_be_called_by_a_name_that_was_merged_into_it(desk: Store) -> None:
    desk.merge_entities("Robert Smith", "Bob Jones")
    assert desk.rename_entity("Robert Smith", "Bob Jones").name == "Bob Jones"
    assert [(one.name, one.mentions) for one in desk.entities("bob jones")] == [("Bob Jones", 4)]


def test_the_trend_counts_what_is_listed(store: Store, prepare_article: Prepare) -> None:
    for day, label in ((1, "GPE"), (2, "LOC"), (3, "LOC")):
        text = f"Georgia, in Georgia, on day {day}."
        made = prepare_article(
            text, origin=f"/{day}", names=[("Georgia", label)], published=datetime(2024, 3, day, tzinfo=UTC)
        )  # fmt: skip
        store.put([made])
    (found,) = store.entities("Georgia", label="LOC", since="2024-03-03", until="2024-03-04")
    assert (found.articles, found.mentions, found.articles_before) == (1, 2, 1)
    (found,) = store.entities("Georgia", label="LOC", by="day")
    assert [(one.period, one.articles, one.mentions) for one in found.trend] == [
        ("2024-03-02", 1, 2),
        ("2024-03-03", 1, 2),
    ]


def test_any_limit_can_be_asked_for(desk: Store) -> None:
    profile = desk.entity("Oslo", limit=10**30)
    assert profile is not None
    assert len(profile.co_mentions) == 3
    assert len(desk.entities(limit=10**30)) == 4
    assert desk.search("oslo", k=10**30, offset=10**30) == []


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda store, one: store.similar(one), id="similar"),
        pytest.param(lambda store, one: store.similar(text=one), id="text"),
        pytest.param(lambda store, one: store.entities(one), id="entities"),
        pytest.param(lambda store, one: store.entity(one), id="entity"),
        pytest.param(lambda store, one: store.entity("Oslo", by=one), id="by"),
        pytest.param(lambda store, one: store.entity("Oslo", limit=one), id="limit"),
        pytest.param(lambda store, one: store.rename_entity("Oslo", one), id="rename"),
        pytest.param(lambda store, one: store.merge_entities("Oslo", one), id="merge"),
        pytest.param(lambda store, one: store.enrichments(one), id="enrichments"),
        pytest.param(lambda store, one: store.quotes(one), id="quotes"),
    ],
)
def test_what_is_neither_name_nor_number_is_a_usage_error(
    desk: Store, call: Callable[[Store, Any], object]
) -> None:
    with pytest.raises(UsageError):
        call(desk, 1.5)
