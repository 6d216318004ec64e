from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.entities.acronyms import acronyms
from enrichers.entities.names import resolve
from enrichers.entities.spans import Span


def span_of(text: str, name: str, label: str) -> Span:
    start = text.index(name)
    return Span(start, start + len(name), label)


def resolved(rows: list[str], *found: tuple[int, str, str]) -> list[set[tuple[str, str]]]:
    """Text and label of every name, row by row, with `found` (row, name, label) as the tagger's answer."""
    spans: list[list[Span]] = [[] for _ in rows]
    for row, name, label in found:
        spans[row].append(span_of(rows[row], name, label))
    settled = resolve(rows, spans, acronyms(rows))
    return [
        {(row[span.start : span.end], span.label) for span in row_spans}
        for row, row_spans in zip(rows, settled, strict=True)
    ]


def test_a_surname_taken_for_a_place_is_the_person_named_in_full() -> None:
    rows = ["Dalia Renko opened the school.", "Later Renko left for lunch."]
    assert resolved(rows, (0, "Dalia Renko", "PERSON"), (1, "Renko", "GPE"))[1] == {
        ("Renko", "PERSON")
    }


def test_a_missed_repeat_of_a_tagged_name_is_tagged() -> None:
    rows = ["The firm Vextra makes pumps.", "Shares in Vextra fell, but Vextral did not."]
    assert resolved(rows, (0, "Vextra", "ORG"))[1] == {("Vextra", "ORG")}


def test_an_acronym_has_the_label_of_its_full_form() -> None:
    rows = ["He heads the Northern Ferry Association (NFA).", "The NFA agreed."]
    found = resolved(rows, (0, "Northern Ferry Association", "ORG"), (1, "NFA", "GPE"))
    assert found == [{("Northern Ferry Association", "ORG"), ("NFA", "ORG")}, {("NFA", "ORG")}]


def test_a_word_at_a_sentence_start_is_not_the_person_of_that_name() -> None:
    rows = ["Grace Tanner sings.", "Grace comes first. With grace they ask what Grace thinks."]
    settled = resolve(rows, [[Span(0, 12, "PERSON")], []], {})
    assert settled[1] == [Span(44, 49, "PERSON")]


def test_a_month_is_not_the_person_of_that_name() -> None:
    rows = ["Theresa May spoke.", "It rained in May."]
    assert resolved(rows, (0, "Theresa May", "PERSON"))[1] == set()


def test_a_headline_takes_the_names_of_the_body() -> None:
    rows = ["Renko Makes Surprise Offer to Vextra", "Dalia Renko made Vextra an offer."]
    found = resolved(
        rows, (0, "Renko Makes Surprise", "ORG"), (1, "Dalia Renko", "PERSON"), (1, "Vextra", "ORG")
    )
    assert found[0] == {("Renko", "PERSON"), ("Vextra", "ORG")}


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("Ukraine Invasion Shakes Grain Markets", "Ukraine", "GPE"),
        ("Talks With Russia End Without Result", "Russia", "GPE"),
        ("French Farmers Block Roads Near Lyon", "French", "NORP"),
        ("TEHRAN — Rain fell.", "TEHRAN", "GPE"),
        ("ATHENS, May 3 (Agency) - Rain fell.", "ATHENS", "GPE"),
    ],
)
def test_countries_peoples_and_datelines_need_no_tagger(text: str, name: str, label: str) -> None:
    assert (name, label) in resolved([text])[0]


def test_a_country_in_a_sum_of_money_is_no_mention() -> None:
    assert resolved(["It cost US$5 or US $6."]) == [set()]


def test_names_that_are_often_something_else_are_left_to_the_tagger() -> None:
    assert resolved(["Jordan scored and Chad clapped."]) == [set()]
    assert resolved(["He flew to Jordan."], (0, "Jordan", "GPE")) == [{("Jordan", "GPE")}]


def test_a_town_is_known_by_the_country_behind_it() -> None:
    rows = ["A mural in Sorbeda (Ecuador) was restored."]
    assert ("Sorbeda", "GPE") in resolved(rows, (0, "Sorbeda", "ORG"))[0]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Harbour Games", "EVENT"),
        ("Clean Rivers Act", "LAW"),
        ("Lindqvist Prize", "WORK_OF_ART"),
        ("Port Vela Airport", "FAC"),
        ("Lake Orsa", "LOC"),
        ("Orsa Province", "GPE"),
        ("Orsa Savings Bank", "ORG"),
    ],
)
def test_the_words_of_a_name_give_its_label_away(name: str, label: str) -> None:
    assert resolved([f"We spoke about the {name} today."], (0, name, "PERSON")) == [{(name, label)}]


def test_an_office_named_for_a_list_of_subjects_is_one_name() -> None:
    text = "Ina Olt of the Center for Norway, Baltic, Arctic Studies spoke to the Ministry of Health, Sport and Culture."
    assert {name for name, label in resolved([text])[0] if label == "ORG"} == {
        "Center for Norway, Baltic, Arctic Studies",
        "Ministry of Health, Sport and Culture",
    }


@pytest.mark.parametrize("after", ["on Tuesday", "on May 3", "for Ina Olt"])
def test_an_office_ends_before_the_day_it_is_spoken_of_and_before_people(after: str) -> None:
    text = f"We saw the Brask School {after}."
    found = [span_of(text, "Brask School", "ORG")]
    assert resolve([text], [found], {}) == [found]


def test_a_person_cut_in_two_is_one_person() -> None:
    text = "We met Dalia Maro Renko there."
    found = resolve(
        [text], [[span_of(text, "Dalia", "PERSON"), span_of(text, "Maro Renko", "PERSON")]], {}
    )
    assert found == [[span_of(text, "Dalia Maro Renko", "PERSON")]]


def test_a_first_name_that_the_tagger_left_out_belongs_to_the_person() -> None:
    assert resolved(["We met Ricardo Renko there."], (0, "Renko", "PERSON")) == [
        {("Ricardo Renko", "PERSON")}
    ]


@given(st.data())
def test_whatever_the_tagger_says_spans_stay_apart_and_inside(data: st.DataObject) -> None:
    words = st.sampled_from(
        [
            "Ann",
            "Lee",
            "(",
            ")",
            "’s",
            "and",
            "the",
            "Bank",
            "of",
            "US",
            "$",
            "May",
            "said",
            "“",
            ":",
        ]
    )
    rows = data.draw(st.lists(st.lists(words, max_size=12).map(" ".join), max_size=4))
    found = []
    for row in rows:
        cuts = sorted(data.draw(st.lists(st.integers(0, len(row)), max_size=6, unique=True)))
        labels = st.sampled_from(["PERSON", "ORG", "GPE", "WORK_OF_ART"])
        found.append(
            [Span(a, b, data.draw(labels)) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
        )
    for row, spans in zip(rows, resolve(rows, found, acronyms(rows)), strict=True):
        end = 0
        for span in spans:
            assert end <= span.start < span.end <= len(row)
            end = span.end
