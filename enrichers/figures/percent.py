"""Shares in hundredths: percent, percentage points and basis points."""

from __future__ import annotations

import re

from enrichers.figures.line import Draft, Line
from enrichers.figures.numbers import Number

_SIGN = re.compile(
    r"[ \u00a0\u202f-]?(?:(?P<point>percentage[ -]points?|per ?cent[ -]points?|%[ -]points?|ppts?\b|pps?\b)"
    r"|(?P<basis>basis[ -]points?|bps?\b)"
    r"|(?P<percent>[%％٪]|percents?(?![a-z])|per ?cent(?![a-z])|pct\b\.?|(?<=[0-9])pc\b|percentage(?= of)))",
    re.IGNORECASE,
)
_NOUN_BEFORE = re.compile(r"\b(?:percentage|percent|per cent) of \Z", re.IGNORECASE)
_UNITS = {"point": "percentage_point", "basis": "basis_point", "percent": "percent"}


def read_percent(line: Line, number: Number) -> Draft | None:
    """A percentage, with unit percent, percentage_point or basis_point; None if no such sign follows."""
    match = _SIGN.match(line.text, number.end)
    if number.vague:
        return None
    if match is None:
        return _percentage_of(line, number)
    unit = _UNITS[str(match.lastgroup)]
    return Draft(
        start=number.start,
        end=match.end(),
        kind="percent",
        rule=unit,
        value=number.value,
        unit=unit,
    )


def _percentage_of(line: Line, number: Number) -> Draft | None:
    """As in "a shooting percentage of 48": the number itself, where no number stands before and nothing counted after."""
    head = _NOUN_BEFORE.search(line.text, max(0, number.start - 14), number.start)
    if head is None or line.text[number.end : number.end + 2].strip(" .,;:)"):
        return None
    before = line.token_before(head.start())
    if before and (before.word[0].isdigit() or before.word in line.lexicon.numbers.starts):
        return None
    return Draft(
        start=number.start,
        end=number.end,
        kind="percent",
        rule="percentage_of",
        value=number.value,
        unit="percent",
    )
