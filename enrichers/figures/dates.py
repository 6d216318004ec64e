"""Dates and periods on a line: finds where they stand; what they mean is in `absolute` and `relative`.

Neighbours are then joined: a time of day with its day, a weekday with its date, the two ends of a span of time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from enrichers.figures import absolute, counted_time, months, quarters, relative, weekdays
from enrichers.figures.clock import match_time
from enrichers.figures.holidays import holiday
from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Line
from enrichers.figures.moment import Calendar, Moment
from enrichers.figures.reporting import MONTHS, ends_at, reporting

_BETWEEN = re.compile(r" ?[-–—] ?| (?:to|through|until|till|and) (?:the )?")
_TIME_THEN_DAY = re.compile(r",? (?:[A-Z]{2,4} |local time |GMT |Eastern )?(?:on )?|,? ")
_DAY_THEN_TIME = re.compile(r",? (?:at |from |around |about |by )?(?:about |around )?| \| ")
_DATE_TO_DAY = re.compile(r",? (?:the |on )?|, ?|\.,? ")
_STATED = re.compile(  # "exports in the fiscal year 2023-24 rose in March" states nothing
    r"(?:fiscal|financial)[- ]year\b[^.\n]{0,60}?(?:"
    r"\b(?:(?P<ends>ends|ended|ending)|spans?|runs?|running|begins?|began|starts?|started|beginning|starting)"
    r"(?:,? (?:from|in|on|at|between|the|this|each|every|late|early|start|end|of|\d{1,2}(?:st|nd|rd|th)?|[A-Z][a-z]+day,)){0,6}"
    r" (?P<month>[A-Z][a-z]+)"
    r"|(?:\((?:from )?|\b(?:from|between) )(?:\d{1,2} )?(?P<first>[A-Z][a-z]+)(?: \d{1,2})?"
    r"(?: (?:to|and|through|until) |[-–])(?:\d{1,2} )?(?P<last>[A-Z][a-z]+))"
)

_LINK_WORDS = 5
_YEAR = 12

__all__ = ["Calendar", "fiscal_month", "read_dates"]
Rule = Callable[[Line, int, Calendar], Moment | None]


def fiscal_month(text: str) -> int | None:
    """The month in which the fiscal year begins, if the text states it.

    >>> fiscal_month("The Indian financial year spans from April to March.")
    4
    """
    if "iscal" not in text and "inancial" not in text:
        return None
    months = lexicon().time.months
    for match in _STATED.finditer(text):
        first = months.get((match["first"] or match["month"]).lower())
        before = months.get(match["last"].lower()) if match["last"] else None
        if first is not None and (before is None or before % _YEAR + 1 == first):
            return first % _YEAR + 1 if match["ends"] else first
    return None


@cache
def _rules() -> dict[str, tuple[Rule, ...]]:
    """Rules by the folded word at which their spans begin."""
    time = lexicon().time
    rules: dict[str, tuple[Rule, ...]] = {}
    for words, found in (
        (time.months, (months.month_first,)),
        (time.weekdays, (weekdays.weekday,)),
        (time.day_words, (relative.day_word,)),
        (time.seasons, (absolute.season,)),
        (time.decades, (absolute.decade_word,)),
        (
            time.sets["last"]
            | time.sets["this"]
            | time.sets["next"]
            | time.sets["ends"]
            | {"following", "same", "that"},
            (relative.neighbour,),
        ),
        (lexicon().numbers.ordinals, (quarters.quarter, absolute.century)),
        (time.sets["fiscal"] | {"fy"}, (quarters.fiscal,)),
        ({"q", "h"}, (quarters.short_quarter,)),
        ({"nineteen", "twenty", "eighteen"}, (months.spelled_year,)),
        ({"noon", "midnight", "half", "quarter"}, (match_time,)),
        ({word for word, value in lexicon().numbers.small.items() if value}, (match_time,)),
        ({name.split()[0].split("'")[0].rstrip(".") for name in time.holidays}, (holiday,)),
        ({"weekend"}, (_reporting, relative.weekend)),
        ({*MONTHS, "week"}, (_reporting,)),
        ({"later", "earlier", "ago"}, (relative.within,)),
        ({"ad", "bc", "a"}, (absolute.era,)),
    ):
        for word in words:
            rules[word] = (*rules.get(word, ()), *found)
    for word in time.sets["parts"] | time.sets["edges"]:
        rules[word] = (_part,)
    for word in ("last", "final"):
        rules[word] = (quarters.quarter, *rules.get(word, ()))
    return rules


_DIGIT_RULES: tuple[Rule, ...] = (
    absolute.iso,
    months.day_of_month,
    months.day_first,
    absolute.numeric,
    match_time,
    quarters.short_quarter,
    quarters.year_pair,
    absolute.decade,
    absolute.century,
    absolute.era,
    absolute.year,
)


@dataclass(slots=True)
class _Found:
    moments: list[Moment] = field(default_factory=list)

    def end(self) -> int:
        return self.moments[-1].end if self.moments else 0


def read_dates(line: Line, calendar: Calendar) -> None:
    """Take every date, period and time of day on the line."""
    found, rules = _Found(), _rules()
    for index, token in enumerate(line.tokens):
        if token.word not in rules and token.word[0] not in "0123456789":
            continue
        if token.word in ("ago", "earlier"):
            moment = counted_time.ago(line, index, calendar)
            while moment and found.moments and found.moments[-1].end > moment.start:
                found.moments.pop()
            moment = moment or match_at(line, index, calendar)
        elif token.start < found.end() or line.mask[token.start]:
            continue
        else:
            moment = match_at(line, index, calendar)
        if moment and line.is_free(moment.start, moment.end):
            calendar.remember(moment)
            found.moments.append(moment)
    for moment in _joined(line, found.moments):
        line.add(moment.draft())


def match_at(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """The date, period or time whose span begins at token `index`."""
    token = line.tokens[index]
    rules = _DIGIT_RULES if token.word[0] in "0123456789" else _rules().get(token.word, ())
    for rule in rules:
        moment = rule(line, index, calendar)
        if moment is not None:
            return moment
    return None


def _part(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """As in "early June", "mid-2019", "the end of last year": the whole period, marked as approximate."""
    token = line.tokens[index]
    following = index + 1
    if token.word in line.lexicon.time.sets["edges"]:
        if line.words_after(token.end, 1) != ["of"]:
            return None
        following += 1
    while following < len(line.tokens) and line.tokens[following].word in ("the", "in"):
        following += 1
    if following >= len(line.tokens) or line.text[
        line.tokens[following - 1].end : line.tokens[following].start
    ] not in (" ", "-", ""):
        return None
    if (
        line.tokens[following].word
        in line.lexicon.time.sets["parts"] | line.lexicon.time.sets["edges"]
    ):
        return None
    inner = match_at(line, following, calendar) or relative.bare_period(line, following, calendar)
    if inner is None or inner.duration:
        return None
    return inner.widened(token.start, approximate=True)


def _reporting(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """As in "the year ended 31 March", "the week of 3 June": the whole period that the date names."""
    place = ends_at(line, index)
    following = line.index_at(place[0]) if place else len(line.tokens)
    if place is None or following >= len(line.tokens) or following > index + _LINK_WORDS:
        return None
    inner = match_at(line, following, calendar)
    return reporting(line, index, inner, place[1]) if inner else None


def _joined(line: Line, moments: list[Moment]) -> list[Moment]:
    joined: list[Moment] = []
    for moment in moments:
        both = _join(line, joined[-1], moment) if joined else None
        if both:
            joined[-1] = both
        else:
            joined.append(moment)
    return joined


def _join(line: Line, left: Moment, right: Moment) -> Moment | None:
    gap = line.text[left.end : right.start]
    if len(gap) > 16 or left.duration or right.duration:
        return None
    if left.is_time or right.is_time:
        return _join_time(left, right, gap)
    if (
        left.is_weekday
        and right.grain == "day"
        and not right.is_weekday
        and _DATE_TO_DAY.fullmatch(gap)
    ):
        joined = right.widened(left.start)
        return joined.at(left.time, left.start, right.end) if left.time else joined
    if right.is_weekday or not _BETWEEN.fullmatch(gap):
        return None
    before = line.words_before(left.start, 2)
    if gap.strip().startswith("and") and "between" not in before:
        return None
    return left.until(right)


def _join_time(left: Moment, right: Moment, gap: str) -> Moment | None:
    if (
        left.is_time
        and not right.is_time
        and right.grain == "day"
        and _TIME_THEN_DAY.fullmatch(gap)
    ):
        return right.at(left.time, left.start, right.end)
    if right.is_time and not left.is_time and left.grain == "day" and _DAY_THEN_TIME.fullmatch(gap):
        return left.at(right.time, left.start, right.end)
    return None
