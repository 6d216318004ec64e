"""Weekdays by name: the latest one, or the next where the sentence looks ahead."""

from __future__ import annotations

import re

from enrichers.figures import periods
from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Line, Token
from enrichers.figures.moment import DAYPART as _DAYPART
from enrichers.figures.moment import OFFSETS as _OFFSETS
from enrichers.figures.moment import Calendar, Moment
from enrichers.figures.periods import Span
from enrichers.figures.tense import way_of

_WEEK_AFTER = re.compile(r" (?:of )?(?P<rel>last|this|next) week\b")


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
    if (before and before[0] in lexicon().words.sets["days.not_days"]) or (
        after
        and after[0] in lexicon().words.sets["days.papers"]
        and line.text[token.end + 1 : token.end + 2].isupper()
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
