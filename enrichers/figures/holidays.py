"""Days of the year that have a name: "Christmas Eve", "New Year's Day", "Halloween 2021". Only those with a fixed date."""

from __future__ import annotations

import re
from functools import cache

from enrichers.figures import periods
from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Line
from enrichers.figures.moment import Calendar, Moment, found
from enrichers.figures.tense import nearest_day
from enrichers.figures.years import YEAR


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(lexicon().time.holidays, key=len, reverse=True)
    alternatives = "|".join(re.escape(name).replace("'", "['’]") for name in names)
    return re.compile(rf"(?P<name>{alternatives})\b(?:,? (?:of |in )?{YEAR})?", re.IGNORECASE)


def holiday(line: Line, index: int, calendar: Calendar) -> Moment | None:
    """The day of that name, in the year it gives or the nearest one in the direction the sentence looks."""
    match = _pattern().match(line.text, line.tokens[index].start)
    if match is None or not match["name"][0].isupper():
        return None
    name = match["name"].lower().replace("’", "'")
    month, day = lexicon().time.holidays[name]
    start, end = match.span()
    if match["y"]:
        return found(start, end, "holiday", periods.day(int(match["y"]), month, day), "day")
    if calendar.reference is None:
        return Moment(start=start, end=end, rule="holiday", has_year=False)
    span = nearest_day(line, start, end, calendar, (month, day))
    return found(start, end, "holiday", span, "day", has_year=False)
