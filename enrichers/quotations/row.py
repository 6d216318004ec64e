"""What is said in one row of an article, and by whom, as far as the row itself says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from enrichers.quotations.lexicon import Lexicon
from enrichers.quotations.marks import Marked, find_marked, mask
from enrichers.quotations.reported import Reported
from enrichers.quotations.sentences import FAR, FEWEST_APART, Sentences, Spoken
from enrichers.quotations.speakers import Phrase, Word

FEWEST_ALONE = 6
"""Words between marks that are speech although nobody is named: fewer may be a title, or a word in doubt."""

_FARTHEST = 22
"""Words from a verb of speaking to what is quoted of it within its sentence."""
_LONG_ATTRIBUTION = 40
"""Words of an attribution with all that it says of the speaker."""


@dataclass(frozen=True, slots=True)
class _Attribution:
    speaker: Phrase
    cue: str
    rule: str
    at: int
    """The word that it begins with."""


class Row:
    """One row, read once."""

    def __init__(self, text: str, lex: Lexicon) -> None:
        self.text, self.lexicon = text, lex
        self.marked = find_marked(text)
        self.masked = mask(text, self.marked)

    @property
    def is_open(self) -> bool:
        """Whether its last quotation is not closed."""
        return bool(self.marked) and self.marked[-1].is_open

    @cached_property
    def _sentences(self) -> Sentences:
        return Sentences.of(self.masked, self.lexicon)

    @property
    def begins_marked(self) -> bool:
        """Whether it begins with a quotation."""
        return bool(self.marked) and self._begins(self.marked[0])

    def spoken(self, *, goes_on: bool = False) -> Iterator[Spoken]:
        """What is said, in order; where a quotation `goes_on` from the row before, the one that begins this row in any case."""
        if not self.marked and not self._may_report():
            return
        direct = list(self._direct(goes_on=goes_on))
        taken = [(one.start, one.end) for one in direct]
        reported = [
            one
            for one in Reported(self.text, self._sentences).clauses()
            if all(one.end <= s or e <= one.start for s, e in taken)
        ]
        spans = [(one.start, one.end) for one in reported]
        weak = [one for one in self._fragments() if all(one.end <= s or e <= one.start for s, e in (*taken, *spans))]  # fmt: skip
        yield from sorted((*direct, *reported, *weak), key=lambda one: one.start)

    def _may_report(self) -> bool:
        low = self.masked.lower()
        lex = self.lexicon
        return any(word[0] in low for word in lex.according) or any(v in low for v in lex.verbs)

    # -- between marks -----------------------------------------------------------------------------------------------

    def _direct(self, *, goes_on: bool) -> Iterator[Spoken]:
        last: Spoken | None = None
        for number, one in enumerate(self.marked):
            found = self._attributed(one, number, last)
            if found is not None and self._length(one) >= (FEWEST_APART if found.rule == "within" else 1):  # fmt: skip
                last = found
                yield found
            elif found is None and (
                self._stands_alone(one) or one.is_open or (goes_on and self._begins(one))
            ):
                yield self._spoken(one, rule="alone")

    def _fragments(self) -> Iterator[Spoken]:
        """A few words between marks that somebody said, where the whole clause is not taken as reported."""
        for number, one in enumerate(self.marked):
            found = self._attributed(one, number, None)
            if found is not None and found.rule == "within" and self._length(one) < FEWEST_APART:
                yield found

    def _attributed(self, one: Marked, number: int, last: Spoken | None) -> Spoken | None:
        for said in (self._said_after(one), self._said_before(one)):
            if said is not None:
                return self._spoken(one, rule=said.rule, speaker=said.speaker, cue=said.cue)
        if last is not None and last.speaker is not None and self._follows(one, number):
            found = self._spoken(one, rule="goes on", speaker=last.speaker, cue=last.cue)
            return replace(found, continues=True)
        return None

    def _spoken(self, one: Marked, *, rule: str, speaker: Phrase | None = None, cue: str | None = None) -> Spoken:  # fmt: skip
        return Spoken(
            one.start, one.end, "direct", speaker, cue, rule, begins_row=self._begins(one)
        )

    def _begins(self, one: Marked) -> bool:
        return not self.text[: one.first].strip()

    def _length(self, one: Marked) -> int:
        return len(self.text[one.start : one.end].split())

    def _stands_alone(self, one: Marked) -> bool:
        inner = self.text[one.start : one.end]
        ends = inner[-1] in ".,?!…" or self.text[one.last : one.last + 1] in (".", ",")
        return ends and inner[0].isupper() and len(inner.split()) >= FEWEST_ALONE

    def _said_after(self, one: Marked) -> _Attribution | None:
        """`..." said X`, `..." X said`, `..." according to X`."""
        words, reader = self._sentences.words, self._sentences.reader
        i = self._sentences.at(one.last)
        ends = self.text[one.end - 1]
        if i < len(words) and words[i].text in (",", "—", "–", "-"):
            i += 1
        elif ends == "." and not (i < len(words) and words[i].text[0].islower()):
            return None
        if i >= len(words):
            return None
        if (cue := self._sentences.according(i)) is not None:
            speaker = reader.after(i + len(cue))
            return _Attribution(speaker, " ".join(cue), "according", i) if speaker else None
        if (verb := reader.verb_at(i)) is not None:
            speaker = reader.after(i + len(verb))
            return _Attribution(speaker, " ".join(verb), "after", i) if speaker else None
        return self._subject_verb(i)

    def _subject_verb(self, i: int) -> _Attribution | None:
        """`..." X said`: what begins at word i is the subject, with nothing else between it and the verb."""
        words, reader = self._sentences.words, self._sentences.reader
        for k in range(i + 1, min(len(words), i + FAR)):
            if words[k].is_quotation or words[k].text in (".", ";", ":", "?", "!"):
                return None
            verb = reader.verb_at(k)
            if verb is None:
                continue
            speaker = reader.before(k, i)
            if speaker is None:
                return None
            head = self.masked[words[i].start : speaker.start].split()
            is_first = all(word.lower().strip(".") not in self.lexicon.ends for word in head)
            return _Attribution(speaker, " ".join(verb), "after", i) if is_first else None
        return None

    def _said_before(self, one: Marked) -> _Attribution | None:
        """`X said: "...`, `X told reporters that "...`, `X: "...`, `according to X, "...`."""
        i = self._sentences.at(one.first)
        first = self._sentences.first_of(i)
        if i <= first:
            return None
        return self._before(i, first, "before") or self._named_with_colon(i, first)

    def _before(self, i: int, first: int, rule: str) -> _Attribution | None:
        """The nearest verb of speaking before word i that has a subject, in the sentence that begins with word `first`."""
        words, reader = self._sentences.words, self._sentences.reader
        for k in range(i - 1, max(first, i - _FARTHEST) - 1, -1):
            if words[k].is_quotation or words[k].text == ";":
                return None
            verb = reader.verb_at(k)
            if verb is None or self._sentences.is_passive(k, first):
                continue
            if verb in self.lexicon.with_object and i == k + len(verb):
                return None
            speaker = reader.before(k, first)
            if speaker is None:
                return self._inverted(k, verb, i, first)
            is_near = i - k - len(verb) <= 1
            return _Attribution(speaker, " ".join(verb), rule if is_near or words[i - 1].text == ":" else "within", k)  # fmt: skip
        return None

    def _inverted(self, k: int, verb: tuple[str, ...], i: int, first: int) -> _Attribution | None:
        """`..., said X: "..."` where verb k has its subject behind it, and nothing stands between that and the quotation."""
        words = self._sentences.words
        if words[i - 1].text != ":" or (k > first and words[k - 1].text != ","):
            return None
        speaker = self._sentences.reader.after(k + len(verb), i)
        if speaker is None:
            return None
        end = self._sentences.at(speaker.end)
        if end != i - 1 and (words[end].low not in self.lexicon.tails or i - end > FAR):
            return None
        return _Attribution(speaker, " ".join(verb), "before", k)

    def _named_with_colon(self, i: int, first: int) -> _Attribution | None:
        words = self._sentences.words
        if words[i - 1].text != ":" or not first < i - 1 <= first + 4 or not words[i - 2].is_name:
            return None
        lex = self.lexicon
        if not all(w.is_name and w.low not in lex.ends | lex.determiners for w in words[first : i - 1]):  # fmt: skip
            return None
        return _Attribution(Phrase(words[first].start, words[i - 2].end), ":", "colon", first)

    def _follows(self, one: Marked, number: int) -> bool:
        """Whether nothing but one attribution stands between a quotation and the one before it."""
        before = self.marked[number - 1]
        between = self._sentences.words[
            self._sentences.at(before.last) : self._sentences.at(one.first)
        ]
        if one.last == len(self.text) and not between:
            return True
        is_short = (
            len(between) <= _LONG_ATTRIBUTION and bool(between) and between[-1].text in (".", ",")
        )
        return is_short and self.text[one.start : one.start + 1] != "" and self._is_all_attribution(between)  # fmt: skip

    def _is_all_attribution(self, between: list[Word]) -> bool:
        inner = [word for word in between[:-1] if word.text in (".", "?", "!", ";")]
        return not inner and any(word.low in self.lexicon.verbs for word in between)
