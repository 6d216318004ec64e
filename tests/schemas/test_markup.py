"""Tags with thousands of attributes are cut down, and nothing else is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import copydesk
from schemas.markup import without_attribute_floods

FLOOD = " ".join(f'a{n}="<1>"' for n in range(30_000))


def test_a_tag_with_a_flood_of_attributes_loses_them_and_keeps_its_text() -> None:
    page = f"<article><p {FLOOD}>Oil prices rose by 4% on Monday, the ministry said.</p></article>"
    found = copydesk.clean(page, media_type="text/html")
    assert found is not None
    assert [one.text for one in found.paragraphs] == [
        "Oil prices rose by 4% on Monday, the ministry said."
    ]


def test_an_unclosed_flood_is_cut_too() -> None:
    assert without_attribute_floods(f"<p>Oil rose.</p><p {FLOOD}") == "<p>Oil rose.</p><p"


def test_what_is_long_for_another_reason_is_left_as_it_is() -> None:
    value = "<img src='data:" + "x" * 50_000 + "' alt='a b c'>"
    script = "<script>if (a <b || c) { " + "d = 'e'; " * 10_000 + "}</script>"
    text = "5 <b more " + "words, " * 50 + "<i>and</i> so on"
    assert without_attribute_floods(value + script + text) == value + script + text


@given(st.text(alphabet="<>ap =/'\"\n", max_size=300))
def test_short_markup_of_any_kind_is_never_changed(text: str) -> None:
    assert without_attribute_floods(text) == text
