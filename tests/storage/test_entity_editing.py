"""Entities put right by hand: merged, taken apart, renamed, hidden; for good, also for articles still to come."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from schemas.errors import UsageError
from storage.entity_joins import join_all
from storage.sqlite import Store
from tests.named_articles import (
    ABROAD,
    BARE,
    IVO,
    NORWAY,
    ORSA,
    OSLO,
    RENKO,
    Prepare,
    named_articles,
    whose,
)


@pytest.fixture
def article(prepare_article: Prepare) -> Prepare:
    """Makes an article that mentions just these names."""
    return named_articles(prepare_article)


def test_a_name_given_by_hand_holds_when_the_rules_change(store: Store, article: Prepare) -> None:
    store.put([article("/1", *ABROAD)])
    store.rename_entity("Dalia Renko", "Dame Dalia")
    with store.transaction():
        store.connection.execute("UPDATE entity_rules SET version = 'of old'")
    store.tidy()
    assert whose(store, "/1", "dalia renko") == "dalia renko"
    assert [e.name for e in store.entities("Dalia Renko")] == ["Dame Dalia"]


def everything(store: Store) -> list[list[tuple[object, ...]]]:
    tables = {
        "entities": "id, name, label, name_key, usual_label, hidden",
        "aliases": "*",
        "appearances": "*",
        "mentions": "id, entity_id",
    }
    return [
        sorted(store.connection.execute(f"SELECT {columns} FROM {table}").fetchall(), key=repr)
        for table, columns in tables.items()
    ]


def test_merge_then_split_is_as_before(store: Store, article: Prepare) -> None:
    store.put(
        [article("/1", *ABROAD), article("/2", IVO, ORSA), article("/3", BARE, ("Quito", "GPE"))]
    )
    before = everything(store)
    store.merge_entities("Dalia Renko", "Ivo Renko")
    assert store.entities("ivo renko")[0].name == "Dalia Renko"
    assert everything(store) != before
    store.split_entity("Ivo Renko")
    assert everything(store) == before
    assert store.entity_corrections() == []


def test_merging_back_by_id_is_told_that_both_are_one(store: Store, article: Prepare) -> None:
    store.put([article("/1", RENKO, ORSA), article("/2", IVO, ORSA)])
    one, other = (store.entities(name)[0].id for name in ("Dalia Renko", "Ivo Renko"))
    store.merge_entities(one, other)
    with pytest.raises(UsageError, match="one entity already"):
        store.merge_entities(other, one)
    assert len(store.entity_corrections()) == 1


def test_a_merge_holds_for_articles_still_to_come_and_after_all_is_joined_anew(
    store: Store, article: Prepare
) -> None:
    store.put([article("/1", RENKO), article("/2", ("D. Renkova", "PERSON"))])
    store.merge_entities("Dalia Renko", "D. Renkova")
    store.put([article("/3", ("D. Renkova", "PERSON"), OSLO)])
    assert whose(store, "/3", "d renkova") == "dalia renko"
    store.delete([1, 2, 3], tombstone=False)
    store.put([article("/4", ("D. Renkova", "PERSON"), ORSA), article("/5", RENKO)])
    assert [e.articles for e in store.entities("D. Renkova")] == [2]
    with store.transaction():
        join_all(store.connection)
    assert [(e.name, e.articles) for e in store.entities("renkova")] == [("Dalia Renko", 2)]


def test_an_entity_stays_while_what_else_it_was_moves_away(store: Store, article: Prepare) -> None:
    vale, other = ("Minister Vale", "ORG"), ("D. Valeova", "ORG")
    store.put([article("/1", vale), article("/2", other), article("/3", BARE, ORSA, OSLO)])
    store.put([article("/4", BARE, ("Quito", "GPE"))])
    store.merge_entities("Minister Vale", "D. Valeova")
    store.merge_entities("Minister Vale", "Renko")
    store.delete([1, 2, 4], tombstone=False)
    store.put([article("/5", other, *ABROAD)])
    assert whose(store, "/3", "renko") == "dalia renko"
    assert whose(store, "/5", "d. valeova") == "minister vale"


def test_what_rules_joined_is_taken_apart_for_good(store: Store, article: Prepare) -> None:
    store.put([article("/1", *ABROAD), article("/2", BARE, ORSA, OSLO)])
    store.split_entity("Dalia Renko")
    store.put([article("/3", BARE, ORSA, OSLO, NORWAY)])
    assert [(e.name, e.articles) for e in store.entities("renko")] == [("Renko", 2)]
    with pytest.raises(UsageError, match="nothing to take apart"):
        store.split_entity("Dalia Renko")


def test_a_new_name_is_shown_and_found_and_a_hidden_entity_is_not(
    store: Store, article: Prepare
) -> None:
    store.put([article("/1", *ABROAD)])
    store.rename_entity("Dalia Renko", "Minister Renko")
    store.hide_entity("Orsa")
    store.delete([1], tombstone=False)
    store.put([article("/2", *ABROAD)])
    assert {e.name for e in store.entities()} == {"Minister Renko", "Oslo"}
    found = store.search("story", mode="words", entity="minister renko")
    assert [hit.article_id for hit in found] == [2]
    assert store.entity("minister renko") is not None
    profile = store.entity("Dalia Renko")
    assert profile is not None
    assert [one.name for one in profile.co_mentions] == ["Oslo"]
    store.hide_entity("Orsa", hidden=False)
    assert store.entities("orsa") != []


def test_a_surname_that_stands_alone_in_an_article_can_be_called_otherwise(
    store: Store, article: Prepare
) -> None:
    store.put([article("/1", BARE, ("Quito", "GPE")), article("/2", BARE, ("Lima", "GPE"))])
    one, other = (entity.id for entity in store.entities("renko"))
    assert store.rename_entity(one, "Renko of Quito").name == "Renko of Quito"
    store.tidy()
    called = {entity.id: entity.name for entity in store.entities("renko")}
    assert called == {one: "Renko of Quito", other: "Renko"}
    assert [entity.id for entity in store.entities("renko of quito")] == [one]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda store: store.merge_entities("Nobody", "Orsa"), "no entity goes by"),
        (lambda store: store.merge_entities("Orsa", "orsa"), "one entity already"),
        (lambda store: store.merge_entities("Georgia", "Orsa"), "2 entities go by"),
        (lambda store: store.rename_entity("Orsa", " \n"), "is no name"),
        (lambda store: store.rename_entity("Oslo", "georgia"), "another entity is called"),
    ],
)
def test_a_correction_that_cannot_be_meant_says_why(
    store: Store, article: Prepare, call: Callable[[Store], object], said: str
) -> None:
    store.put([article("/1", ORSA, OSLO, ("Georgia", "GPE")), article("/2", ("Georgia", "PERSON"))])
    before = everything(store)
    with pytest.raises(UsageError, match=said):
        call(store)
    assert everything(store) == before
