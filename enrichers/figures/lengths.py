"""Measures in two steps ("two years and six months", "3lb 4oz") and lengths of time without a number ("barely a month after")."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Draft, Line
from enrichers.figures.units import to_base

_STEPS = {
    ("year", "month"): 12,
    ("week", "day"): 7,
    ("day", "hour"): 24,
    ("hour", "minute"): 60,
    ("minute", "second"): 60,
    ("pound", "ounce"): 16,
    ("stone", "pound"): 14,
}
"""How many of the second make one of the first."""
_GAP = re.compile(r" (?:(?:and|und|et|y) )?|")
_ARTICLE = re.compile(
    r"\b(?P<article>an?) (?P<unit>second|minute|hour|day|week|fortnight|month|year|decade|century)\b(?!-)",
    re.IGNORECASE,
)
_AFTER = frozenset({"after", "before", "from", "since"})


def in_one_unit(left: Draft, right: Draft) -> tuple[Draft, Draft]:
    """The two sides of "between 18 months and two years" in the smaller unit; as they are where no whole number leads there."""
    down = _STEPS.get((left.unit or "", right.unit or ""))
    up = _STEPS.get((right.unit or "", left.unit or ""))
    if left.value is None or right.value is None or left.kind != "duration" or not (down or up):
        return left, right
    if down:
        return replace(left, value=left.value * down, unit=right.unit), right
    return left, replace(right, value=right.value * (up or 1), unit=left.unit)


def join_steps(line: Line) -> None:
    """Make one figure of neighbours where the second measures what the first leaves over, in the smaller unit.

    With a comma between they are a list and stay apart.
    """
    joined: list[Draft] = []
    for draft in line.drafts:
        if joined and _is_step(line, joined[-1], draft):
            _add_step(joined[-1], draft)
        else:
            joined.append(draft)
    line.drafts[:] = joined


def _is_step(line: Line, left: Draft, right: Draft) -> bool:
    if left.value is None or right.value is None or left.rule == "age":
        return False
    size = _STEPS.get((left.unit or "", right.unit or ""))
    if size is None or not 0 <= right.value < size or left.value != left.value.to_integral_value():
        return False
    return _GAP.fullmatch(line.text[left.end : right.start]) is not None


def _add_step(left: Draft, right: Draft) -> None:
    size = _STEPS[(left.unit or "", right.unit or "")]
    left.value = (left.value or Decimal(0)) * size + (right.value or Decimal(0))
    left.unit, left.end, left.rule = right.unit, right.end, f"{left.rule}_steps"
    left.low = left.high = None
    to_base(left, lexicon().units.by_word[left.unit or ""])


def read_article_lengths(line: Line) -> None:
    """Take "a month" where a word before it measures ("nearly a year") or one after it counts from it ("a day after")."""
    for match in _ARTICLE.finditer(line.text):
        if line.is_free(*match.span()) and not _is_next(line, match) and _is_length(line, match):
            unit = lexicon().units.by_word[match["unit"].lower()]
            draft = Draft(
                start=match.start(),
                end=match.end(),
                kind="duration",
                rule="article_length",
                value=Decimal(1),
                unit=unit.name,
            )
            to_base(draft, unit)
            line.add(draft)


def _is_next(line: Line, match: re.Match[str]) -> bool:
    """As in "for a second term", an ordinal; "for a second he hesitated" and "a second flat" are lengths."""
    following = line.text[match.end() : match.end() + 1] == " " and line.words_after(match.end(), 1)
    if match["unit"].lower() != "second" or not following or not following[0][0].isalpha():
        return False
    return following[0] != "flat" and following[0] not in line.lexicon.words.sets["nouns.stop"]


def _is_length(line: Line, match: re.Match[str]) -> bool:
    before = line.words_before(match.start(), 2)
    measuring = line.lexicon.words.sets["lengths.before"]
    if before[-1:] and before[-1] in line.lexicon.words.sets["lengths.rates"]:
        return False
    if " ".join(before) in measuring or (before and before[-1] in measuring):
        return True
    return line.words_after(match.end(), 1)[:1] in [[word] for word in _AFTER]
