from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from enrichers.entities import people
from enrichers.entities.joining import agree_labels, join_names
from enrichers.entities.spans import Span


def named(label: str, *texts: str, acronyms: dict[str, str] | None = None) -> list[str]:
    spans = [[Span(0, len(text), label)] for text in texts]
    return [one.name for row in join_names(texts, spans, acronyms or {}) for one in row]


def test_a_surname_before_and_after_the_full_name_is_one_person() -> None:
    assert named("PERSON", "Renko", "Dalia Renko", "Renko", "Dalia") == ["Dalia Renko"] * 4


def test_names_are_compared_with_their_likes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    parts, number = people._parts, 300
    asked: list[object] = []

    def counted(full: Any) -> Iterator[str]:
        asked.append(full)
        return parts(full)

    monkeypatch.setattr(people, "_parts", counted)
    texts = [f"Dalia{n} Renko{n % 7}" for n in range(number)]
    assert named("PERSON", *texts, *texts) == texts * 2
    assert len(asked) < 10 * number


def test_a_longer_full_name_is_the_same_person() -> None:
    assert (
        named("PERSON", "Dalia Maria Renko", "Dalia Renko", "Maria Renko")
        == ["Dalia Maria Renko"] * 3
    )


def test_a_shared_surname_goes_on_meaning_whom_it_meant_before_the_other_was_named() -> None:
    texts = ("Dalia Renko", "Renko", "Ivo Renko", "Renko", "Ivo Renko", "Renko")
    assert named("PERSON", *texts) == ["Dalia Renko"] * 2 + ["Ivo Renko", "Dalia Renko"] * 2


def test_a_shared_surname_of_two_that_were_named_together_stays_by_itself_in_another_paragraph() -> (
    None
):
    assert named("PERSON", "Dalia Renko", "Ivo Renko", "Renko") == [
        "Dalia Renko",
        "Ivo Renko",
        "Renko",
    ]


def test_a_title_tells_whose_a_shared_surname_is() -> None:
    texts = ("President Dalia Renko", "coach Ivo Renko", "President Renko", "coach Renko")
    spans = [[Span(text.index(" ") + 1, len(text), "PERSON")] for text in texts]
    found = [(one.name, one.reason) for row in join_names(texts, spans) for one in row]
    assert found[2:] == [("Dalia Renko", "title and name"), ("Ivo Renko", "title and name")]


def test_father_and_son_are_two_people() -> None:
    names = ["Ivo Renko Sr.", "Ivo Renko Jr.", "Renko Jr.", "Ivo Renko"]
    assert named("PERSON", *names) == [
        "Ivo Renko Sr.",
        "Ivo Renko Jr.",
        "Ivo Renko Jr.",
        "Ivo Renko",
    ]


def test_every_name_that_is_another_than_the_text_says_why() -> None:
    texts = (
        "Northern Ferry Association (NFA)",
        "US",
        "Dalia Renko",
        "Ms Renko",
        "Orsa Motor Group",
        "Orsa",
        "Danes",
    )
    labels = ("ORG", "GPE", "PERSON", "PERSON", "ORG", "ORG", "NORP")
    spans = [[Span(0, len(text), label)] for text, label in zip(texts, labels, strict=True)]
    spans[0] = [Span(0, 26, "ORG"), Span(28, 31, "ORG")]
    found = [(one.name, one.reason, one.country) for row in join_names(texts, spans) for one in row]
    assert found == [
        ("Northern Ferry Association", "", None),
        ("Northern Ferry Association", "acronym", None),
        ("United States", "other name of the same", "US"),
        ("Dalia Renko", "", None),
        ("Dalia Renko", "title and name", None),
        ("Orsa Motor Group", "", None),
        ("Orsa Motor Group", "shorter name of the company", None),
        ("Dane", "other name of the same", "DK"),
    ]


def test_a_city_and_its_club_are_two() -> None:
    spans = [[Span(0, 5, "GPE")], [Span(0, 5, "ORG")]]
    assert [row[0].name for row in join_names(["Genoa", "Genoa"], spans)] == ["Genoa", "Genoa"]


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
