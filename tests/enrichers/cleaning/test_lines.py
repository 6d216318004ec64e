from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.decode import decode
from enrichers.cleaning.fragments import parse_html
from enrichers.cleaning.lines import fold, one_line, tidy, without_controls
from schemas.document import HTML, PLAIN_TEXT

ESCAPED = [
    ("\x1b[1;31mOil\x1b[0m rose\x1b[K.", "Oil rose."),
    ("\x9b31mOil\x9b0m rose.", "Oil rose."),
    ("\x1b]8;;https://a.example/\x1b\\Oil\x1b]8;;\x1b\\ rose.", "Oil rose."),
    ("\x1b]0;the title\x07Oil\x1b(B rose.", "Oil rose."),
    ("Oil [31m] rose \x1b today.", "Oil [31m] rose  today."),
]


@pytest.mark.parametrize(("text", "left"), ESCAPED)
def test_escape_sequences_of_a_terminal_go_whole(text: str, left: str) -> None:
    assert tidy(text) == left


@pytest.mark.parametrize(("text", "left"), ESCAPED[:-1])
@pytest.mark.parametrize("media_type", [HTML, PLAIN_TEXT])
def test_they_are_gone_before_anything_is_parsed(text: str, left: str, media_type: str) -> None:
    assert decode(text.encode(), None, media_type) == left


@given(st.text(st.sampled_from("\x1b\x9b\x07\x9c\\[]0;mK(B a"), max_size=60))
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert "\x1b" not in tidy(text)


@given(st.text(st.one_of(st.characters(), st.sampled_from("\x1f\x85\u2028\u200b\u0301 \n\t"))))
def test_a_line_that_needs_no_tidying_is_what_tidying_makes_of_it(text: str) -> None:
    assert one_line(text) == " ".join(tidy(text).split())


@given(st.text())
def test_folding_leaves_letters_and_digits_in_every_script(text: str) -> None:
    assert fold(text) == "".join(one for one in text.casefold() if one.isalnum())


@given(st.text(alphabet="a<p>&#;x1bf0\x01\x0b\x0c\x1b[m\x1f\ufffe\uffff\n", max_size=60))
def test_markup_without_controls_can_be_moved_in_a_tree(text: str) -> None:
    tree = parse_html(f"<p>{text}</p><br><br>{text}")
    assert tree is not None
    for element in list(tree.iter()):
        element.text, element.tail = element.text, element.tail


def test_numbers_of_real_letters_stay() -> None:
    text = "&#10; &#13; &#124; &#310; &#x1fff; &#655340; &#x9f;"
    assert without_controls(text) == text
