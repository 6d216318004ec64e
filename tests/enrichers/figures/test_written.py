"""A value written in a language is read back: money, percent and quantities, exact, bounded and in a range."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichers.figures.grammar import FigureFinder
from schemas.article import Article, Paragraph
from schemas.marks import Figure

WRITTEN = datetime(2024, 7, 10, 9, tzinfo=UTC)
LANGUAGES = ("en", "de", "fr", "es")
SCALED = {  # the currency behind a scale, where a language needs a word between them
    "en": {"1e6": "million {}", "1e9": "billion {}"},
    "de": {"1e6": "Mio. {}", "1e9": "Milliarden {}"},
    "fr": {"1e6": "millions d'{}", "1e9": "milliards d'{}"},
    "es": {"1e6": "millones de {}", "1e9": "mil millones de {}"},
}
EURO = {"en": "euros", "de": "Euro", "fr": "euros", "es": "euros"}
UNITS = {
    "kilometre": ("kilometres", "Kilometer", "kilomètres", "kilómetros"),
    "square metre": ("square metres", "Quadratmeter", "mètres carrés", "metros cuadrados"),
    "tonne": ("tonnes", "Tonnen", "tonnes", "toneladas"),
    "litre": ("litres", "Liter", "litres", "litros"),
    "megawatt": ("MW", "MW", "MW", "MW"),
    "percent": ("per cent", "Prozent", "pour cent", "por ciento"),
    "percentage_point": (
        "percentage points",
        "Prozentpunkte",
        "points de pourcentage",
        "puntos porcentuales",
    ),
    "basis_point": ("basis points", "Basispunkte", "points de base", "puntos básicos"),
    "year": ("years", "Jahre", "ans", "años"),
}
BETWEEN = {
    "en": "It is between {} and {}.",
    "de": "Es sind zwischen {} und {}.",
    "fr": "C'est entre {} et {}.",
    "es": "Son entre {} y {}.",
}
AT_LEAST = {
    "en": "It is at least {}.",
    "de": "Es sind mindestens {}.",
    "fr": "C'est au moins {}.",
    "es": "Son al menos {}.",
}
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
DAYS = {"en": "{} {} {}", "de": "{}. {} {}", "fr": "{} {} {}", "es": "{} de {} de {}"}
languages = st.sampled_from(LANGUAGES)
amounts = st.decimals(min_value=2, max_value=9999, places=1)


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


@pytest.mark.parametrize("unit", UNITS)
@given(language=languages, value=amounts)
@settings(max_examples=30, deadline=None)
def test_a_quantity_is_read_back_in_each_language(unit: str, language: str, value: Decimal) -> None:
    phrase = f"{written(value, language)} {UNITS[unit][LANGUAGES.index(language)]}"
    (figure,) = read(phrase, language)
    assert (figure.value, figure.unit, figure.text) == (value, unit, phrase)


@given(language=languages, value=amounts, scale=st.sampled_from(["1e6", "1e9"]))
@settings(max_examples=80, deadline=None)
def test_millions_and_billions_of_money_are_read_back(
    language: str, value: Decimal, scale: str
) -> None:
    phrase = f"{written(value, language)} {SCALED[language][scale].format(EURO[language])}"
    (figure,) = read(phrase, language)
    assert (figure.value, figure.unit, figure.text) == (value * Decimal(scale), "EUR", phrase)


@given(language=languages, low=amounts, more=amounts, unit=st.sampled_from(sorted(UNITS)))
@settings(max_examples=80, deadline=None)
def test_a_range_is_read_back(language: str, low: Decimal, more: Decimal, unit: str) -> None:
    high = low + more
    word = UNITS[unit][LANGUAGES.index(language)]
    phrase = f"{written(high, language)} {word}"
    (figure,) = read(BETWEEN[language].format(written(low, language), phrase), language)
    assert (figure.low, figure.high, figure.value) == (low, high, None)
    assert (figure.unit, figure.modifier) == (unit, "range")


@given(language=languages, value=amounts, unit=st.sampled_from(sorted(UNITS)))
@settings(max_examples=80, deadline=None)
def test_a_bound_never_turns_the_sign(language: str, value: Decimal, unit: str) -> None:
    phrase = f"{written(value, language)} {UNITS[unit][LANGUAGES.index(language)]}"
    (figure,) = read(AT_LEAST[language].format(phrase), language)
    assert (figure.value, figure.low, figure.modifier) == (value, value, "at_least")


@given(language=languages, day=st.dates(date(1900, 1, 1), date(2099, 12, 31)))
@settings(max_examples=80, deadline=None)
def test_a_date_is_read_back(language: str, day: date) -> None:
    month = MONTHS[language].split()[day.month - 1]
    phrase = DAYS[language].format(day.day, month, day.year)
    (figure,) = read(phrase, language)
    assert (figure.date_start, figure.date_end, figure.text) == (day, day, phrase)


@given(
    language=st.sampled_from(LANGUAGES[1:]),
    first=st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(
        lambda day: day.replace(day=day.day % 20 + 1)
    ),
    days=st.integers(1, 7),
)
@settings(max_examples=60, deadline=None)
def test_days_in_a_row_are_read_back(language: str, first: date, days: int) -> None:
    last = first.replace(day=first.day + days)
    link = {"de": "{}. bis {}", "fr": "{} au {}", "es": "{} al {}"}[language]
    month = MONTHS[language].split()[first.month - 1]
    phrase = DAYS[language].format(link.format(first.day, last.day), month, first.year)
    (figure,) = read(phrase, language)
    assert (figure.date_start, figure.date_end, figure.text) == (first, last, phrase)
