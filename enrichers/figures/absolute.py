"""Dates that name themselves: ISO days, "8 July 2024", "June 2020", "2019", "the 1990s", "Q3", "fiscal year 2023-24"."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from enrichers.figures import periods
from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Line
from enrichers.figures.moment import Calendar, Moment, found
from enrichers.figures.tense import is_ahead, nearest_day, nearest_month
from enrichers.figures.years import is_year, two_digit_year

_YEAR = r"(?P<y>(?:1[0-9]|20)[0-9]{2})(?![0-9]|,[0-9]{3}|\.[0-9]|s\b)"
_ISO = re.compile(
    r"(?P<y>[12][0-9]{3})-(?P<m>[01][0-9])-(?P<d>[0-3][0-9])(?:[T ](?P<t>[0-2][0-9]:[0-5][0-9])(?::[0-5][0-9](?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?(?![\w-])"
)
_NUMERIC = re.compile(
    r"(?P<a>[0-9]{1,2})(?P<sep>[/.])(?P<b>[0-9]{1,2})(?P=sep)(?P<y>[0-9]{4}|[0-9]{2})(?![\w/.]*[0-9])"
)
_PAIR = re.compile(
    r"(?P<y>(?:1[5-9]|20)[0-9]{2})(?P<dash>[-–—/])(?P<z>[0-9]{4}|[0-9]{2})(?![\w%-]|,[0-9])(?P<fiscal> (?:fiscal|financial) year)?"
)
_DECADE = re.compile(r"(?P<y>(?:1[0-9]|20)[0-9]0)['’]?s\b|(?P<z>[1-9]0)s\b")
_QUARTER = re.compile(
    r"(?P<q>first|second|third|fourth|final|last|1st|2nd|3rd|4th)[- ](?P<what>(?:fiscal )?quarter|half|(?:fiscal )?half)(?!-)"
    rf"(?: (?:of )?(?:the )?(?:fiscal (?:year )?)?{_YEAR}| (?:of )?(?P<rel>last|this|next) year| of (?P<the>the year))?",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"(?:(?P<k>[QH]) ?(?P<n>[1-4])|(?P<n2>[1-4])(?P<k2>[QH]))(?![^\W_]*[a-z])(?:[- ']?(?:of )?(?:FY ?)?(?P<y>20[0-9]{2}|[0-9]{2})(?![0-9%.,]))?"
)
_FISCAL = re.compile(
    r"(?:(?:fiscal|financial)(?:[- ]years?)?(?: of| ended| ending| to)? |FY ?[’']?)(?P<y>(?:19|20)[0-9]{2}|(?<=[yY ’'])[0-9]{2})(?![0-9])(?:[-–/](?P<z>[0-9]{4}|[0-9]{2})(?![0-9]))?",
    re.IGNORECASE,
)
_CENTURY = re.compile(r"(?P<n>[0-9]{1,2})(?:st|nd|rd|th)[- ]century(?P<bc> B\.?C)?", re.IGNORECASE)
_ERA = re.compile(
    r"(?:A\.?D\.? (?P<a>[0-9]{1,4})|(?P<b>[0-9]{1,4}) (?:A\.?D|C\.?E)\b\.?)(?! ?[0-9])"
)
_QUARTERS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "final": 4,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
}


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


def iso(line: Line, index: int, _calendar: Calendar) -> Moment | None:
    """2024-07-08, with or without a time."""
    match = _ISO.match(line.text, line.tokens[index].start)
    if match is None:
        return None
    span = periods.day(int(match["y"]), int(match["m"]), int(match["d"]))
    moment = found(*match.span(), "iso_date", span, "day")
    return moment.at(match["t"], *match.span()) if moment and match["t"] else moment


def numeric(line: Line, index: int, _calendar: Calendar) -> Moment | None:
    """7/8/2024 is read month first, the American way, unless only the other way makes a day; dots are day first."""
    match = _NUMERIC.match(line.text, line.tokens[index].start)
    if match is None or (len(match["y"]) == 2 and match["sep"] == "."):
        return None
    first, second, year = int(match["a"]), int(match["b"]), two_digit_year(match["y"])
    tries = (
        ((second, first), (first, second))
        if match["sep"] == "."
        else ((first, second), (second, first))
    )
    span = periods.day(year, *tries[0]) or periods.day(year, *tries[1])
    return found(*match.span(), "numeric_date", span, "day")


def day_first(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """8 July, 8th of July 2024, 5-7 Sept."""
    match = _with_month()[1].match(line.text, line.tokens[index].start)
    return _days(line, match, calendar) if match else None


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
    if line.text[end - 1] == "." and (
        len(match["mon"]) > 4 or match["mon"].lower() in ("may", "june", "july")
    ):
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


def _stated_year(match: re.Match[str], calendar: Calendar) -> int | None:
    if match["y"]:
        return int(match["y"])
    if match["rel"] and calendar.reference:
        return calendar.reference.year + {"last": -1, "this": 0, "next": 1}[match["rel"].lower()]
    return None


def _month(line: Line, index: int, calendar: Calendar) -> Moment | None:
    match = _with_month()[2].match(line.text, line.tokens[index].start)
    if match is None or not _is_month(line, index, match):
        return None
    number, (start, end) = line.lexicon.time.months[match["mon"].lower()], match.span()
    if not match["tail"] and match["dot"] and len(match["mon"]) > 4:
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


def _is_month(line: Line, index: int, match: re.Match[str]) -> bool:
    """As in "May" and "March" are months only with a capital and a neighbour that says so; "Jan" needs a point or one."""
    word, time = match["mon"].lower(), line.lexicon.time
    if match["tail"]:
        return word not in time.sets["ambiguous_months"] or match["mon"][0].isupper()
    before = line.words_before(match.start(), 1)
    led = bool(before) and (before[0] in _MONTH_LEADS or before[0] in time.sets["parts"])
    if word in time.sets["ambiguous_months"]:
        return led and match["mon"][0].isupper()
    if len(word) <= 4 and word not in ("june", "july"):
        return led or bool(match["dot"])
    return match["mon"][0].isupper() or led


_MONTH_LEADS = frozenset(
    [
        "in",
        "since",
        "by",
        "until",
        "till",
        "from",
        "of",
        "last",
        "next",
        "this",
        "early",
        "late",
        "mid",
        "before",
        "after",
        "during",
        "through",
        "to",
        "between",
        "and",
        "for",
        "on",
        "ending",
        "ended",
        "the",
    ]
)


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


def season(line: Line, index: int, _calendar: Calendar) -> Moment | None:
    """As in "the summer of 2020", "winter 1994"."""
    token = line.tokens[index]
    match = re.compile(rf"(?: of|,)? {_YEAR}").match(line.text, token.end)
    if match is None:
        return None
    span = periods.season(line.lexicon.time.seasons[token.word], int(match["y"]))
    return found(token.start, match.end(), "season", span, "season")


def year_pair(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """As in "2010-2015" and "2023-24"; with "fiscal year" after or before it, a fiscal year."""
    match = _PAIR.match(line.text, line.tokens[index].start)
    if match is None:
        return None
    first = int(match["y"])
    last = int(match["z"]) if len(match["z"]) == 4 else first // 100 * 100 + int(match["z"])
    last += 100 if last < first and len(match["z"]) == 2 and first % 100 == 99 else 0
    if not first < last <= first + 300 or (match["dash"] == "/" and last != first + 1):
        return None
    if match["fiscal"]:
        return found(
            *match.span(),
            "fiscal_year",
            periods.fiscal_year(first, last, calendar.fiscal_month),
            "year",
        )
    return found(*match.span(), "years", periods.year(first, last - first + 1), "year")


def year(line: Line, index: int, _calendar: Calendar) -> Moment | None:
    """A bare year, where the words around it let it be one."""
    token = line.tokens[index]
    if not is_year(line, index):
        return None
    return found(token.start, token.end, "year", periods.year(int(token.word)), "year")


def decade(line: Line, index: int, _calendar: Calendar) -> Moment | None:
    """As in "the 1990s", "the 90s"; but "in her 40s" is an age."""
    match = _DECADE.match(line.text, line.tokens[index].start)
    if match is None:
        return None
    if match["z"] and line.words_before(match.start(), 1) not in (
        ["the"],
        ["early"],
        ["late"],
        ["mid"],
    ):
        return None
    first = int(match["y"]) if match["y"] else 1900 + int(match["z"])
    return found(*match.span(), "decade", periods.year(first, 10), "decade")


def decade_word(line: Line, index: int, _calendar: Calendar) -> Moment | None:
    """As in "the nineties"."""
    token = line.tokens[index]
    if line.words_before(token.start, 1) not in (["the"], ["early"], ["late"], ["mid"]):
        return None
    return found(
        token.start,
        token.end,
        "decade",
        periods.year(1900 + line.lexicon.time.decades[token.word], 10),
        "decade",
    )


def century(line: Line, index: int, _calendar: Calendar) -> Moment | None:
    """As in "the 19th century", "the nineteenth century"."""
    token = line.tokens[index]
    match = _CENTURY.match(line.text, token.start)
    if match:
        number, end = int(match["n"]), match.end()
    elif (
        re.match(r"[- ]century\b", line.text[token.end : token.end + 9])
        and token.word in line.lexicon.numbers.ordinals
    ):
        number, end = line.lexicon.numbers.ordinals[token.word], token.end + 8
    else:
        return None
    if match and match["bc"]:
        return Moment(start=match.start(), end=end, rule="century", grain="century")
    return found(token.start, end, "century", periods.year(100 * (number - 1) + 1, 100), "century")


def era(line: Line, index: int, _calendar: Calendar) -> Moment | None:
    """As in "A.D. 79", "1066 AD"."""
    match = _ERA.match(line.text, line.tokens[index].start)
    if match is None:
        return None
    return found(*match.span(), "year", periods.year(int(match["a"] or match["b"]) or 1), "year")


def fiscal(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """As in "fiscal year 2023-24", "FY24", "fiscal 2023"."""
    match = _FISCAL.match(line.text, line.tokens[index].start)
    if match is None:
        return None
    first = two_digit_year(match["y"])
    last = None
    if match["z"]:
        last = int(match["z"]) if len(match["z"]) == 4 else first // 100 * 100 + int(match["z"])
        last += 100 if last < first else 0
    if last is not None and not first < last <= first + 2:
        return None
    return found(
        *match.span(),
        "fiscal_year",
        periods.fiscal_year(first, last, calendar.fiscal_month),
        "year",
    )


def quarter(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """As in "the fourth quarter of 2019", "the first half of last year"; without a year, the latest that is over."""
    match = _QUARTER.match(line.text, line.tokens[index].start)
    if match is None or (
        match["what"].lower().endswith("half") and not (match["y"] or match["rel"] or match["the"])
    ):
        return None
    name = match["q"].lower()
    if name in ("last", "final") and not (match["y"] or match["rel"] or match["the"]):
        return None
    number = 4 if name == "last" else _QUARTERS[name]
    of_year = _stated_year(match, calendar)
    if match["what"].lower().endswith("half"):
        return _half(match, 2 if name in ("last", "final") else number, of_year, calendar)
    return _quarter(line, match.start(), match.end(), number, of_year, calendar)


def _half(
    match: re.Match[str], number: int, of_year: int | None, calendar: Calendar
) -> Moment | None:
    if of_year is None and calendar.reference:
        of_year = calendar.reference.year
    if number > 2:
        return None
    if of_year is None:
        return Moment(
            start=match.start(), end=match.end(), rule="half_year", grain="half", has_year=False
        )
    return found(*match.span(), "half_year", periods.months(of_year, 6 * number - 5, 6), "half")


def _quarter(
    line: Line, start: int, end: int, number: int, of_year: int | None, calendar: Calendar
) -> Moment | None:
    if of_year is None and calendar.reference is None:
        return Moment(start=start, end=end, rule="quarter", grain="quarter", has_year=False)
    if of_year is None and calendar.reference:
        of_year = _latest_quarter(calendar.reference, number, ahead=is_ahead(line, start))
    return found(start, end, "quarter", periods.quarter(number, of_year or 1), "quarter")


def _latest_quarter(reference: date, number: int, *, ahead: bool) -> int:
    current = (reference.month - 1) // 3 + 1
    return reference.year - (1 if number > current and not ahead else 0)


def short_quarter(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """As in "Q3", "Q3 2023", "3Q23", "H1 2024"."""
    match = _SHORT.match(line.text, line.tokens[index].start)
    if match is None or (match.start() and line.text[match.start() - 1].isalnum()):
        return None
    kind, number = (match["k"] or match["k2"]), int(match["n"] or match["n2"])
    of_year = two_digit_year(match["y"]) if match["y"] else None
    if kind == "H":
        return _half(match, number, of_year, calendar) if match["y"] else None
    return _quarter(line, *match.span(), number, of_year, calendar)
