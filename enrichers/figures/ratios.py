"""Shares and multiples that are no percentage: "a fifth", "two-thirds", "half of", "one in three", "doubled", "2.5 times"."""

from __future__ import annotations

import re
from decimal import Decimal

from enrichers.figures.counted import find_noun, whole_of
from enrichers.figures.line import Draft, Line, Token
from enrichers.figures.numbers import Number
from enrichers.figures.part_units import read_part_of_unit
from enrichers.figures.ranges import is_share_range

_IN = re.compile(r" (?P<link>in|out of|of)(?: every)? ")
_ONE_IN = re.compile(r" (?P<noun>[a-z]+) in (?:every )?")
_TIMES = re.compile(r"[ -]?(?:times\b|(?P<x>[xX×])(?![^\W_])|-?fold\b)")
_ONES_LEFT = (
    ["last"],
    ["first"],
    ["final"],
    ["next"],
    ["other"],
    ["remaining"],
)  # "the last 16 of 287"
_OBJECTS = (
    ["it"],
    ["them"],
    ["him"],
    ["us"],
    ["me"],
    ["the"],
    ["a"],
    ["an"],
    ["their"],
    ["his"],
    ["its"],
    ["no"],
)
_MOST = ((Decimal(2), Decimal(3)), (Decimal(3), Decimal(4)))
_LEADS = frozenset(
    ["about", "almost", "around", "least", "nearly", "over", "roughly", "some", "than", "that"]
)
_NOT_HALF = frozenset(
    {
        "first",
        "second",
        "final",
        "other",
        "better",
        "top",
        "bottom",
        "last",
        "this",
        "next",
        "each",
        "every",
        "1st",
        "2nd",
        "and",
    }
)
_HALF_OF = frozenset(
    {
        "of",
        "the",
        "its",
        "their",
        "his",
        "her",
        "our",
        "my",
        "your",
        "those",
        "that",
        "these",
        "this",
        "such",
        "all",
        "as",
    }
)


def read_fractions(line: Line) -> None:
    """Take every fraction in words on the line: "a third of", "two-thirds", "nearly half the"."""
    fractions = line.lexicon.numbers.fractions
    last: Draft | None = None
    for index in line.marked:
        token = line.tokens[index]
        if token.word in fractions and line.is_free(token.start, token.end):
            draft = _half(line, index) if token.word == "half" else _fraction(line, index)
            if draft and last and is_share_range(line, last, draft):
                last.low, last.high, last.value = last.value, draft.value, None
                last.noun, last.modifier, last.rule = draft.noun, "range", "fraction_range"
                line.cover(last.end, draft.end)
                last.end = draft.end
            elif draft and line.add(draft):
                last = draft


def _half(line: Line, index: int) -> Draft | None:
    token, following = line.tokens[index], line.words_after(line.tokens[index].end, 1)
    before = line.words_before(token.start, 1)
    if not following or line.text[token.end : token.end + 1] not in " ,.;)":
        return None
    if following[0] not in _HALF_OF and not _is_share_alone(line, token):
        return None
    if before and (before[0] in _NOT_HALF or before[0] in line.lexicon.numbers.small):
        return None
    return _share(line, token.start, token.end, Decimal("0.5"))


def _is_share_alone(line: Line, token: Token) -> bool:
    """As in "about half came", "by more than half": a word that measures before it, and no noun after it."""
    measuring = (
        ["about"], ["nearly"], ["almost"], ["roughly"], ["than"], ["around"], ["approximately"],
        ["over"], ["only"], ["by"], ["least"],
    )  # fmt: skip
    if line.words_before(token.start, 1) not in measuring:
        return False
    following = line.words_after(token.end, 1)[0]
    sets = line.lexicon.words.sets
    return (
        not following[0].isalpha()
        or following in sets["nouns.stop"] - {"a", "an", "past", "hour", "up", "down"}
        or following in sets["nouns.verbs"]
        or following.endswith("ed")
    )


def _fraction(line: Line, index: int) -> Draft | None:
    """A numerator, "a" or "one" before; for "quarter" and the like after "a" also a word that says a share."""
    token = line.tokens[index]
    if index == 0:
        return None
    top_token = line.tokens[index - 1]
    if line.text[top_token.end : token.start] not in (" ", "-", "‑"):
        return None
    top = _numerator(line, top_token)
    bottom = line.lexicon.numbers.fractions[token.word]
    if top is None or not (top == 1) ^ token.word.endswith(("s", "halves")):
        return None
    if top >= bottom or not _says_a_share(line, token, top_token) or _is_of_a_scale(line, token):
        return None
    return _share(line, top_token.start, token.end, Decimal(top) / Decimal(bottom))


def _is_of_a_scale(line: Line, token: Token) -> bool:
    """As in "a quarter of a million people", which is one number."""
    following = line.words_after(token.end, 3)
    return (
        following[:2] == ["of", "a"]
        and following[2:] != []
        and (following[2] in line.lexicon.numbers.scales)
    )


def _numerator(line: Line, token: Token) -> int | None:
    if token.word in ("a", "an"):
        return 1
    if token.word.isdecimal():
        return int(token.word) if len(token.word) < 3 else None
    return line.lexicon.numbers.small.get(token.word)


def _says_a_share(line: Line, token: Token, top: Token) -> bool:
    following = line.words_after(token.end, 1)
    if top.word not in ("a", "an") and line.text[top.end : token.start] == "-":
        return True
    if (
        following
        and _compares(line, top)
        and (
            following[0] in ("and", "or", "to", "from", "in", "since", "on", "this", "last")
            or not following[0].isalpha()
        )
    ):
        return True
    if top.word in ("a", "an", "one") or token.word in ("quarters", "halves", "seconds"):
        return bool(following) and following[0] in (
            "of",
            "majority",
            "the",
            "as",
            "less",
            "more",
            "its",
            "to",
        )
    return True


def _compares(line: Line, top: Token) -> bool:
    """As in "by a third" and "almost a quarter", "between a fifth and a quarter"."""
    if "between" in line.words_before(top.start, 4):
        return True
    return not {"by", "than", "nearly", "about", "almost", "over", "around", "roughly"}.isdisjoint(
        line.words_before(top.start, 1)
    )


def _share(line: Line, start: int, end: int, value: Decimal) -> Draft:
    measured = read_part_of_unit(line, start, end, value)
    if measured:
        return measured
    noun = find_noun(line, whole_of(line, end), singular=True)
    return Draft(
        start=start,
        end=end,
        kind="ratio",
        rule="fraction",
        value=value,
        noun=line.text[noun.start : noun.end] if noun else None,
    )


def read_n_in_m(line: Line, first: Number, second: Number) -> Draft | None:
    """As in "one in three", "nine out of 10", "two of four": the first as a share of the second."""
    between = line.text[first.end : second.start]
    one_in = _ONE_IN.fullmatch(between) if first.value == 1 else None
    if one_in and second.value in (3, 4, 5, 6, 8, 10, 20, 50, 100, 1000):
        return Draft(
            start=first.start,
            end=second.end,
            kind="ratio",
            rule="n_in_m",
            value=1 / second.value,
            noun=one_in["noun"],
        )
    link = _IN.fullmatch(between)
    if link and link["link"] == "of" and line.words_before(first.start, 1) in _ONES_LEFT:
        return None
    if link is None or not first.value or not second.value or first.value >= second.value:
        return None
    if not (
        _is_share_of(link["link"], first, second) or _is_most(line, link["link"], first, second)
    ):
        return None
    noun = find_noun(line, second.end)
    if noun and first.value == 1 and line.words_after(noun.end, 1) in _OBJECTS:
        noun = None  # "one in ten opposes it"
    return Draft(
        start=first.start,
        end=second.end,
        kind="ratio",
        rule="n_in_m",
        value=first.value / second.value,
        noun=line.text[noun.start : noun.end] if noun else None,
    )


def _is_share_of(link: str, first: Number, second: Number) -> bool:
    if link == "in":
        return (
            first.value == 1
            or ((second.value or 0) % 5 == 0 and not second.plain)
            or ((first.value or 0) < 10 and second.value in (10, 100, 1000))
        )
    return (first.value or 0) < 1000 and not (second.plain and (second.value or 0) > 1500)


def _is_most(line: Line, link: str, first: Number, second: Number) -> bool:
    """As in "Two in three voters", "nearly 3 in 4 adults"; but "he won 3 in 4 games" counts them."""
    if link != "in" or (first.value, second.value) not in _MOST:
        return False
    lead = line.words_before(first.start, 1)
    return not lead or " ".join(lead) in _LEADS


def read_multiple(line: Line, number: Number) -> Draft | None:
    """As in "2.5 times", "10x", "three-fold"; "3,200 times" counts occurrences and is the same kind."""
    match = _TIMES.match(line.text, number.end)
    if match is None or number.vague:
        return None
    return Draft(
        start=number.start,
        end=match.end(),
        kind="multiple",
        rule="times",
        value=number.value,
        noun=None,
    )


def read_multiple_words(line: Line) -> None:
    """As in "doubled", "twice as", "sixfold", "triple the"."""
    multiples = line.lexicon.numbers.multiples
    for index in line.marked:
        token = line.tokens[index]
        value = multiples.get(token.word)
        if (
            value is None
            or not line.is_free(token.start, token.end)
            or not _is_multiple(line, token)
        ):
            continue
        line.add(
            Draft(
                start=token.start,
                end=token.end,
                kind="multiple",
                rule="multiple_word",
                value=value,
            )
        )


def _is_multiple(line: Line, token: Token) -> bool:
    """As in "double room" and "triple jump" are names of things; "twice" alone is an occurrence."""
    if token.word.endswith(("ed", "fold", "ing")):
        return line.text[token.end : token.end + 1] != "-"
    following = line.words_after(token.end, 1)
    if token.word in ("twice", "thrice"):
        return bool(following) and following[0] in (
            "as",
            "the",
            "that",
            "its",
            "their",
            "what",
            "his",
            "her",
        )
    return bool(following) and following[0] in ("the", "that", "its", "their", "what", "his", "her")
