"""Times of day as HH:MM: "5 p.m.", "17:30", "noon", "ten o'clock", "half past six"; and clocked times such as 2:05:33."""

from __future__ import annotations

import re
from decimal import Decimal

from enrichers.figures.line import Line
from enrichers.figures.moment import Calendar, Moment

_HALF_DAY = re.compile(
    r"(?P<h>1[0-2]|0?[1-9])(?:[:.](?P<m>[0-5][0-9]))? ?(?P<half>[aApP])(?:\.[mM]\.?|[mM])(?![^\W_])"
)
_FULL_DAY = re.compile(
    r"(?P<h>[01]?[0-9]|2[0-3]):(?P<m>[0-5][0-9])(?::(?P<s>[0-5][0-9])(?:\.[0-9]+)?)?(?![0-9:])"
)
_ZONED = re.compile(
    r"(?P<h>[01][0-9]|2[0-3]):?(?P<m>[0-5][0-9])(?= (?:GMT|UTC|BST|CET|CEST|EST|EDT|IST|ET|local time)(?![^\W_]))"
)
_OCLOCK = re.compile(r" o['’]clock\b", re.IGNORECASE)
_PAST = re.compile(
    r"(?P<part>half|quarter) (?P<link>past|to) (?P<h>[a-z]+|1[0-2]|[1-9])\b", re.IGNORECASE
)
_CLOCKED = frozenset({"in", "clocked", "clocking", "of", "ran", "run"})
_WORDS = {"noon": "12:00", "midnight": "00:00"}
_HOURS = 12


def match_time(line: Line, index: int, _calendar: Calendar) -> Moment | None:
    """The time of day that begins at token `index`."""
    token = line.tokens[index]
    if token.word in _WORDS:
        return _moment(token.start, token.end, _WORDS[token.word])
    match = _HALF_DAY.match(line.text, token.start)
    if match:
        hour = int(match["h"]) % 12 + (12 if match["half"] in "pP" else 0)
        return _moment(*match.span(), f"{hour:02d}:{match['m'] or '00'}")
    if token.word in ("half", "quarter"):
        return _past(line, token.start)
    return _oclock(line, index) or _full_day(line, token.start)


def _full_day(line: Line, start: int) -> Moment | None:
    match = _ZONED.match(line.text, start) or _FULL_DAY.match(line.text, start)
    if match is None or (start and line.text[start - 1] in ":.,"):
        return None
    seconds = match.groupdict().get("s")
    if seconds and not _CLOCKED.isdisjoint(line.words_before(start, 1)):
        # "in 2:05:33" is how long a race took.
        length = 3600 * int(match["h"]) + 60 * int(match["m"]) + int(seconds)
        return Moment(
            start=start, end=match.end(), rule="clocked", duration=Decimal(length), unit="second"
        )
    return _moment(*match.span(), f"{int(match['h']):02d}:{match['m']}")


def _oclock(line: Line, index: int) -> Moment | None:
    token = line.tokens[index]
    match = _OCLOCK.match(line.text, token.end)
    hour = _hour(line, token.word)
    return _moment(token.start, match.end(), f"{hour:02d}:00") if match and hour else None


def _past(line: Line, start: int) -> Moment | None:
    """As in "half past six", "quarter to nine"; "half to two" is no time."""
    match = _PAST.match(line.text, start)
    hour = _hour(line, match["h"].lower()) if match else None
    if match is None or not hour:
        return None
    part, is_past = match["part"].lower(), match["link"].lower() == "past"
    if part == "half":
        return _moment(*match.span(), f"{hour:02d}:30") if is_past else None
    before = (hour - 2) % _HOURS + 1
    return _moment(*match.span(), f"{hour:02d}:15" if is_past else f"{before:02d}:45")


def _hour(line: Line, word: str) -> int | None:
    value = int(word) if word.isascii() and word.isdigit() and len(word) < 3 else None
    hour = value or line.lexicon.numbers.small.get(word)
    return hour if hour and hour <= _HOURS else None


def _moment(start: int, end: int, time: str) -> Moment:
    return Moment(start=start, end=end, rule="time", time=time, is_time=True)
