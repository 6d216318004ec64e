"""What stands between quotation marks: English, German, French and Spanish ones, also where a paragraph leaves them open."""

from __future__ import annotations

import re
from typing import NamedTuple

CLOSINGS = {"“": "”", "„": "“”", "«": "»", "»": "«", '"': '"”'}
_MARK = re.compile('[“”„«»"]')
_APOSTROPHED = re.compile(r"(?<![^\W_])‘(?=[^\W_])(?P<inner>[^‘\n]*?[,.?!…])’(?![^\W_])")
_NEXT = re.compile(r"\s*(\S)")
MASK = "\ua658"
"""A capital letter that no news is written in stands for each character of a quotation, so that sentences stay sentences."""


class Marked(NamedTuple):
    """A stretch between marks: `start` and `end` are those of the words, `first` and `last` with the marks.

    `is_open` where the paragraph ends before the marks do.
    """

    start: int
    end: int
    first: int
    last: int
    is_open: bool = False


def find_marked(text: str) -> list[Marked]:
    """The outermost stretches between marks, in order.

    >>> ["“Yes,” he said, “no”."[m.start : m.end] for m in find_marked("“Yes,” he said, “no”.")]
    ['Yes,', 'no']
    """
    found: list[Marked] = []
    place = 0
    while opening := _MARK.search(text, place):
        place = opening.end()
        if not _opens(text, opening):
            continue
        closing = _closing(text, opening)
        if closing is None:
            if opening[0] in "“«„" and _is_left_open(text, opening):
                found.append(_marked(text, opening.end(), len(text), opening.start(), len(text), is_open=True))  # fmt: skip
            continue
        found.append(_marked(text, opening.end(), closing, opening.start(), closing + 1))
        place = closing + 1
    # Where single marks are the outer ones, there are no double ones but within them.
    for single in _APOSTROPHED.finditer(text) if not found else ():
        start, end = single.span("inner")
        found.append(_marked(text, start, end, single.start(), single.end()))
    return sorted(one for one in found if one.start < one.end)


def mask(text: str, marked: list[Marked]) -> str:
    """The text with its quotations covered, the same length; one that ends a sentence leaves its full stop.

    >>> mask('He said "I go." We go.', find_marked('He said "I go." We go.'))[:15].count(MASK)
    6
    """
    parts, place = [], 0
    for one in marked:
        cover = MASK * (one.last - one.first)
        following = _NEXT.match(text, one.last)
        if (
            text[one.end - 1] in ".…"
            and following
            and (following[1] in CLOSINGS or following[1].isupper())
        ):
            cover = cover[:-1] + "."
        parts += [text[place : one.first], cover]
        place = one.last
    return "".join(parts) + text[place:]


def _opens(text: str, mark: re.Match[str]) -> bool:
    if mark[0] not in CLOSINGS:
        return False
    before, after = text[mark.start() - 1 : mark.start()], text[mark.end() : mark.end() + 1]
    if mark[0] == '"':
        return not (before.isalnum() or before in (".", ",", "!", "?")) and not (after.isspace() or after == "")  # fmt: skip
    return not before.isalnum() or mark[0] == "«"


def _is_left_open(text: str, opening: re.Match[str]) -> bool:
    """Whether a sentence begins with the mark, and nothing after it could close it or open another."""
    before = text[: opening.start()].rstrip()
    return before[-1:] in ("", ".", "!", "?", ":", ",", "”", "»") and not _MARK.search(text, opening.end())  # fmt: skip


def _closing(text: str, opening: re.Match[str]) -> int | None:
    """Where the mark stands that closes."""
    wanted = CLOSINGS[opening[0]]
    for mark in _MARK.finditer(text, opening.end()):
        if mark[0] in wanted:
            return mark.start()
        if mark[0] == "“" and opening[0] == '"':
            wanted = '"'  # what is opened within is closed within
        if mark[0] == opening[0]:
            return None  # opened once more without being closed: no pair is sure
    return None


def _marked(text: str, start: int, end: int, first: int, last: int, *, is_open: bool = False) -> Marked:  # fmt: skip
    """Blanks within the marks, as French has them, are not of the words."""
    inner = text[start:end]
    start += len(inner) - len(inner.lstrip())
    end -= len(inner) - len(inner.rstrip())
    return Marked(start, max(start, end), first, last, is_open)
