"""Names joined over articles: by full name and company, in any order of the articles, and put right by hand for good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.stored import PreparedArticle
from storage import company, entity_ripples, joining_rules
from storage.entity_joins import join_all
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
OpenStore = Callable[..., Store]
Names = Sequence[tuple[str, str]]

RENKO, BARE, IVO = ("Dalia Renko", "PERSON"), ("Renko", "PERSON"), ("Ivo Renko", "PERSON")
ORSA, OSLO, NORWAY = ("Orsa", "ORG"), ("Oslo", "GPE"), ("Norway", "GPE")
ABROAD = [RENKO, ORSA, OSLO]


@pytest.fixture
def article(prepare_article: Prepare) -> Callable[..., PreparedArticle]:
    """An article that mentions just these names, in its own file."""

    def make(origin: str, *names: tuple[str, str], acronym: str | None = None) -> PreparedArticle:
        text = ". ".join(dict.fromkeys(name for name, _ in names)) + f". Story {origin}."
        made = prepare_article(text, origin=origin, names=names)
        whole = [m for m in made.mentions if (m.text, m.label) in names]
        kept = [m for m in whole if not any(_inside(m, other) for other in whole)]
        if acronym:
            kept.append(replace(kept[0], text=acronym, joined_by="acronym"))
        return replace(made, mentions=kept)

    return make


def _inside(one: object, other: object) -> bool:
    a, b = one, other
    return (a.start, a.end) != (b.start, b.end) and b.start <= a.start and a.end <= b.end  # type: ignore[attr-defined]


def homes(store: Store) -> set[tuple[str, str, str, str]]:
    """Every name of every article with the name of the entity that it is there, and why."""
    rows = store.connection.execute(
        """SELECT v.origin, n.name_key, e.name_key || '/' || e.name || '/' || e.usual_label, a.reason
           FROM appearances a JOIN entities n ON n.id = a.name_id JOIN entities e ON e.id = a.entity_id
           JOIN renderings r ON r.id = a.rendering_id JOIN versions v ON v.id = r.version_id"""
    )
    return {(row[0], row[1], row[2], row[3]) for row in rows}


def whose(store: Store, origin: str, key: str) -> str:
    return next(
        home.split("/")[0]
        for place, name, home, _ in homes(store)
        if (place, name) == (origin, key)
    )


def test_a_shared_surname_alone_joins_nobody(store: Store, article: Prepare) -> None:
    store.put([article("/1", RENKO, ORSA, OSLO), article("/2", BARE, ("Quito", "GPE"))])
    assert whose(store, "/2", "renko").startswith("renko @")


def test_a_surname_in_the_company_of_one_full_name_is_that_person(
    store: Store, article: Prepare
) -> None:
    store.put([article("/1", BARE, ORSA, OSLO), article("/2", RENKO, ORSA, OSLO)])
    assert whose(store, "/1", "renko") == "dalia renko"
    (found,) = store.entities("renko")
    assert (found.name, found.articles, found.aliases) == (
        "Dalia Renko",
        2,
        ("Dalia Renko", "Renko"),
    )


def test_in_a_list_of_names_nobody_keeps_company(
    store: Store, article: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company, "MOST_NAMES", 3)
    listed = [BARE, ORSA, OSLO, ("Quito", "GPE")]
    store.put([article("/1", *ABROAD), article("/2", *listed), article("/3", *listed[:3])])
    assert whose(store, "/2", "renko").startswith("renko @")
    assert whose(store, "/3", "renko") == "dalia renko"


def test_countries_alone_are_no_company(store: Store, article: Prepare) -> None:
    one = article("/1", RENKO, NORWAY, ("Chile", "GPE"))
    two = article("/2", BARE, NORWAY, ("Chile", "GPE"))
    known = [
        replace(m, country=m.name[:2].upper()) if m.label == "GPE" else m for m in two.mentions
    ]
    store.put([replace(two, mentions=known), one])
    assert whose(store, "/2", "renko").startswith("renko @")


def test_a_surname_of_two_people_in_one_company_is_neither_of_them(
    store: Store, article: Prepare
) -> None:
    store.put([article("/1", *ABROAD), article("/2", IVO, ORSA), article("/3", BARE, ORSA, OSLO)])
    assert whose(store, "/3", "renko").startswith("renko @")
    store.delete([2], tombstone=False)
    assert whose(store, "/3", "renko") == "dalia renko"


def test_an_acronym_is_what_an_article_in_its_company_explains(
    store: Store, article: Prepare
) -> None:
    court, cricket = (
        ("International Criminal Court", "ORG"),
        ("International Cricket Council", "ORG"),
    )
    icc, hague, lords = ("ICC", "ORG"), ("The Hague", "GPE"), ("Lord's", "FAC")
    store.put([article("/1", icc, hague), article("/2", icc, lords), article("/3", icc)])
    store.put(
        [article("/4", court, hague, acronym="ICC"), article("/5", cricket, lords, acronym="ICC")]
    )
    told = [whose(store, f"/{n}", "icc") for n in (1, 2, 3)]
    assert told == ["international criminal court", "international cricket council", "icc"]


@pytest.mark.usefixtures("joining")
def test_the_company_of_a_full_form_tells_whose_an_acronym_is_where_it_is_not_explained_too(
    store: Store, article: Prepare
) -> None:
    court, icc = ("International Criminal Court", "ORG"), ("ICC", "ORG")
    store.put([article("/1", court, OSLO, acronym="ICC"), article("/2", icc, ORSA)])
    assert whose(store, "/2", "icc") == "icc"
    store.put([article("/3", court, ORSA)])
    assert whose(store, "/2", "icc") == "international criminal court"
    store.delete([3], tombstone=False)
    assert whose(store, "/2", "icc") == "icc"


def test_middle_names_that_differ_are_two_people(store: Store, article: Prepare) -> None:
    company = (ORSA, OSLO)
    store.put(
        [
            article("/1", ("George Renko", "PERSON"), *company),
            article("/2", ("George W. Renko", "PERSON"), *company),
        ]
    )
    assert whose(store, "/2", "george w renko") == "george renko"
    store.put([article("/3", ("George H. W. Renko", "PERSON"), *company)])
    assert whose(store, "/2", "george w renko") == "george w renko"


def test_father_and_son_are_two_people(store: Store, article: Prepare) -> None:
    names = [("Ivo Renko Jr.", "PERSON"), ("Ivo Renko Sr.", "PERSON"), IVO]
    store.put([article(f"/{n}", name, ORSA, OSLO) for n, name in enumerate(names)])
    assert len(store.entities("renko")) == 3


def test_a_place_is_one_under_either_label_of_a_place_and_initials_are_spelled_any_way(
    store: Store, article: Prepare
) -> None:
    store.put([article("/1", ("Gaza", "GPE"), ("J.K. Renko", "PERSON")), article("/2", ("Gaza", "LOC"), ("J. K. Renko", "PERSON"))])  # fmt: skip
    assert [(e.name, e.label, e.articles) for e in store.entities()] == [("Gaza", "GPE", 2), ("J. K. Renko", "PERSON", 2)]  # fmt: skip


WORLD: list[Names] = [
    [RENKO, ORSA, OSLO],
    [BARE, ORSA, OSLO],
    [IVO, ("Orsa Inc.", "ORG")],
    [BARE, OSLO, NORWAY, ("Dalia M. Renko", "PERSON")],
    [("Dalia M. Renko", "PERSON"), ORSA, OSLO],
    [("RENKO", "PERSON"), ("ORSA", "ORG"), NORWAY],
    [("Renko Foundation", "ORG"), ("RF", "ORG"), BARE, OSLO],
    [("RF", "ORG"), OSLO, ("Norway", "LOC")],
    [("Renko Foundation", "ORG"), ("Norway", "LOC")],
    [BARE, ("Norway", "LOC"), ORSA],
    [RENKO, ("Norway", "LOC")],
]


@pytest.fixture(params=[(0, 400), (8, 400), (0, 3)], ids=["one by one", "all anew", "lists"])
def joining(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few articles are joined one by one where many are joined all anew; here either way is taken, and for lists of names."""
    many, names = request.param
    monkeypatch.setattr(joining_rules, "_MANY", many)
    monkeypatch.setattr(company, "MOST_NAMES", names)
    monkeypatch.setattr(entity_ripples, "MOST_NAMES", names)


@pytest.mark.usefixtures("joining")
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_the_order_in_which_articles_come_and_go_is_nothing_to_the_joins(
    data: st.DataObject, open_store: OpenStore, article: Prepare, tmp_path: Path
) -> None:
    order = data.draw(st.permutations(range(len(WORLD))))
    gone = data.draw(st.sets(st.sampled_from(order), max_size=2))
    made = [
        article(f"/{n}", *names, acronym="RF" if n == 6 else None) for n, names in enumerate(WORLD)
    ]
    names = data.draw(st.uuids())
    with (
        open_store(tmp_path / f"{names}.db") as store,
        open_store(tmp_path / f"{names}-0.db") as one_go,
    ):
        ids = {n: store.put([made[n]])[0].id for n in order}
        store.delete([found for n in gone if (found := ids[n])], tombstone=False)
        one_by_one = homes(store)
        with store.transaction():
            join_all(store.connection)
        assert homes(store) == one_by_one
        store.put([made[n] for n in sorted(gone)])
        one_go.put(made)
        assert homes(store) == homes(one_go)
        assert len({reason for *_, reason in homes(one_go)}) > 1


@pytest.mark.usefixtures("joining")
def test_names_that_are_put_again_are_joined_as_they_were_at_first(
    store: Store, article: Prepare
) -> None:
    made = [article(f"/{n}", *names) for n, names in enumerate(WORLD)]
    ids = [found.id for found in store.put(made)]
    before, maker = homes(store), replace(made[0].made_by[0], stage="entities", version="next")
    renderings = [row[1] for row in store.pending(maker)]
    assert len(renderings) == len(ids)
    store.put_off_joins(len(renderings))
    with store.transaction():
        for rendering_id, prepared in zip(renderings, made, strict=True):
            store.put_marks(rendering_id, maker, prepared.mentions)
    store.tidy()
    assert homes(store) == before
    assert not store.are_joins_due()


def test_what_was_put_off_and_cut_off_is_still_due_after_the_file_is_opened_again(
    open_store: OpenStore, article: Prepare, tmp_path: Path
) -> None:
    with open_store(tmp_path / "a.db") as store:
        store.put([article("/1", BARE, ORSA, OSLO)])
        store.put_off_joins(1)
    with open_store(tmp_path / "a.db", mode="w") as store:
        assert store.are_joins_due()
        store.put([article("/2", RENKO, ORSA, OSLO)])
        store.tidy()
        assert whose(store, "/1", "renko") == "dalia renko"
        assert not store.are_joins_due()


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
