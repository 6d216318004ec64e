"""Quantities with a unit of measure, durations and ages: which unit follows a number, also compound ("km/h", "barrels a day")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from enrichers.figures.counted import find_noun
from enrichers.figures.lexicon import Unit, lexicon
from enrichers.figures.line import Draft, Line
from enrichers.figures.numbers import Number

_OPEN = re.compile(r" - |[-‑]|[ \u00a0\u202f]?[(\[]?")
_PER = re.compile(
    r" ?/ ?| per | an? (?=[a-z])|-an?-| each | every | to (?:the|a) (?=(?:gallon|lit(?:re|er))\b)"
)
_STUFF = re.compile(
    r" of [a-zA-Z][a-zA-Z0-9₂]{1,11}(?: [a-z]{2,12})?(?= (?:an?|per|each|every) (?:second|minute|hour|day|week|month|year)\b)"
)
_MOST_SECONDS = 100
_FOOT = 12
_LETTER = 2  # a blank and a letter: too little for a unit behind a scale's letter
_OLD = re.compile(r"(?P<gap>[ -]| - )(?:olds?\b|of age\b)")
_YEARS_SHORT = re.compile(r"[ -]?(?:y/?o)\b", re.IGNORECASE)
_SYMBOL_LIKE = re.compile(r"[a-z][A-Z]")  # "mM" is no "mm": such symbols are told by their case
_INCHES = re.compile(
    r"(?: and)?[ -]?(?P<inches>[0-9]{1,2}(?:\.[0-9])?|[a-z]+)[ -]?(?:in\.?|inch|inches|″|\"|”)(?![^\W_])"
)
_TALL = re.compile(  # "6-foot-4", "five foot ten"; the inches go unsaid
    r"(?:-| )(?:foot|feet)(?:-| )(?P<inches>1[01]|[0-9]|[a-z]+)(?![\w.,%][0-9a-z]|[- ]?(?:inch|in\.|foot|feet)|-(?:in\b|by))(?=-tall|[\s,.;:)]|$)"
    r"|(?:ft|′)[ -]?(?P<more>1[01]|[0-9])(?=[\s,.;:)]|$)"
)
_STONE = re.compile(r" ?st(?= ?[0-9]{1,2} ?lbs?\b)")
_BELOW_ZERO = re.compile(r" below (?:zero|0)\b")
_PRIME = re.compile(r"['’′](?: ?(?P<inches>[0-9]{1,2})(?:\"|″|”|''|’’))?(?![\w'’])")
_OPEN_QUOTE = re.compile(r"(?:\A|[ (])['‘’]")


@dataclass(frozen=True, slots=True)
class UnitMatch:
    """A unit where it stands after a number, or after "per"."""

    end: int
    name: str
    unit: Unit
    per: Unit | None = None


@cache
def _patterns() -> tuple[Mapping[str, re.Pattern[str]], Mapping[str, re.Pattern[str]]]:
    """The words and the symbols by their first character, so that few of the hundreds are tried at a place."""
    units = lexicon().units
    words = {
        first: re.compile(rf"(?P<word>{alike})(?![^\W_]|[0-9²³]|\.[a-z])", re.IGNORECASE)
        for first, alike in _alternatives(units.by_word, "[ -]").items()
    }
    symbols = {
        first: re.compile(rf"(?P<symbol>{alike})(?![^\W_]|[0-9²³°]|-[A-Z0-9])")
        for first, alike in _alternatives(units.by_symbol, "[ ]").items()
    }
    return words, symbols


def _alternatives(phrases: Iterable[str], blank: str) -> dict[str, str]:
    """The phrases by their first character, the longest first, as one alternation each."""
    grouped: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        grouped.setdefault(phrase[0], []).append(re.escape(phrase).replace(r"\ ", blank))
    return {first: "|".join(alike) for first, alike in grouped.items()}


def _match(
    patterns: Mapping[str, re.Pattern[str]], first: str, line: Line, position: int
) -> re.Match[str] | None:
    pattern = patterns.get(first)
    return pattern.match(line.text, position) if pattern else None


def match_unit_word(line: Line, position: int) -> UnitMatch | None:
    """The unit spelled as a word at `position`."""
    match = _match(_patterns()[0], line.text[position : position + 1].lower(), line, position)
    if match is None or _SYMBOL_LIKE.fullmatch(match["word"]):
        return None
    unit = line.lexicon.units.by_word.get(
        re.sub(r"(?<=[a-z.])-(?=[a-z])", " ", match["word"].lower())
    )
    unit = line.lexicon.units.by_word.get(match["word"].lower(), unit)
    return UnitMatch(match.end(), unit.name, unit) if unit else None


def match_symbol(line: Line, position: int) -> UnitMatch | None:
    """The unit written as a symbol at `position`, the same in every language."""
    match = _match(_patterns()[1], line.text[position : position + 1], line, position)
    if match is None:
        return None
    unit = line.lexicon.units.by_symbol[match["symbol"]]
    return UnitMatch(match.end(), unit.name, unit)


def match_simple(line: Line, position: int) -> UnitMatch | None:
    """The unit at `position`, by symbol or word, the longer one."""
    symbol = _match(_patterns()[1], line.text[position : position + 1], line, position)
    word = match_unit_word(line, position)
    if symbol and (word is None or symbol.end() >= word.end):
        unit = line.lexicon.units.by_symbol[symbol["symbol"]]
        word = UnitMatch(symbol.end(), unit.name, unit)
    return _without_full_stop(line, word) if word else None


def _without_full_stop(line: Line, found: UnitMatch) -> UnitMatch:
    """As in "He weighs 4 lb.": the last point of a line is the sentence's."""
    at_end = found.end == len(line.text) and line.text[found.end - 1] == "."
    return UnitMatch(found.end - 1, found.name, found.unit) if at_end else found


def match_unit(line: Line, number: Number) -> UnitMatch | None:
    """The unit of `number`, with its denominator; None if none follows or it is more likely something else."""
    opening = _OPEN.match(line.text, number.end)
    position = opening.end() if opening else number.end
    found = _stone(line, number) or match_simple(line, position)
    if found is None and opening and opening[0]:
        return None
    found = _in_weather(line, number, found, position) if found else None
    if found is None or not _is_believed(line, number, found, position):
        return None
    closing = line.text[found.end : found.end + 1]
    if opening and opening[0][-1:] in ("(", "["):
        return UnitMatch(found.end + 1, found.name, found.unit) if closing in (")", "]") else None
    return _with_denominator(line, found)


def _stone(line: Line, number: Number) -> UnitMatch | None:
    """As in "11st 4lb": elsewhere the letters are those of an ordinal or a street."""
    match = _STONE.match(line.text, number.end)
    if match is None or not number.plain:
        return None
    unit = line.lexicon.units.by_word["stone"]
    return UnitMatch(match.end(), unit.name, unit)


def _in_weather(line: Line, number: Number, found: UnitMatch, position: int) -> UnitMatch | None:
    """As in "90F" is a temperature among words of weather, a farad only as "2.5 F", else the name of a form or a plane."""
    if line.text[position : found.end] != "F":
        return found
    near = {*line.words_before(number.start, 12), *line.words_after(found.end, 8)}
    if not near.isdisjoint(lexicon().words.sets["weather.words"]) or "°" in line.text:
        return UnitMatch(found.end, "fahrenheit", line.lexicon.units.by_word["fahrenheit"])
    return None if number.plain else found


def _with_denominator(line: Line, found: UnitMatch) -> UnitMatch:
    stuff = _STUFF.match(line.text, found.end)
    link = _PER.match(line.text, stuff.end() if stuff else found.end)
    if link is None:
        return found
    below = match_simple(line, link.end())
    if below is None or not line.is_free(found.end, below.end):
        return found
    if link[0].strip(" -") in ("a", "an", "each", "every") and not _is_time(below.unit, found.unit):
        return found
    return UnitMatch(below.end, f"{found.name}/{below.name}", found.unit, below.unit)


def _is_time(below: Unit, above: Unit) -> bool:
    """As in "miles an hour", but not "ten minutes a day later" nor "two years a month"."""
    return below.kind == "duration" and (
        above.kind != "duration" or above.name in ("hour", "day", "minute")
    )


def _is_believed(line: Line, number: Number, found: UnitMatch, position: int) -> bool:
    symbol = line.text[position : found.end]
    if symbol in ('"', "”"):
        return _is_inch_mark(line.text, number.start)
    if symbol == "m" and number.mark is not None:
        return _is_metre(line, number, found.end)
    if symbol in ("t", "bar"):
        return not number.spelled and (symbol == "bar" or _is_tonne(line, number, found.end))
    if number.spelled:
        return _is_believed_in_words(line, number, symbol.lower())
    return _is_believed_letter(number, symbol, glued=position == number.end)


def _is_believed_in_words(line: Line, number: Number, symbol: str) -> bool:
    """As in "at one point" and "two second chances", which measure nothing."""
    if symbol == "point" and number.value == 1:
        return False
    return symbol != "second" or line.text[number.end] != " " or number.value == 1


def _is_believed_letter(number: Number, symbol: str, *, glued: bool) -> bool:
    """Single letters are units where glued to the number, and a blank away only the less common ones."""
    if symbol in ("in.", "A", "s", "h", "N", "J") and not glued:
        return symbol in "hA" and not number.plain
    if symbol == "s" and number.plain:  # "the 737s", "the 1990s"
        return (number.value or 0) < _MOST_SECONDS
    return symbol not in ("B", "T", "K", "PS") or (symbol == "PS" and number.plain)


def _is_inch_mark(text: str, position: int) -> bool:
    """A quote after a number is an inch unless a quotation is open."""
    head = text[:position][-400:]
    straight = len(re.findall(r"(?<![0-9 ])\"|(?<![0-9]) \"", head))
    return straight % 2 == 0 and head.count("“") <= head.count("”")


def _is_metre(line: Line, number: Number, end: int) -> bool:
    """As in "35m of its devices" and "2.7m people" are millions, "a 100m race" and "1.8m tall" metres."""
    following = line.words_after(end, 1)
    if following and following[0] in line.lexicon.units.metre_context:
        return True
    if not lexicon().words.sets["crowds.words"].isdisjoint(line.words_before(number.start, 10)):
        return False  # "the population grew from 2.5m to 3.1m"
    if not following:
        return True
    if following[0] == "of" or find_noun(line, end) is not None:
        return False
    return number.mark_end == number.end + 1 or not following[0].endswith("s")


def _is_tonne(line: Line, number: Number, end: int) -> bool:
    """As in "50 t of cargo", "a 40t lorry"; else the letter is a trillion or nothing."""
    following = line.words_after(end, 1)
    if following and following[0] in line.lexicon.units.tonne_context:
        return True
    return number.mark_end == number.end + 2 and (not following or not following[0].isalpha())


def read_quantity(line: Line, number: Number) -> Draft | None:
    """A quantity, a duration or an age; None if no unit follows the number."""
    short = _YEARS_SHORT.match(line.text, number.end)
    if short and number.plain:
        return _age(number, number.start, short.end(), lexicon().units.by_word["year"])
    in_feet = _read_feet(line, number)
    if in_feet is not None:
        return in_feet
    found: UnitMatch | None
    marked = number.with_mark()
    scaled = match_unit(line, marked) if marked is not number else None
    if scaled is not None and scaled.end - marked.end > _LETTER:
        number, found = marked, scaled  # "2m barrels", "1.2m bpd"
    else:
        found = match_unit(line, number)
    if found is None:
        return None
    old = _OLD.match(line.text, found.end)
    if found.unit.kind == "duration" and old and found.per is None:
        return _age(number, number.start, old.end(), found.unit)
    return _measured(line, number, found)


def _read_feet(line: Line, number: Number) -> Draft | None:
    """As in "6-foot-4", "five foot ten": feet with inches that name no unit."""
    prime = _PRIME.match(line.text, number.end)
    if prime and number.plain and (prime["inches"] or _is_foot_mark(line, number, prime.end())):
        return _feet(number, prime.end(), Decimal(prime["inches"] or 0))
    tall = _TALL.match(line.text, number.end)
    if tall is None or not (number.plain or number.spelled):
        return None
    inches = _inches_value(tall["inches"] or tall["more"])
    return None if inches is None or inches >= _FOOT else _feet(number, tall.end(), inches)


def _is_foot_mark(line: Line, number: Number, end: int) -> bool:
    """As in "an altitude of 30'": where no quotation is open, and a word near it says how far."""
    near = {*line.words_before(number.start, 6), *line.words_after(end, 2)}
    if near.isdisjoint(lexicon().words.sets["feet.near"]):
        return False
    return _OPEN_QUOTE.search(line.text, max(0, number.start - 400), number.start) is None


def _measured(line: Line, number: Number, found: UnitMatch) -> Draft:
    if found.name == "foot":
        inches = _INCHES.match(line.text, found.end)
        value = _inches_value(inches["inches"]) if inches else None
        if inches and value is not None:
            return _feet(number, inches.end(), value)
    is_duration = found.unit.kind == "duration" and found.per is None
    draft = Draft(
        start=number.start,
        end=found.end,
        kind="duration" if is_duration else "quantity",
        rule="duration" if is_duration else "quantity",
        value=number.value,
        low=number.low,
        high=number.high,
        modifier="vague" if number.vague else "exact",
        unit=found.name,
    )
    to_base(draft, found.unit, found.per)
    return _below_zero(line, draft, found.unit)


def _below_zero(line: Line, draft: Draft, unit: Unit) -> Draft:
    """As in "10 degrees below zero": a minus that stands behind."""
    below = _BELOW_ZERO.match(line.text, draft.end)
    if below and draft.value and unit.name in ("degree", "celsius", "fahrenheit"):
        draft.value, draft.end = -draft.value, below.end()
        to_base(draft, unit)
    return draft


def to_base(draft: Draft, unit: Unit, per: Unit | None = None) -> None:
    """Set the value in SI base units, where the unit has one and the value is known."""
    if draft.value is None or unit.base is None or unit.factor is None:
        return
    if per is None:
        draft.base_value, draft.base_unit = draft.value * unit.factor + unit.offset, unit.base
    elif per.base and per.factor and not unit.offset:
        draft.base_value = draft.value * unit.factor / per.factor
        draft.base_unit = f"{unit.base}/{per.base}"


def _inches_value(text: str) -> Decimal | None:
    if text[0].isdigit():
        return Decimal(text)
    value = lexicon().numbers.small.get(text)
    return None if value is None else Decimal(value)


def _feet(number: Number, end: int, inches: Decimal) -> Draft:
    value = (number.value or Decimal(0)) + inches / 12
    draft = Draft(
        start=number.start, end=end, kind="quantity", rule="feet_inches", value=value, unit="foot"
    )
    to_base(draft, lexicon().units.by_word["foot"])
    return draft


def _age(number: Number, start: int, end: int, unit: Unit) -> Draft:
    draft = Draft(
        start=start,
        end=end,
        kind="duration",
        rule="age",
        value=number.value,
        low=number.low,
        high=number.high,
        unit=unit.name,
    )
    to_base(draft, unit)
    return draft
