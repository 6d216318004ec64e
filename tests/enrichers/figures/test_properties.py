"""What holds for every text: an amount written is read back, spans are exact, sentences do not change one another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichers.figures.grammar import FigureFinder, find_figures
from schemas.article import Article, Paragraph
from schemas.marks import Figure

WRITTEN = datetime(2024, 7, 10, 9, tzinfo=UTC)
LANGUAGES = ("en", "de", "fr", "es")
UNITS = {
    "en": {"kilometre": "kilometres", "tonne": "tonnes", "percent": "percent", "EUR": "euros"},
    "de": {"kilometre": "Kilometer", "tonne": "Tonnen", "percent": "Prozent", "EUR": "Euro"},
    "fr": {"kilometre": "kilomètres", "tonne": "tonnes", "percent": "pour cent", "EUR": "euros"},
    "es": {
        "kilometre": "kilómetros",
        "tonne": "toneladas",
        "percent": "por ciento",
        "EUR": "euros",
    },
}
SENTENCES = (
    "Sales rose 3.2% to $4.1 billion from $3.9 billion.",
    "At least 20 soldiers and four drivers died on Monday.",
    "The dam holds 3 million cubic metres.",
    "No deaths were reported.",
    "A fifth of the 300 voters stayed at home in June 2020.",
    "It lasted two years and six months.",
    "The Boeing 737 MAX flew.",
    "He was jailed for five to seven years.",
    "Prices fell.",
    "In 2009 it closed.",
    "The number of shops grew by 30% compared with the previous year.",
    "That month 14 of them reopened, and two of the three owners left.",
    "It is 90F in this hot weather, 30° more than in May.",
    "Water boils at 90F.",
    "The iPhone 11 Pro sells well.",
    "They sold 11 Pro models and “12 cases” for 50 pounds.",
    "He paid 50 pounds and the six-week strike ended.",
)


def read(text: str, language: str) -> list[Figure]:
    article = Article(
        title=None,
        language=language,
        published_at=WRITTEN,
        paragraphs=(Paragraph(index=0, kind="text", text=text),),
    )
    return FigureFinder().enrich([article])[0]


def written(value: Decimal, language: str) -> str:
    """The value with the signs of a language: 1,234.5 in English, 1.234,5 and its like elsewhere."""
    text = f"{value:,f}"
    if language == "en":
        return text
    group = "\u202f" if language == "fr" else "."
    return text.replace(",", "\0").replace(".", ",").replace("\0", group)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", ["kilometre", "tonne", "percent", "EUR"])
@given(value=st.decimals(min_value=2, max_value=10**9, places=1) | st.integers(2, 999).map(Decimal))
@settings(max_examples=25, deadline=None)
def test_a_written_value_is_read_back(language: str, unit: str, value: Decimal) -> None:
    phrase = f"{written(value, language)} {UNITS[language][unit]}"
    (figure,) = read(phrase, language)
    assert (figure.value, figure.unit, figure.text) == (value, unit, phrase)


@given(
    st.lists(st.sampled_from(SENTENCES), max_size=4),
    st.sampled_from(SENTENCES),
    st.sampled_from(SENTENCES),
    st.lists(st.sampled_from(SENTENCES), max_size=4),
)
@settings(max_examples=150, deadline=None)
def test_a_further_sentence_anywhere_changes_no_figure_of_the_others(
    before: list[str], kept: str, more: str, after: list[str]
) -> None:
    (alone,) = find_figures([kept], [WRITTEN.date()])
    text = " ".join([*before, more, kept, *after])
    start = len(" ".join([*before, more])) + 1
    (among,) = find_figures([text], [WRITTEN.date()])
    moved = [
        replace(
            figure,
            start=figure.start - start,
            end=figure.end - start,
            sentence_start=figure.sentence_start - start,
            sentence_end=figure.sentence_end - start,
        )
        for figure in among
        if start <= figure.start < start + len(kept)
    ]
    assert moved == alone


PIECES = st.sampled_from(
    ["3", "1.234,5", "3.500", "zwei", "vingt-cinq", "dos mil", "mil", "Millionen", "Mrd.", "milliards", "millones",
     "d'euros", "de", "Euro", "euros", "€", "$", "%", "Prozent", "pour cent", "por ciento", "km", "Tonnen", "an",
     "Mai", "mai", "de mayo", "2024", "2010", "bis", "à", "a", "y", "und", "entre", "zwischen", "Montag", "lundi",
     "el lunes", "pasado", "l'an dernier", "vergangenen Jahr", "minus", "-", "rund", "plus de", "hasta", ".", ",",
     "im", "en", "pro", "par", "por", "Barrel", "3.5.2024", "90er", "años 90", "Quartal", "dritten", "99999999999999"]
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@given(parts=st.lists(st.tuples(PIECES, st.sampled_from([" ", "", "-", "\n"])), max_size=25))
@settings(max_examples=80, deadline=None)
def test_any_mixture_of_the_words_of_a_language_gives_exact_disjoint_spans(
    language: str, parts: list[tuple[str, str]]
) -> None:
    check("".join(word + gap for word, gap in parts), language)


@pytest.mark.parametrize("language", LANGUAGES)
@given(text=st.text(max_size=120))
@settings(max_examples=80, deadline=None)
def test_any_text_gives_exact_disjoint_spans_in_every_language(language: str, text: str) -> None:
    check(text, language)


def check(text: str, language: str) -> None:
    if not text.strip():
        return
    end = 0
    for figure in read(text, language):
        assert text[figure.start : figure.end] == figure.text
        assert end <= figure.start < figure.end
        assert figure.sentence_start <= figure.start
        assert figure.end <= figure.sentence_end
        assert all(
            bound is None or bound.is_finite() for bound in (figure.value, figure.low, figure.high)
        )
        end = figure.end


@pytest.mark.parametrize("run", ["1,", "1,234,", "9", "5 to ", "from 5 to (", "1 2 ", "5% "])
def test_a_line_of_nothing_but_digits_is_a_table_and_no_figures(run: str) -> None:
    text = run * (200_000 // len(run))
    assert find_figures([text], [date(2024, 1, 1)]) == [[]]


def test_a_plainly_foreign_text_is_read_in_its_language() -> None:
    text = "Der Umsatz des Konzerns stieg um 3,5 Prozent auf 1,2 Milliarden Euro."
    found = find_figures([text])[0]
    assert [(f.value, f.unit) for f in found] == [
        (Decimal("3.5"), "percent"),
        (Decimal(1_200_000_000), "EUR"),
    ]


def test_english_with_a_foreign_name_stays_english() -> None:
    text = "Die Hard at the Festival de Cannes cost $28 million and drew 1,200 people."
    assert [f.value for f in find_figures([text])[0]] == [Decimal(28_000_000), Decimal(1200)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "one " + "trillion " * 3_000),
        ("en", "two hundred " + "hundred " * 2_000),
        ("de", "zwei " + "Millionen " * 3_000 + "Euro"),
        ("fr", "5 " + "milliards " * 3_000 + "euros"),
        ("es", "mil " + "millones " * 3_000 + "de euros"),
    ],
)
def test_a_run_of_scale_words_never_makes_a_number_of_thousands_of_digits(
    language: str, text: str
) -> None:
    assert all(len(str(figure.value)) < 100 for figure in read(text, language))


@pytest.mark.parametrize(
    "text",
    [
        "Åtminstone nio personer dog och mer än 30 skadades i går när två tåg körde på varandra.",
        "В результате пожара пострадали 14 человек, ещё 3 доставлены в больницу в тяжёлом состоянии.",
    ],
)
def test_no_english_count_is_read_in_a_language_without_a_data_file(text: str) -> None:
    assert find_figures([text]) == [[]]


def test_accents_in_names_leave_a_text_english() -> None:
    text = "In São Paulo, José and Zoë sold 40 cars for $3 million, said Renée."
    assert [f.value for f in find_figures([text])[0]] == [Decimal(40), Decimal(3_000_000)]
