"""Ages that name no unit: "aged 29", "at the age of 65", "ages 18 to 34", and the bare ", 22," after a name."""

from __future__ import annotations

import re

from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Draft, Line
from enrichers.figures.numbers import Number
from enrichers.figures.units import to_base

_OLDEST = 120
_LONGEST_LIST = 24
_YOUNGEST = 10
_BEING = frozenset({"was", "is", "be", "were", "turns", "turned"})
_AUXILIARY = frozenset({"will", "would", "now", "only", "just", "not", "still", "to", "already"})
_ENDING = frozenset({"and", "at", "but", "by", "in", "next", "on", "or", "this", "when"})
_TO_COME = (["will"], ["to"], ["would"], ["ll"], ["d"])
_DYING = (["died"], ["dies"], ["dead"], ["retired"], ["retire"], ["married"], ["widowed"])
_OR_MORE = (["older"], ["over"], ["above"], ["up"], ["under"], ["younger"], ["below"])
_OLDEST_GROUP = 100
_GROUP = re.compile(
    r"(?:\b(?P<lead>the|for|among|all) )?\b(?:under|over)(?P<gap>[- ‑])\Z", re.IGNORECASE
)
_GROUP_REACH = 14
_PLURAL = re.compile(r"['’]?s\b")


def read_age(line: Line, number: Number) -> Draft | None:
    """The age in years that `number` gives; None where neither a word nor the place after a name says so."""
    if number.value is None or not 0 < number.value <= _OLDEST or number.scaled or number.mark:
        return None
    if not (
        _is_group(line, number)
        or _is_led(line, number)
        or _is_apposed(line, number)
        or _is_of_people(line, number)
        or _is_bracketed(line, number)
    ):
        return None
    draft = Draft(
        start=number.start,
        end=number.end,
        kind="duration",
        rule="age",
        value=number.value,
        unit="year",
    )
    to_base(draft, lexicon().units.by_word["year"])
    return draft


def _is_group(line: Line, number: Number) -> bool:
    """As in "under-12s go free", "the over 65s": not "ran it in under 10s"."""
    match = _GROUP.search(line.text, max(0, number.start - _GROUP_REACH), number.start)
    if match is None or _PLURAL.match(line.text, number.end) is None:
        return False
    return match["gap"] != " " or match["lead"] is not None


def _is_led(line: Line, number: Number) -> bool:
    words = line.words_before(number.start, 5)
    ages = line.lexicon.words.sets["ages.before"]
    if not words:
        return False
    if (words[-1] == "both" and number.plain) or words[-1] in ages or words[-2:] == ["age", "of"]:
        return True
    if any(
        (
            _is_said_of_a_person(line, number, words),
            _is_expected(line, number),
            _is_when_one_died(line, number, words),
        )
    ):
        return True
    if words[-1] in ("turned", "turning") or (words[-1] == "turn" and words[-2:-1] in _TO_COME):
        following = line.words_after(number.end, 1)
        return number.plain and (
            not following or following[0] in (".", ",", "in", "on", "this", "last", "and")
        )
    if (
        len(words) > 2
        and words[-1] in ("to", "or", "between")
        and not ages.isdisjoint(words[-4:-1])
    ):
        return True
    return _is_listed(line, number)


def _is_said_of_a_person(line: Line, number: Number, words: list[str]) -> bool:
    """As in "she was 35 when", "he will be 40 in May", "he turns 50": nothing that could be counted follows."""
    following = line.words_after(number.end, 1)
    words = list(words)
    while words and words[-1] in _AUXILIARY:
        words.pop()
    is_short = words[-1:] == ["s"] and words[-2:-1] in (["he"], ["she"])  # "she's 45"
    if not words or not (is_short or words[-1] in _BEING):
        return False
    if following == ["when"]:
        return True
    subject = [word for word in words[:-1] if word not in _AUXILIARY]
    alone = not following or following[0] in _ENDING or not following[0][0].isalnum()
    return (number.value or 0) >= _YOUNGEST and alone and subject[-1:] in (["he"], ["she"], ["who"])


def _is_when_one_died(line: Line, number: Number, words: list[str]) -> bool:
    """As in "died at 87", "At 71, he still runs", "Smith, then 45, said": nothing follows that could be counted."""
    if not number.plain or (number.value or 0) < _YOUNGEST:
        return False
    following = line.words_after(number.end, 2)
    if words[-1] == "at" and words[-2:-1] in _DYING:
        return (
            not following
            or following[0] in ("in", "on", "after", "of")
            or not following[0].isalnum()
        )
    if words == ["at"]:
        return following[:1] == [","] and following[1:] in (["he"], ["she"])
    return words[-1] in ("then", "now") and words[-2:-1] == [","] and following[:1] == [","]


def _is_of_people(line: Line, number: Number) -> bool:
    """As in "adults 65 and older", "children under 5", "women between 18 and 49": nothing follows that could be counted."""
    if number.scaled or (number.spelled and (number.value or 0) < _YOUNGEST):
        return False
    people = line.lexicon.words.sets["ages.people"]
    words, following = line.words_before(number.start, 4), line.words_after(number.end, 2)
    if words[-1:] and words[-1] in people and line.text[number.start - 1] == " ":
        return following[:1] in (["and"], ["or"]) and following[1:] in _OR_MORE
    if following and following[0] not in _ENDING and following[0][0].isalnum():
        return False
    if words[-1:] in (["under"], ["over"]):
        if words[-2:-1] in (["are"], ["were"]):  # "most people are under 40"
            words = [*words[:-2], words[-1]]
        return words[-2:-1] != [] and words[-2] in people and (number.value or 0) <= _OLDEST_GROUP
    is_second = words[-1:] == ["and"] and words[-3:-2] == ["between"]
    return is_second and words[0] in people


def _is_bracketed(line: Line, number: Number) -> bool:
    """As in "a woman (45)": after a name it could be a goal's minute, or a count."""
    if not number.plain or not line.text.startswith(")", number.end):
        return False
    before = line.words_before(number.start, 2)
    return before[1:] == ["("] and before[0] in line.lexicon.words.sets["ages.person"]


def _is_expected(line: Line, number: Number) -> bool:
    """As in "life expectancy is 73", "the median age fell to 38"."""
    words = line.words_before(number.start, 14)
    for phrase in ("life expectancy", "median age", "average age", "retirement age", "mean age"):
        head, tail = phrase.split()
        for index in range(len(words) - 2, -1, -1):
            if words[index : index + 2] == [head, tail]:
                return not any(word[0].isdigit() or word in ".;" for word in words[index + 2 :])
    return False


def _is_listed(line: Line, number: Number) -> bool:
    """As the 25 and the 31 of "three men aged 22, 25 and 31"."""
    words = line.words_before(number.start, _LONGEST_LIST)
    while words and (words[-1] in (",", "and") or words[-1].isdigit()):
        last = words.pop()
        if words and words[-1] in line.lexicon.words.sets["ages.before"]:
            return last.isdigit()
    return False


def _is_apposed(line: Line, number: Number) -> bool:
    """As in "Jamie Armstrong, 25, said": after a name and a comma, before a comma or the end."""
    text, start = line.text, number.start
    if not number.plain or text[max(0, start - 2) : start] != ", " or start < 4:
        return False
    name = line.token_before(start - 2)
    junior = line.words_before(start - 2, 2)[:1] in (["jr"], ["sr"])
    if junior and name is not None and name.word == ".":  # "Roe Jr., 55,"
        return text[number.end : number.end + 1] in (",", ".")
    if (
        name is None
        or name.end != start - 2
        or not name.word.isalpha()
        or name.word in line.lexicon.time.months
    ):
        return False
    following = text[number.end : number.end + 2]
    if not text[name.start].isupper():
        return following == ", " and (number.value or 0) >= 14
    return (
        following[:1] in (",", ".", ")")
        and not following[1:].isdigit()
        and (number.value or 0) >= 1
    )
