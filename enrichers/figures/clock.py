"""Times of day: "5 p.m.", "17:30", "noon", as HH:MM."""

from __future__ import annotations

import re

from enrichers.figures.line import Line
from enrichers.figures.moment import Calendar, Moment

_HALF_DAY = re.compile(
    r"(?P<h>1[0-2]|0?[1-9])(?:[:.](?P<m>[0-5][0-9]))? ?(?P<half>[aApP])\.?[mM](?:\.|(?![^\W_]))"
)
_FULL_DAY = re.compile(r"(?P<h>[01]?[0-9]|2[0-3]):(?P<m>[0-5][0-9])(?::[0-5][0-9])?(?![0-9:])")
_ZONED = re.compile(
    r"(?P<h>[01][0-9]|2[0-3]):?(?P<m>[0-5][0-9])(?= (?:GMT|UTC|BST|CET|CEST|EST|EDT|IST|ET|local time)(?![^\W_]))"
)
_WORDS = {"noon": "12:00", "midnight": "00:00"}


def match_time(line: Line, index: int, _calendar: Calendar) -> Moment | None:
    """The time of day that begins at token `index`."""
    token = line.tokens[index]
    if token.word in _WORDS:
        return _moment(token.start, token.end, _WORDS[token.word])
    match = _HALF_DAY.match(line.text, token.start)
    if match:
        hour = int(match["h"]) % 12 + (12 if match["half"] in "pP" else 0)
        return _moment(*match.span(), f"{hour:02d}:{match['m'] or '00'}")
    match = _ZONED.match(line.text, token.start) or _FULL_DAY.match(line.text, token.start)
    if match and (token.start == 0 or line.text[token.start - 1] not in ":.,"):
        return _moment(*match.span(), f"{int(match['h']):02d}:{match['m']}")
    return None


def _moment(start: int, end: int, time: str) -> Moment:
    return Moment(start=start, end=end, rule="time", time=time, is_time=True)
