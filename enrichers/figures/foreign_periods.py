"""Longer and shorter times in a further language: days in a row, parts of a year, centuries, times of day, "vor zwei Wochen".

Plain dates are known in `foreign_dates`. What an incomplete one leans on is the day of writing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

from enrichers.figures import periods
from enrichers.figures.foreign_numbers import number_at
from enrichers.figures.foreign_words import Foreign, Phrases
from enrichers.figures.line import Line
from enrichers.figures.moment import Calendar, Moment, found, resolve_by
from enrichers.figures.periods import Span

_FIRST_DAY = re.compile(r"(?P<d>0?[1-9]|[12][0-9]|3[01])(?:\.|er|º|°)?(?![^\W_])")
_DASH = re.compile(r" ?[-–—/] ?")
_YEAR = re.compile(r"(?:1[89]|20)[0-9]{2}(?![\w%°]|[.,:/-][0-9])")
_WINTER = re.compile(r"(?P<y>(?:1[89]|20)[0-9]{2}) ?[/–-] ?(?:[0-9]{4}|[0-9]{2})(?![\w/-])")
_ROMAN = {"I": 1, "V": 5, "X": 10}
_AGO_UNITS = frozenset({"day", "week", "month", "year", "decade"})
_NOON = 12
_DECEMBER = 12


def days_in_a_row(line: Line, index: int, words: Foreign) -> tuple[int, int] | None:
    """The first day and the token of the last one, as in "8. bis 12. Juli", "8 et 9 juillet", "8./9. Juli"."""
    match = _FIRST_DAY.match(line.text, line.tokens[index].start)
    if match is None:
        return None
    dash = _DASH.match(line.text, match.end())
    if dash:
        return int(match["d"]), line.index_at(dash.end())
    at = line.index_at(match.end())
    link, is_and = words.links["to"].match(line, at), False
    if link is None:
        link, is_and = words.links["and"].match(line, at), True
    if link is None or line.text[match.end() : match.end() + 1] != " ":
        return None
    article = words.links["articles"].match(line, link[1])
    stop = article[1] if article else link[1]
    if is_and and not _is_next(line, int(match["d"]), stop) and not _is_between(line, index, words):
        return None
    return int(match["d"]), stop


def _is_next(line: Line, day: int, index: int) -> bool:
    return index < len(line.tokens) and line.tokens[index].word == str(day + 1)


def _is_between(line: Line, index: int, words: Foreign) -> bool:
    article = words.links["articles"].ending_at(line, index)
    return words.links["between"].match_before(line, article[1] if article else index) is not None


def since_day(moment: Moment, start: int, day: int) -> Moment | None:
    """The period from `day` of the month in which `moment` lies up to it; None where it would run backwards."""
    if moment.first is None or moment.last is None:
        return replace(moment, start=start)
    first = periods.day(moment.first.year, moment.first.month, day)
    if first is None or first[0] > moment.last:
        return None
    return replace(moment, start=start, first=first[0], rule="period")


def with_part(line: Line, moment: Moment, words: Foreign) -> Moment:
    """The moment with "Anfang", "mi-" or "a finales de" before it, which leaves its days but makes them approximate."""
    if moment.grain not in ("month", "quarter", "year", "half", "decade", "century"):
        return moment
    index = line.index_at(moment.start)
    for name in ("early", "mid", "late"):
        part = words.parts[name].ending_at(line, index)
        if part:
            return moment.widened(line.tokens[part[1]].start, approximate=True)
    return moment


def part_of_year(line: Line, index: int, calendar: Calendar, words: Foreign) -> Moment | None:
    """As in "im ersten Halbjahr 2023", "à l'été 2023": halves, and seasons that name their year."""
    half = words.halves.match(line, index)
    if half:
        return _half(line, index, half, calendar, words)
    season = words.seasons.match(line, index)
    stop = _year_at(line, season[1], words) if season else None
    if season is None or stop is None:
        return None
    text, start = line.text, line.tokens[index].start
    year = int(text[stop : stop + 4])
    winter = _WINTER.match(text, stop) if season[0] == _DECEMBER else None
    end = winter.end() if winter else stop + 4
    return found(start, end, "season", periods.season(season[0], year), "season")


def _half(
    line: Line, index: int, half: tuple[int, int], calendar: Calendar, words: Foreign
) -> Moment | None:
    number, following = half
    start, end = line.tokens[index].start, line.tokens[following - 1].end
    at = _year_at(line, following, words)
    if at is not None:
        span = periods.months(int(line.text[at : at + 4]), 6 * number - 5, 6)
        return found(start, at + 4, "half_year", span, "half")

    def resolve(day: date) -> Span | None:
        is_past = number > (1 if day.month <= 6 else 2)
        return periods.months(day.year - (1 if is_past else 0), 6 * number - 5, 6)

    return resolve_by(calendar, start, end, resolve, "half")


def _year_at(line: Line, index: int, words: Foreign) -> int | None:
    """Where the year after token `index` stands, past "des Jahres" or "de"."""
    of = words.year_of.match(line, index)
    at = of[1] if of else index
    if at >= len(line.tokens):
        return None
    start = line.tokens[at].start
    return start if _YEAR.match(line.text, start) or _WINTER.match(line.text, start) else None


def century(line: Line, index: int, words: Foreign) -> Moment | None:
    """As in "19. Jahrhundert", "XIXe siècle", "siglo XIX"; and decades in words, as in "neunziger Jahre"."""
    decade = words.decades.match(line, index)
    start = line.tokens[index].start
    if decade:
        end = line.tokens[decade[1] - 1].end
        return found(start, end, "decade", periods.year(1900 + decade[0], 10), "decade")
    match = words.century.match(line.text, start) if words.century else None
    if match is None:
        return None
    number = _century_number(match["n"])
    if not 1 <= number <= 21:
        return None
    return found(*match.span(), "century", periods.year(100 * number - 99, 100), "century")


def _century_number(text: str) -> int:
    if text.isdigit():
        return int(text)
    values = [_ROMAN[sign] for sign in text.upper()]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))


def short_day(line: Line, index: int, calendar: Calendar, words: Foreign) -> Moment | None:
    """As in "am 8.7.": a day and a month in digits after a word that leads to dates."""
    start = line.tokens[index].start
    match = words.short_day.match(line.text, start) if words.short_day else None
    if match is None or words.year_leads.isdisjoint(line.words_before(start, 1)):
        return None
    month, day = int(match["m"]), int(match["d"])
    if not 1 <= month <= _DECEMBER:
        return None
    return resolve_by(
        calendar, start, match.end(), lambda here: periods.day(here.year, month, day), "day"
    )


def time_of_day(line: Line, index: int, words: Foreign) -> Moment | None:
    """As in "15.30 Uhr", "à 15h30", "a las 3 de la tarde"."""
    start = line.tokens[index].start
    match = words.clock.match(line.text, start)
    if match is None:
        return None
    if words.clock_leads.first_words() and words.clock_leads.match_before(line, index) is None:
        return None
    groups = match.groupdict()
    hour = int(match["h"])
    if (groups.get("half") or "").lower() in ("tarde", "noche") and hour < _NOON:
        hour += _NOON
    minute = groups.get("m") or groups.get("n") or "00"
    time = f"{hour % 24:02d}:{minute}"
    return Moment(start=start, end=match.end(), rule="time", time=time, is_time=True)


def ago(line: Line, index: int, calendar: Calendar, words: Foreign) -> Moment | None:
    """As in "vor zwei Wochen", "il y a trois ans", "dentro de tres días": so many units from the day of writing."""
    for name, way in (("ago", -1), ("from_now", 1)):
        moment = _counted(line, index, calendar, words, (words.links[name], way))
        if moment:
            return moment
    return None


def _counted(
    line: Line, index: int, calendar: Calendar, words: Foreign, lead: tuple[Phrases[str], int]
) -> Moment | None:
    phrase = lead[0].match(line, index)
    if phrase is None or phrase[1] >= len(line.tokens):
        return None
    number = number_at(line, phrase[1], words)
    unit = words.units.match(line, number.following) if number else None
    if number is None or unit is None or unit[0] not in _AGO_UNITS:
        return None
    if number.spread or not 0 < number.value <= Decimal(1000) or number.value % 1:
        return None
    count = int(number.value) * lead[1]
    start, end = line.tokens[index].start, line.tokens[unit[1] - 1].end
    return resolve_by(
        calendar, start, end, lambda day: periods.around(day, unit[0], count), unit[0]
    )
