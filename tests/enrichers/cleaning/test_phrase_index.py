"""Phrases and patterns are found by how a line begins, and no less than by trying each."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.phrase_index import Openers, Patterns, first_letters, literal_of
from enrichers.cleaning.phrase_lists import normal, phrase_lists


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        ("read more", "r"), (r"\d+ comments?", "0123456789"), ("(?:the )?story", "ts"), ("(?:see|show (?:all|more))", "s"), ("a?b", "ab"), ("a{0,3}b", "ab"),
        ("(?:a|(?:b|c)d)?e", "abce"), ("评论", "评"), (r"(?:x\)|y)z", "xy"), ("(?:a[)|]|b)c", "ab"),
    ],
)  # fmt: skip
def test_the_first_letters_of_a_pattern_are_seen(pattern: str, letters: str) -> None:
    assert first_letters(pattern) == set(letters)


@pytest.mark.parametrize("pattern", [".{0,9}x", r"\W*x", "[ab]c", "(?:.|a)b", "(?:a)?", "", r"\bx"])
def test_where_any_letter_may_be_first_none_is_claimed(pattern: str) -> None:
    assert first_letters(pattern) is None


@given(st.from_regex(r"(?:the )?(?:story|ad) continues|\d+ ad", fullmatch=True))
def test_a_pattern_is_found_by_what_it_matches(line: str) -> None:
    pattern = r"(?:the )?(?:story|ad) continues|\d+ ad"
    known = [("advertisement", f"(?:{part})") for part in pattern.split("|\\")]
    known[1:] = [("advertisement", r"\d+ ad")]
    assert re.fullmatch(pattern, line)
    assert Patterns.of(known).reason_of(line) == "advertisement" or not line.isascii()


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        ("read more", "read more"), (r"\d+ comments?", " comment"), ("(?:the )?story", "story"), ("sees|shows", ""), ("a{0,3}bc", "bc"), ("go+d", "go"),
        (r"[)\]x] ?ad", "ad"), ("[]ab]c", "c"), (r"terms\.? of use", " of use"), ("(?:a|b)", ""), ("", ""),
    ],
)  # fmt: skip
def test_what_a_line_must_hold_is_seen(pattern: str, literal: str) -> None:
    assert literal_of(pattern) == literal


LISTED = [
    pattern
    for patterns in (phrase_lists().patterns, phrase_lists().edges)
    for _, pattern in (
        *patterns.anywhere,
        *patterns.foreign,
        *(entry for entries in patterns.by_letter.values() for entry in entries),
    )
]


@given(st.sampled_from(LISTED).flatmap(lambda one: st.tuples(st.just(one), st.from_regex(one))))
def test_every_line_that_a_listed_pattern_matches_holds_it(found: tuple[str, str]) -> None:
    pattern, text = found
    assert literal_of(pattern) in text


def test_an_opener_ends_with_a_word() -> None:
    openers = Openers.of([("related", "read"), ("related", "पढ़")])
    assert openers.all_of("reading: oil") == []
    assert openers.all_of("पढ़ें: तेल") == []
    assert openers.all_of("read: oil") == [("related", ": oil")]


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("İLGİLİ HABERLER", "ilgili haberler"), ("YAZDIR", "yazdır"), ("اقرأ أيضًا:", "اقرا ايضا"), ("【関連記事】", "関連記事"), ("ＦＡＣＥＢＯＯＫ", "facebook"),
        ("ऊपर जाएँ।", "ऊपर जाएं"), ("फ़ोटो", "फोटो"), ("ЕЩЁ", "еще"), ("ΔΙΑΒΆΣΤΕ ΕΠΊΣΗΣ", "διαβαστε επισης"), ("Don’t miss!", "don't miss"), ("Straße", "STRASSE"),
    ],
)  # fmt: skip
def test_a_line_is_the_same_in_every_way_of_writing_it(line: str, same: str) -> None:
    assert normal(line) == normal(same)


@given(st.text(max_size=80))
def test_any_line_is_asked_about_and_normal_is_normal_already(line: str) -> None:
    lists = phrase_lists()
    once = normal(line)
    assert normal(once) == once
    lists.patterns.reason_of(once)
    lists.openers.all_of(once)
