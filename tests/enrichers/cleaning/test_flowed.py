"""A mail's text is read in the lines its sender typed where its program says how it wrapped them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.flowed import unflowed


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Oil prices \nrose.\nGas fell.", "Oil prices rose.\nGas fell."),
        ("Oil prices \r\nrose.\r\n", "Oil prices rose.\n"),
        (" From the quay\n >no quote", "From the quay\n>no quote"),
        ("> Did oil \n> rise?\nIt did.", "> Did oil rise?\nIt did."),
        ("> Did oil \n>> rise?", "> Did oil \n>> rise?"),
        ("Oil rose. \n\nGas fell.", "Oil rose. \n\nGas fell."),
        ("Oil rose. \n-- \nAnn", "Oil rose. \n-- \nAnn"),
    ],
)
def test_a_line_that_ends_in_a_blank_goes_on_in_the_next(written: str, expected: str) -> None:
    assert unflowed(written, is_delsp=False) == expected


def test_the_blank_is_the_wrapping_s_where_the_mail_says_so() -> None:
    assert unflowed("石油价格 \n上涨。\nOil  \nrose.", is_delsp=True) == "石油价格上涨。\nOil rose."


@given(st.text(alphabet="ab >-\n\r", max_size=60), st.booleans())
def test_no_letter_is_lost_or_moved(text: str, is_delsp: bool) -> None:
    kept = unflowed(text, is_delsp=is_delsp)
    assert [one for one in kept if one.isalpha()] == [one for one in text if one.isalpha()]
