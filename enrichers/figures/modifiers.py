"""Words that bend a number: "over", "nearly", "at least", "up to", "or more". They stand outside the figure's span."""

from __future__ import annotations

import re
from typing import cast

from enrichers.figures.line import Draft, Line
from schemas.marks import Modifier

_GLUE = frozenset({"a", "an", "the", "just", "only", "$", "£", "€", ",", "us", "its", "their", "his", "her", "another", "as"})
_SIGN = re.compile(r"(?P<sign>~|≈|≃|≥|≤|[<>] ?=|[=][<>]|[<>])[ ]?\Z")
_PLUS = re.compile(r"\+|-plus\b| plus\b(?! [0-9])")
_LONGEST = 5


def apply_modifiers(line: Line) -> None:
    """Set modifier, low and high of every number on the line that has no range of its own."""
    for draft in line.drafts:
        if draft.value is None or draft.kind in ("date", "ordinal", "score") or draft.modifier != "exact":
            continue
        name = modifier_of(line, draft.start, draft.end)
        if name == "equal":
            draft.low = draft.high = draft.value
        elif name:
            bend(draft, cast("Modifier", name))


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
    after = " ".join(line.words_after(end, 4))
    gap = line.text[end : end + 1]
    if gap == " " and after:
        for phrase, name in words.modifiers_after.items():
            if after.startswith(phrase) and after[len(phrase) : len(phrase) + 1] in ("", " "):
                return name
    if _PLUS.match(line.text, end):
        return "at_least"
    sign = _SIGN.search(line.text[max(0, start - 4) : start])
    if sign:
        return words.signs.get(sign["sign"])
    return _before(line, start)


def _before(line: Line, start: int) -> str | None:
    before = line.words_before(start, _LONGEST + 2)
    for _ in range(3):
        found = _longest_at_end(line, before)
        if found:
            return found
        if not before or before[-1] not in _GLUE:
            return None
        before = before[:-1]
    return None


def _longest_at_end(line: Line, before: list[str]) -> str | None:
    modifiers = line.lexicon.words.modifiers
    for count in range(min(_LONGEST, len(before)), 0, -1):
        name = modifiers.get(" ".join(before[-count:]))
        if name:
            return name
    return None
