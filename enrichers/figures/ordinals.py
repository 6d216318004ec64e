"""Ordinals: "first visit", "21st", "twenty-first"; not "first, ..." as an adverb nor a name such as "First Lady"."""

from __future__ import annotations

import re
from decimal import Decimal

from enrichers.figures.counted import find_noun, is_plural
from enrichers.figures.line import Draft, Line, Token

_DIGITS = re.compile(r"[0-9]{1,5}(?:st|nd|rd|th)(?![^\W_])", re.IGNORECASE)
_STREET_NUMBER = re.compile(
    r"(?:st|nd|rd|th) (?:Street|St|Avenue|Ave|Amendment|Congress|Infantry|Brigade|Division|Battalion|Regiment|Fleet|Airborne|Parallel)\b"
)
_ADVERB_AFTER = frozenset({",", ":", ".", ")", "and"})


def read_ordinals(line: Line) -> None:
    """Take every ordinal on the line that is still free."""
    ordinals = line.lexicon.numbers.ordinals
    for index in line.marked:
        token = line.tokens[index]
        if token.word[0].isdigit():
            _add_digits(line, token)
        elif token.word in ordinals and line.is_free(token.start, token.end):
            _add_word(line, index)


def _add_digits(line: Line, token: Token) -> None:
    match = _DIGITS.match(line.text, token.start)
    if match and _STREET_NUMBER.match(line.text, token.end):
        line.cover(match.start(), match.end())
    elif match and (token.start == 0 or not line.text[token.start - 1].isalnum()):
        _add(line, match.start(), match.end(), int(token.word))


def _add_word(line: Line, index: int) -> None:
    token = line.tokens[index]
    value, start = line.lexicon.numbers.ordinals[token.word], token.start
    if index:
        before = line.tokens[index - 1]
        tens = line.lexicon.numbers.tens.get(before.word)
        if tens and value < 10 and line.text[before.end : start] in ("-", " "):
            value, start = value + tens, before.start
    if start == token.start and not _is_ordinal(line, token):
        return
    _add(line, start, token.end, value)


def _is_ordinal(line: Line, token: Token) -> bool:
    text = line.text
    glued = text[token.end : token.end + 1] == "-" and token.word in ("second", "third")
    if glued and text[token.end + 1 : token.end + 5].lower() in ("hand", "part", "gues"):
        return False
    if token.word not in ("first", "second"):
        return True
    following = line.words_after(token.end, 1)
    before = line.words_before(token.start, 1)
    if before in ([], ["."]) and following and following[0] in _ADVERB_AFTER:
        return False
    return token.word != "second" or not _is_time(line, before, following)


def _is_time(line: Line, before: list[str], following: list[str]) -> bool:
    """As in "per second", "a second later"; but "a second attempt" is an ordinal."""
    if not before or before[0] not in ("per", "a", "split", "every"):
        return False
    return (
        not following
        or not following[0].isalpha()
        or following[0] == "flat"
        or following[0] in line.lexicon.words.sets["nouns.stop"]
    )


def _every(line: Line, start: int, end: int, value: int) -> Draft | None:
    """As in "every third voter": one in three; but "every third day" says how often."""
    before = line.token_before(start)
    if (
        before is None
        or before.word != "every"
        or value < 2
        or line.text[before.end : start] != " "
    ):
        return None
    noun = find_noun(line, end, singular=True)
    if noun is not None and is_plural(line, noun.word):  # "every third child lives"
        noun = line.token_before(noun.start)
    if noun is None or noun.start <= end or noun.word[-1].isdigit():
        return None
    time = line.lexicon.time
    often = line.lexicon.words.sets["every_nth.often"]
    if any(noun.word in words for words in (time.units, time.weekdays, time.months, often)):
        return None
    return Draft(
        start=before.start,
        end=end,
        kind="ratio",
        rule="every_nth",
        value=1 / Decimal(value),
        noun=line.text[noun.start : noun.end],
    )


def _add(line: Line, start: int, end: int, value: int) -> None:
    share = _every(line, start, end, value)
    if share is not None and line.add(share):
        return
    noun = find_noun(line, end, singular=True)
    line.add(
        Draft(
            start=start,
            end=end,
            kind="ordinal",
            rule="ordinal",
            value=Decimal(value),
            noun=line.text[noun.start : noun.end] if noun else None,
        )
    )
