"""Two numbers that make one range: "$3-4 billion", "between 5 and 7 million euros", "40 to 50 hours", and scores like "2-1"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from enrichers.figures.counted import is_plural
from enrichers.figures.lengths import in_one_unit
from enrichers.figures.line import Draft, Line
from enrichers.figures.numbers import Number

Reader = Callable[[Line, Number], Draft | None]
_LINK = re.compile(
    r"(?:[-–—‑]| [-–—‑] |[- ](?:to|through|and|or|up to)(?:[- ](?:about|around|nearly|almost|as much as|up to|over))?[ -]| to-|- (?:to|or) | [-–](?=\Z))"
)
_CHANGE_REACH = 7
_HUNDRED = Decimal(100)
_FEW = 3
_SPREAD = frozenset(
    ["anywhere", "differ", "differed", "range", "ranged", "ranges", "ranging", "spanning", "varied", "varies", "vary", "varying"]
)  # fmt: skip
_BREAKS = frozenset({";", ".", ":", "(", ")", ","})


def read_range(line: Line, first: Number, second: Number, read: Reader) -> Draft | None:
    """The range from `first` to `second`, or None where they stand apart or mean two things."""
    right = read(line, second) or None
    left = read(line, first)
    start_of_right = right.start if right else second.start
    end_of_left = left.end if left and left.end <= start_of_right else first.end
    if first.vague or second.vague or first.value is None or second.value is None:
        return None
    link = _LINK.fullmatch(line.text[end_of_left:start_of_right])
    if (
        link
        and link[0] in (" -", " –")
        and line.text[first.start - 1 : first.start] in ("-", "−", "–")
    ):
        return None  # "-1.62 -1.41%" are two
    if left and right:
        left, right = in_one_unit(left, right)
    if link is None or not _is_range(line, first, second, link[0].strip(" -"), (left, right)):
        return None
    joined = _join(first, second, left, right)
    return None if _goes_to_a_receiver(joined, left, right) else joined


def _goes_to_a_receiver(joined: Draft, left: Draft | None, right: Draft | None) -> bool:
    """As in "$5 million to 20,000 people": a bare number that is smaller counts who gets the money."""
    if left is None or left.kind != "money" or right is not None:
        return False
    return joined.low is not None and joined.high is not None and joined.high < joined.low


def _is_range(
    line: Line, first: Number, second: Number, word: str, sides: tuple[Draft | None, Draft | None]
) -> bool:
    left, right = sides
    before = line.words_before(left.start if left else first.start, _CHANGE_REACH)
    if (left and right and not _same_measure(left, right)) or _falls(first, second, word, before):
        return False
    if word.startswith("and"):
        return "between" in before[-3:]
    if word.startswith("or"):
        return _is_or_next(first, second, right)
    if word == "":
        return _is_dash_range(first, second, right)
    if (
        left
        and left.kind == "money"
        and right is None
        and not first.scaled
        and not second.plain
        and not second.scaled
    ):
        return False
    return not speaks_of_change(line, before) or _is_narrow(line, first, second, left)


def _falls(first: Number, second: Number, word: str, before: list[str]) -> bool:
    """As in "from 4.8 to 4.7 percent", where somebody went from one to the other; a range begins with the lower one."""
    if not word.startswith("to") or before[-1:] != ["from"] or not _SPREAD.isdisjoint(before[-3:]):
        return False
    if first.value is None or second.value is None:
        return False
    return first.value > (second.value if first.scaled else second.value / second.scale)


def _is_or_next(first: Number, second: Number, right: Draft | None) -> bool:
    """As in "five or six days", "one or two thousand", "2 or 3 million": the next number of the same scale."""
    if first.value is None or second.value is None:
        return False
    if right is not None and right.kind == "duration" and second.value == first.value + 1:
        return True
    scale = _borrowed_scale(first, second)
    return scale > 1 and second.value == (first.value + 1) * scale


def is_share_range(line: Line, left: Draft, right: Draft) -> bool:
    """As in "a fifth to a quarter", "between a third and half": not of a change from one to the other."""
    if left.rule != "fraction" or right.rule != "fraction" or left.value is None:
        return False
    between, before = (
        line.text[left.end : right.start],
        line.words_before(left.start, _CHANGE_REACH),
    )
    if between == " and ":
        return before[-1:] == ["between"]
    rises = right.value is not None and left.value < right.value
    return between == " to " and rises and not speaks_of_change(line, before)


def _is_narrow(line: Line, first: Number, second: Number, left: Draft | None) -> bool:
    """As in "lost 30 to 40 tanks": a bare number and one a little larger; "fell 5 to 120 points" has two meanings."""
    if left is not None or first.value is None or second.value is None:
        return False
    if line.words_before(first.start, 1) == ["from"] or first.scaled:
        return False
    return first.value < second.value <= 2 * first.value


def _is_dash_range(first: Number, second: Number, right: Draft | None) -> bool:
    """A dash joins a range where the second is larger; else it is a score or an identifier."""
    if second.value is not None and first.value is not None and second.value > first.value:
        return True
    return right is not None and right.kind in ("percent", "money")


def _same_measure(left: Draft, right: Draft) -> bool:
    if left.kind != right.kind or left.unit is None or right.unit is None:
        return left.kind == right.kind == "count"
    return left.unit.split("/")[0] == right.unit.split("/")[0]


def speaks_of_change(line: Line, before: list[str]) -> bool:
    """As in "rose from 3 to 5" and "up 10 cents to $3.40" are two figures each, with roles."""
    change = line.lexicon.words.change
    for word in reversed(before):
        if word in _BREAKS and not (word == "," and before[-1] == "from"):
            return False
        if word in change:
            return True
    return False


def _join(first: Number, second: Number, left: Draft | None, right: Draft | None) -> Draft:
    model = right or left
    low, high = _value(first, left), _value(second, right)
    if model is not None and left is None:
        low = _in_scale_of(first, second, right, low)
    if model is not None and right is None and left is not None:
        high = high * _factor(first, left)
        low = low * _borrowed_scale(first, second)
    elif left is not None and right is not None and not first.scaled and low < 1000:
        low = _shared_scale(first, second, left, right, low)
    if model is None:
        low = low * _borrowed_scale(first, second)
        return Draft(
            start=first.start,
            end=second.end,
            kind="count",
            rule="range",
            low=low,
            high=high,
            modifier="range",
        )
    joined = replace(
        model, value=None, low=low, high=high, modifier="range", rule=f"{model.rule}_range"
    )
    joined.start = min(first.start, left.start if left else first.start)
    joined.end = max(second.end, right.end if right else second.end)
    joined.base_value = joined.base_unit = None
    if left and left.unit and joined.unit and left.unit.startswith(f"{joined.unit}/"):
        joined.unit = left.unit  # "$15 an hour to $17.50"
    return joined


def _value(number: Number, draft: Draft | None) -> Decimal:
    value = draft.value if draft and draft.value is not None else number.value
    return value if value is not None else Decimal(0)


def _factor(number: Number, draft: Draft) -> Decimal:
    """How much the unit's reading changed the number: cents are hundredths, a letter mark is a scale."""
    if not number.value or draft.value is None:
        return Decimal(1)
    return draft.value / number.value if draft.unit and number.mark is None else Decimal(1)


def _in_scale_of(first: Number, second: Number, right: Draft | None, low: Decimal) -> Decimal:
    """As in "3 to 4 billion": the scale and the hundredths of the second are those of both."""
    factor = _factor(second, right) if right else Decimal(1)
    if second.mark is not None and right is not None and right.value is not None and second.value:
        factor = right.value / second.value
    return low * factor * _borrowed_scale(first, second)


def _borrowed_scale(first: Number, second: Number) -> Decimal:
    """The scale word of the second, unless the first is written out in full ("$200 to $4 million")."""
    if first.scaled or first.value is None or second.value is None:
        return Decimal(1)
    scale = _HUNDRED if _are_hundreds(first.value, first, second) else second.scale
    return scale if first.value <= second.value / scale else Decimal(1)


def _are_hundreds(value: Decimal, first: Number, second: Number) -> bool:
    """As in "two to three hundred" in words, where the second is a few times the first."""
    if not (first.spelled and second.spelled) or second.value is None or not 0 < value < 10:
        return False
    return second.value % _HUNDRED == 0 and value < second.value / _HUNDRED <= _FEW * value


def _shared_scale(
    first: Number, second: Number, left: Draft, right: Draft, low: Decimal
) -> Decimal:
    """As in "$10 to $15 billion", "$3-$4m": both signs stand, one scale."""
    if left.kind != "money" or (first.mark is not None and left.end > first.end):
        return low
    if second.mark is not None and right.value and second.value and left.value == first.value:
        return low * (right.value / second.value)
    return low * _borrowed_scale(first, second)


_SCORE = re.compile(r"[-–‑]")
_MOST_ODDS = 9
_ODDS = re.compile(r"-to-|:")
_VOTING = frozenset(
    ["beat", "beating", "beaten", "decided", "defeat", "defeated", "lost", "margin", "passed", "score", "vote", "voted", "votes", "won"]
)  # fmt: skip


def read_score(line: Line, first: Number, second: Number) -> Draft | None:
    """A result such as "2-1": two small whole numbers and a dash, with no unit, near a word of sport or vote."""
    gap = line.text[first.end : second.start]
    label = set(line.words_before(first.start, 1)) & line.lexicon.words.sets["traps.names"]
    if label or not (first.plain and second.plain):
        return None  # "Boeing 787-9"
    if gap == " to ":
        return _spoken_score(line, first, second)
    if not _SCORE.fullmatch(gap):
        return None
    if first.value is None or second.value is None or max(first.value, second.value) > 999:
        return None
    near = {*line.words_before(first.start, 8), *line.words_after(second.end, 4)}
    words = line.lexicon.words.sets["scores.words"]
    if near.isdisjoint(words) and first.value < second.value:
        return None
    return Draft(
        start=first.start,
        end=second.end,
        kind="score",
        rule="score",
        low=first.value,
        high=second.value,
    )


def _spoken_score(line: Line, first: Number, second: Number) -> Draft | None:
    """As in "lost 3 to 1", "passed by a vote of 220 to 210": the larger side first, and nothing counted after it."""
    if first.value is None or second.value is None or first.value <= second.value:
        return None
    near = {*line.words_before(first.start, 5), *line.words_after(second.end, 1)}
    following = line.words_after(second.end, 1)
    if near.isdisjoint(_VOTING) or (following and is_plural(line, following[0])):
        return None
    return Draft(
        start=first.start,
        end=second.end,
        kind="score",
        rule="score",
        low=first.value,
        high=second.value,
    )


def read_odds(line: Line, first: Number, second: Number) -> Draft | None:
    """As in "a 3-to-1 margin", "a ratio of 5:1": the first as a multiple of the second."""
    if (
        not first.value
        or not second.value
        or not _ODDS.fullmatch(line.text[first.end : second.start])
    ):
        return None
    if first.value < second.value or second.value > _MOST_ODDS or first.scaled or second.scaled:
        return None
    return Draft(
        start=first.start,
        end=second.end,
        kind="ratio",
        rule="odds",
        value=first.value / second.value,
    )
