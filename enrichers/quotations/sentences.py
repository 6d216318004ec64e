"""The words and sentences of one row, its quotations covered, as its speech is read in them."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Self

from enrichers.figures.sentences import split_sentences
from enrichers.quotations.lexicon import Lexicon
from enrichers.quotations.speakers import Phrase, Reader, Word, split
from schemas.quotations import QuotationKind

FEWEST_APART = 4
"""Words between marks that stand for themselves within what is reported; fewer are part of it."""
FAR = 16


@dataclass(frozen=True, slots=True)
class Spoken:
    """A span of speech; `speaker` is a span of the same row."""

    start: int
    end: int
    kind: QuotationKind
    speaker: Phrase | None = None
    cue: str | None = None
    rule: str = ""
    continues: bool = False
    begins_row: bool = False


@dataclass(frozen=True, slots=True)
class Sentences:
    """A covered text, read once. `spans` are the first and last word of each sentence, the last exclusive."""

    words: list[Word]
    starts: list[int]
    spans: list[tuple[int, int]]
    reader: Reader
    lexicon: Lexicon

    @classmethod
    def of(cls, masked: str, lexicon: Lexicon) -> Self:
        """The sentences of a text."""
        words = split(masked)
        starts = [word.start for word in words]
        spans = [
            (bisect_left(starts, start), bisect_left(starts, end))
            for start, end in split_sentences(masked)
        ]
        return cls(words, starts, spans, Reader(words, lexicon), lexicon)

    def at(self, place: int) -> int:
        """The first word that begins at or behind a place."""
        return bisect_left(self.starts, place)

    def first_of(self, i: int) -> int:
        """The first word of the sentence that word i is in."""
        k = bisect_left(self.spans, (i + 1, 0)) - 1
        return self.spans[k][0] if k >= 0 else 0

    def according(self, i: int) -> tuple[str, ...] | None:
        """The "according to" that begins with word i."""
        for cue in self.lexicon.according:
            if tuple(word.low for word in self.words[i : i + len(cue)]) == cue:
                return cue
        return None

    def is_passive(self, k: int, first: int) -> bool:
        """Whether verb k is one of "was told", "to say", "not said"."""
        if k > first and self.words[k - 1].low in self.lexicon.passive:
            return True
        for word in (
            reversed(self.words[max(first, k - FAR) : k]) if self.lexicon.auxiliaries else ()
        ):
            if word.text == ",":
                return False
            if word.low in self.lexicon.auxiliaries:
                return True
        return False
