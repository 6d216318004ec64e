"""How science writes measures: "54.3 ± 8.7 years" is one figure, "W m−2" and "cm−1" are units, "[12]" is a reference."""

from __future__ import annotations

import re
from decimal import Decimal

from enrichers.figures.lexicon import Unit
from enrichers.figures.line import Draft, Line
from enrichers.figures.units import to_base

_TOLERANCE = re.compile(r" ?(?:±|\+/[-−–]|\+[-−]) ?")
_MINUS = "−–-⁻"
_POWER = re.compile(
    rf"(?P<gap>[  ·⋅]?)(?P<symbol>[A-Za-zµμΩÅ]{{0,4}})(?:\^?[{_MINUS}](?P<power>[1-4])|⁻(?P<raised>[¹²³⁴]))(?![\w{_MINUS}])"
)
_RAISED = {"¹": 1, "²": 2, "³": 3, "⁴": 4}
_NAMES = {1: "", 2: "square ", 3: "cubic "}
_REFERENCE = re.compile(r"(?<!the )\[[0-9]{1,3}(?:(?:, ?|[-–])[0-9]{1,3})*\](?= ?[.,;:)\]]| |\Z)")
_ITEM = re.compile(r"\(?[0-9]{1,2}\) (?=[\"“]?[^\W\d_])")
_MOST_POWERS = 4
_SCIENCE = re.compile(
    rf"±|°|[μµ×]|[A-Za-z] ?[{_MINUS}][1-4](?!\w)|\b(?:mM|mL|ml|nm|mg|kPa|GPa|[kMGT]eV)\b|[<=] ?0\.[0-9]"
)
_LETTER = re.compile(r"[  ]?(?P<symbol>[A-Za-z])(?![\w'’-]|\.\w|[  ](?:[A-Z]|[0-9]))")
_LETTERS = {
    "h": "hour", "s": "second", "K": "kelvin", "J": "joule", "N": "newton", "A": "ampere", "V": "volt",
    "m": "metre", "g": "gram", "T": "tesla",
}  # fmt: skip
_SCALES = {"K": Decimal(1000), "m": Decimal(10) ** 6, "T": Decimal(10) ** 12}


def cover_references(line: Line) -> None:
    """Consume "[12]" and "[3, 4]", which cite, and the number of a list's item that opens the sentence: "3) Rights"."""
    item = _ITEM.match(line.text)
    if item:
        line.cover(*item.span())
    if "[" in line.text:
        for match in _REFERENCE.finditer(line.text):
            line.cover(*match.span())


def read_science(line: Line) -> None:
    """Join what powers and tolerances part: the drafts of the line, in order."""
    line.drafts.sort(key=lambda draft: draft.start)
    if _SCIENCE.search(line.text):
        for draft in line.drafts:
            if draft.unit is None and draft.noun is None and draft.value is not None:
                _read_letter(line, draft)
    read_powers(line)
    merge_tolerances(line)


def _read_letter(line: Line, draft: Draft) -> None:
    """Among other measures of science a letter is a unit also a blank away: "2 h", "1000 K", "12,000 × g"."""
    start = draft.end
    if draft.kind == "count" and line.text[start - 2 : start] in (" K", " m", " T"):
        start -= 2  # read as a thousand, a million, a trillion
    elif draft.kind == "multiple" and line.text[start - 1] != "×":
        return
    match = _LETTER.match(line.text, start)
    name = _LETTERS.get(match["symbol"]) if match else None
    if match is None or name is None or draft.kind not in ("count", "quantity", "multiple"):
        return
    if start != draft.end:
        draft.value = (draft.value or Decimal(0)) / _SCALES[match["symbol"]]
    unit = line.lexicon.units.by_word.get(name)
    draft.kind = "duration" if unit and unit.kind == "duration" else "quantity"
    draft.unit = "gravity" if line.text[start - 1] == "×" else name
    draft.end, draft.rule = match.end(), "symbol"
    if unit and draft.unit == name:
        to_base(draft, unit)


def merge_tolerances(line: Line) -> None:
    """Make one figure of a measure and its uncertainty: value, and low and high around it."""
    if not any(sign in line.text for sign in ("±", "+/", "+-", "+−")):
        return
    merged: list[Draft] = []
    for draft in line.drafts:
        if merged and _is_tolerance(line, merged[-1], draft):
            _merge(merged[-1], draft)
        else:
            merged.append(draft)
    line.drafts[:] = merged


def _is_tolerance(line: Line, left: Draft, right: Draft) -> bool:
    if left.value is None or right.value is None or left.low is not None:
        return False
    alike = left.unit in (None, right.unit) or right.unit is None
    return alike and _TOLERANCE.fullmatch(line.text, left.end, right.start) is not None


def _merge(left: Draft, right: Draft) -> None:
    value, about = left.value, right.value
    if value is None or about is None:
        return
    left.low, left.high, left.modifier = value - abs(about), value + abs(about), "approx"
    left.end, left.rule, left.noun = right.end, "tolerance", left.noun or right.noun
    if left.unit is None and right.unit is not None:
        left.kind, left.unit = right.kind, right.unit
        if right.base_value is not None and right.value and right.base_unit:
            left.base_unit, left.base_value = (
                right.base_unit,
                right.base_value / right.value * value,
            )


def read_powers(line: Line) -> None:
    """Take the rest of a unit with powers into the figure before it: "5 °C min−1", "20 cm−1", "3 W m−2 K−1"."""
    if not any(sign in line.text for sign in ("−", "-", "–", "⁻")):
        return
    reached, kept = 0, []
    for draft in line.drafts:
        if draft.start < reached:
            continue  # the 1 of "cm−1"
        if draft.kind in ("quantity", "count", "duration", "multiple") and draft.noun is None:
            reached = _extend(line, draft)
        kept.append(draft)
    line.drafts[:] = kept


def _extend(line: Line, draft: Draft) -> int:
    """Lengthen the figure over the powers behind it; where it ends then, 0 if nothing was added."""
    end, names = draft.end, [draft.unit or "1"]
    for _ in range(_MOST_POWERS):
        match = _POWER.match(line.text, end)
        if match is None or not _is_power(line, draft, match, end):
            break
        if match["symbol"]:
            names.append(_named(line, match, match["symbol"]))
        else:
            names = ["1", _named(line, match, draft.unit or "")]
        end = match.end()
    if end == draft.end:
        return 0
    draft.kind, draft.rule, draft.end, draft.unit = "quantity", "powers", end, "/".join(names)
    draft.base_value = draft.base_unit = None
    return end


def _is_power(line: Line, draft: Draft, match: re.Match[str], end: int) -> bool:
    """A power glued to the figure's own unit, or a symbol with one; a plain hyphen only behind a known symbol."""
    if not match["symbol"]:
        is_first = end == draft.end and draft.unit is not None
        return is_first and not match["gap"] and line.text[end - 1].isalpha()
    known = match["symbol"] in line.lexicon.units.by_symbol
    plain = "-" in match[0]
    return bool(match["gap"]) and (known or not plain)


def _named(line: Line, match: re.Match[str], symbol: str) -> str:
    """The name of a unit with its power: "square metre" of "m−2"."""
    power = int(match["power"]) if match["power"] else _RAISED[match["raised"]]
    unit: Unit | None = line.lexicon.units.by_symbol.get(symbol)
    return _NAMES.get(power, f"{power} ") + (unit.name if unit else symbol)
