"""Dates that lean on another day: "Monday", "last month", "this year", "two weeks ago", "the following year"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from enrichers.figures import periods
from enrichers.figures.line import Line, Token
from enrichers.figures.moment import Calendar, Moment, found
from enrichers.figures.numbers import read_numeral
from enrichers.figures.periods import Span
from enrichers.figures.spelled import read_spelled
from enrichers.figures.tense import way_of

Resolve = Callable[[date], Span | None]
_DAYPART = re.compile(r" (?:morning|afternoon|evening|night)\b(?!-)")
_WEEK_AFTER = re.compile(r" (?:of )?(?P<rel>last|this|next) week\b")
_NOT_DAYS = frozenset(
    {
        "black",
        "cyber",
        "super",
        "good",
        "ash",
        "palm",
        "easter",
        "giving",
        "bloody",
        "every",
        "each",
    }
)
_PAPERS = frozenset({"times", "mirror", "telegraph", "mail", "express", "herald", "post", "world"})
_OFFSETS = {
    "last": -1,
    "past": -1,
    "previous": -1,
    "preceding": -1,
    "this": 0,
    "current": 0,
    "next": 1,
    "coming": 1,
    "upcoming": 1,
}
_WINDOWS = {"week": 7, "fortnight": 14, "month": 30, "quarter": 91, "year": 365, "decade": 3652}
_LAST_LEADS = frozenset(
    [
        "the",
        "in",
        "over",
        "for",
        "during",
        "these",
        "those",
        "its",
        "his",
        "her",
        "their",
        "our",
        "my",
        "of",
        "past",
        "since",
        "by",
        "within",
        ",",
        ".",
        "and",
        "(",
    ]
)
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


def weekday(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """A weekday by name: the latest by default, the next where the sentence looks ahead."""
    token, time = line.tokens[index], line.lexicon.time
    if not _is_weekday(line, index, token):
        return None
    number, end = time.weekdays[token.word.split("'")[0].split("’")[0]], token.end
    if token.word not in time.weekdays:
        end -= 2
    part = _DAYPART.match(line.text, end)
    end = part.end() if part else end
    week = _WEEK_AFTER.match(line.text, end)
    end = week.end() if week else end
    if calendar.reference is None:
        return Moment(start=token.start, end=end, rule="weekday", is_weekday=True, has_year=False)
    span = _weekday_span(line, token.start, calendar, number, week["rel"] if week else None)
    if span is None:
        return None
    return Moment(
        start=token.start,
        end=end,
        rule="weekday",
        first=span[0],
        last=span[1],
        is_weekday=True,
        has_year=False,
    )


def _is_weekday(line: Line, index: int, token: Token) -> bool:
    before, after = line.words_before(token.start, 1), line.words_after(token.end, 1)
    if (before and before[0] in _NOT_DAYS) or (
        after and after[0] in _PAPERS and line.text[token.end + 1 : token.end + 2].isupper()
    ):
        return False
    if token.word in line.lexicon.time.sets["short_weekdays"]:
        following = after[0] if after else ""
        return (
            line.text[token.start].isupper()
            and (
                following in line.lexicon.time.months
                or following.isdigit()
                or following in (",", ".")
            )
            and index + 2 < len(line.tokens)
            and (
                following not in ",."
                or line.tokens[index + 2].word in line.lexicon.time.months
                or line.tokens[index + 2].word.isdigit()
            )
        )
    return True


def _weekday_span(
    line: Line, start: int, calendar: Calendar, number: int, rel: str | None
) -> Span | None:
    reference = calendar.reference
    if reference is None:
        return None
    if rel:
        week = periods.week(reference, _OFFSETS[rel])
        return periods.shifted(week[0], number) if week else None
    return periods.weekday(reference, number, 1 if way_of(line, start) > 0 else -1)


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
    time, offset = line.lexicon.time, _OFFSETS.get(token.word)
    if offset is None:
        return None
    if token.word == "past" and word in _WINDOWS:
        return _moment(
            calendar, token.start, end, lambda day: _window(day, _WINDOWS[word]), "window"
        )
    if word in time.units and not word.endswith("s"):
        return _moment(
            calendar,
            token.start,
            end,
            lambda day: periods.around(
                day, time.units[word] if word != "weekend" else "weekend", offset
            ),
            "unit",
        )
    if word in time.weekdays and word not in time.sets["short_weekdays"]:
        return _moment(
            calendar,
            token.start,
            end,
            lambda day: _named_weekday(day, time.weekdays[word], offset),
            "day",
        )
    if word in ("night", "morning", "evening", "afternoon"):
        return _moment(
            calendar, token.start, end, lambda day: periods.shifted(day, min(offset, 0)), "day"
        )
    if word in time.months and word not in ("mar",):
        return _moment(
            calendar,
            token.start,
            end,
            lambda day: _named_month(day, time.months[word], offset),
            "month",
        )
    if word in time.seasons:
        return _moment(
            calendar,
            token.start,
            end,
            lambda day: _named_season(day, time.seasons[word], offset),
            "season",
        )
    return None


def _moment(
    calendar: Calendar, start: int, end: int, resolve: Resolve, grain: str
) -> Moment | None:
    if calendar.reference is None:
        return Moment(start=start, end=end, rule="relative", grain=grain, has_year=False)
    return found(start, end, "relative", resolve(calendar.reference), grain, has_year=False)


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


def _counted_span(line: Line, index: int) -> Moment | None:
    """As in "the last two weeks", "the first nine months": how long, not when."""
    token = line.tokens[index]
    if token.word not in _OFFSETS or token.word in ("this", "current"):
        return None
    if token.word == "last" and index and line.tokens[index - 1].word not in _LAST_LEADS:
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
        start=token.start, end=unit_token.end, rule="last_n", duration=value, unit=unit.name
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


def bare_period(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """As in "the end of the year", "the middle of the month": the present one."""
    token = line.tokens[index]
    unit = line.lexicon.time.units.get(token.word)
    if unit not in ("year", "month", "week", "decade", "quarter") or token.word.endswith("s"):
        return None
    if line.words_before(token.start, 1) != ["the"]:
        return None
    return _moment(calendar, token.start, token.end, lambda day: periods.around(day, unit, 0), unit)
