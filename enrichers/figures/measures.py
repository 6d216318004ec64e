"""Reads the numbers of a line, once the dates and traps are out of the way, in order of certainty: money, percent, units, counts."""

from __future__ import annotations

import re

from enrichers.figures.absence import read_absences
from enrichers.figures.ages import read_age
from enrichers.figures.counted import read_count
from enrichers.figures.lengths import read_article_lengths
from enrichers.figures.line import Draft, Line
from enrichers.figures.money import read_money
from enrichers.figures.numbers import Number, scan_numbers
from enrichers.figures.part_units import read_part_units
from enrichers.figures.partitive import read_partitive
from enrichers.figures.percent import read_percent
from enrichers.figures.ranges import Reader, read_odds, read_range, read_score
from enrichers.figures.ratios import (
    read_fractions,
    read_multiple,
    read_multiple_words,
    read_n_in_m,
)
from enrichers.figures.scientific import read_science
from enrichers.figures.signs import with_sign
from enrichers.figures.traps import is_name, is_one_as_pronoun
from enrichers.figures.units import read_quantity, to_base

_LINKED = re.compile(r"[-–—‑]|\b(?:to|and|or|through|in|of)\b")
_BY = re.compile(r" ?[x×] ?|[- ]by[- ]")
_MOST_GAMES = 16
_RECORDS = re.compile(r" ?\((?:\d{1,2}[-–]\d{1,2}, )?\Z")  # "(6-5, 3-4)"
_CLOSES = re.compile(r"(?:, \d{1,2}[-–]\d{1,2})?\)")
_LONGEST_RECORD = 9
_READERS = (read_money, read_percent, read_multiple, read_age, read_quantity)


def read_measure(line: Line, number: Number) -> Draft | None:
    """What the number measures: the first reading that fits; None if it has neither currency, sign nor unit."""
    for read in _READERS:
        draft = read(line, number)
        if draft is not None:
            return draft
    return None


def read_numbers(line: Line) -> None:
    """Take every figure that starts from a number: ranges and pairs first, then single ones."""
    read_part_units(line)
    read_fractions(line)
    numbers = scan_numbers(line)
    readings: dict[int, Draft | None] = {}

    def read(line: Line, number: Number) -> Draft | None:
        """Each number is looked at from both sides, but read once."""
        if number.start not in readings:
            readings[number.start] = read_measure(line, number)
        return readings[number.start]

    index = 0
    while index < len(numbers):
        following = numbers[index + 1] if index + 1 < len(numbers) else None
        pair = _read_pair(line, numbers[index], following, read) if following else None
        if pair is not None and line.add(with_sign(line, pair)):
            index += 2
            continue
        if following is None or not _take_side(line, numbers[index], following, read):
            _take_single(line, numbers[index], read)
        index += 1
    read_multiple_words(line)
    read_article_lengths(line)
    read_absences(line)
    read_science(line)


def _read_pair(line: Line, first: Number, second: Number, read: Reader) -> Draft | None:
    odds = read_odds(line, first, second) if second.start - first.end < len("-to-") + 1 else None
    if odds is not None and read(line, second) is None:
        return odds
    if second.start - first.end > 40 or not _LINKED.search(line.text, first.end, second.start):
        return None
    spoken = line.text[first.end : second.start] == " to " and read(line, second) is None
    if spoken and (score := read_score(line, first, second)):
        return score
    pair = read_range(line, first, second, read)
    if pair is not None and pair.unit is None:
        pair = _bare_pair(line, first, second, pair)
    if pair is None and read(line, second) is None:
        pair = read_score(line, first, second)
    return pair or read_n_in_m(line, first, second)


def _take_side(line: Line, first: Number, second: Number, read: Reader) -> bool:
    """Take the 3 of "3 x 5 metres", "10-by-12-foot": its unit stands behind the other side."""
    if first.value is None or not _BY.fullmatch(line.text, first.end, second.start):
        return False
    other = read(line, second)
    if other is None or other.kind != "quantity" or other.base_unit != "metre":
        return False
    draft = Draft(
        start=first.start,
        end=first.end,
        kind="quantity",
        rule="side",
        value=first.value,
        unit=other.unit,
    )
    to_base(draft, line.lexicon.units.by_word[other.unit or "metre"])
    return line.add(draft)


def _bare_pair(line: Line, first: Number, second: Number, pair: Draft) -> Draft | None:
    """A range without a unit counts what follows it; two small numbers and a dash with no noun are a score."""
    if is_name(line, first):
        return None
    pair.noun = read_count(line, second).noun
    if pair.noun is None:
        return read_score(line, first, second) or _record(line, first, second) or pair
    return pair


def _record(line: Line, first: Number, second: Number) -> Draft | None:
    """As in "Titusville (0-1): ...": behind a name and in brackets, the games won and lost."""
    text = line.text
    opening = _RECORDS.search(text, max(0, first.start - _LONGEST_RECORD), first.start)
    name = line.token_before(opening.start()) if opening else None
    closes = _CLOSES.match(text, second.end)
    small = (first.value or 0) <= _MOST_GAMES and (second.value or 0) <= _MOST_GAMES
    if name is None or not (closes and small and text[name.start].isupper()):
        return None
    return Draft(
        start=first.start,
        end=second.end,
        kind="score",
        rule="record",
        low=first.value,
        high=second.value,
    )


def _take_single(line: Line, number: Number, read: Reader) -> None:
    if not line.is_free(number.start, number.end):
        return
    draft = read(line, number)
    if draft is None:
        if is_name(line, number):
            return
        draft = read_partitive(line, number)
    if draft is None:
        if is_one_as_pronoun(line, number):
            return
        draft = read_count(line, number)
    line.add(with_sign(line, draft))
