"""Acronyms an article explains: "Shanghai Cooperation Organization (SCO)"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from enrichers.entities.spans import WORD

_IN_BRACKETS = re.compile(r"\(\s?(?:the\s+)?[“\"']?([A-Z][A-Za-z&-]{0,10}[A-Z]s?)[”\"']?\s?[);,]")
_SENTENCE_INSIDE = re.compile(r"[.;:!?(]\s")
_REACH = 150


def acronyms(texts: Sequence[str]) -> dict[str, str]:
    """Full name of each acronym that stands in brackets behind it.

    The letters must be initials of the name's words, in order; small words may be left out (the first step of Schwartz
    and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text", PSB 2003, section 3,
    but on initials only: newspapers abbreviate by them).

    >>> acronyms(["A summit of the Shanghai Cooperation Organization (SCO) in May."])
    {'SCO': 'Shanghai Cooperation Organization'}
    """
    full: dict[str, str] = {}
    for text in texts:
        for match in _IN_BRACKETS.finditer(text):
            name = _spelled_out(
                text[max(0, match.start() - _REACH) : match.start()], match.group(1)
            )
            if name:
                full.setdefault(match.group(1), name)
    return full


def _spelled_out(before: str, acronym: str) -> str | None:
    """The words at the end of `before` whose initials are the acronym's letters."""
    letters = [letter.lower() for letter in acronym.removesuffix("s") if letter.isalpha()]
    words = list(WORD.finditer(before))
    last = len(words)
    for letter in reversed(letters):
        last = _word_back(words, last - 1, letter)
        if last < 0:
            return None
    name = before[words[last].start() :].rstrip(" ,")
    if len(letters) < 2 or not name[:1].isupper() or _SENTENCE_INSIDE.search(name):
        return None
    return name


def _word_back(words: list[re.Match[str]], last: int, letter: str) -> int:
    """Index of the word with this initial at or before `last`, going over small words only; -1 if there is none."""
    while last >= 0:
        initial = words[last].group()[0]
        if initial.lower() == letter:
            return last
        if initial.isupper():
            return -1
        last -= 1
    return -1
