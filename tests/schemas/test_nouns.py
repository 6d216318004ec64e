from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.nouns import names_noun

PAIRS = """soldier soldiers | box boxes | city cities | movie movies | person people | child children | woman women
policeman policemen | house houses | bus buses | crisis crises | knife knives | life lives | match matches
company companies | horse horses | taxi taxis | day days | country countries | hero heroes | class classes
virus viruses | pie pies | eye eyes | foot feet | analysis analyses | shoe shoes | thief thieves | specimen specimens"""


@pytest.mark.parametrize(
    "pair", [p.split() for line in PAIRS.splitlines() for p in line.split("|")]
)
def test_a_noun_is_its_plural(pair: list[str]) -> None:
    one, many = pair
    assert names_noun(one, many)
    assert names_noun(many.upper(), one)


@pytest.mark.parametrize(
    ("asked", "noun", "found"),
    [
        ("troops", "Chinese troops", True),
        ("chinese troop", "Chinese troops", True),
        ("Chinese", "Chinese troops", False),
        ("barrels", "barrels of oil", True),
        ("barrels of oil", "barrels of oil", True),
        ("oil", "barrels of oil", False),
        ("réfugiés", "REFUGIES", True),
        ("tax", "taxis", False),
        ("university", "universes", False),
        ("operator", "operations", False),
        ("", "soldiers", False),
    ],
)  # fmt: skip
def test_a_noun_is_found_by_its_head_or_whole(asked: str, noun: str, *, found: bool) -> None:
    assert names_noun(asked, noun) is found


@given(st.text(max_size=30))
@example("´")
def test_each_name_names_itself(text: str) -> None:
    assert names_noun(text, text) is bool(text.split())
