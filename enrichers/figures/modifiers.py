"""Words that bend a number: "over", "nearly", "at least", "up to", "or more". They stand outside the figure's span."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import cast

from enrichers.figures.line import Draft, Line
from enrichers.figures.partitive import PARTITIVE
from schemas.marks import Modifier

_GLUE = frozenset(
    {
        "a",
        "an",
        "the",
        "just",
        "only",
        "$",
        "£",
        "€",
        ",",
        "us",
        "its",
        "their",
        "his",
        "her",
        "another",
        "as",
    }
)
_SIGN = re.compile(r"(?P<sign>~|≈|≃|≥|≤|[<>] ?=|[=][<>]|[<>])[ ]?\Z")
_PLUS = re.compile(  # "20 plus people"; not "5 percent plus a bonus"
    r"\+|-plus\b| plus\b(?! (?:[0-9$£€]|(?:an?|the|its|his|her|their|any|some|another|interest|expenses|costs|tax)\b))"
)
_ODD = re.compile(r"[- ]odd\b|-?ish\b")
_BOUNDS = (["at", "least"], ["at", "most"], ["more", "than"])
_PLACES = (["within"], ["near"], ["inside"])  # "near 12 villages": where, not how many
_WHERE = frozenset({"above", "below", "beyond", "near", "over", "under"})
_AVERAGE = re.compile(  # "above its 200-day average"; but "past the two-hour mark"
    r" (?:(?:simple |exponential |weighted |moving |rolling |historical |record )*(?:averages?|mean|median|highs?|lows?|peaks?|trend))\b"
)
_LONGEST = 5


def apply_modifiers(line: Line) -> None:
    """Set modifier, low and high of every number on the line that has no range of its own."""
    for draft in line.drafts:
        if (
            draft.value is None
            or draft.kind in ("date", "ordinal", "score")
            or draft.modifier != "exact"
        ):
            continue
        name = modifier_of(line, draft.start, draft.end) or _after_noun(line, draft)
        if name and not _is_bent(line, draft, name):
            continue
        if name == "equal":
            draft.low = draft.high = draft.value
        elif name:
            bend(draft, cast("Modifier", name))


def _is_bent(line: Line, draft: Draft, name: str) -> bool:
    """Whether the word bends this number: "within the last month" says when, "near 12 villages" where."""
    if draft.rule in ("last_n", "first_n") and name in ("over", "under"):
        return False
    if draft.rule == PARTITIVE:  # "flew over one of the villages", "close to one of its camps"
        return line.words_before(draft.start, 2) in _BOUNDS
    lead = line.words_before(draft.start, 1)
    if lead in _PLACES and (
        draft.kind == "count" or (lead == ["inside"] and draft.kind != "duration")
    ):
        return False
    if _AVERAGE.match(line.text, draft.end) and _is_beside(line, draft.start):
        return False
    if name == "nearly" and draft.kind not in ("ratio", "multiple"):
        return not _is_exception(line, draft.start)
    is_length = draft.kind == "duration" and draft.rule != "age"
    return not (name == "over" and is_length and _is_during(line, draft.start))


def _is_beside(line: Line, start: int) -> bool:
    """As in "near a 30-year low", "below its 50-day average": the word bends the average, not how long it spans."""
    before = [word for word in line.words_before(start, 3) if word not in _GLUE]
    return before[-1:] != [] and before[-1] in _WHERE


def _is_exception(line: Line, start: int) -> bool:
    """As in "all but two of them": how many are left out, not nearly two."""
    return line.words_before(start, 2) == ["all", "but"]


def _after_noun(line: Line, draft: Draft) -> str | None:
    """As in "40 people or more": behind what is counted, where that comes next."""
    if draft.kind != "count" or not draft.noun:
        return None
    end = draft.end + 1 + len(draft.noun)
    is_next = line.text.startswith(f" {draft.noun} ", draft.end)
    return _after(line, end) if is_next else None


def _is_during(line: Line, start: int) -> bool:
    """As in "invest $3 million over five years": not "for over five years", "a man over 60"."""
    before = line.words_before(start, 2)
    lasting = line.lexicon.words.sets["modifier_limits.lasting"]
    return before[-1:] == ["over"] and len(before) > 1 and before[0] not in lasting


def bend(draft: Draft, modifier: Modifier) -> None:
    """Write one modifier and the bound it sets."""
    draft.modifier = modifier
    if modifier in ("over", "at_least"):
        draft.low = draft.value
    elif modifier in ("under", "at_most", "nearly"):
        draft.high = draft.value


def modifier_of(line: Line, start: int, end: int) -> str | None:
    """The modifier of the span: after it ("or more"), glued before it ("~5"), or in words before it."""
    words = line.lexicon.words
    if line.text[end : end + 1] == " ":
        name = _after(line, end)
        if name:
            return name
    if _PLUS.match(line.text, end):
        return "at_least"
    if _ODD.match(line.text, end):
        return "approx"
    sign = _SIGN.search(line.text[max(0, start - 4) : start])
    if sign:
        return words.signs.get(sign["sign"])
    return _before(line, start)


def _after(line: Line, end: int) -> str | None:
    """As in "or more", "and over"; not the start of a second bound ("or less than 6000", "and below 1500")."""
    after, phrases = line.words_after(end, _LONGEST), line.lexicon.words.modifiers_after
    for count in range(min(4, len(after)), 1, -1):
        name = phrases.get(" ".join(after[:count]))
        if name:
            following = after[count] if len(after) > count else ""
            return None if following in ("than", "or") or following.isdigit() else name
    return None


def merge_bounds(line: Line) -> None:
    """Make one range of two bounds on the same thing: "greater than 100 and smaller than 300"."""
    merged: list[Draft] = []
    for draft in line.drafts:
        if merged and _are_bounds(line, merged[-1], draft):
            _merge(merged[-1], draft)
        else:
            merged.append(draft)
    line.drafts[:] = merged


def _are_bounds(line: Line, left: Draft, right: Draft) -> bool:
    below, above = (left, right) if left.low is not None else (right, left)
    if (
        below.low is None
        or above.high is None
        or left.value is None
        or right.value is None
        or below.low >= above.high
    ):
        return False
    if (left.low is not None and left.high is not None) or (
        right.low is not None and right.high is not None
    ):
        return False
    words = line.words_after(left.end, line.index_at(right.start) - line.index_at(left.end))
    alike = left.kind == right.kind or left.rule == "bare_number"
    return (
        alike
        and words[:1] in (["and"], ["but"])
        and " ".join(words[1:]) in line.lexicon.words.modifiers
    )


def _merge(left: Draft, right: Draft) -> None:
    left.low, left.high = (left.low, right.high) if left.low is not None else (right.low, left.high)
    left.value, left.modifier, left.end = None, "range", right.end
    left.kind, left.unit, left.noun, left.rule = right.kind, right.unit, right.noun, "bounds"
    left.base_value = left.base_unit = None


def _before(line: Line, start: int) -> str | None:
    before = line.words_before(start, _LONGEST + 2)
    for _ in range(3):
        found = _longest_at_end(line, before)
        if found:
            return None if _is_direction(line, before) else found
        if not before or before[-1] not in _GLUE:
            return None
        before = before[:-1]
    return None


def _is_direction(line: Line, before: list[str]) -> bool:
    """As in "went back up to 4.8 percent" and "rose up to": where to, not how much at most."""
    if before[-2:] != ["up", "to"] or len(before) < 3:
        return False
    words = line.lexicon.words
    is_rise = words.change.get(before[-3]) == "up"  # "cut up to 700 jobs" sets a bound
    return is_rise or before[-3] in words.sets["modifier_limits.moving"]


def apply_conversions(line: Line) -> None:
    """Give a figure in brackets the bound of the one it converts: "more than 100 kilometres (60 miles)"."""
    for left, right in pairwise(line.drafts):
        if right.modifier != "exact" or right.value is None or left.value is None:
            continue
        if left.modifier == "exact" or not _is_conversion(line, left, right):
            continue
        bend(right, left.modifier)


def _is_conversion(line: Line, left: Draft, right: Draft) -> bool:
    gap = line.text[left.end : right.start]
    opens = gap in (" (", " ($", " (£", " (€", " [")
    goes_on = gap in (" / ", "/", "; ", ", ", " or ")
    if goes_on and line.text.find("(", max(0, left.start - 40), left.start) < 0:
        return False
    closes = line.text[right.end : right.end + 1] in (")", "]", " ", ";", ",", "/")
    if not (opens or goes_on) or not closes or left.kind != right.kind:
        return False
    if left.kind == "money":
        return opens and left.unit != right.unit
    return left.kind == "quantity" and left.unit != right.unit and left.base_unit == right.base_unit


def _longest_at_end(line: Line, before: list[str]) -> str | None:
    modifiers = line.lexicon.words.modifiers
    for count in range(min(_LONGEST, len(before)), 0, -1):
        name = modifiers.get(" ".join(before[-count:]))
        if name:
            return name
    return None
