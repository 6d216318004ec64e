"""The outcome of a conversion, which names its unit alone: "convert 10 celsius to fahrenheit" speaks of 50 degrees.

A unit without a number is no figure; here the number is that of the quantity before it, and the verb says so.
"""

from __future__ import annotations

import re
from decimal import Decimal

from enrichers.figures.lexicon import Unit
from enrichers.figures.line import Draft, Line
from enrichers.figures.units import match_simple, to_base

_LINK = re.compile(r" (?:in)?to | in ")
_VERB = re.compile(
    r"\b(?:convert(?:s|ed|ing)?|conversion of|chang(?:e|es|ed|ing)|turn(?:s|ed|ing)?|translat(?:e|es|ed|ing))\b",
    re.IGNORECASE,
)
_REACH = 40
_DIGITS = Decimal("1e-9")


def read_conversions(line: Line) -> None:
    """Take the unit that a quantity is converted to, with the amount that this comes to."""
    if _VERB.search(line.text) is None:
        return
    for draft in [d for d in line.drafts if d.kind == "quantity" and d.base_value is not None]:
        link = _LINK.match(line.text, draft.end)
        if link is None or not _VERB.search(line.text, max(0, draft.start - _REACH), draft.start):
            continue
        found = match_simple(line, link.end())
        if found and found.unit.base == draft.base_unit and found.name != draft.unit:
            line.add(_outcome(draft, link.end(), found.end, found.unit))


def _outcome(source: Draft, start: int, end: int, unit: Unit) -> Draft:
    value = ((source.base_value or Decimal(0)) - unit.offset) / (unit.factor or Decimal(1))
    rounded = value.quantize(_DIGITS) if abs(value) < Decimal("1e15") else value
    draft = Draft(
        start=start,
        end=end,
        kind="quantity",
        rule="conversion",
        value=rounded.normalize(),
        unit=unit.name,
    )
    to_base(draft, unit)
    return draft
