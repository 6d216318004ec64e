"""Shares in hundredths: percent, percentage points and basis points."""

from __future__ import annotations

import re

from enrichers.figures.line import Draft, Line
from enrichers.figures.numbers import Number

_SIGN = re.compile(
    r"[ \u00a0\u202f-]?(?:(?P<point>percentage[ -]points?|per ?cent[ -]points?|%[ -]points?|ppts?\b|pps?\b)"
    r"|(?P<basis>basis[ -]points?|bps?\b)"
    r"|(?P<percent>[%％٪]|percents?(?![a-z])|per ?cent(?![a-z])|pct\b\.?|percentage(?= of)))",
    re.IGNORECASE,
)
_UNITS = {"point": "percentage_point", "basis": "basis_point", "percent": "percent"}


def read_percent(line: Line, number: Number) -> Draft | None:
    """A percentage, with unit percent, percentage_point or basis_point; None if no such sign follows."""
    match = _SIGN.match(line.text, number.end)
    if match is None or number.vague:
        return None
    unit = _UNITS[str(match.lastgroup)]
    return Draft(
        start=number.start,
        end=match.end(),
        kind="percent",
        rule=unit,
        value=number.value,
        unit=unit,
    )
