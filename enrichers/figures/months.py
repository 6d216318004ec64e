"""Dates with the name of a month: "8 July 2024", "Sept. 5-7", "June 2020", "January nineteen ninety-seven"."""

from __future__ import annotations

import re
from functools import cache

from enrichers.figures import periods
from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Line
from enrichers.figures.moment import Calendar, Moment, found
from enrichers.figures.tense import nearest_day, nearest_month
from enrichers.figures.years import YEAR as _YEAR
from enrichers.figures.years import stated_year as _stated_year
from enrichers.figures.years import two_digit_year

_OF_MONTH = re.compile(
    r"(?P<d>[12]?[0-9]|3[01])(?:st|nd|rd|th) (?:day )?of (?P<rel>last|this|next) month\b"
)


@cache
def _with_month() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    names = "|".join(sorted(lexicon().time.months, key=len, reverse=True))
    rel = r"(?:,? (?:of )?(?P<rel>last|this|next) year)"
    number = r"(?:0?[1-9]|[12][0-9]|3[01])"
    suffix = r"(?:st|nd|rd|th)?"
    tail = rf"(?:,? ?(?:of )?{_YEAR}|{rel})?"
    return (
        re.compile(
            rf"(?P<mon>{names})\b\.?,? (?:the )?(?P<d>{number}){suffix}(?![\w:%°]|[,.][0-9])(?:(?: ?[-–] ?| (?:to|and|through) )(?P<e>{number}){suffix}(?![\w:%]|[,.][0-9]))?(?:,? {_YEAR}|{rel})?",
            re.IGNORECASE,
        ),
        re.compile(
            rf"(?P<d>{number}){suffix}(?:(?: ?[-–] ?| (?:to|and) )(?P<e>{number}){suffix})?(?: of |[ -])(?P<mon>{names})\b\.?{tail}",
            re.IGNORECASE,
        ),
        re.compile(
            rf"(?P<mon>{names})\b(?P<dot>\.?)(?P<tail>,? (?:of )?{_YEAR}|-(?P<yy>[0-9]{{2}})\b| ?[’'](?P<yq>[0-9]{{2}})\b|{rel})?",
            re.IGNORECASE,
        ),
    )


def day_first(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """8 July, 8th of July 2024, 5-7 Sept."""
    match = _with_month()[1].match(line.text, line.tokens[index].start)
    return _days(line, match, calendar) if match else None


def day_of_month(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """As in "the 22nd of this month"."""
    match = _OF_MONTH.match(line.text, line.tokens[index].start)
    if match is None or calendar.reference is None:
        return None
    first = periods.around(
        calendar.reference, "month", {"last": -1, "this": 0, "next": 1}[match["rel"]]
    )
    span = periods.day(first[0].year, first[0].month, int(match["d"])) if first else None
    return found(*match.span(), "day", span, "day") if span else None


def month_first(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """July 8, July 8, 2024, Sept. 5-7; else the month by itself."""
    start = line.tokens[index].start
    match = _with_month()[0].match(line.text, start)
    if match and not _counts_people(line, match):
        moment = _days(line, match, calendar)
        if moment:
            return moment
    return _month(line, index, calendar)


def _counts_people(line: Line, match: re.Match[str]) -> bool:
    """As in "In May 20 people were killed": the number counts."""
    following = line.words_after(match.end(), 1)
    return (
        not match["y"]
        and bool(following)
        and line.text[match.end() : match.end() + 1] == " "
        and (
            following[0] in line.lexicon.words.sets["nouns.irregular"]
            or following[0] in line.lexicon.numbers.scales
        )
    )


def _days(line: Line, match: re.Match[str], calendar: Calendar) -> Moment | None:
    number, first = line.lexicon.time.months[match["mon"].lower()], int(match["d"])
    start, end = match.span()
    if line.text[end - 1] == "." and (_is_whole(match["mon"])):
        end -= 1
    year = _stated_year(match, calendar)
    if year is None and calendar.reference is None:
        return Moment(start=start, end=end, rule="day", has_year=False)
    if year is not None:
        span = periods.day(year, number, first)
    else:
        span = nearest_day(line, start, end, calendar, (number, first))
    if span and match["e"]:
        last = periods.day(span[0].year, number, int(match["e"]))
        span = (span[0], last[0]) if last and last[0] > span[0] else span
    return found(start, end, "day", span, "day", has_year=year is not None)


def _is_whole(name: str) -> bool:
    """Whether a month's name is not an abbreviation, so that a point after it ends the sentence."""
    return len(name) > 4 or name.lower() in ("may", "june", "july")


def _month(line: Line, index: int, calendar: Calendar) -> Moment | None:
    match = _with_month()[2].match(line.text, line.tokens[index].start)
    if match is None or not _is_month(line, match):
        return None
    number, (start, end) = line.lexicon.time.months[match["mon"].lower()], match.span()
    if not match["tail"] and match["dot"] and _is_whole(match["mon"]):
        end -= 1
    year = _stated_year(match, calendar)
    short = match["yy"] or match["yq"]
    year = two_digit_year(short) if short else year
    if year is not None:
        return found(start, end, "month", periods.month(year, number), "month")
    spelled = _spelled_after(line, index)
    if spelled:
        return found(start, spelled[1], "month", periods.month(spelled[0], number), "month")
    if calendar.reference is None:
        return Moment(start=start, end=end, rule="month", grain="month", has_year=False)
    return found(
        start, end, "month", nearest_month(line, start, calendar, number), "month", has_year=False
    )


def _is_month(line: Line, match: re.Match[str]) -> bool:
    """As in "May" and "March" are months only with a capital and a neighbour that says so; "Jan" needs a point or one."""
    word, time = match["mon"].lower(), line.lexicon.time
    if match["tail"]:
        return word not in time.sets["ambiguous_months"] or match["mon"][0].isupper()
    before = line.words_before(match.start(), 1)
    led = bool(before) and (
        before[0] in lexicon().words.sets["years.month_leads"] or before[0] in time.sets["parts"]
    )
    if word in time.sets["ambiguous_months"]:
        return led and match["mon"][0].isupper()
    if len(word) <= 4 and word not in ("june", "july"):
        return led or bool(match["dot"])
    return match["mon"][0].isupper() or led


def _spelled_after(line: Line, index: int) -> tuple[int, int] | None:
    following = line.tokens[index + 1] if index + 1 < len(line.tokens) else None
    if following is None or following.word not in ("nineteen", "twenty", "eighteen"):
        return None
    return _spelled(line, index + 1)


def _spelled(line: Line, index: int) -> tuple[int, int] | None:
    """As in "nineteen ninety-four", "twenty twenty": the year and where its words end."""
    numbers, tokens = line.lexicon.numbers, line.tokens
    century = {"eighteen": 18, "nineteen": 19, "twenty": 20}[tokens[index].word]
    if index + 1 >= len(tokens) or line.text[tokens[index].end : tokens[index + 1].start] != " ":
        return None
    tens = tokens[index + 1]
    value = numbers.tens.get(tens.word) or (
        numbers.small.get(tens.word) if numbers.small.get(tens.word, 0) > 9 else None
    )
    if value is None or (century == 20 and not 10 <= value <= 40):
        return None
    end = tens.end
    if (
        index + 2 < len(tokens)
        and value >= 20
        and line.text[end : tokens[index + 2].start] in ("-", " ")
    ):
        unit = numbers.small.get(tokens[index + 2].word, 0)
        if 0 < unit < 10:
            value, end = value + unit, tokens[index + 2].end
    return century * 100 + value, end


def spelled_year(line: Line, index: int, _calendar: Calendar) -> Moment | None:
    """A year in words."""
    spelled = _spelled(line, index)
    if spelled is None:
        return None
    return found(line.tokens[index].start, spelled[1], "year", periods.year(spelled[0]), "year")
