"""The names of months and days are those of CLDR, which Babel has; it is asked here, and not when pages are read."""

from __future__ import annotations

import pytest

from enrichers.cleaning.calendar_names import weekday_names
from enrichers.cleaning.months import month_of

LOCALES = [
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "pl",
    "sv",
    "nb",
    "da",
    "fi",
    "cs",
    "ru",
    "uk",
    "tr",
    "id",
    "ro",
    "hu",
]
MORE_LOCALES = ["ar", "fa", "hi", "ur", "bn", "el", "he", "bg", "sr", "hr", "sk", "sl"]


@pytest.mark.parametrize("locale", [*LOCALES, *MORE_LOCALES])
def test_every_month_is_known_by_its_name(locale: str) -> None:
    dates = pytest.importorskip("babel.dates")
    names = dates.get_month_names("wide", locale=locale)
    # "Listopad" is November to Czechs and Poles, October to Croats.
    wrong = {name: number for number, name in names.items() if month_of(name) != number}
    assert set(wrong) <= ({"listopada"} if locale == "hr" else set())


@pytest.mark.parametrize("locale", LOCALES)
def test_every_day_of_the_week_is_known_by_its_name(locale: str) -> None:
    dates = pytest.importorskip("babel.dates")
    names = {name.casefold() for name in dates.get_day_names("wide", locale=locale).values()}
    assert names <= weekday_names()
