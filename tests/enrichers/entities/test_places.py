from __future__ import annotations

import pytest

from enrichers.entities.acronyms import acronyms
from enrichers.entities.places import gazetteer, given_names
from enrichers.entities.spans import Line, Span


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("Côte d’Ivoire", "GPE", "Ivory Coast"),
        ("UAE", "GPE", "United Arab Emirates"),
        ("Kenyans", "NORP", "Kenyan"),
        ("Filipinos", "NORP", "Filipino"),
        ("Swiss", "NORP", "Swiss"),
        ("Vladivostok", "GPE", "Vladivostok"),
        ("Southeast Asia", "LOC", "Southeast Asia"),
        ("UN", "ORG", "United Nations"),
    ],
)
def test_a_listed_name_has_its_label_and_usual_name(text: str, label: str, name: str) -> None:
    listed = gazetteer().by_text[text]
    assert (listed.label, listed.name) == (label, name)


def test_every_country_and_people_is_found_whole_in_a_sentence() -> None:
    for text, place in gazetteer().by_text.items():
        if place.certain and text[0].isupper():
            sentence = f"It is {text}, they say."
            assert (6, 6 + len(text), place.label) in list(gazetteer().find(sentence)), text


def test_the_longest_listed_name_wins() -> None:
    assert [
        label for *_, label in gazetteer().find("South Korean ships left North Korea and Oman.")
    ] == ["NORP", "GPE", "GPE"]


def test_given_names_are_single_capitalised_words() -> None:
    assert all(name[0].isupper() for name in given_names())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the Northern Ferry Association (NFA)", {"NFA": "Northern Ferry Association"}),
        ("the Bank of the North (BN)", {"BN": "Bank of the North"}),
        ("the Bank of the North (BOTN)", {"BOTN": "Bank of the North"}),
        ("gross domestic product (GDP)", {}),
        ("It ended. Nobody (ABC) spoke", {}),
        ("(NFA)", {}),
    ],
)
def test_an_acronym_is_explained_by_the_words_before_it(text: str, found: dict[str, str]) -> None:
    assert acronyms([text]) == found


def test_a_span_put_into_a_line_replaces_what_it_touches() -> None:
    line = Line([Span(0, 3, "A"), Span(4, 6, "B"), Span(8, 9, "C")])
    line.put(Span(2, 5, "D"))
    assert line.spans == [Span(2, 5, "D"), Span(8, 9, "C")]
    assert line.touching(5, 8) == []
