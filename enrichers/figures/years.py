"""Whether four digits are a year: "in 2019", "the 2003 Iron Bowl"; not "2000 people", "$2019" or "1,950"."""

from __future__ import annotations

import re

from enrichers.figures.counted import is_plural
from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Line
from enrichers.figures.measures import read_measure
from enrichers.figures.modifiers import modifier_of
from enrichers.figures.moment import Calendar
from enrichers.figures.numbers import read_numeral

_NAMING = frozenset({"called", "named", "titled", "entitled", "dubbed", "branded"})
_NAME_WORDS = 6
YEAR = r"(?P<y>(?:1[0-9]|20)[0-9]{2})(?![0-9]|,[0-9]{3}|\.[0-9]|s\b)"
"""A year of four digits in a pattern, as group y."""


def two_digit_year(text: str) -> int:
    """A year of two digits in the century it most likely means.

    >>> two_digit_year("24"), two_digit_year("95"), two_digit_year("2019")
    (2024, 1995, 2019)
    """
    number = int(text)
    if len(text) > 2:
        return number
    return number + (2000 if number < 60 else 1900)


def stated_year(match: re.Match[str], calendar: Calendar) -> int | None:
    """The year a match names, in digits or as "last year"; None if it names none."""
    if match["y"]:
        return int(match["y"])
    if match["rel"] and calendar.reference:
        return calendar.reference.year + {"last": -1, "this": 0, "next": 1}[match["rel"].lower()]
    return None


def is_year(line: Line, index: int) -> bool:
    """Whether the digits at token `index` are read as a year."""
    token = line.tokens[index]
    if (
        len(token.word) != 4
        or not 1000 <= int(token.word) <= 2199
        or not _stands_alone(line, token.start, token.end)
    ):
        return False
    before = line.words_before(token.start, 1)
    lead = before[0] if before else ""
    if lead == "least" and _is_bounded_start(line, token.start):
        return _is_led(line, token.end, "from", int(token.word))
    sets = line.lexicon.words.sets
    amount = lead == "of" and line.words_before(token.start, 2)[0] in sets["years.amounts"]
    if amount or lead in sets["years.counting"] or lead in sets["traps.names"]:
        return False
    number = int(token.word)
    bent = lead not in ("around", "circa", "over") and modifier_of(line, token.start, token.end)
    if bent or _is_named(line, index) or _is_measured(line, token.start, lead):
        return False
    return _is_led(line, token.end, lead, number)


def _is_bounded_start(line: Line, start: int) -> bool:
    """As in "from at least 2002", "since at least 1998": a bound on when it began, not on how many."""
    before = line.words_before(start, 3)
    return before[1:] == ["at", "least"] and before[0] in ("from", "since", "in")


def _is_named(line: Line, index: int) -> bool:
    """As in "a film called Blade Runner 2049": a verb of naming, then capitals up to the digits."""
    if not index or not line.tokens[index - 1].word.isalpha():
        return False
    for offset in range(index - 1, max(-1, index - _NAME_WORDS), -1):
        token = line.tokens[offset]
        if token.word in _NAMING:
            return offset < index - 1
        if not line.text[token.start].isupper():
            return False
    return False


def _is_led(line: Line, end: int, lead: str, number: int) -> bool:
    following = line.words_after(end, 3)
    plural = (
        bool(following)
        and line.text[end : end + 1] == " "
        and any(
            is_plural(line, word)
            for word in following[:2]
            if word.isalpha() and word not in line.lexicon.words.sets["nouns.stop"]
        )
    )
    people = (
        bool(following)
        and line.text[end : end + 1] == " "
        and following[0] in line.lexicon.words.sets["nouns.irregular"]
    )
    if lead in lexicon().words.sets["years.certain"]:
        return not people or lead in ("in", "since", "during")
    if lead in ("and", "to") and _follows_year(line, end - 4, number):
        return True
    if people or not 1500 <= number <= 2100:
        return False
    if lead in lexicon().words.sets["years.leads"] or lead.endswith(("’s", "'s")) or lead == "(":
        return not plural or number % 100 != 0
    return 1800 <= number <= 2100 and (not plural or (1980 <= number <= 2060 and number % 50 != 0))


def _follows_year(line: Line, start: int, number: int) -> bool:
    """As in "between A.D. 1000 and 1260": a smaller year stands right before."""
    before = line.words_before(start, 3)
    return (
        len(before) > 2
        and before[1].isdigit()
        and 800 <= int(before[1][:5]) < number
        and before[0] in ("between", "from", ".")
    )


def _stands_alone(line: Line, start: int, end: int) -> bool:
    text = line.text
    if start and (
        text[start - 1].isalnum()
        or text[start - 1] in "$£€¥₹#._"
        or (text[start - 1] == "," and start > 1 and text[start - 2].isdigit())
    ):
        return False
    tail = text[end : end + 2]
    if tail[:1].isalnum() or (tail and tail[0] in "%°_"):
        return False
    return not (tail[:1] in ".,:" and tail[1:].isdigit())


def _is_measured(line: Line, start: int, lead: str) -> bool:
    """A unit, percent sign or currency after it, or a currency before it, makes it a number."""
    number = read_numeral(line.text, start, line.lexicon.numbers)
    if number is None or number.scaled or lead in ("in", "since", "during"):
        return bool(number and number.scaled)
    draft = read_measure(line, number)
    if draft is None:
        return False
    tail = line.text[number.end : draft.end].strip()
    return draft.start < start or len(tail) > 1
