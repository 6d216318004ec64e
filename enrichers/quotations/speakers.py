"""Who speaks, as a sentence says it: the noun phrase before or after a verb of speaking. A phrase that is not sure is none.

Works on the words of a text whose quotations are covered (see `marks.mask`), so that nothing said is read as a speaker.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from enrichers.quotations.lexicon import Lexicon
from enrichers.quotations.marks import MASK

_TOKEN = re.compile(
    rf"{MASK}+|(?:[^\W_]\.){{2,}}|[^\W\d_a-z]\.(?=\s+[^\W\d_a-z])|[^\W_]+(?:[-’'&][^\W_]+)*|['’](?:s\b)?|[^\w\s]"
)
_BREAKS = frozenset(".!?;:—–()[]…")
_MOST = 14
"""Words of a noun phrase with what stands in it: more is no speaker."""
_MOST_APPOSITION = 30
_LONGEST_ABBREVIATED = 4


class Word(NamedTuple):
    """A word or a sign."""

    start: int
    end: int
    text: str

    @property
    def low(self) -> str:
        """In small letters."""
        return self.text.lower()

    @property
    def is_name(self) -> bool:
        """Whether it begins with a capital and is no quotation."""
        return self.text[0].isupper() and self.text[0] != MASK

    @property
    def is_quotation(self) -> bool:
        """Whether it stands for a quotation."""
        return self.text[0] == MASK

    @property
    def is_word(self) -> bool:
        """Whether it is one, and no sign."""
        return self.text[0].isalnum() and self.text[0] != MASK


class Phrase(NamedTuple):
    """Where a speaker stands."""

    start: int
    end: int


def split(text: str) -> list[Word]:
    """The words and signs of a text, in order."""
    return [Word(m.start(), m.end(), m[0]) for m in _TOKEN.finditer(text)]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads noun phrases among the words of one row."""

    words: Sequence[Word]
    lexicon: Lexicon

    def verb_at(self, i: int) -> tuple[str, ...] | None:
        """The verb of speaking that begins with word i."""
        for verb in self.lexicon.verbs.get(self.words[i].low, ()) if i < len(self.words) else ():
            if tuple(word.low for word in self.words[i : i + len(verb)]) == verb:
                return verb
        return None

    def after(self, i: int, stop: int | None = None) -> Phrase | None:
        """The noun phrase that begins at word i: after "said", after "according to"."""
        words, lex = self.words, self.lexicon
        limit = min(len(words), i + _MOST) if stop is None else min(stop, i + _MOST)
        if i < limit and words[i].low in lex.adverbs:
            i += 1
        end = i
        while end < limit and self._goes_on(i, end):
            end += 1
        if end < len(words) and words[end].text == "-":
            return None  # "der Sozial-, Kultur- und Sportdirektor NAME"
        while end > i and not words[end - 1].is_word:
            end -= 1
        return self._settled(i, end)

    def _goes_on(self, first: int, i: int) -> bool:
        word, lex = self.words[i], self.lexicon
        if word.text in ("'s", "’s", "'", "’", "&"):
            return i > first
        if word.text == ".":
            is_short = i > first and len(self.words[i - 1].text) <= _LONGEST_ABBREVIATED
            return is_short and lex.is_title(self.words[i - 1].text) and self._is_name_at(i + 1)
        if not word.is_word or word.low in lex.that:
            return False
        if word.low in lex.ends and not (i == first and word.low in lex.determiners):
            is_first = i == first or self.words[i - 1].is_name
            return is_first and word.is_name and self._is_alone(i)
        if i > first and word.low in lex.pronouns:
            return False
        return word.low not in lex.calendar or not word.is_name

    def _is_name_at(self, i: int) -> bool:
        return i < len(self.words) and self.words[i].is_name

    def _is_alone(self, i: int) -> bool:
        """Whether a capital stands by itself where a name is to be: "said Early"."""
        is_last = i + 1 >= len(self.words) or not self.words[i + 1].is_word
        return is_last and self.words[i].low not in self.lexicon.calendar

    def before(self, i: int, first: int) -> Phrase | None:
        """The noun phrase that ends before word i, not beyond word `first`: "Modi, the prime minister, also | said"."""
        words, lex = self.words, self.lexicon
        j = i - 1
        while j >= first and lex.is_adverb(words[j].text):
            j -= 1
        if j >= first and words[j].low in lex.relative:
            j -= 1
            j -= j >= first and words[j].text == ","
            return self._ending(j, first)
        if j > first and words[j].text == ",":
            return self._before_apposition(j, first)
        return self._ending(j, first)

    def _opens_apposition(self, k: int) -> bool:
        """Whether what begins with word k says more of the name before it."""
        word, lex = self.words[k], self.lexicon
        if word.low in lex.determiners or word.low in lex.relative or word.text[0].isdigit():
            return True
        return lex.is_title(word.text)

    def _before_apposition(self, j: int, first: int) -> Phrase | None:
        """The phrase before ", ... ," where the last comma is word j; there may be several."""
        words = self.words
        for k in range(j - 1, max(first, j - _MOST_APPOSITION), -1):
            if words[k].is_quotation or words[k].text in _BREAKS:
                return None
            if words[k].text != ",":
                continue
            if not self._opens_apposition(k + 1):
                named = words[k + 1 : j]  # "the head of the bank, Ann Lee, said"
                is_name = len(named) > 1 and all(word.is_name for word in named)
                return Phrase(named[0].start, named[-1].end) if is_name else None
            begin = k
            while begin > first and words[begin - 1].text != ",":
                begin -= 1
            if begin > first and self._opens_apposition(begin):
                continue
            return self._ending(k - 1, first) if words[k - 1].is_name else None
        return None

    def _ending(self, j: int, first: int) -> Phrase | None:
        """The noun phrase whose last word is j."""
        words, lex = self.words, self.lexicon
        if j < first or not words[j].is_word or words[j].low in lex.passive:
            return None
        if words[j].low.endswith(("'s", "’s")):
            return None  # what is read as a verb is a noun: "her claims"
        if words[j].low in lex.pronouns:
            return Phrase(words[j].start, words[j].end)
        begin = self._begin_of_name(j, first) if words[j].is_name else None
        if begin is not None and not self._is_linked(begin, first):
            has_article = begin > first and words[begin - 1].low in lex.determiners - lex.that
            return self._settled(begin - has_article, j + 1)
        begin = self._begin_of_noun(begin if begin is not None else j, first)
        return None if begin is None else self._settled(begin, j + 1)

    def _begin_of_name(self, j: int, first: int) -> int | None:
        """Where the run of capitals begins that ends with word j."""
        words, lex = self.words, self.lexicon
        begin = j + 1
        k = j
        while k >= first and j - k < _MOST:
            word = words[k]
            if word.is_name and word.low not in lex.calendar:
                begin = k
            elif not (word.low in lex.joiners and k > first and words[k - 1].is_name):
                break
            k -= 1
        # "In Moscow", "The Ministry": the first word of a sentence has a capital, too.
        while begin <= j and begin == first and words[begin].low in lex.ends | lex.determiners:
            begin += 1
        return begin if begin <= j else None

    def _is_linked(self, begin: int, first: int) -> bool:
        """Whether a name is only the end of "the head of NAME"."""
        k = begin - 1
        while k >= first and self.words[k].low in self.lexicon.determiners:
            k -= 1
        return k > first and self.words[k].low in self.lexicon.links

    def _begin_of_noun(self, j: int, first: int) -> int | None:
        """Where "the spokesman for the ministry" begins that ends with word j: at its determiner, or a bare plural."""
        words, lex = self.words, self.lexicon
        begin, k = None, j
        while k >= first and j - k < _MOST:
            word = words[k]
            if not word.is_word or (word.low in lex.ends and word.low not in lex.determiners):
                break
            if word.low in lex.determiners:
                begin = k
                is_genitive = word.low in lex.links and k > first and words[k - 1].is_name
                if not is_genitive and (k == first or words[k - 1].low not in lex.links):
                    return begin
            elif word.low in lex.bare:
                begin = k
                if k == first or words[k - 1].low in lex.ends or not words[k - 1].is_word:
                    return begin
            k -= 1
        return begin

    def _settled(self, begin: int, end: int) -> Phrase | None:
        """The phrase of words begin to end, as a speaker's: a name without its titles, a noun with what belongs to it."""
        words, lex = self.words, self.lexicon
        if begin >= end:
            return None
        begin = self._past_possessor(begin, end)
        part = words[begin:end]
        if part[0].low in lex.pronouns:
            return Phrase(part[0].start, part[0].end) if len(part) == 1 else None
        name = self._name_at_end(begin, end)
        if name is not None:
            last = end - 1
            titled = name - 2 if words[name - 1].text == "." else name - 1
            if titled >= begin and lex.is_title(words[titled].text):
                # "Mr Smith of Leeds": whoever has a title is a person, where he is from is not his name.
                last = next(
                    (k - 1 for k in range(name + 1, end) if words[k].low in lex.links), last
                )
            return Phrase(words[name].start, words[last].end)
        lows = {word.low for word in part}
        if part[0].low in lex.determiners or lows & lex.bare or part[0].is_name:
            return Phrase(part[0].start, part[-1].end) if len(part) > 1 or lows & lex.bare or part[0].is_name else None  # fmt: skip
        return None

    def _past_possessor(self, begin: int, end: int) -> int:
        """Of "Chatham House's Chietigj Bajpaee" where the second name begins."""
        words = self.words
        for k in range(end - 2, begin, -1):
            ends_so = words[k].text in ("'s", "’s") or words[k].low.endswith(("'s", "’s"))
            if ends_so and words[k + 1].is_name and words[k].start >= words[begin].start:
                return k + 1
        return begin

    def _name_at_end(self, begin: int, end: int) -> int | None:
        """Where the name begins that a phrase ends with, past its titles; None where it is no name, or linked to a noun."""
        words, lex = self.words, self.lexicon
        if not words[end - 1].is_name or lex.is_title(words[end - 1].text):
            return None
        start = self._begin_of_name(end - 1, begin)
        if start is None or (start > begin and self._is_linked(start, begin)):
            return None
        titled = [k for k in range(start, end) if lex.is_title(words[k].text)]
        if titled:
            start = titled[-1] + 1
            while start < end and words[start].text == ".":
                start += 1
            if start < end and words[start].low in lex.links:
                # "Secretary of State Ann Lee" has a name behind it, "Sprecher der Polizei" has none.
                start += 2
                if end - start < 2 or not all(word.is_name for word in words[start - 1 : end]):
                    return None
        elif start > begin and words[begin].low in lex.determiners and start == begin + 1:
            start = begin  # "the World Bank"
        return start if start < end else None
