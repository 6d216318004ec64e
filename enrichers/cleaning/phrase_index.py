"""Phrases and patterns put so that a line is asked about the few that can begin like it.

The lists hold thousands of phrases in two dozen languages and most lines of an article match none: nothing is compiled
before a line begins with its first letter. What the phrases mean is left to `phrase_lists`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

OPTIONAL = re.compile(r"[?*]|\{0?,")
GROUP = "(?:"
SPECIAL = frozenset("()[]{}\\.^$*+?|")
OPTIONAL_SIGNS = ("?", "*", "{")
LONGER_ITEM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[^}]*\}")
SHORTEST = 2
LATIN = re.compile(r"[\x00-\u036f\u1e00-\u1eff\u2000-\u206f]*")


@dataclass(frozen=True, slots=True)
class Openers:
    """Phrases that a line may begin with, each with its reason, found by their first two letters."""

    by_start: dict[str, list[tuple[str, str]]]

    @classmethod
    def of(cls, entries: Iterable[tuple[str, str]]) -> Openers:
        """`entries` are (reason, phrase), the phrases as `normal` gives them."""
        by_start: dict[str, list[tuple[str, str]]] = {}
        for reason, phrase in sorted(set(entries), key=lambda entry: -len(entry[1])):
            by_start.setdefault(phrase[:SHORTEST], []).append((phrase, reason))
        return cls(by_start)

    def all_of(self, line: str) -> list[tuple[str, str]]:
        """Reason and rest of the line for each phrase that `line` opens with, the longest first.

        >>> Openers.of([("related", "read more"), ("related", "read")]).all_of("read more: oil")
        [('related', ': oil'), ('related', ' more: oil')]
        """
        return [
            (reason, line[len(phrase) :])
            for start in {line[:SHORTEST], line[:1]}
            for phrase, reason in self.by_start.get(start, ())
            if line.startswith(phrase) and not _is_in_word(line[len(phrase) : len(phrase) + 1])
        ]


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns of whole lines, each with its reason, sorted by the letters that a line they match can begin with."""

    by_letter: dict[str, list[tuple[str, str]]]
    anywhere: list[tuple[str, str]]
    """Patterns that may begin with anything."""
    foreign: list[tuple[str, str]]
    """The same in other scripts than the Latin, which no Latin line needs to be held against."""
    _ready: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[tuple[str, str]]) -> Patterns:
        """`entries` are (reason, regular expression)."""
        by_letter: dict[str, list[tuple[str, str]]] = {}
        anywhere: list[tuple[str, str]] = []
        foreign: list[tuple[str, str]] = []
        for reason, pattern in entries:
            letters = first_letters(pattern)
            if letters is None:
                (anywhere if LATIN.fullmatch(pattern) else foreign).append((reason, pattern))
            for letter in letters or ():
                by_letter.setdefault(letter, []).append((reason, pattern))
        return cls(by_letter, anywhere, foreign)

    def reason_of(self, line: str) -> str | None:
        """The reason of the first pattern that is all of `line`.

        >>> Patterns.of([("comments", r"[0-9]+ comments?")]).reason_of("27 comments")
        'comments'
        """
        lists = [self._at(line[:1]), self._at("")]
        if not LATIN.fullmatch(line):
            lists.append(self._at("foreign"))
        for entries in lists:
            for reason, needed, pattern in entries:
                if needed in line and _compiled(pattern).fullmatch(line):
                    return reason
        return None

    def _at(self, start: str) -> list[tuple[str, str, str]]:
        """Reason, what a line must hold, and pattern."""
        found = self._ready.get(start)
        if found is None:
            source = {"": self.anywhere, "foreign": self.foreign}.get(start)
            entries = self.by_letter.get(start, ()) if source is None else source
            # Each by itself: one that can begin with ten letters would be compiled ten times in an alternation.
            found = [(reason, literal_of(pattern), pattern) for reason, pattern in entries]
            # A line may begin with any of a million letters; only those that have patterns are kept.
            if entries or start in ("", "foreign"):
                self._ready[start] = found
        return found


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@cache
def literal_of(pattern: str) -> str:
    r"""The longest run of plain characters that every text has that `pattern` matches; "" where none is plain to see.

    >>> literal_of(r".{0,9}cookies? (?:on|in) \w+"), literal_of("ad|anzeige")
    ('cookie', '')
    """
    runs = [""]
    at = 0
    while at < len(pattern):
        end = _item_end(pattern, at)
        following = pattern[end : end + 1]
        if pattern[at] == "|":
            return ""
        if pattern[at] in SPECIAL or following in OPTIONAL_SIGNS:
            runs.append("")
        else:
            runs[-1] += pattern[at]
            # What is repeated once or more is there once; what follows need not follow the first one.
            runs += [""] * (following == "+")
        at = end
    return max(runs, key=len)


def _item_end(pattern: str, at: int) -> int:
    """Where the group, class, count, escape or character that begins at `at` ends."""
    if pattern[at] == "(":
        return _group_end(pattern, at)
    longer = LONGER_ITEM.match(pattern, at)
    return longer.end() if longer else at + 1


def first_letters(pattern: str) -> set[str] | None:
    r"""The letters and digits that what `pattern` matches can begin with, None where that is not plain to see.

    >>> sorted(first_letters(r"(?:the )?(?:ad|story) continues")), first_letters(r".{0,9}cookies")
    (['a', 's', 't'], None)
    """
    found: set[str] = set()
    at = 0
    while at < len(pattern):
        end, letters = _first_item(pattern, at)
        if letters is None:
            return None
        found |= letters
        if not OPTIONAL.match(pattern, end):
            return found
        at = end + len(re.match(r"(?:[?*]|\{[^}]*\})[?+]?", pattern[end:])[0])  # type: ignore[index]  # OPTIONAL matched
    return None


def _first_item(pattern: str, at: int) -> tuple[int, set[str] | None]:
    """Where the item that begins at `at` ends, and what it can begin with."""
    if pattern.startswith(GROUP, at):
        end = _group_end(pattern, at)
        letters: set[str] = set()
        for branch in _branches(pattern[at + len(GROUP) : end - 1]):
            inner = first_letters(branch)
            if inner is None:
                return end, None
            letters |= inner
        return end, letters
    if pattern.startswith(r"\d", at):
        return at + 2, set("0123456789")
    return at + 1, {pattern[at]} if pattern[at].isalnum() else None


def _group_end(pattern: str, at: int) -> int:
    depth = 0
    for index, character in _plain_characters(pattern, at):
        depth += (character == "(") - (character == ")")
        if not depth:
            return index + 1
    return len(pattern)


def _branches(body: str) -> Sequence[str]:
    cuts = [-1]
    depth = 0
    for index, character in _plain_characters(body, 0):
        depth += (character == "(") - (character == ")")
        if character == "|" and not depth:
            cuts.append(index)
    cuts.append(len(body))
    return [body[start + 1 : end] for start, end in pairwise(cuts)]


def _plain_characters(pattern: str, at: int) -> Iterable[tuple[int, str]]:
    """The characters from `at` that are neither escaped nor in a character class, with their places."""
    in_class = False
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 2
            continue
        if in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        else:
            yield at, character
        at += 1


def _is_in_word(character: str) -> bool:
    """Whether a word goes on with `character`; the vowel signs of Indic scripts are no letters to Python."""
    return character.isalnum() or character == "_" or "\u0900" <= character <= "\u0dff"
