"""What a bare number takes over from the figure beside it: "from 13.5 to 14.0 mm", "3.9 million headsets, up from 2.4 million"."""

from __future__ import annotations

import re
from itertools import pairwise

from enrichers.figures.line import Draft, Line, by_sentence
from enrichers.figures.numbers import read_numeral
from enrichers.figures.referred import OTHERS, refer

_AND = re.compile(r"(?: (?P<adjective>[a-z]+(?:-[a-z]+)?))? and (?:(?P<verb>[a-z]+) )?")
_BACK = 8  # figures
_MODELS = frozenset({"quantity", "percent", "count", "duration"})
_THEN = re.compile(r"[^,;:.]{0,60} (?:in |on |by |for |during )?")
_AND_THEN = re.compile(
    r",? (?:and|but|to|from|against|versus|compared (?:with|to)|up from|down from|after|then)(?: (?:about|just|only|nearly|some|over|under|another|at least|up to|more than))? "
)
_IN_TIME = re.compile(r" (?:in |on |by |for |during |the )?(?:the )?")
_ONTO = frozenset({"to", "to just", "to only"})
_AFTER_COMMA = frozenset({", and ", ", or "})
_LAST = _AFTER_COMMA | {" and ", " or "}
_SHORT_LIST = 3
_DIGIT = re.compile(r"[0-9]")
_THOUSAND = 1000
_LISTED = frozenset({"quantity", "percent", "duration"})
_LIKE = frozenset({"compared", "versus", "than", "against", "vs"})


def inherit(line: Line, sentences: list[tuple[int, int]]) -> None:
    """Give bare numbers the noun or unit of a neighbour in their sentence, where the words between say they are alike."""
    _from_other_year(line)
    drafts = [draft for draft in line.drafts if draft.kind not in ("date", "ordinal", "score")]
    for inside in by_sentence(drafts, sentences):
        for index in range(1, len(inside)):
            _from_neighbour(line, inside[index - 1], inside[index])
            if inside[index].rule == "bare_number" and inside[index].noun is None:
                _from_parallel(line, inside, index)
        _from_list(line, inside)
        refer(line, inside)


def _from_neighbour(line: Line, left: Draft, right: Draft) -> None:
    between = line.text[left.end : right.start].strip(" $£€") if right.start - left.end < 10 else ""
    if left.rule == "bare_number" and between == "or":
        _take(left, right, money=True)
    elif left.rule == "bare_number" and left.role == "from" and between in _ONTO:
        _take(left, right)
        _take_currency(line, left, right)
    elif left.kind == right.kind == "money" and between in ("to", "from"):
        _take_denominator(left, right)
    elif right.rule == "bare_number" and _is_alike(line, left, right):
        _take(right, left)
    elif left.rule == "bare_number" and right.rule == "count" and _shares_noun(line, left, right):
        left.noun, left.rule = right.noun, "inherited"


def _take_currency(line: Line, bare: Draft, model: Draft) -> None:
    """As in "grew from 3 to 5 billion euros", "from 24.2 to 33-35 billion": the currency and the scale stand once."""
    amount = model.value if model.value is not None else model.low
    digits = _DIGIT.search(line.text, model.start, model.end)
    number = read_numeral(line.text, digits.start(), line.lexicon.numbers) if digits else None
    if model.kind != "money" or not amount or number is None or not number.value or not bare.value:
        return
    if not line.text[bare.start].isdigit() or bare.value >= _THOUSAND:
        return
    bare.value *= amount / number.value * number.scale
    bare.kind, bare.unit, bare.rule = "money", model.unit, "inherited"


def _take_denominator(left: Draft, right: Draft) -> None:
    """As in "from $75 a barrel to $45.88", "to $80 from $82.50 a barrel": the same was priced before and after."""
    if left.role is None or right.role is None or left.unit is None or right.unit is None:
        return
    whole = max(left.unit, right.unit, key=len)
    if left.unit.partition("/")[0] == right.unit.partition("/")[0]:
        left.unit, right.unit = (unit if "/" in unit else whole for unit in (left.unit, right.unit))


def _shares_noun(line: Line, left: Draft, right: Draft) -> bool:
    """As in "killed 12 and injured 30 people", "14 full-time and 20 part-time staff": one noun for both."""
    match = _AND.fullmatch(line.text[left.end : right.start]) if left.kind == "count" else None
    if match is None or right.noun in OTHERS:
        return False
    sets = line.lexicon.words.sets
    between = [word for word in (match["adjective"], match["verb"]) if word]
    if match["verb"] and not (match["verb"].endswith("ed") or match["verb"] in sets["nouns.stop"]):
        return False
    return match["verb"] is not None or not any(word in sets["nouns.stop"] for word in between)


def _from_other_year(line: Line) -> None:
    """As in "300 deaths in 2019 and 250 in 2020", "40 tonnes last year and 50 this year": alike, of another time."""
    for model, day, bare, other in zip(*(line.drafts[index:] for index in range(4)), strict=False):
        if (
            model.kind in _MODELS
            and day.kind == other.kind == "date"
            and bare.rule == "bare_number"
            and bare.noun is None
            and _THEN.fullmatch(line.text, model.end, day.start)
            and _AND_THEN.fullmatch(line.text, day.end, bare.start)
            and _IN_TIME.fullmatch(line.text, bare.end, other.start)
        ):
            bare.kind, bare.unit, bare.noun = model.kind, model.unit, model.noun
            bare.rule = "inherited"


def _from_list(line: Line, inside: list[Draft]) -> None:
    """As in "5, 10 and 20 metres", "at 20, 30 or 40 percent": the last of a list names the unit of all."""
    listed: list[Draft] = []
    for left, right in zip(reversed(inside[:-1]), reversed(inside[1:]), strict=True):
        between = line.text[left.end : right.start]
        linked = between in _LAST or (bool(listed) and between == ", ")
        if not linked or not _is_listed(line, left, right):
            listed = []
            continue
        if not listed and (right.unit is None or right.rule not in _LISTED):
            continue
        listed = listed or [right]
        listed.append(left)
        if len(listed) > 2 or between not in _AFTER_COMMA:  # "2, and 3 weeks later" is no list
            for bare in listed[1:] if len(listed) <= _SHORT_LIST else listed[-1:]:
                bare.kind, bare.unit, bare.rule = listed[0].kind, listed[0].unit, "listed"


def _is_listed(line: Line, draft: Draft, following: Draft) -> bool:
    if line.text[draft.start].isdigit() and line.text[draft.end - 1].isalpha():
        return False  # "4k and 60fps"
    if draft.rule == "inherited":
        return draft.unit is not None and draft.unit == following.unit
    is_bare = draft.noun is None and draft.unit is None and draft.value is not None
    return is_bare and draft.rule == "bare_number" and draft.role not in ("to", "from")


def _from_parallel(line: Line, inside: list[Draft], index: int) -> None:
    """As in "index A rose 1% to 300 points, while B fell 2% to 90": the same place in a clause of the same build."""
    bare = inside[index]
    if index < 2 or bare.rule != "bare_number" or inside[index - 1].kind != "percent":
        return
    if line.words_before(bare.start, 1) not in (["to"], ["at"]):
        return
    for before, model in pairwise(inside[max(0, index - _BACK) : index]):
        if before.kind == "percent" and model.kind == "quantity" and model.unit:
            _take(bare, model)
            return


def _is_alike(line: Line, left: Draft, right: Draft) -> bool:
    between = line.words_before(right.start, 8)
    words = between[-(line.index_at(right.start) - line.index_at(left.end)) :]
    if right.role in ("from", "to") and left.kind != "percent":
        return left.role is not None or left.kind != "count"
    if left.role == "from" and words == ["to"]:
        return True
    if right.modifier != "exact" and "than" in words:
        words.remove("than")  # "more than 300", which compares with nothing
    return not _LIKE.isdisjoint(words)


def _take(bare: Draft, model: Draft, *, money: bool = False) -> None:
    if model.kind in ("count", "quantity", "percent", "money", "duration") and (
        model.unit or model.noun
    ):
        if model.kind == "money" and not money:
            return
        bare.kind, bare.noun, bare.unit = model.kind, model.noun, model.unit
        bare.rule = "inherited"
