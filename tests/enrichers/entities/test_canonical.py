from __future__ import annotations

import pytest

from enrichers.entities.canonical import agree_labels, canonical_names
from enrichers.entities.spans import Span


def named(label: str, *texts: str, acronyms: dict[str, str] | None = None) -> list[str]:
    spans = [[Span(0, len(text), label)] for text in texts]
    return [name for row in canonical_names(texts, spans, acronyms or {}) for name in row]


def test_a_surname_before_and_after_the_full_name_is_one_person() -> None:
    assert named("PERSON", "Renko", "Dalia Renko", "Renko", "Dalia") == ["Dalia Renko"] * 4


def test_a_longer_full_name_is_the_same_person() -> None:
    assert (
        named("PERSON", "Dalia Maria Renko", "Dalia Renko", "Maria Renko")
        == ["Dalia Maria Renko"] * 3
    )


def test_a_shared_surname_goes_to_the_one_named_last() -> None:
    texts = ("Dalia Renko", "Renko", "Ivo Renko", "Renko", "Dalia Renko", "Renko")
    assert named("PERSON", *texts) == ["Dalia Renko"] * 2 + ["Ivo Renko"] * 2 + ["Dalia Renko"] * 2


def test_a_shared_surname_before_either_is_named_stays_by_itself() -> None:
    assert named("PERSON", "Renko", "Dalia Renko", "Ivo Renko")[0] == "Renko"


def test_an_acronym_is_spelled_out() -> None:
    acronyms = {"NFA": "Northern Ferry Association"}
    assert (
        named("ORG", "the Northern Ferry Association", "NFA", acronyms=acronyms)
        == ["Northern Ferry Association"] * 2
    )


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (("US", "U.S.", "USA", "United States"), "United States"),
        (("UK", "Britain", "U.K."), "United Kingdom"),
        (("Holland", "Netherlands"), "Netherlands"),
        (("TEHRAN", "Tehran"), "Tehran"),
        (("The Hague",), "The Hague"),
    ],
)
def test_a_place_has_its_usual_name(texts: tuple[str, ...], name: str) -> None:
    assert set(named("GPE", *texts)) == {name}


def test_spellings_that_differ_in_case_or_company_form_are_one() -> None:
    assert set(named("ORG", "Orsa Inc.", "Orsa", "ORSA")) == {"Orsa"}


def test_peoples_are_not_their_country() -> None:
    assert named("NORP", "Russians", "Russian") == ["Russian", "Russian"]


def test_all_mentions_of_a_name_share_the_commonest_label() -> None:
    spans = [[Span(0, 4, "ORG")], [Span(0, 4, "ORG")], [Span(0, 4, "GPE")]]
    assert [row[0].label for row in agree_labels(spans, [["Orsa"]] * 3)] == ["ORG"] * 3


def test_a_country_and_its_people_may_share_a_name() -> None:
    spans = [[Span(0, 4, "GPE")], [Span(0, 4, "NORP")]]
    assert agree_labels(spans, [["Thai"]] * 2) == spans
