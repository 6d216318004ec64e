"""Which figures words mean most: those whose own sentence says the words, and says them close by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.stored import FoundFigure
from storage.words import Wanted, find_matches

MOST_RANKED = 1000
"""So many figures are put in order, the newest of all that match; what is older follows only where more are asked for."""
_AFTER = 2
_FAR = 1000


@dataclass(frozen=True, slots=True)
class Match:
    """A figure that was found for words, with the language of its article."""

    found: FoundFigure
    language: str | None


def best_first(matches: Sequence[Match], words: list[list[str]]) -> list[FoundFigure]:
    """The figures, those first that `words` (stems by word, see `query_words`) mean most; else in the given order.

    A sentence that says more of the words comes before one that says fewer of them, and of its figures the one that they
    stand closest to. What a figure is of is said before it more often than behind ("the index fell 0.5%"), so a word
    behind it is taken to be twice as far away.
    """
    ranked = sorted(
        matches[:MOST_RANKED], key=lambda match: _distance(match, words) + _FAR * _is_one_of(match)
    )
    return [match.found for match in (*ranked, *matches[MOST_RANKED:])]


def _is_one_of(match: Match) -> bool:
    """Whether it is the one of "one of its 40 shops", which answers no question of how many."""
    return match.found.figure.rule == "partitive"


def _distance(match: Match, words: list[list[str]]) -> int:
    """Characters from the figure to each of the words, in sum; a word that its sentence does not say is far away."""
    figure, sentence = match.found.figure, match.found.sentence
    start, end = figure.start - figure.sentence_start, figure.end - figure.sentence_start
    total = 0
    for stems in words:
        spans = find_matches(sentence, Wanted([stems]), match.language)
        away = [start - last if last <= start else (first - end) * _AFTER for first, last in spans]
        total += min((max(0, gap) for gap in away), default=_FAR)
    return total
