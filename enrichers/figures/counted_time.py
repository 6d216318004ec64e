"""Counted time: "the last two weeks" is a length, "two weeks ago" a date that far back."""

from __future__ import annotations

from decimal import Decimal

from enrichers.figures import periods
from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Line
from enrichers.figures.moment import OFFSETS as _OFFSETS
from enrichers.figures.moment import Calendar, Moment
from enrichers.figures.moment import resolve_by as _moment
from enrichers.figures.numbers import read_numeral
from enrichers.figures.spelled import read_spelled


def counted_span(line: Line, index: int) -> Moment | None:
    """As in "the last two weeks", "the first nine months": how long, not when."""
    token = line.tokens[index]
    is_end = token.word in line.lexicon.time.sets["ends"]
    if not is_end and (token.word not in _OFFSETS or token.word in ("this", "current")):
        return None
    if (
        token.word == "last"
        and index
        and line.tokens[index - 1].word not in lexicon().words.sets["days.last_leads"]
    ):
        return None
    value, end = _number_at(line, index + 1)
    if value is None:
        return None
    position = line.index_at(end)
    if position >= len(line.tokens) or line.text[end : line.tokens[position].start] != " ":
        return None
    unit_token = line.tokens[position]
    unit = line.lexicon.units.by_word.get(unit_token.word)
    if unit is None or unit.kind != "duration":
        return None
    return Moment(
        start=token.start,
        end=unit_token.end,
        rule="first_n" if is_end else "last_n",
        duration=value,
        unit=unit.name,
    )


def _number_at(line: Line, index: int) -> tuple[Decimal | None, int]:
    token = line.tokens[index]
    if token.word[0] in "0123456789":
        number = read_numeral(line.text, token.start, line.lexicon.numbers)
        return (number.value, number.end) if number else (None, 0)
    if token.word in line.lexicon.numbers.starts:
        spelled = read_spelled(line, index)
        return (spelled.value, spelled.end) if spelled else (None, 0)
    return None, 0


def ago(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """As in "two weeks ago", "a year earlier": the day, week, month or year that far back from the day of writing."""
    if index < 2 or line.text[line.tokens[index - 1].end : line.tokens[index].start] != " ":
        return None
    unit = line.lexicon.time.units.get(line.tokens[index - 1].word)
    if unit is None:
        return None
    start, value = _number_before(line, index - 2, line.tokens[index - 1].start)
    if value is None or value > 3000 or value != value.to_integral_value():
        return None
    end = line.tokens[index].end
    return _moment(calendar, start, end, lambda day: periods.around(day, unit, -int(value)), unit)


def _number_before(line: Line, last: int, end: int) -> tuple[int, Decimal | None]:
    if line.tokens[last].word in ("a", "an"):
        return line.tokens[last].start, Decimal(1)
    for first in range(max(0, last - 3), last + 1):
        value, stop = _number_at(line, first)
        if value is not None and line.text[stop:end] == " ":
            return line.tokens[first].start, value
    return 0, None
