from __future__ import annotations

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.lines import fold, one_line, tidy
from enrichers.cleaning.text import is_title, split_paragraphs

SENTENCES = st.lists(
    st.lists(
        st.sampled_from(
            [
                "oil",
                "prices",
                "rose",
                "sharply",
                "on",
                "Monday",
                "after",
                "ministers",
                "agreed",
                "to",
                "cut",
                "output",
                "again",
            ]
        ),
        min_size=4,
        max_size=40,
    ).map(lambda words: " ".join(words).capitalize() + "."),
    min_size=1,
    max_size=6,
)


def texts(text: str) -> list[str]:
    return [block.text for block in split_paragraphs(text)]


def test_blank_lines_part_paragraphs() -> None:
    assert texts("Oil rose.\n\n \t\nGas fell.") == ["Oil rose.", "Gas fell."]


def test_without_blank_lines_each_line_is_a_paragraph() -> None:
    assert texts("Oil rose.\r\nGas fell.\rCoal stood.") == ["Oil rose.", "Gas fell.", "Coal stood."]


def test_lines_wrapped_by_hand_are_joined() -> None:
    paragraph = "The ministry said on Tuesday that it would lower the tariff on imported steel by a third, a step that exporters had asked for since the spring."
    wrapped = textwrap.fill(paragraph, 64)
    assert texts(f"{wrapped}\n\n{wrapped}") == [paragraph, paragraph]


def test_a_headline_over_wrapped_lines_stays_apart() -> None:
    body = textwrap.fill(
        "The ministry said on Tuesday that it would lower the tariff on imported steel by a third this year. "
        * 3,
        70,
    )
    assert texts(f"Steel tariff to fall\n{body}\n\n{body}")[0] == "Steel tariff to fall"


def test_short_lines_are_no_wrapped_text() -> None:
    assert texts("Apples\nPears\nPlums\n\nMore\nless") == [
        "Apples",
        "Pears",
        "Plums",
        "More",
        "less",
    ]


def test_lines_of_rules_and_stars_are_left_out() -> None:
    assert texts("Oil rose.\n\n* * *\n\n-----\n\nGas fell.") == ["Oil rose.", "Gas fell."]


def test_invisible_characters_go_and_the_authors_marks_stay() -> None:
    assert (
        one_line("\ufeffThe “co\u00adop” – it’s\u200b caf\u0065\u0301\x07")
        == "The “coop” – it’s café"
    )


def test_joiners_stay_inside_persian_words_and_emoji() -> None:
    assert tidy("می\u200cخواهم 👩\u200d🚒") == "می\u200cخواهم 👩\u200d🚒"


def test_lone_surrogates_become_replacement_characters() -> None:
    assert tidy("a\ud800b") == "a\ufffdb"


def test_a_headline_has_no_final_stop_and_is_short() -> None:
    assert is_title("Oil prices rise for third day")
    assert not is_title("“Oil prices rose.”")
    assert not is_title("Oil " * 50)


def test_folding_ignores_case_marks_and_blanks() -> None:
    assert fold("Oil – prices: RISE!") == fold("oil prices rise")


@given(st.text())
def test_splitting_any_text_twice_changes_nothing(text: str) -> None:
    once = texts(text)
    assert texts("\n\n".join(once)) == once
    assert all(line == one_line(line) and "\n" not in line for line in once)


@given(SENTENCES, st.integers(min_value=40, max_value=100))
def test_words_are_never_lost_whatever_the_width(sentences: list[str], width: int) -> None:
    wrapped = "\n\n".join(textwrap.fill(sentence, width) for sentence in sentences)
    assert " ".join(texts(wrapped)).split() == " ".join(sentences).split()


def test_mail_headers_above_a_wrapped_text_do_not_leave_it_wrapped() -> None:
    body = (
        "The council voted late on Tuesday to close two of the four\n"
        "bridges over the river while engineers look at cables, said\n"
        "Maria van den Heuvel."
    )
    headers = "From: Desk <desk@example.org>\nSubject: Bridges\nDate: 3 March 2025"
    assert texts(f"{headers}\n\n{body}") == [*headers.split("\n"), body.replace("\n", " ")]
