"""Numbers that are part of a name or an address by the words around them: "Boeing 737 MAX", "Route 66", "version 12.1"."""

from __future__ import annotations

import re
from decimal import Decimal

from enrichers.figures.capitals import is_title_case
from enrichers.figures.counted import find_noun
from enrichers.figures.line import Line
from enrichers.figures.numbers import Number

_PREPOSITIONS = frozenset(
    {
        "in",
        "at",
        "on",
        "near",
        "from",
        "of",
        "across",
        "around",
        "by",
        "for",
        "to",
        "with",
        "and",
        "over",
        "about",
        "than",
        "some",
        "the",
    }
)
_PAIR = re.compile(r"(?<![\w/])\d{1,3}/\d{1,3}(?:/\d{1,4})?(?![\w/])")
_ADDRESS = re.compile(
    r" (?:[A-Z][a-z]+ ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Place|Pl|Way|Square|Court|Ct|Highway|Terrace|Parkway)\b"
)
_LISTING = frozenset({"and", "or", ",", "to", "through", "&"})
_LONGEST_LIST = 12
_LEAST_MODEL = 100
_NEAR = 200  # characters within which a name is taken up again
_CAPITAL_AFTER = re.compile(r" [A-Z][\w]*")
_NAME_BEFORE = re.compile(r"\w*[A-Z]\w* \Z")


def is_name(line: Line, number: Number) -> bool:
    """Whether a number without a unit is part of a name or an address rather than a count."""
    if _is_identifier(line.text, number):
        return True
    if not (number.spelled or number.scaled or number.mark) and _is_listed_label(line, number):
        return True
    if number.plain and (_repeats_a_name(line, number) or _is_model(line, number)):
        return True
    if not number.plain and not (number.spelled and (number.value or 0) < 100):
        return _is_labelled_decimal(line, number) or _is_sequel(line, number)
    token = line.token_before(number.start)
    if token is None or line.text[token.end : number.start] not in (" ", "-", ". ", " # ", " #"):
        return False
    return _follows_label(line, number, token.word, line.text[token.start : token.end])


def _is_listed_label(line: Line, number: Number) -> bool:
    """As the 5 of "sections 3, 4 and 5": a plural label names each of a list, where nothing is counted by the last."""
    words = line.words_before(number.start, _LONGEST_LIST)
    if not words or words[-1] not in _LISTING:
        return False
    while words and (words[-1] in _LISTING or words[-1] == "." or words[-1].isdigit()):
        words.pop()
    is_label = bool(words) and words[-1] in line.lexicon.words.sets["traps.labels"]
    return (
        is_label
        and words[-1][-2:] not in ("ss", "us", "ps")
        and words[-1].endswith("s")
        and find_noun(line, number.end) is None
    )


def _is_labelled_decimal(line: Line, number: Number) -> bool:
    """As in "version 12.1", "section 4.2": a point may part a label's number."""
    token = line.token_before(number.start)
    return (
        token is not None
        and not number.scaled
        and token.word in line.lexicon.words.sets["traps.pointed"]
        and line.text[token.end : number.start] == " "
    )


def _is_sequel(line: Line, number: Number) -> bool:
    """As in "Trump 2.0 began": a name in its next version."""
    before = line.token_before(number.start)
    return (
        before is not None
        and line.text[number.start : number.end] in ("2.0", "3.0", "4.0")
        and line.text[before.start].isupper()
        and before.word not in _PREPOSITIONS
        and line.text[before.end : number.start] == " "
    )


def _repeats_a_name(line: Line, number: Number) -> bool:
    """As in the second 11 of "the iPhone 11 Pro and 11 Pro Max": a name on the line ends in these very words."""
    following = _CAPITAL_AFTER.match(line.text, number.end)
    if following is None:
        return False
    words = line.text[number.start : following.end()]
    first = line.text.find(words, max(0, number.start - _NEAR), number.start)
    return (
        first >= 0
        and line.is_free(first, first + len(words))
        and _NAME_BEFORE.search(line.text, max(0, first - 24), first) is not None
    )


def _is_model(line: Line, number: Number) -> bool:
    """As in "the 787 Dreamliner", "a 911 Carrera": digits and a name between capitals, and nothing counted."""
    before, following = (
        line.words_before(number.start, 1),
        _CAPITAL_AFTER.match(line.text, number.end),
    )
    is_led = before in (["the"], ["a"], ["an"], ["own"], ["s"], ["its"], ["their"])
    if following is None or not is_led or (number.value or 0) < _LEAST_MODEL:
        return False
    return find_noun(line, number.end) is None and not is_title_case(line)


def _is_identifier(text: str, number: Number) -> bool:
    """Letters, slashes or zeros glued to the digits, or a street after them."""
    if number.spelled:
        return False
    if (number.start and _is_tail(text, number.start)) or _PAIR.match(text, number.start):
        return True
    if not number.plain:
        return False
    leads_with_zero = text[number.start] == "0" and number.end - number.start > 1
    glued = number.mark is None and text[number.end : number.end + 1].isalpha()
    return leads_with_zero or glued or _ADDRESS.match(text, number.end) is not None


def _is_tail(text: str, start: int) -> bool:
    """The rest of an identifier: "A4", "12-345"."""
    return text[start - 1].isalpha() or (
        start > 1 and text[start - 1] in "-/" and text[start - 2].isdigit()
    )


def _follows_label(line: Line, number: Number, word: str, shown: str) -> bool:
    sets = line.lexicon.words.sets
    if word == "." and line.words_before(number.start, 2)[0] in (
        "no",
        "nos",
        "fig",
        "vol",
        "apt",
        "art",
        "sec",
        "ext",
        "prop",
        "op",
        "ch",
        "bldg",
        "rm",
        "ste",
        "k",
    ):
        return True
    if word in sets["traps.labels"]:
        return not word.islower() or number.plain or shown[0].isupper()
    if number.spelled and shown[0].isupper() and line.text[number.start].isupper():
        return (
            find_noun(line, number.end) is None
            and line.token_before(number.start - len(shown)) is not None
        )
    if number.spelled or not shown[0].isupper():
        return word in sets["traps.names"]
    return _follows_capital(line, number, word)


def _follows_capital(line: Line, number: Number, word: str) -> bool:
    """As in "Model 3", "Big 12", "iPhone 14"; but "In Gaza 20 people" and "Monday 20 soldiers" are counts."""
    before = line.words_before(number.start, 2)
    is_start = len(before) < 2 or before[0] in (".", ":", ";")
    time = line.lexicon.time
    if word in time.weekdays or word in time.months or word in _PREPOSITIONS:
        return False
    words = line.lexicon.words
    opens = word.endswith(("ed", "ly")) or word in words.sets["nouns.stop"]
    if is_start and (opens or word in words.modifiers):
        return False
    if is_title_case(line) and find_noun(line, number.end) is not None:
        return False  # "Acme Sells 30 Phones"
    following = line.words_after(number.end, 1)
    people = bool(following) and (following[0] in line.lexicon.words.sets["nouns.irregular"])
    return not (people and before[0] in _PREPOSITIONS)


def is_one_as_pronoun(line: Line, number: Number) -> bool:
    """As in "one" that stands for a thing named elsewhere: "the one who", "one of them", "one can only"."""
    if number.value != Decimal(1) or not number.spelled or number.scaled:
        return False
    following = line.words_after(number.end, 1)
    stops = line.lexicon.words.sets["nouns.one_stop"] | line.lexicon.words.sets["nouns.stop"]
    if not following or not following[0][0].isalpha() or following[0] in stops - {"more"}:
        return True
    before = line.words_before(number.start, 1)
    return bool(before) and before[0] in (
        "the",
        "this",
        "that",
        "which",
        "any",
        "every",
        "each",
        "no",
    )
