"""Quarters, halves and fiscal years: "Q3", "the fourth quarter of 2019", "FY24", "fiscal year 2023-24", "2010-2015"."""

from __future__ import annotations

import re
from datetime import date

from enrichers.figures import periods
from enrichers.figures.line import Line
from enrichers.figures.moment import Calendar, Moment, found
from enrichers.figures.tense import way_of
from enrichers.figures.years import YEAR as _YEAR
from enrichers.figures.years import stated_year as _stated_year
from enrichers.figures.years import two_digit_year

_PAIR = re.compile(
    r"(?P<y>(?:1[5-9]|20)[0-9]{2})(?P<dash>[-–—/])(?P<z>[0-9]{4}|[0-9]{2})(?![\w%-]|,[0-9])(?P<fiscal> (?:fiscal|financial) year)?"
)
_SEASON = re.compile(  # "the 2023-24 season", "the 2023/24 Premier League season"
    r" (?:[A-Z][\w'’.-]{0,20} ){0,4}(?:season|campaign|school year|academic year|school term)s?\b"
)
_SEASON_NAMES = (["season"], ["saison"], ["spielzeit"], ["schuljahr"], ["scolaire"], ["temporada"])
"""Before the two years, in the languages that are read."""
_SEASON_STARTS = 7  # July: of northern leagues and of schools
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
_CLAUSE_REACH = 5
_SHORT_VERB = 4
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
    named = line.words_before(match.start(), 1)[-1:] in _SEASON_NAMES
    if last == first + 1 and (named or _SEASON.match(line.text, match.end())):
        return found(*match.span(), "season", periods.months(first, _SEASON_STARTS, 12), "year")
    return found(*match.span(), "years", periods.year(first, last - first + 1), "year")


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
        way = way_of(line, start) or _way_of_clause(line, end)
        of_year = _latest_quarter(calendar.reference, number, way)
    return found(start, end, "quarter", periods.quarter(number, of_year or 1), "quarter")


def _way_of_clause(line: Line, end: int) -> int:
    """As in "in the third quarter, profit fell": the verb may stand behind a comma."""
    past = line.lexicon.time.sets["past"]
    for word in line.words_after(end, _CLAUSE_REACH):
        if word in past or (word.endswith("ed") and len(word) > _SHORT_VERB):
            return -1
        if word == ".":
            break
    return 0


def _latest_quarter(reference: date, number: int, way: int) -> int:
    """The year of the latest such quarter: one that has begun, or, told as past, one that is over."""
    current = (reference.month - 1) // 3 + 1
    if way < 0:
        return reference.year - (1 if number >= current else 0)
    return reference.year - (1 if number > current and way == 0 else 0)


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
