"""Who said what, case by case: `speaker | what was said`, in order; "-" where nobody is named."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.quotations.finder import QuotationFinder, find_quotations
from enrichers.quotations.lexicon import languages
from schemas.article import Article, Paragraph
from schemas.quotations import Quotation
from tests.growth import LINEAR, growth

ENGLISH = {
    "“It must decide,” said Vinod Rao, a former envoy. “We will see.”": [
        "Vinod Rao | It must decide,",
        "Vinod Rao | We will see.",
    ],
    '"It is dead," the foreign ministry said in a statement on Monday.': ["the foreign ministry | It is dead,"],
    'Okoro said: "We will go on."': ["Okoro | We will go on."],
    'Okoro: "We will go on."': ["Okoro | We will go on."],
    "“Why?” Okoro asked.": ["Okoro | Why?"],
    "“This is the first,” Lund, 62, said. “And the last,” he added.": [
        "Lund | This is the first,",
        "he | And the last,",
    ],
    'Tess Hall, director of the Centre for Ports, told reporters that "the visit matters to both".': [
        "Tess Hall | the visit matters to both"
    ],
    "‘We are not happy about it,’ said Mr. Smith of Leeds.": ["Smith | We are not happy about it,"],
    "“No,” said Chatham Group's Olu Bajpai.": ["Olu Bajpai | No,"],
    "The spokesman for the ministry said the plan was “a disgrace”.": [
        "The spokesman for the ministry | the plan was “a disgrace”"
    ],
    "Foreign Minister Ivo Lund said that oil imports would fall next year.": [
        "Ivo Lund | oil imports would fall next year"
    ],
    "Oil imports would fall next year, Lund said on Monday.": ["Lund | Oil imports would fall next year"],
    "According to the World Bank, growth will slow to 2%.": ["the World Bank | growth will slow to 2%"],
    "Growth will slow to 2%, according to the World Bank.": ["the World Bank | Growth will slow to 2%"],
    "U.S. President Joe Marsh said the deal was close.": ["Joe Marsh | the deal was close"],
    "On Monday Lund said the strike would go on.": ["Lund | the strike would go on"],
    "In a statement, the company said it would appeal.": ["the company | it would appeal"],
    "Chi Bajpai, a fellow at Chatham Group in the UK, observes that it keeps its distance.": ["Chi Bajpai | it keeps its distance"],
    "It will grow next year, said Vinod Rao.": ["Vinod Rao | It will grow next year"],
    "Trade has surged, driven by energy, according to India’s Foreign Secretary Vinod Rao.": [
        "Vinod Rao | Trade has surged, driven by energy"
    ],
    "Officials said Tuesday that the dam broke.": ["Officials | the dam broke"],
}  # fmt: skip
NOTHING_SAID = (
    '"I go." Lund left for Oslo and said nothing.',
    "He was told the plan was dead.",
    "The plan is said to be dead.",
    "She has repeatedly said no.",
    "The so-called “dead hand” was a film.",
    "She played in “The Long Good Day” last year.",
    "He is 6'2\" and weighs 80 kg.",
)
OTHERS = {
    ("de", "„Wir müssen handeln“, sagte Bundeskanzler Otto Lund am Montag."): ["Otto Lund | Wir müssen handeln"],
    ("de", "»Wir müssen handeln«, sagte Lund."): ["Lund | Wir müssen handeln"],
    ("de", "Lund sagte, die Lage sei ernst."): ["Lund | die Lage sei ernst"],
    ("de", "Der Sprecher der Polizei erklärte: „Niemand wurde verletzt.“"): [
        "Der Sprecher der Polizei | Niemand wurde verletzt."
    ],
    ("fr", "« Nous devons agir », a déclaré Anne Lund lundi."): ["Anne Lund | Nous devons agir"],
    ("fr", "Selon la police, personne n’est blessé."): ["la police | personne n’est blessé"],
    ("fr", "Le ministre a déclaré que la situation était grave."): ["Le ministre | la situation était grave"],
    ("es", "«Debemos actuar», dijo Pedro Lund en Madrid."): ["Pedro Lund | Debemos actuar"],
    ("es", "El ministro dijo que la situación era grave."): ["El ministro | la situación era grave"],
}  # fmt: skip


def found_in(*texts: str, language: str = "en") -> list[Quotation]:
    rows = tuple(Paragraph(index=i, kind="text", text=text) for i, text in enumerate(texts))
    found = find_quotations(Article(paragraphs=rows, language=language))
    for one in found:
        assert texts[one.paragraph][one.start : one.end] == one.text
        if one.speaker is not None:
            assert one.speaker_paragraph is not None
            said = texts[one.speaker_paragraph][one.speaker_start : one.speaker_end]
            assert said == one.speaker
    return found


def told(found: list[Quotation]) -> list[str]:
    return [f"{one.speaker or '-'} | {one.text}" for one in found]


@pytest.mark.parametrize("text", ENGLISH)
def test_english(text: str) -> None:
    assert told(found_in(text)) == ENGLISH[text]


@pytest.mark.parametrize("text", NOTHING_SAID)
def test_nothing_is_said(text: str) -> None:
    assert told(found_in(text)) == []


@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case[1])
def test_other_languages(case: tuple[str, str]) -> None:
    language, text = case
    assert told(found_in(text, language=language)) == OTHERS[case]


def test_speech_goes_on_over_paragraphs_whichever_of_them_names_the_speaker() -> None:
    forwards = found_in("“One,” said Ann Lee. “Two goes on.", "“Three is the end.”")
    assert told(forwards) == ["Ann Lee | One,", "Ann Lee | Two goes on.", "Ann Lee | Three is the end."]  # fmt: skip
    assert [one.continues for one in forwards] == [False, True, True]
    backwards = found_in("“One goes on.", "“Two,” said Ann Lee.")
    assert told(backwards) == ["Ann Lee | One goes on.", "Ann Lee | Two,"]
    assert [one.continues for one in backwards] == [False, True]


def test_a_language_without_words_of_speaking_has_no_quotations() -> None:
    assert languages() == {"en", "de", "fr", "es"}
    assert found_in("“Yes,” said Ann Lee.", language="fi") == []
    article = Article(paragraphs=(Paragraph(index=0, kind="text", text="“Yes,” said Ann."),))
    assert len(QuotationFinder().enrich([article])[0]) == 1


PIECES = st.sampled_from(
    ["“", "”", '"', "„", "«", "»", "‘", "’", " said ", " Ann", ", ", ". ", " told", "that ", "e\u0301", "\u05d0", "😀", ":", "according to ", "\n", "the ", "'s"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join), st.sampled_from(["en", "de", "fr", "es"]))
def test_any_text_is_read_and_spans_are_exact(text: str, language: str) -> None:
    found = found_in(text, text, language=language)
    assert all(one.start < one.end for one in found)
    places = [(one.paragraph, one.start, one.end) for one in found]
    assert all(a[0] < b[0] or a[2] <= b[1] for a, b in pairwise(places))


@pytest.mark.parametrize(
    "piece",
    ["“a ", '"', "„a “b ", " said Ann", "Ann, the ", "according to ", "‘a, ", "Ann of ", "the of "],
)
def test_a_row_of_one_thing_is_read_in_linear_time(piece: str) -> None:
    assert growth(found_in, lambda number: piece * number, 8000) < LINEAR
