"""Where a name stands and where names are looked for: the span the rules hand on, and a finder of known phrases."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

WORD = re.compile(r"[^\W_]+")


class Span(NamedTuple):
    """A labelled stretch of one row: `row_text[start:end]`."""

    start: int
    end: int
    label: str


class Phrases:
    """Known names, found in a text as whole words, exactly as written; the longest wins, none overlap.

    >>> list(Phrases(["New Delhi", "Delhi"]).find("From Delhi to New Delhi."))
    [(5, 10), (14, 23)]
    """

    __slots__ = ("_by_first_word",)

    def __init__(self, names: Iterable[str]) -> None:
        by_first_word: dict[str, list[str]] = {}
        for name in sorted(set(names), key=len, reverse=True):
            first = WORD.match(name)
            if first:
                by_first_word.setdefault(first.group(), []).append(name)
        self._by_first_word = by_first_word

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of each name in `text`, in order. One pass over its words."""
        done = 0
        for word in WORD.finditer(text):
            start = word.start()
            if start < done:
                continue
            for name in self._by_first_word.get(word.group(), ()):
                if text.startswith(name, start) and is_whole(text, start, start + len(name)):
                    done = start + len(name)
                    yield start, done
                    break


def is_whole(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit touches the span from outside.

    >>> is_whole("the USA", 4, 6), is_whole("the US.", 4, 6)
    (False, True)
    """
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    return not (before.isalnum() or before == "_" or after.isalnum() or after == "_")


class Line:
    """The spans of one row, in order, none overlapping; finding a neighbour takes the logarithm of their number."""

    __slots__ = ("spans",)

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self.spans: list[Span] = []
        for span in sorted(spans):
            if not self.spans or span.start >= self.spans[-1].end:
                self.spans.append(span)

    def touching(self, start: int, end: int) -> list[Span]:
        """The spans that share a character with the stretch."""
        first = bisect_right(self.spans, start, key=lambda span: span.end)
        last = first
        while last < len(self.spans) and self.spans[last].start < end:
            last += 1
        return self.spans[first:last]

    def put(self, span: Span) -> None:
        """Adds the span in the place of all that it touches."""
        first = bisect_right(self.spans, span.start, key=lambda other: other.end)
        self.spans[first : first + len(self.touching(span.start, span.end))] = [span]
