from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.language import detect_language, provenance


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The harbour reopened on Friday after the storm, the mayor said.", "en"),
        ("Der Hafen wurde am Freitag nach dem Sturm wieder geöffnet.", "de"),
        ("Le port a rouvert vendredi après la tempête, a dit le maire.", "fr"),
        ("El puerto reabrió el viernes tras la tormenta, dijo el alcalde.", "es"),
        ("Порт снова открылся в пятницу после шторма, сказал мэр.", "ru"),
        ("嵐の後、港は金曜日に再開したと市長が語った。", "ja"),
    ],
)
def test_the_language_of_a_sentence_is_known(text: str, code: str) -> None:
    assert detect_language(text) == code


@pytest.mark.parametrize("text", ["", "  \n", "12 345 %", "…", "🚒"])
def test_without_words_there_is_no_language(text: str) -> None:
    assert detect_language(text) is None


def test_line_breaks_change_nothing() -> None:
    assert detect_language("The harbour\nreopened\non Friday.") == "en"


def test_only_the_beginning_counts() -> None:
    english = "The harbour reopened on Friday after the storm. " * 50
    assert detect_language(english + "Der Hafen wurde wieder geöffnet. " * 500) == "en"


def test_a_story_that_opens_on_foreign_names_is_in_the_language_it_is_told_in() -> None:
    text = "LISBON, 30 Januar - João Gonçalves São Pedro. " + (
        "The club said on Friday that it had agreed to sell the player for a record fee. " * 4
    )
    assert detect_language(text) == "en"


def test_capitals_do_not_change_the_language() -> None:
    assert detect_language("DER HAFEN WURDE AM FREITAG NACH DEM STURM WIEDER GEÖFFNET") == "de"


def test_the_maker_is_named_with_its_version() -> None:
    assert provenance().stage == "language"
    assert provenance().version


@given(st.text(max_size=300))
def test_any_text_gives_two_letters_or_nothing_and_the_same_again(text: str) -> None:
    found = detect_language(text)
    assert found is None or len(found) == 2
    assert detect_language(text) == found
