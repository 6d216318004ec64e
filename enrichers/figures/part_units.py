"""Parts of one unit: "half an hour", "a quarter point", "an hour and a half", "two tenths of a second"."""

from __future__ import annotations

import re
from decimal import Decimal

from enrichers.figures.lexicon import Unit
from enrichers.figures.line import Draft, Line
from enrichers.figures.units import to_base

_PART_UNIT = re.compile(
    r"\b(?P<part>half|quarter)(?: of)?(?: an?|-| )[ -]?(?P<percent>percentage )?(?P<unit>[a-z]+)\b(?!-)",
    re.IGNORECASE,
)
_AND_A_HALF = re.compile(r"\ban? (?P<unit>[a-z]+) and a half\b", re.IGNORECASE)
_OF_UNIT = re.compile(
    r" of (?:an?|one) (?:(?P<percent>percent(?:age)?|per cent)(?P<point>[ -]points?)?|(?P<unit>[a-z]+))\b(?!-)"
)


def read_part_units(line: Line) -> None:
    """Take "half a percentage point", "a quarter point", "half an hour", "an hour and a half"."""
    for match in (
        _PART_UNIT.finditer(line.text) if "alf" in line.text or "uarter" in line.text else ()
    ):
        unit = _part_of(line, match)
        value = Decimal("0.5") if match["part"].lower() == "half" else Decimal("0.25")
        if unit is None or (
            match["part"].lower() == "quarter"
            and match["unit"].lower() not in ("point", "mile", "hour", "century")
        ):
            continue
        _add_part(line, match.start(), match.end(), value, unit, points=bool(match["percent"]))
    for match in _AND_A_HALF.finditer(line.text) if " and a half" in line.text else ():
        unit = line.lexicon.units.by_word.get(match["unit"].lower())
        if unit is not None:
            _add_part(line, match.start(), match.end(), Decimal("1.5"), unit)


def _part_of(line: Line, match: re.Match[str]) -> Unit | None:
    """The unit of "half an hour"; in "two and a half hours" the half belongs to the two."""
    word = match["unit"].lower()
    unit = line.lexicon.units.by_word.get(word)
    plural = unit is not None and word.endswith("s") and word != unit.name
    return None if plural or line.text.endswith("and a ", 0, match.start()) else unit


def _add_part(
    line: Line, start: int, end: int, value: Decimal, unit: Unit, *, points: bool = False
) -> None:
    if points:
        line.add(
            Draft(
                start=start,
                end=end,
                kind="percent",
                rule="part_unit",
                value=value,
                unit="percentage_point",
            )
        )
        return
    draft = Draft(
        start=start,
        end=end,
        kind="duration" if unit.kind == "duration" else "quantity",
        rule="part_unit",
        value=value,
        unit=unit.name,
    )
    to_base(draft, unit)
    line.add(draft)


def read_part_of_unit(line: Line, start: int, end: int, value: Decimal) -> Draft | None:
    """As in "two tenths of a second", "a third of a mile", "a tenth of a percentage point"."""
    match = _OF_UNIT.match(line.text, end)
    if match is None:
        return None
    if match["percent"]:
        name = "percentage_point" if match["point"] else "percent"
        return Draft(
            start=start, end=match.end(), kind="percent", rule="part_unit", value=value, unit=name
        )
    unit = line.lexicon.units.by_word.get(match["unit"])
    if unit is None:
        return None
    draft = Draft(
        start=start,
        end=match.end(),
        kind="duration" if unit.kind == "duration" else "quantity",
        rule="part_unit",
        value=value,
        unit=unit.name,
    )
    to_base(draft, unit)
    return draft
