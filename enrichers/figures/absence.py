"""Counts of none: "no deaths", "no serious injuries". Only of things whose absence is news, from the data file."""

from __future__ import annotations

from decimal import Decimal

from enrichers.figures.line import Draft, Line

_REACH = 3


def read_absences(line: Line) -> None:
    """Take "no" before a noun such as "deaths", with at most two words between."""
    for index in line.marked:
        token = line.tokens[index]
        if token.word != "no" or not line.is_free(token.start, token.end):
            continue
        noun = _noun(line, index)
        if noun:
            line.add(
                Draft(
                    start=token.start,
                    end=token.end,
                    kind="count",
                    rule="none",
                    value=Decimal(0),
                    noun=noun,
                )
            )


def _noun(line: Line, index: int) -> str | None:
    nouns = line.lexicon.words.sets["nouns.none_of"]
    stop = line.lexicon.words.sets["nouns.stop"]
    for position in range(index + 1, min(index + 1 + _REACH, len(line.tokens))):
        token = line.tokens[position]
        if line.text[line.tokens[position - 1].end : token.start] != " " or token.word in stop:
            return None
        if token.word in nouns:
            return line.text[token.start : token.end]
    return None
