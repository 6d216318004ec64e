"""Tens of years of life and of degrees: "in her early 40s", "a man in his 60s", "highs in the mid-90s".

They are read before dates, which know the 40s of a century by the same letters.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from enrichers.figures.line import Draft, Line

_TENS = re.compile(
    r"\b(?P<lead>his|her|their|my|our|your|its|the|and|or|to)[ -](?P<span>(?:(?:early|mid|late|low|lower|middle|upper|high)(?:-to-(?:mid|late|upper|high))?[ -])?"
    r"(?P<tens>[2-9]0|1[0-3]0|teens|twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)"
    r"s?(?P<scale> ?(?:°|degrees? )?(?:F|C|Fahrenheit|Celsius)\b)?)(?!\w)",
    re.IGNORECASE,
)
_SIGNS = ("0s", "ties", "0S", "TIES")
_WORDS = {
    "twenties": 20,
    "thirties": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "eighties": 80,
    "nineties": 90,
}
_OWNERS = frozenset({"his", "her", "their", "my", "our", "your"})
_WEATHER = frozenset(
    ["temperature", "temperatures", "temps", "highs", "high", "lows", "low", "readings", "mercury", "thermometer", "heat"]
)  # fmt: skip
_REACH = 9
_OLDEST = 100


def read_tens(line: Line) -> None:
    """Take the tens that a life or a thermometer is in."""
    if not any(sign in line.text for sign in _SIGNS):
        return
    kept: Literal["age", "degree"] | None = None
    end = -1
    for match in _TENS.finditer(line.text):
        tens = _tens(match)
        if tens is None or not line.is_free(*match.span("span")):
            continue
        lead = match["lead"].lower()
        if lead in ("and", "or", "to"):  # "in their late 20s and early 30s"
            kind = kept if match.start() - end <= 1 else None
        else:
            kind = _kind(line, match, lead, tens)
        if kind and line.add(_draft(match, tens, kind)):
            kept, end = kind, match.end("span")


def _tens(match: re.Match[str]) -> int | None:
    word = match["tens"].lower()
    if word.isdigit():
        is_plural = match.string[match.end("tens") : match.end("tens") + 1] == "s"
        return int(word) if is_plural else None
    return _WORDS.get(word)


def _kind(
    line: Line, match: re.Match[str], lead: str, tens: int
) -> Literal["age", "degree"] | None:
    if lead in _OWNERS:
        return "age" if tens < _OLDEST else None
    before = line.words_before(match.start(), _REACH)
    while "." in before:
        before = before[before.index(".") + 1 :]
    is_weather = lead == "the" and (match["scale"] or not _WEATHER.isdisjoint(before))
    return "degree" if is_weather else None


def _draft(match: re.Match[str], tens: int, kind: Literal["age", "degree"]) -> Draft:
    scale = (match["scale"] or "").strip(" °").lower().removeprefix("degree").lstrip("s ")
    unit = {"f": "fahrenheit", "c": "celsius"}.get(scale[:1], "degree")
    return Draft(
        start=match.start("span"),
        end=match.end("span"),
        kind="duration" if kind == "age" else "quantity",
        rule="age_decade" if kind == "age" else "degrees_decade",
        low=Decimal(tens),
        high=Decimal(tens + 9),
        modifier="range",
        unit="year" if kind == "age" else unit,
    )
