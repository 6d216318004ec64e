"""One line of text under work: its tokens, what is already consumed, and the figures found so far.

A rule asks the line for words near a place, checks that its span is free, and hands in a draft.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from enrichers.figures.lexicon import Lexicon
from schemas.marks import FigureKind, Modifier

TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|[$£€%;:,.()]")


class Token(NamedTuple):
    """A run of letters or of digits, or one sign; `word` is folded."""

    start: int
    end: int
    word: str


@dataclass(slots=True, kw_only=True)
class Draft:
    """A figure in the making; offsets are within the line."""

    start: int
    end: int
    kind: FigureKind
    rule: str
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    modifier: Modifier = "exact"
    unit: str | None = None
    base_value: Decimal | None = None
    base_unit: str | None = None
    noun: str | None = None
    change: Literal["up", "down"] | None = None
    role: Literal["delta", "to", "from"] | None = None
    date_start: date | None = None
    date_end: date | None = None
    time: str | None = None
    about: tuple[date, date] | None = None
    subjects: tuple[str, ...] = ()


@dataclass(slots=True)
class Line:
    """The text of one line with its reading so far."""

    text: str
    lexicon: Lexicon
    reference: date | None = None
    fiscal_month: int | None = None
    tokens: list[Token] = field(init=False)
    starts: list[int] = field(init=False)
    mask: bytearray = field(init=False)
    drafts: list[Draft] = field(init=False, default_factory=list)
    marked: list[int] = field(init=False)  # tokens at which a number can begin
    title_case: bool | None = field(init=False, default=None)  # once it has been asked for

    def __post_init__(self) -> None:
        text, new = (
            self.text,
            tuple.__new__,
        )  # what Token() calls, without its own two calls a token
        folded = text.lower()
        spans = [match.span() for match in TOKEN.finditer(text)]
        if len(folded) == len(text):  # folded at once; a few capitals fold to two characters
            self.tokens = [new(Token, (start, end, folded[start:end])) for start, end in spans]
        else:
            self.tokens = [Token(start, end, text[start:end].lower()) for start, end in spans]
        self.starts = [token.start for token in self.tokens]
        self.mask = bytearray(len(self.text))
        starts = self.lexicon.number_starts
        self.marked = [
            index
            for index, token in enumerate(self.tokens)
            if token.word in starts or token.word[0] in "0123456789"
        ]

    def is_worth_reading(self) -> bool:
        """Whether any token could start a figure: most lines of prose end here."""
        triggers = self.lexicon.triggers
        return any(
            token.word in triggers or token.word[0] in "0123456789" for token in self.tokens
        ) or any(sign in self.text for sign in "½¼¾⅓⅔")

    def count(self, words: frozenset[str]) -> int:
        """How many tokens are numbers in digits or one of `words`."""
        return sum(token.word in words or token.word[0] in "0123456789" for token in self.tokens)

    def index_at(self, position: int) -> int:
        """Index of the first token that starts at or after `position`."""
        return bisect_left(self.starts, position)

    def words_before(self, position: int, count: int) -> list[str]:
        """Up to `count` folded words that end before `position`, in reading order; signs are words too."""
        stop = bisect_left(self.starts, position)
        return [
            token.word
            for token in self.tokens[max(0, stop - count) : stop]
            if token.end <= position
        ]

    def words_after(self, position: int, count: int) -> list[str]:
        """Up to `count` folded words that start at or after `position`."""
        start = bisect_left(self.starts, position)
        return [token.word for token in self.tokens[start : start + count]]

    def token_before(self, position: int) -> Token | None:
        """The last token that ends at or before `position`."""
        index = bisect_right(self.starts, position) - 1
        while index >= 0 and self.tokens[index].end > position:
            index -= 1
        return self.tokens[index] if index >= 0 else None

    def is_free(self, start: int, end: int) -> bool:
        """Whether no rule has consumed any of the span."""
        return self.mask.find(1, start, end) < 0

    def cover(self, start: int, end: int) -> None:
        """Consume a span without a figure in it: a name, an address, a version."""
        self.mask[start:end] = b"\x01" * (end - start)

    def add(self, draft: Draft) -> bool:
        """Take a figure if its span is free; tell whether it was taken."""
        if draft.start >= draft.end or not self.is_free(draft.start, draft.end):
            return False
        self.cover(draft.start, draft.end)
        self.drafts.append(draft)
        return True


def by_sentence(drafts: Sequence[Draft], sentences: Sequence[tuple[int, int]]) -> list[list[Draft]]:
    """The drafts of each sentence, both in order; one walk, so that a line of many sentences stays cheap."""
    groups: list[list[Draft]] = [[] for _ in sentences]
    index = 0
    for draft in drafts:
        while index < len(sentences) and sentences[index][1] <= draft.start:
            index += 1
        if index < len(sentences) and sentences[index][0] <= draft.start:
            groups[index].append(draft)
    return groups
