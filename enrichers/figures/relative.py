"""Dates that lean on another day: "last month", "this year", "yesterday", "the following year"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from enrichers.figures import periods
from enrichers.figures.counted_time import counted_span as _counted_span
from enrichers.figures.line import Line, Token
from enrichers.figures.moment import DAYPART as _DAYPART
from enrichers.figures.moment import OFFSETS as _OFFSETS
from enrichers.figures.moment import Calendar, Moment, Resolve, found
from enrichers.figures.moment import resolve_by as _moment
from enrichers.figures.periods import Span
from enrichers.figures.tense import way_of

NamedResolve = Callable[[date, int, int], Span | None]
_FRIDAY = 4
_WINDOWS = {"week": 7, "fortnight": 14, "month": 30, "quarter": 91, "year": 365, "decade": 3652}
_LEANING = frozenset({"previous", "preceding", "following", "same", "that"})


def day_word(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """As in "today", "yesterday morning", "the day before yesterday"."""
    token = line.tokens[index]
    if line.text.startswith("TODAY", token.start):
        return None
    start, end, offset = token.start, token.end, line.lexicon.time.day_words[token.word]
    part = _DAYPART.match(line.text, end)
    end = part.end() if part else end
    before = line.words_before(start, 2)
    if before in (["day", "before"], ["day", "after"]):
        start = line.tokens[index - 2].start
        offset += 1 if before[1] == "after" else -1
    if calendar.reference is None:
        return Moment(start=start, end=end, rule="day_word", has_year=False)
    return found(
        start, end, "day_word", periods.shifted(calendar.reference, offset), "day", has_year=False
    )


def neighbour(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """As in "last month", "this year", "next Friday", "the past three weeks", "the following year"."""
    token = line.tokens[index]
    if index + 1 >= len(line.tokens) or line.text[token.end : line.tokens[index + 1].start] not in (
        " ",
        "-",
    ):
        return None
    counted = _counted_span(line, index)
    if counted:
        return counted
    following = line.tokens[index + 1]
    word = following.word.split("'")[0].split("’")[0]
    end = following.start + len(word)
    if (
        word in ("fiscal", "financial")
        and line.words_after(following.end, 1)
        and line.words_after(following.end, 1)[0].startswith("year")
    ):
        return _fiscal_neighbour(line, index, calendar)
    if token.word in _LEANING and (token.word in ("same", "that", "following") or calendar.seen):
        return _leaning(line, token, word, end, calendar)
    return _by_offset(line, token, word, end, calendar)


def _by_offset(line: Line, token: Token, word: str, end: int, calendar: Calendar) -> Moment | None:
    offset = _OFFSETS.get(token.word)
    if offset is None:
        return None
    if token.word == "past" and word in _WINDOWS:
        return _moment(
            calendar, token.start, end, lambda day: _window(day, _WINDOWS[word]), "window"
        )
    rule = _offset_rule(line, word, offset)
    return _moment(calendar, token.start, end, rule[0], rule[1]) if rule else None


def _offset_rule(line: Line, word: str, offset: int) -> tuple[Resolve, str] | None:
    """How "last", "this" or "next" such a word is found from the reference day, and its grain."""
    time = line.lexicon.time
    if word in time.units and not word.endswith("s"):
        unit = "weekend" if word == "weekend" else time.units[word]
        return lambda day: periods.around(day, unit, offset), "unit"
    if word in ("night", "morning", "evening", "afternoon"):
        return lambda day: periods.shifted(day, min(offset, 0)), "day"
    for names, resolve, grain in (
        (time.weekdays, _named_weekday, "day"),
        (time.months, _named_month, "month"),
        (time.seasons, _named_season, "season"),
    ):
        number = names.get(word)
        if number is not None and word not in time.sets["short_weekdays"] and word != "mar":
            return partial(_resolve_named, resolve, number, offset), grain
    return None


def _resolve_named(resolve: NamedResolve, number: int, offset: int, day: date) -> Span | None:
    return resolve(day, number, offset)


def _window(day: date, days: int) -> Span | None:
    """As in "the past year": the days up to today."""
    return periods.shifted(day, -days, days + 1)


def _named_weekday(day: date, number: int, offset: int) -> Span | None:
    """As in "last Friday" is before today, "next Friday" after it, "this Friday" in this week."""
    if offset == 0:
        week = periods.week(day)
        return periods.shifted(week[0], number) if week else None
    beside = periods.shifted(day, offset)
    return periods.weekday(beside[0], number, offset) if beside else None


def _named_month(day: date, number: int, offset: int) -> Span | None:
    if offset < 0:
        return periods.month(day.year - (0 if number < day.month else 1), number)
    if offset > 0:
        return periods.month(day.year + (0 if number > day.month else 1), number)
    return periods.month(day.year, number)


def _named_season(day: date, first: int, offset: int) -> Span | None:
    """The latest season that is over, the present or coming one of this year, or the next to begin."""
    if offset < 0:
        for year in (day.year, day.year - 1, day.year - 2):
            span = periods.season(first, year)
            if span and span[1] < day:
                return span
        return None
    this = periods.season(first, day.year)
    return this if offset == 0 or (this and this[0] > day) else periods.season(first, day.year + 1)


def _leaning(line: Line, token: Token, word: str, end: int, calendar: Calendar) -> Moment | None:
    """As in "the following year", "that month": counted from the last full date of the text."""
    unit = line.lexicon.time.units.get(word)
    if (
        unit is None
        or word.endswith("s")
        or (token.word == "that" and unit in ("day", "quarter", "decade", "century"))
    ):
        return None
    offset = {"following": 1, "previous": -1, "preceding": -1}.get(token.word, 0)
    if calendar.seen is None:
        return (
            None
            if token.word in ("same", "that")
            else Moment(start=token.start, end=end, rule="relative", has_year=False)
        )
    return found(
        token.start,
        end,
        "leaning",
        periods.around(calendar.seen[0], unit, offset),
        "unit",
        has_year=False,
    )


def _fiscal_neighbour(line: Line, index: int, calendar: Calendar) -> Moment | None:
    offset, end = _OFFSETS.get(line.tokens[index].word), line.tokens[index + 2].start + 4
    if offset is None:
        return None
    starts = calendar.fiscal_month or 1

    def resolve(day: date) -> Span | None:
        return periods.months(day.year - (1 if day.month < starts else 0) + offset, starts, 12)

    return _moment(calendar, line.tokens[index].start, end, resolve, "year")


def bare_period(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """As in "the end of the year", "the middle of the month": the present one."""
    token = line.tokens[index]
    unit = line.lexicon.time.units.get(token.word)
    if unit not in ("year", "month", "week", "decade", "quarter") or token.word.endswith("s"):
        return None
    if line.words_before(token.start, 1) != ["the"]:
        return None
    return _moment(calendar, token.start, token.end, lambda day: periods.around(day, unit, 0), unit)


def within(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """As in "later in the day", "earlier in the week": the present one."""
    token = line.tokens[index]
    if line.words_after(token.end, 2) != ["in", "the"] or index + 3 >= len(line.tokens):
        return None
    last = line.tokens[index + 3]
    unit = line.lexicon.time.units.get(last.word)
    if unit not in ("day", "week", "month", "year", "decade") or last.word.endswith("s"):
        return None
    start = line.tokens[index + 2].start
    return _moment(calendar, start, last.end, lambda day: periods.around(day, unit, 0), unit)


def weekend(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """As in "over the weekend": the last one, or the coming one where the sentence looks ahead."""
    token = line.tokens[index]
    before = line.words_before(token.start, 2)
    if before[-1:] != ["the"] or before[0] not in ("over", "at", "during", "for", "on", "of"):
        return None
    start = line.tokens[index - 1].start
    offset = 0 if way_of(line, start) > 0 else -1

    def resolve(day: date) -> Span | None:
        is_over = day.weekday() > _FRIDAY
        return periods.around(day, "weekend", 0 if is_over else offset)

    return _moment(calendar, start, token.end, resolve, "weekend")
