"""Counts that are rates: "12 deaths per 100,000 people", "3,000 tests a day", "20 per week". The noun stays what is counted."""

from __future__ import annotations

import re

from enrichers.figures.counted import find_noun
from enrichers.figures.line import Draft, Line

_TIME = "second|minute|hour|day|night|week|month|quarter|year|decade|century|season|shift"
_PER_TIME = re.compile(
    rf" ?(?:(?P<per>per|every|each|/) ?|an? )(?P<unit>{_TIME})\b(?! (?:ago|later|earlier|after|before|since|old)\b|-)"
)
_PER_MANY = re.compile(
    r" (?:per|for every|out of every|in every) (?P<many>[0-9][0-9,. \u00a0]*[0-9](?: (?:million|thousand))?"
    r"|(?:a |one )?(?:hundred|thousand|million)(?: thousand)?)(?![\w%])"
)
_KINDS = frozenset({"count", "quantity"})
_RULES = frozenset({"count", "bare_number", "inherited"})
_IRREGULAR = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "lives": "life",
}
_ES = ("sses", "ches", "shes", "xes", "uses", "oes")
_E_STAYS = ("auses", "ouses", "excuses", "headaches", "shoes", "canoes")
_SHORT_IN_E = frozenset({"foes", "toes", "woes"})
_SHORT = 3


def apply_rates(line: Line) -> None:
    """Give counts with a denominator behind them a unit such as "test/day"; the denominator is no figure of its own."""
    taken: list[tuple[int, int]] = []
    for draft in line.drafts:
        if draft.kind not in _KINDS or draft.rule not in _RULES or draft.unit is not None:
            continue
        end = _end_of_noun(line, draft)
        many = _PER_MANY.match(line.text, end)
        time = None if many else _PER_TIME.match(line.text, end)
        if many:
            taken.append((end, many.end()))
            draft.unit = f"{singular(draft.noun)}/{many['many']}{_among(line, many.end())}"
        elif time and (draft.noun or time["per"]) and line.is_free(end, time.end()):
            draft.unit = f"{singular(draft.noun)}/{time['unit']}"
        if draft.unit is not None:
            draft.kind, draft.rule = "count", "rate"
    if taken:
        line.drafts[:] = [draft for draft in line.drafts if not _is_inside(draft, taken)]


def _end_of_noun(line: Line, draft: Draft) -> int:
    """Where the counted phrase ends: behind the noun where it follows the number, else behind the number."""
    noun = find_noun(line, draft.end, singular=draft.value == 1) if draft.noun else None
    is_own = noun is not None and line.text[noun.start : noun.end] == draft.noun
    return noun.end if noun and is_own else draft.end


def _among(line: Line, position: int) -> str:
    """What the many are: " people" of "per 100,000 people"."""
    noun = find_noun(line, position)
    return f" {line.text[noun.start : noun.end]}" if noun else ""


def _is_inside(draft: Draft, spans: list[tuple[int, int]]) -> bool:
    return any(start <= draft.start < end for start, end in spans)


def singular(noun: str | None) -> str:
    """A counted noun as the name of one of it, "count" where there is none.

    >>> singular("Flights"), singular("people"), singular("cities"), singular(None)
    ('flight', 'person', 'city', 'count')
    >>> singular("cargoes"), singular("canoes"), singular("buses"), singular("houses")
    ('cargo', 'canoe', 'bus', 'house')
    """
    word = (noun or "count").lower()
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(_ES) and not word.endswith(_E_STAYS) and word not in _SHORT_IN_E:
        return word[:-2]
    is_plural = word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > _SHORT
    return word[:-1] if is_plural else word
