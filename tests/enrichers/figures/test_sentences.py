from hypothesis import given
from hypothesis import strategies as st

from enrichers.figures.sentences import split_lines, split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def test_titles_and_initials_end_no_sentence() -> None:
    assert len(sentences("Mr. J. Smith met Dr. Roe at No. 10. They left.")) == 2


def test_an_abbreviated_country_may_end_one() -> None:
    assert sentences("He left the U.S. The trip was long.") == [
        "He left the U.S.",
        "The trip was long.",
    ]
    assert len(sentences("He met the U.S. Senate.")) == 1


def test_a_decimal_point_ends_nothing() -> None:
    assert len(sentences("It rose 3.5 percent. It fell.")) == 2


@given(st.text(alphabet='aB .!?"”U5\u00a0', max_size=80))
def test_sentences_are_ordered_and_cover_all_that_is_not_blank(text: str) -> None:
    spans = split_sentences(text)
    end = 0
    for start, stop in spans:
        assert end <= start < stop
        assert not text[end:start].strip()
        end = stop
    assert not text[end:].strip()


@given(st.text(max_size=80))
def test_lines_hold_no_line_break(text: str) -> None:
    for start, end in split_lines(text):
        assert len(text[start:end].splitlines()) == 1
