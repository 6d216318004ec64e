"""Which way an incomplete date looks: "on Friday" after "said" is the last one, after "will" the next."""

from __future__ import annotations

from datetime import date

from enrichers.figures import periods
from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Line
from enrichers.figures.moment import Calendar
from enrichers.figures.periods import Span

_REACH = 14
_ALWAYS_AHEAD = frozenset({"until", "till"})
_SOON_DAYS = 60
_SOON_MONTHS = 3


def direction(line: Line, position: int) -> int:
    """1 where the nearest cue to the left speaks of the future, -1 of the past, 0 where there is none."""
    sets = line.lexicon.time.sets
    before = line.words_before(position, _REACH)
    for index in range(len(before) - 1, -1, -1):
        word = before[index]
        if word == "." and len("".join(before[index - 1 : index])) == 1:
            continue  # "ends at 8 p.m. on Thursday"
        if word in (".", ";"):
            return 0
        if word in sets["future"] or word.endswith(("'ll", "’ll")):
            return 1
        if word in ("for", "to") and before[index - 1 : index] == ["set"]:
            return 1
        if word in sets["past"] or (word.endswith("ed") and len(word) > 4):
            return 1 if _is_helped(before[:index]) else -1
    return 0


def _is_helped(before: list[str]) -> bool:
    """As in "to be formally held"; but "the ambassador to Chad said" has no helping verb right before "said"."""
    helpers = lexicon().words.sets["tense.helpers"]
    for word in reversed(before[-3:]):
        if word in helpers:
            return True
        if word not in lexicon().words.sets["tense.between"] and not word.endswith("ly"):
            return False
    return False


def is_ahead(line: Line, position: int) -> bool:
    """Whether the sentence speaks of the future there."""
    return direction(line, position) > 0


def way_of(line: Line, position: int, end: int | None = None) -> int:
    """The direction of a weekday: "by" and "until" look ahead where no verb says otherwise."""
    way, lead = direction(line, position), line.words_before(position, 1)
    if lead and lead[0] in _ALWAYS_AHEAD:
        return 1
    way = way or _way_after(
        line,
        line.words_after(position, _REACH)[1:] if end is None else line.words_after(end, _REACH),
    )
    if way == 0 and lead and lead[0] in lexicon().words.sets["tense.starting"]:
        return 1
    return way


def _way_after(line: Line, words: list[str]) -> int:
    """As in "Saturday's match kicks off": with nothing to the left, the first verb of `words`, to the right, decides."""
    past = line.lexicon.time.sets["past"]
    for word in words:
        if word in (".", ";", ","):
            return 0
        if word in lexicon().words.sets["tense.coming"]:
            return 1
        if word in past or (word.endswith("ed") and len(word) > 4):
            return -1
    return 0


def nearest_day(
    line: Line, start: int, end: int, calendar: Calendar, month_day: tuple[int, int]
) -> Span | None:
    """The day of that month and number nearest in the direction the sentence looks; without a cue, a soon one counts."""
    reference = calendar.reference
    if reference is None:
        return None
    month, number = month_day
    here = periods.day(reference.year, month, number) or periods.day(
        reference.year - 1, month, number
    )
    if here is None:
        return _leap_day(reference, month, number)
    way = way_of(line, start, end)
    days = (here[0] - reference).days
    if days > 0 and (way < 0 or (way == 0 and days > _SOON_DAYS)):
        return periods.day(reference.year - 1, month, number)
    if days < -_SOON_DAYS and way > 0 and reference.year < 9998:
        return periods.day(reference.year + 1, month, number)
    return here


def _leap_day(reference: date, month: int, number: int) -> Span | None:
    for year in range(reference.year, max(0, reference.year - 9), -1):
        span = periods.day(year, month, number) if year > 0 else None
        if span:
            return span
    return None


def nearest_month(line: Line, start: int, calendar: Calendar, month: int) -> Span | None:
    """The month of that name nearest in the direction the sentence looks."""
    reference = calendar.reference
    if reference is None:
        return None
    way = direction(line, start) or _way_after(line, line.words_after(start, _REACH)[1:])
    ahead = month - reference.month
    lead = line.words_before(start, 1)
    if lead and lead[0] in lexicon().words.sets["tense.starting"] - {"from"}:
        way = way_of(line, start)
    if lead and lead[0] == "since":
        way = -1
    if line.words_after(start, 2)[1:] in (["delivery"], ["futures"]):
        way = 1
    if ahead > 0 and (way < 0 or (way == 0 and ahead > _SOON_MONTHS)):
        return periods.month(reference.year - 1, month)
    if ahead < 0 and way > 0 and ahead < -1:
        return periods.month(reference.year + 1, month)
    return periods.month(reference.year, month)
