"""Dates that name themselves without a month: ISO days, "7/8/2024", "2019", "the 1990s", "the 19th century", "summer of 2020"."""

from __future__ import annotations

import re

from enrichers.figures import periods
from enrichers.figures.line import Line
from enrichers.figures.moment import Calendar, Moment, found
from enrichers.figures.years import YEAR as _YEAR
from enrichers.figures.years import is_year, two_digit_year

_ISO = re.compile(
    r"(?P<y>[12][0-9]{3})-(?P<m>[01][0-9])-(?P<d>[0-3][0-9])(?:[T ](?P<t>[0-2][0-9]:[0-5][0-9])(?::[0-5][0-9](?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?(?![\w-])"
)
_NUMERIC = re.compile(
    r"(?<![0-9/.-])(?P<a>[0-9]{1,2})(?P<sep>[/.-])(?P<b>[0-9]{1,2})(?P=sep)(?P<y>[0-9]{4}|[0-9]{2})(?![\w/.]*[0-9])"
)
_DECADE = re.compile(r"(?P<y>(?:1[0-9]|20)[0-9]0)['’]?s\b|(?P<z>[1-9]0)s\b")
_CENTURY = re.compile(r"(?P<n>[0-9]{1,2})(?:st|nd|rd|th)[- ]century(?P<bc> B\.?C)?", re.IGNORECASE)
_ERA = re.compile(
    r"(?:A\.?D\.? (?P<a>[0-9]{1,4})|(?P<b>[0-9]{1,4}) (?:A\.?D|C\.?E)\b\.?|(?P<c>[0-9]{1,6}|[0-9]{1,3},[0-9]{3}) (?:BCE?\b|B\.C\.(?:E\.)?))(?! ?[0-9])"
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
    if match is None or (len(match["y"]) == 2 and match["sep"] in ".-"):
        return None
    first, second, year = int(match["a"]), int(match["b"]), two_digit_year(match["y"])
    tries = (
        ((second, first), (first, second))
        if match["sep"] == "."
        else ((first, second), (second, first))
    )
    span = periods.day(year, *tries[0]) or periods.day(year, *tries[1])
    return found(*match.span(), "numeric_date", span, "day")


def season(line: Line, index: int, _calendar: Calendar) -> Moment | None:
    """As in "the summer of 2020", "winter 1994"."""
    token = line.tokens[index]
    match = re.compile(rf"(?: of|,)? {_YEAR}").match(line.text, token.end)
    if match is None:
        return None
    span = periods.season(line.lexicon.time.seasons[token.word], int(match["y"]))
    return found(token.start, match.end(), "season", span, "season")


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
    if match["c"]:  # no calendar of Python's reaches there
        return Moment(start=match.start(), end=match.end(), rule="year_bc", grain="year")
    return found(*match.span(), "year", periods.year(int(match["a"] or match["b"]) or 1), "year")
