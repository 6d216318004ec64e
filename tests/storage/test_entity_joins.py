"""Names joined over articles: by full name and company, in any order of the articles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import company, entity_ripples, joining_rules
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
    homes,
    named_articles,
    whose,
)

OpenStore = Callable[..., Store]
Names = Sequence[tuple[str, str]]


@pytest.fixture
def article(prepare_article: Prepare) -> Prepare:
    """Makes an article that mentions just these names."""
    return named_articles(prepare_article)


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
