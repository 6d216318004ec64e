"""Tables that stand in a text: thousands of numbers with hardly a word between them, in which no figures are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Line
from enrichers.figures.sentences import split_lines

_LEAST_TOKENS = 5000
_SHARE = 5
_LETTER = re.compile(r"[^\W\d_]")
_ALNUM = re.compile(r"[^\W_]")


def lines_of_prose(text: str, triggers: frozenset[str]) -> Iterator[tuple[int, Line]]:
    """Each line with where it begins; without a table that is run into one line, or the rest of one that is read by rows.

    `triggers` are the language's words of number and time; in sentences every tenth token at most is one or a number.
    """
    table = _Table(triggers)
    for start, end in split_lines(text):
        if table.is_certain and not _LETTER.search(text, start, end):
            continue
        if not _ALNUM.search(text, start, end):
            continue
        line = Line(text[start:end], lexicon())
        if len(text) < _LEAST_TOKENS or not table.takes(line):
            yield start, line


@dataclass(slots=True)
class _Table:
    """What the lines so far come to: `is_certain` once they are thousands of tokens, and numbers in the main."""

    triggers: frozenset[str]
    tokens: int = 0
    numbers: int = 0
    is_certain: bool = False

    def takes(self, line: Line) -> bool:
        """Whether the line is a table, or a row of the one that the text has been so far."""
        tokens, numbers = len(line.tokens), line.count(self.triggers)
        self.tokens += tokens
        self.numbers += numbers
        self.is_certain = self.tokens >= _LEAST_TOKENS and self.numbers * _SHARE >= self.tokens
        return numbers * _SHARE >= tokens and (self.is_certain or tokens >= _LEAST_TOKENS)
