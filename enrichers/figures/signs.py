"""Signs before a number: "-5", "−5", "minus five". They belong to the figure's span."""

from __future__ import annotations

import re
from decimal import Decimal

from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Draft, Line

_REACH = 20
_LONE_NUMBER = re.compile(r"(?:\A|[^\w.,−–-])(?P<number>[0-9]+(?:\.[0-9]+)?) \Z")
_MINUS = "-−–"


def with_sign(line: Line, draft: Draft) -> Draft:
    """The draft made negative where a minus stands before it; unchanged otherwise."""
    start = _start_of_minus(line, draft.start)
    if start is None or not line.is_free(start, draft.start) or _is_dash(line.text, start, draft):
        return draft
    draft.start = start
    if draft.low is not None and draft.modifier == "range":
        draft.low = -draft.low
        return draft
    if draft.value is not None:
        draft.value = -draft.value
    if draft.base_value is not None and draft.base_unit != "kelvin":
        draft.base_value = -draft.base_value
    elif draft.base_value is not None and draft.value is not None:
        # A temperature below zero: mirror around the zero of its own scale.
        zero = draft.base_value + draft.value * _kelvin_per(draft)
        draft.base_value = zero + draft.value * _kelvin_per(draft)
    return draft


def _is_dash(text: str, start: int, draft: Draft) -> bool:
    """As in "75 -300mm": from a number to a larger one, with a blank lost; but "113.40 -1.62 -1.41%" are changes."""
    before = _LONE_NUMBER.search(text[max(0, start - _REACH) : start])
    return before is not None and Decimal(before["number"]) < (draft.value or 0)


def _kelvin_per(draft: Draft) -> Decimal:
    return lexicon().units.by_word[draft.unit or "celsius"].factor or Decimal(1)


def _start_of_minus(line: Line, start: int) -> int | None:
    text = line.text
    if start and text[start - 1] in _MINUS and _stands_alone(text, start - 1):
        return start - 1
    token = line.token_before(start)
    if token and token.word in ("minus", "negative") and text[token.end : start] in (" ", "-"):
        either_way = line.words_before(token.start, 2) == ["plus", "or"]  # a margin, not a minus
        return None if either_way else token.start
    return None


def _stands_alone(text: str, position: int) -> bool:
    """A minus after a blank or bracket; an en dash after a blank is a dash unless glued to the number."""
    return position == 0 or text[position - 1] in " ([<>=~\u00a0"
