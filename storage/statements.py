"""Which figures speak of one thing: the words and names that stand around them.

A figure's clause tells what it is about: "killed" in "12 people were killed in Kyiv on Monday, officials said". Two
figures are tied where kind, dimension, noun, role and period are the same, and their clauses share most of their words. A tie
that is not sure is none. Whether tied figures agree is known elsewhere.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from storage.agreement import Span
from storage.values import name_key
from storage.words import split_words, stems_of, stop_words

_CLAUSE_ENDS = re.compile(r"[,;:()\[\]–—\n]|\.\s|\s-\s")
_ASCII_WORD = re.compile(r"\w+", re.ASCII)
# Verbs of reporting stand beside any figure and tell nothing of it.
_REPORTING = frozenset(
    (
        "said",
        "say",
        "told",
        "tell",
        "accord",
        "report",
        "add",
        "offici",
        "sourc",
        "announc",
        "estim",
    )
)
_ENOUGH, _NEARLY_ALL = 0.5, 0.8
_LEADERS = 20
_PAIRED = 100
_FAR = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A stored figure with what it is tied by; `spans` and `direction` are what it says.

    `words` are the stems of its clause without names, figures and its noun, `names` those of its sentence, `sentence` as
    much of that as is looked at.
    """

    figure_id: int
    article_id: int
    version: int
    published: str | None
    kind: str
    dimension: str
    noun: str
    role: str | None
    about: tuple[str, str] | None
    direction: str | None
    spans: tuple[Span, ...]
    text: str
    sentence: str
    words: frozenset[str]
    names: frozenset[str]
    subjects: frozenset[str]
    meets: bool

    @property
    def key(self) -> tuple[object, ...]:
        """What must be the same for two figures to be of one thing."""
        return (self.kind, self.dimension, self.noun, self.role, self.about)

    def agrees(self, other: Statement) -> bool:
        """Whether both can be true."""
        if self.direction and other.direction and self.direction != other.direction:
            return False
        return len(self.spans) == len(other.spans) and all(
            mine.meets(its) for mine, its in zip(self.spans, other.spans, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands in its paragraph, and where its sentence does."""

    start: int
    end: int
    first: int
    last: int


@dataclass(slots=True)
class Thread:
    """One figure through the versions of its article: what was stated of it, first to last."""

    stated: list[Statement] = field(default_factory=list)


def near_text(place: Place) -> tuple[int, int]:
    """Where the part of a figure's sentence begins and ends that is looked at: some lines on either side at most."""
    return max(place.first, place.start - _FAR), min(place.last, place.end + _FAR)


def clause_words(
    text: str, place: Place, taken: Sequence[tuple[int, int]], language: str | None
) -> frozenset[str]:
    """The stems of the clause around a figure, without those of the spans `taken`, in order, by names and figures."""
    first, last = near_text(place)
    bare = text[first:last]
    marks = taken[bisect_left(taken, (first - _FAR, 0)) : bisect_left(taken, (last, 0))]
    for mark in marks:
        begin, stop = (max(edge - first, 0) for edge in mark)
        bare = bare[:begin] + " " * len(bare[begin:stop]) + bare[stop:]
    before, after = bare[: place.start - first], bare[place.end - first :]
    opening = max((match.end() for match in _CLAUSE_ENDS.finditer(before)), default=0)
    closing = _CLAUSE_ENDS.search(after)
    clause = f"{before[opening:]} {after[: closing.start() if closing else None]}"
    return told_by(clause, language)


@lru_cache(maxsize=4096)
def told_by(text: str, language: str | None) -> frozenset[str]:
    """The stems of the words that say something."""
    stops = stop_words(language)
    folded = _ASCII_WORD.findall(text.lower()) if text.isascii() else split_words(text)
    words = [word for word in folded if word not in stops and not word.isdecimal()]
    return frozenset(stems_of(words, language)) - _REPORTING


@lru_cache(maxsize=65_536)
def fold_name(name: str) -> str:
    """A name as it is compared; "Russian" is Russia's, as most names of peoples in -n are."""
    return name_key(name).removesuffix("n")


def tie_articles(statements: Sequence[Statement]) -> list[list[Statement]]:
    """Statements of one key, in groups that speak of one thing: those near enough to the first of a group."""
    groups: list[list[Statement]] = []
    by_name: dict[str, list[int]] = defaultdict(list)
    for statement in statements:
        about = statement.names | statement.subjects
        near = {i for name in about for i in by_name[name][-_LEADERS:]}
        home = next((i for i in sorted(near) if _is_same_thing(groups[i][0], statement)), None)
        if home is not None:
            groups[home].append(statement)
            continue
        for name in about:
            by_name[name].append(len(groups))
        groups.append([statement])
    return groups


def _is_same_thing(one: Statement, other: Statement) -> bool:
    """Whether two articles speak of one thing: of the same names, in clauses of the same words."""
    shared = len(one.words & other.words)
    fewer = min(len(one.words), len(other.words))
    if one.noun:
        is_alike = shared >= max(1, _ENOUGH * fewer)
    else:
        is_alike = one.words == other.words or shared >= max(2, _NEARLY_ALL * fewer)
    return is_alike and _has_same_names(one, other)


def _has_same_names(one: Statement, other: Statement) -> bool:
    if one.subjects and other.subjects and one.subjects != other.subjects:
        return False
    mine, its = one.names | one.subjects, other.names | other.subjects
    return bool(mine and its) and (mine <= its or its <= mine)


def tie_versions(statements: Iterable[Statement]) -> list[Thread]:
    """Each figure of one article through its versions; `statements` in the order of versions."""
    by_key: dict[tuple[object, ...], dict[int, list[Statement]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for statement in statements:
        by_key[statement.key][statement.version].append(statement)
    threads = []
    for versions in by_key.values():
        threads += _threads(list(versions.values()))
    return threads


def _threads(versions: Sequence[Sequence[Statement]]) -> list[Thread]:
    threads: list[Thread] = []
    for version in versions:
        now = list(version)
        for thread, statement in _pairs(threads[:_PAIRED], now[:_PAIRED]):
            thread.stated.append(statement)
            now.remove(statement)
        threads += [Thread([statement]) for statement in now]
    return threads


def _pairs(threads: Sequence[Thread], now: Sequence[Statement]) -> list[tuple[Thread, Statement]]:
    """The threads that go on, each with the statement most like its last one."""
    alone = len(threads) == 1 == len(now)
    ranked = sorted(
        (
            (-likeness, i, j)
            for i, thread in enumerate(threads)
            for j, statement in enumerate(now)
            if (likeness := _likeness(thread.stated[-1], statement))
            >= _floor(statement, alone=alone)
        ),
    )
    free_threads, free_statements = set(range(len(threads))), set(range(len(now)))
    pairs = []
    for _, i, j in ranked:
        if i in free_threads and j in free_statements:
            free_threads.discard(i)
            free_statements.discard(j)
            pairs.append((threads[i], now[j]))
    return pairs


def _floor(statement: Statement, *, alone: bool) -> float:
    """How alike two must be: less where each version has one such figure only, and says what it counts.

    A role takes the place of the verb: "rose 3%" may have become "fell 3%".
    """
    if alone and statement.noun:
        return 0.3
    return 0.5 if statement.role else 0.6


def _likeness(one: Statement, other: Statement) -> float:
    """From 0 to 1, the share of words that two clauses have in common; 2 for the very same sentence."""
    if one.sentence == other.sentence and one.text == other.text:
        return 2.0
    mine, its = one.words | one.names, other.words | other.names
    if not mine or not its:
        return 0.0
    return len(mine & its) / len(mine | its)
