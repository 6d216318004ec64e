"""What is reported of somebody without quotation marks, where the grammar leaves no doubt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from enrichers.quotations.sentences import FAR, FEWEST_APART, Sentences, Spoken
from enrichers.quotations.speakers import Phrase, Word

_FEWEST_REPORTED = 3
_MARKS = frozenset('“”„«»"‘‹›')


@dataclass(frozen=True, slots=True)
class Reported:
    """The reported speech of one row, `text` being the row and `sentences` how it is read."""

    text: str
    sentences: Sentences

    def clauses(self) -> Iterator[Spoken]:
        """What is reported, a clause at most for each sentence."""
        for first, last in self.sentences.spans:
            found = self._clause(first, last)
            if found is not None and self._is_worth(found):
                yield found

    def _is_worth(self, one: Spoken) -> bool:
        return len(self.text[one.start : one.end].split()) >= _FEWEST_REPORTED

    def _clause(self, first: int, last: int) -> Spoken | None:
        if (cue := self.sentences.according(first)) is not None:
            return self._according_first(first, last, cue)
        words, reader, lex = self.sentences.words, self.sentences.reader, self.sentences.lexicon
        for k in range(first, last):
            verb = reader.verb_at(k)
            if verb is None and (cue := self.sentences.according(k)) is not None:
                return self._at_end(first, k, last, reader.after(k + len(cue), last), cue)
            if verb is None or verb in lex.marked_only or self.sentences.is_passive(k, first):
                continue
            if (
                words[k - 1].text == ","
                and k > first
                and verb not in lex.to_someone
                and (tail := reader.after(k + len(verb), last))
            ):
                return self._at_end(first, k, last, tail, verb)
            speaker = reader.before(k, first)
            if speaker is None:
                return None
            return self._that_clause(k + len(verb), last, speaker, verb) or self._subject_at_end(first, k + len(verb), last, speaker, verb)  # fmt: skip
        return None

    def _according_first(self, first: int, last: int, cue: tuple[str, ...]) -> Spoken | None:
        speaker = self.sentences.reader.after(first + len(cue), last)
        if speaker is None:
            return None
        comma = self.sentences.at(speaker.end)
        if comma >= last or self.sentences.words[comma].text != ",":
            return None
        return self._span(comma + 1, last, speaker, cue, "according")

    def _at_end(self, first: int, k: int, last: int, speaker: Phrase | None, cue: tuple[str, ...]) -> Spoken | None:  # fmt: skip
        """`CLAUSE, according to X.`: only where nothing but where and when follows."""
        if (
            speaker is None
            or k - 1 <= first
            or self.sentences.words[k - 1].text not in (",", "–", "—")
        ):
            if self.sentences.words[k].low != "according" or k <= first or speaker is None:
                return None
            return self._span(first, k, speaker, cue, "according") if self._is_tail(self.sentences.at(speaker.end), last) else None  # fmt: skip
        if not self._is_tail(self.sentences.at(speaker.end), last):
            return None
        return self._span(first, k - 1, speaker, cue, "after" if self.sentences.reader.verb_at(k) else "according")  # fmt: skip

    def _subject_at_end(self, first: int, after: int, last: int, speaker: Phrase, verb: tuple[str, ...]) -> Spoken | None:  # fmt: skip
        """Of `CLAUSE, X said on Monday` the clause."""
        subject = self.sentences.at(speaker.start)
        begin = subject
        while begin > first and self.sentences.words[begin - 1].text != ",":
            begin -= 1
            if subject - begin > FAR:
                return None
        if begin - 1 <= first or not self._is_tail(after, last):
            return None
        return self._span(first, begin - 1, speaker, verb, "after")

    def _that_clause(self, after: int, last: int, speaker: Phrase, verb: tuple[str, ...]) -> Spoken | None:  # fmt: skip
        """Of `X said (that) CLAUSE`, `X told reporters (that) CLAUSE`: where and when may stand before a "that" only."""
        words, lex = self.sentences.words, self.sentences.lexicon
        is_plain = verb in lex.plain and verb not in lex.to_someone and lex.language != "de"
        if (
            is_plain
            and after < last
            and words[after].low not in lex.that
            and self._begins_clause(after)
        ):
            return self._span(after, last, speaker, verb, "plain")
        for k in range(after, min(last, after + FAR)):
            if words[k].low in lex.that:
                return self._span(k + 1, last, speaker, verb, "that")
            if words[k].is_quotation or (words[k].text == "," and lex.language != "de"):
                break
        return self._plain_clause(after, last, speaker, verb) if verb in lex.plain else None

    def _plain_clause(self, after: int, last: int, speaker: Phrase, verb: tuple[str, ...]) -> Spoken | None:  # fmt: skip
        """Of `X said CLAUSE` the clause; in German it follows a comma."""
        words, lex = self.sentences.words, self.sentences.lexicon
        if lex.language == "de":
            subjects = lex.determiners | lex.pronouns
            is_clause = after + 1 < last and words[after].text == "," and words[after + 1].low in subjects  # fmt: skip
            return self._span(after + 1, last, speaker, verb, "plain") if is_clause else None
        if verb in lex.to_someone:
            told = self.sentences.reader.after(after, last)
            if told is None or told.start != words[after].start:
                return None
            after = self.sentences.at(told.end)
        is_clause = after < last and self._begins_clause(after)
        return self._span(after, last, speaker, verb, "plain") if is_clause else None

    def _begins_clause(self, i: int) -> bool:
        """Whether a subject begins here: a determiner, a pronoun or a name, and no time or place."""
        word, lex = self.sentences.words[i], self.sentences.lexicon
        if word.low in lex.tails or word.low in lex.calendar or not word.is_word:
            return word.low in lex.determiners and word.low not in lex.tails
        bare = re.split("['’]", word.low)[0]  # "it'll", "they're"
        return word.low in lex.determiners or bare in lex.pronouns or word.is_name

    def _is_tail(self, i: int, last: int) -> bool:
        """Whether only where and when the words were said stands from word i on."""
        words = self.sentences.words[i:last]
        if words and words[-1].text in (".", "!", "?", "…"):
            words = words[:-1]
        if not words:
            return True
        opening = words[1] if words[0].text == "," and len(words) > 1 else words[0]
        is_place = (
            opening.low in self.sentences.lexicon.tails
            or opening.low in self.sentences.lexicon.calendar
        )
        return is_place and len(words) <= FAR and not any(w.text in (";", ":") for w in words)

    def _span(self, begin: int, end: int, speaker: Phrase, cue: tuple[str, ...], rule: str) -> Spoken | None:  # fmt: skip
        """From word begin to word end, without the sign that ends the sentence."""
        words = self.sentences.words
        while end > begin and words[end - 1].text in (".", ",", "!", "?", "…"):
            end -= 1
        part = words[begin:end]
        if not part or any(self._is_long(word) or self._is_mark(word) for word in part):
            return None
        return Spoken(words[begin].start, words[end - 1].end, "reported", speaker, " ".join(cue), rule)  # fmt: skip

    def _is_mark(self, word: Word) -> bool:
        """Whether it is a quotation mark that is no apostrophe: somebody is quoted here, and it was not read how."""
        before = self.text[word.start - 1 : word.start]
        return word.text in _MARKS or (word.text in "'’" and not before.isalnum())

    def _is_long(self, word: Word) -> bool:
        """Whether it is a quotation that stands for itself."""
        return word.is_quotation and len(self.text[word.start : word.end].split()) >= FEWEST_APART
