"""Dates and periods in a further language: "3. Mai 2024", "le mois dernier", "entre 2010 y 2015", "im dritten Quartal".

What the days are is worked out as in English; which way an incomplete date looks is told by words of the future alone.
"""

from __future__ import annotations

import re
from datetime import date

from enrichers.figures import absolute, foreign_periods, periods, quarters
from enrichers.figures.foreign_words import Foreign
from enrichers.figures.line import Line
from enrichers.figures.moment import Calendar, Moment, found, resolve_by
from enrichers.figures.periods import Span

_DAY = re.compile(
    r"(?P<d>0?[1-9]|[12][0-9]|3[01])(?:\.|er|º|°)?(?: de| d['’])?[ \u00a0](?=[^\W\d])"
)
_YEAR_AFTER = re.compile(r"(?: de| del|,)?[ \u00a0](?P<y>(?:1[0-9]|20)[0-9]{2})(?![0-9]|[.,][0-9])")
_NUMERIC = re.compile(
    r"(?P<d>[0-9]{1,2})(?P<sep>[./-]) ?(?P<m>[0-9]{1,2})(?P=sep) ?(?P<y>[0-9]{4}|[0-9]{2})(?![\w/-])"
)
_YEAR = re.compile(r"(?:1[89]|20)[0-9]{2}(?![\w%°]|[.,:/-][0-9])")
_ROMAN = re.compile(r"[ivx]{1,5}e")  # "XIXe siècle"
_SURE = frozenset({"jahr", "jahre", "jahres", "seit", "en", "depuis", "année", "año", "desde"})
_SOON_DAYS, _SOON_MONTHS = 60, 3
_REACH_BACK, _REACH_ON = 12, 4
_SIGNS = frozenset("%€$£")
_SPACES = (" ", "\u00a0", "\u202f")
_AFTER_TIME = frozenset([" ", ", ", " am ", " le ", " el ", " del "])
_BEFORE_TIME = frozenset(
    [" um ", ", ", " gegen ", " ab ", " à ", " vers ", ", à ", " a las ", " a la "]
)


def read_foreign_dates(line: Line, calendar: Calendar, words: Foreign) -> None:
    """Take every date and period of the line."""
    moments: list[Moment] = []
    for index, token in enumerate(line.tokens):
        if line.mask[token.start] or (moments and token.start < moments[-1].end):
            continue
        if not _may_start(token.word, words):
            continue
        moment = _match(line, index, calendar, words)
        if moment is None:
            continue
        joined = _join(line, moments[-1], moment, words) if moments else None
        if joined:
            moments[-1] = joined
        else:
            moments.append(moment)
    for moment in moments:
        line.add(foreign_periods.with_part(line, moment, words).draft())


def _may_start(word: str, words: Foreign) -> bool:
    return (
        word[0] in "0123456789" or word in words.date_starts or _ROMAN.fullmatch(word) is not None
    )


def _match(line: Line, index: int, calendar: Calendar, words: Foreign) -> Moment | None:
    token = line.tokens[index]
    long = foreign_periods.century(line, index, words)
    if long:
        return long
    decade = words.decade.match(line.text, token.start)
    if decade and line.text[decade.end() : decade.end() + 1].isalnum() is False:
        return _decade(decade)
    if token.word[0] in "0123456789":
        return (
            absolute.iso(line, index, calendar)
            or _numeric(line, index)
            or foreign_periods.short_day(line, index, calendar, words)
            or foreign_periods.time_of_day(line, index, words)
            or _day(line, index, calendar, words)
            or _days(line, index, calendar, words)
            or _quarter(line, index, calendar, words)
            or foreign_periods.part_of_year(line, index, calendar, words)
            or quarters.year_pair(line, index, calendar)
            or _year(line, index, words)
        )
    return (
        _month(line, index, calendar, words)
        or _weekday(line, index, calendar, words)
        or _relative(line, index, calendar, words)
        or foreign_periods.ago(line, index, calendar, words)
        or _quarter(line, index, calendar, words)
        or foreign_periods.part_of_year(line, index, calendar, words)
    )


def _decade(match: re.Match[str]) -> Moment | None:
    year = int(match["y"])
    first = year if year > 99 else 1900 + year
    return found(*match.span(), "decade", periods.year(first, 10), "decade")


def _numeric(line: Line, index: int) -> Moment | None:
    """As in 3.5.2024 and 03/05/2024: the day stands first."""
    match = _NUMERIC.match(line.text, line.tokens[index].start)
    if match is None or (len(match["y"]) == 2 and match["sep"] != "/"):
        return None
    year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
    span = periods.day(year, int(match["m"]), int(match["d"]))
    return found(*match.span(), "numeric_date", span, "day")


def _day(line: Line, index: int, calendar: Calendar, words: Foreign) -> Moment | None:
    start = line.tokens[index].start
    match = _DAY.match(line.text, start)
    month = words.months.match(line, line.index_at(match.end())) if match else None
    if match is None or month is None:
        return None
    end, number = line.tokens[month[1] - 1].end, (month[0], int(match["d"]))
    year = _YEAR_AFTER.match(line.text, end)
    if year:
        span = periods.day(int(year["y"]), *number)
        return found(start, year.end(), "day", span, "day")
    if calendar.reference is None:
        return Moment(start=start, end=end, rule="day", has_year=False)
    span = _nearest_day(calendar.reference, number, is_ahead=_is_ahead(line, start, words))
    return found(start, end, "day", span, "day", has_year=False)


def _days(line: Line, index: int, calendar: Calendar, words: Foreign) -> Moment | None:
    """As in "8. bis 12. Juli 2024": the month of the second day is that of both."""
    row = foreign_periods.days_in_a_row(line, index, words)
    if row is None or row[1] >= len(line.tokens):
        return None
    last = _day(line, row[1], calendar, words)
    return foreign_periods.since_day(last, line.tokens[index].start, row[0]) if last else None


def _nearest_day(reference: date, number: tuple[int, int], *, is_ahead: bool) -> Span | None:
    here = periods.day(reference.year, *number)
    days = (here[0] - reference).days if here else 0
    if days > _SOON_DAYS and not is_ahead:
        return periods.day(reference.year - 1, *number)
    if days < -_SOON_DAYS and is_ahead:
        return periods.day(reference.year + 1, *number)
    return here


def _month(line: Line, index: int, calendar: Calendar, words: Foreign) -> Moment | None:
    month = words.months.match(line, index)
    if month is None:
        return None
    start, end = line.tokens[index].start, line.tokens[month[1] - 1].end
    year = _YEAR_AFTER.match(line.text, end)
    if year:
        span = periods.month(int(year["y"]), month[0])
        return found(start, year.end(), "month", span, "month")
    if words.year_leads.isdisjoint(line.words_before(start, 1)):
        return None
    is_ahead = _is_ahead(line, start, words)

    def resolve(day: date) -> Span | None:
        ahead = month[0] - day.month
        if ahead > (0 if not is_ahead else 12) and ahead > _SOON_MONTHS:
            return periods.month(day.year - 1, month[0])
        return periods.month(day.year + (1 if is_ahead and ahead < -1 else 0), month[0])

    return resolve_by(calendar, start, end, resolve, "month")


def _weekday(line: Line, index: int, calendar: Calendar, words: Foreign) -> Moment | None:
    weekday = words.weekdays.match(line, index)
    if weekday is None:
        return None
    start, end = line.tokens[index].start, line.tokens[weekday[1] - 1].end
    which, after = words.weekday_words.match_before(line, index), None
    if which is None and (after := words.weekday_words.match(line, weekday[1])):
        which, end = after[0], line.tokens[after[1] - 1].end
    elif which is not None:
        start = line.tokens[index - 1].start
    way = 1 if which == "next" or (which is None and _is_ahead(line, start, words)) else -1

    def resolve(day: date) -> Span | None:
        beside = periods.shifted(day, way) if which else (day, day)
        return periods.weekday(beside[0], weekday[0], way) if beside else None

    moment = resolve_by(calendar, start, end, resolve, "day")
    return moment.as_weekday() if moment else None


def _relative(line: Line, index: int, calendar: Calendar, words: Foreign) -> Moment | None:
    phrase = words.relative.match(line, index)
    if phrase is None:
        return None
    (unit, offset), stop = phrase
    start, end = line.tokens[index].start, line.tokens[stop - 1].end
    return resolve_by(calendar, start, end, lambda day: periods.around(day, unit, offset), unit)


def _quarter(line: Line, index: int, calendar: Calendar, words: Foreign) -> Moment | None:
    quarter = words.quarters.match(line, index)
    if quarter is None:
        return None
    start, stop = line.tokens[index].start, quarter[1]
    of = words.year_of.match(line, stop)
    at = of[1] if of else stop
    if at < len(line.tokens) and (match := _YEAR.match(line.text, line.tokens[at].start)):
        span = periods.quarter(quarter[0], int(match[0]))
        return found(start, match.end(), "quarter", span, "quarter")
    is_ahead = _is_ahead(line, start, words)

    def resolve(day: date) -> Span | None:
        current = (day.month - 1) // 3 + 1
        is_past = quarter[0] > current and not is_ahead
        return periods.quarter(quarter[0], day.year - (1 if is_past else 0))

    return resolve_by(calendar, start, line.tokens[stop - 1].end, resolve, "quarter")


def _year(line: Line, index: int, words: Foreign) -> Moment | None:
    """Four digits that a word before them, or nothing behind them, makes a year."""
    token = line.tokens[index]
    match = _YEAR.match(line.text, token.start)
    if match is None or _is_counted(line, index, words):
        return None
    if token.start and (line.text[token.start - 1] not in " (\u00a0'’/" or token.start < 2):
        return None
    lead = line.words_before(token.start, 1)
    if not words.bare_years and words.year_leads.isdisjoint(lead):
        return None
    return found(token.start, token.end, "year", periods.year(int(match[0])), "year")


def _is_counted(line: Line, index: int, words: Foreign) -> bool:
    """Whether a unit, a currency or a noun follows: "2000 Euro", "2000 Menschen", "2000 personnes"."""
    if index + 1 >= len(line.tokens):
        return False
    token, following = line.tokens[index], line.tokens[index + 1]
    if line.text[token.end : following.start] not in _SPACES:
        return following.word in _SIGNS
    measured = (words.percent, words.units, words.currencies, words.scales)
    if following.word in _SIGNS or any(phrases.match(line, index + 1) for phrases in measured):
        return True
    shown = line.text[following.start : following.end]
    if shown[:3].isupper() or not shown[0].isalpha():
        return shown[:3].isupper()
    if not _SURE.isdisjoint(line.words_before(token.start, 1)):
        return False
    return shown[0].isupper() if words.bare_years else shown.endswith(("s", "x"))


def _is_ahead(line: Line, position: int, words: Foreign) -> bool:
    before, after = line.words_before(position, _REACH_BACK), line.words_after(position, _REACH_ON)
    while "." in before:
        before = before[before.index(".") + 1 :]
    return any(words.future.has(word) for word in (*before, *after))


def _join(line: Line, left: Moment, right: Moment, words: Foreign) -> Moment | None:
    """A weekday with its date, or the two ends of a period."""
    gap = line.text[left.end : right.start]
    if left.is_time or right.is_time:
        return _join_time(left, right, gap)
    if left.is_weekday and not right.is_weekday and right.grain == "day":
        is_one = gap in (", ", ", den ", ", dem ", " den ", " ", ", le ", " el ", ", el ")
        return right.widened(left.start) if is_one else None
    if right.is_weekday or left.grain != right.grain:
        return None
    if gap.strip(" ") in ("-", "–", "—"):
        return left.until(right)
    index, stop = line.index_at(left.end), line.index_at(right.start)
    for name in ("to", "and"):
        link = words.links[name].match(line, index)
        if link and link[1] == stop and (name == "to" or _is_between(line, left, words)):
            return left.until(right)
    return None


def _join_time(left: Moment, right: Moment, gap: str) -> Moment | None:
    """As in "am Montag um 15 Uhr", "à 15 h 30 lundi"."""
    if right.is_time and left.grain == "day" and not left.time and gap in _BEFORE_TIME:
        return left.at(right.time, left.start, right.end)
    if not right.is_time and right.grain == "day" and not right.time and gap in _AFTER_TIME:
        return right.at(left.time, left.start, right.end)
    return None


def _is_between(line: Line, left: Moment, words: Foreign) -> bool:
    return words.links["between"].match_before(line, line.index_at(left.start)) is not None
