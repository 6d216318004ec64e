"""Queries with operators parse as written, and what does not parse says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.query_language import (
    DEEPEST,
    Either,
    Every,
    Near,
    Node,
    Not,
    QuerySyntaxError,
    Term,
    leaves_of,
    parse_query,
)


def word(*words: str, **said: object) -> Term:
    return Term(words, **said)  # type: ignore[arg-type]


OIL, GAS, PORT = word("oil"), word("gas"), word("port")


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("oil AND gas", Every((OIL, GAS))),
        ("oil gas OR port", None),
        ("oil OR gas AND port", Either((OIL, Every((GAS, PORT))))),
        ("(oil OR gas) port", None),
        ("(oil OR gas) AND port", Every((Either((OIL, GAS)), PORT))),
        ("oil NOT gas", Every((OIL, Not(GAS)))),
        ("oil AND NOT gas", Every((OIL, Not(GAS)))),
        ("NOT oil", Not(OIL)),
        ("NOT NOT oil AND gas", Every((OIL, GAS))),
        ('"oil imports" gas', Every((word("oil", "imports"), GAS))),
        ("“oil imports”", word("oil", "imports")),
        ("«oil imports»", word("oil", "imports")),
        ("oil-imports AND gas", Every((word("oil", "imports"), GAS))),
        ("impo*", word("impo", is_prefix=True)),
        ('"oil impo*"', word("oil", "impo", is_prefix=True)),
        ("title:oil", word("oil", field="title")),
        ('author:"Ann Lee"', word("ann", "lee", field="author")),
        ("title:(oil OR gas)", Either((word("oil", field="title"), word("gas", field="title")))),
        ("oil NEAR/5 gas", Near((OIL, GAS), 5)),
        ("oil NEAR/5 gas NEAR/9 port", Near((OIL, GAS, PORT), 9)),
        ("title:(oil NEAR/2 gas)", Near((OIL, GAS), 2, "title")),
        ("Élan AND Straße", Every((word("elan"), word("strasse")))),
        ("oil AND & gas", Every((OIL, GAS))),
        ("石油贸易 AND oil", Every((word("石油", "油贸", "贸易"), OIL))),
    ],
)
def test_a_query_means_what_it_says(query: str, meaning: Node | None) -> None:
    if meaning is None:  # plain words beside an operator: all of them are wanted
        assert isinstance(parse_query(query), Every | Either)
    else:
        assert parse_query(query) == meaning


@pytest.mark.parametrize(
    "query", ["", "   ", "oil", "oil gas", "oil and gas or port", "oil (imports)", "title: oil", "((("]
)  # fmt: skip
def test_plain_words_are_no_query_with_operators(query: str) -> None:
    assert parse_query(query) is None


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("oil AND", "missing at the end"),
        ("AND oil", "before AND"),
        ("oil OR OR gas", "before OR"),
        ("(oil OR gas", "opening bracket"),
        ("oil OR gas)", "closing bracket"),
        ('"oil AND gas', "quotation mark"),
        ("o* AND gas", "2 letters"),
        ("oil NEAR/3 (gas OR port)", "NEAR stands"),
        ("author:(ann NEAR/3 lee)", "NEAR stands"),
        ("oil NEAR/3 author:lee", "NEAR stands"),
        ("() AND oil", "before"),
        (f"{'(' * (DEEPEST + 1)}oil AND gas{')' * (DEEPEST + 1)}", "deep"),
        (" OR ".join(f"w{n}" for n in range(1_001)), "1,000 terms"),
    ],
)
def test_what_does_not_parse_says_why(query: str, why: str) -> None:
    with pytest.raises(QuerySyntaxError, match=why):
        parse_query(query)


PARTS = [
    "oil",
    "AND",
    "OR",
    "NOT",
    "NEAR/3",
    "(",
    ")",
    '"',
    "*",
    "title:",
    "author:",
    " ",
    "石油",
    "«",
]


@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join) | st.text())
def test_any_text_parses_or_says_why(query: str) -> None:
    try:
        node = parse_query(query)
    except QuerySyntaxError:
        return
    assert node is None or leaves_of(node, positive=False)


def test_what_is_not_wanted_is_no_word_to_rank_by() -> None:
    node = parse_query("oil NOT (gas OR NOT port)")
    assert node is not None
    assert leaves_of(node) == [OIL]
