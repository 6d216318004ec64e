"""What a search can say beside its hits: why each is there, what is folded under it, and counts of all that matches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FacetName = Literal["source", "language", "entity", "label", "month"]
FusionRule = Literal["sum", "words", "meaning", "mean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideScore:
    """What one side, words or meaning, says of a row: its own score (BM25, nearness) and place among `of` rows.

    Nearness is the cosine; in hybrid mode that of the best articles is theirs as wholes, too. Rows of equal score share a
    place. `part` is what it adds to the hit's score before its age counts.
    """

    score: float
    rank: int
    of: int
    part: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fusion:
    """How the sides became one score: each divided by the query's best, times its weight, and added up ("sum").

    Where only one side counts, or found anything, its score stands as it is ("words", "meaning"). "mean" is the cosine of
    an article's mean vector, as `similar` has it.
    """

    rule: FusionRule
    weight_words: float
    weight_meaning: float
    best_words: float | None
    best_meaning: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recency:
    """What an article's age leaves of its score: `factor`, from 1 (now) to 0.5 (old, or without a date)."""

    age_days: float | None
    half_life_days: float
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a hit is there. `score` is the sum of the sides' parts, times the recency's factor.

    `matched` are the words of the hit that answer the query, as they stand there, each once. A side that does not count in
    this mode, or does not know the row, is None.
    """

    matched: tuple[str, ...]
    words: SideScore | None
    meaning: SideScore | None
    cosine: float | None
    fusion: Fusion
    recency: Recency | None
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """What is folded under a hit: `count` other hits that tell the same, of the articles `ids`."""

    count: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetCount:
    """How many hits there are of one value; None stands for those that have none. `label` is an entity's."""

    value: str | None
    count: int
    label: str | None = None


Facets = Mapping[FacetName, tuple[FacetCount, ...]]
