"""Money, percent, quantities and lengths of time in a further language, and the order in which a line of it is read.

One pass as in English: dates first, then every number with what stands before and behind it; then ranges and bounds.
What such a text counts is not read: the head of a phrase is not marked there as it is in English.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import cast

from enrichers.figures.foreign_dates import read_foreign_dates
from enrichers.figures.foreign_numbers import ForeignNumber, number_at
from enrichers.figures.foreign_words import Foreign, foreign_words
from enrichers.figures.identifiers import cover_addresses
from enrichers.figures.line import Draft, Line
from enrichers.figures.modifiers import bend
from enrichers.figures.moment import Calendar
from enrichers.figures.units import match_symbol, to_base
from schemas.marks import Modifier

_SPACES = (" ", "\u00a0", "\u202f", "")
_SPACED_LETTERS = frozenset({"m", "g", "l", "L", "W", "V", "ha"})
_BESIDE = 10  # characters between a change and its outcome
_QUOTES = '"”″′'  # in English an inch or a foot; here a quotation ends
_MILLION = Decimal(1_000_000)


def read_foreign(line: Line, calendar: Calendar, language: str) -> None:
    """Take every figure of a line in `language`, one of `foreign_languages`."""
    words = foreign_words(language)
    cover_addresses(line)
    read_foreign_dates(line, calendar, words)
    numbers = _numbers(line, words)
    readings = [_measure(line, number, words) for number in numbers]
    taken = 0
    for index, (number, draft) in enumerate(zip(numbers, readings, strict=True)):
        if index < taken:
            continue
        if index + 1 < len(numbers):
            pair = _range(line, numbers[index : index + 2], readings[index : index + 2], words)
            if pair and line.add(pair):
                taken = index + 2
                continue
        if draft and not (number.article and draft.kind in ("duration", "quantity")):
            line.add(_with_minus(line, draft, words))
    line.drafts.sort(key=lambda draft: draft.start)
    _bend(line, words)


def _numbers(line: Line, words: Foreign) -> list[ForeignNumber]:
    found: list[ForeignNumber] = []
    end = 0
    for index, token in enumerate(line.tokens):
        if token.start < end or line.mask[token.start]:
            continue
        if token.word[0] not in "0123456789" and token.word not in words.starts:
            continue
        number = number_at(line, index, words)
        if number is not None and line.is_free(number.start, number.end):
            found.append(number)
            end = number.end
    return found


def _measure(line: Line, number: ForeignNumber, words: Foreign) -> Draft | None:
    """What the number measures: money by the sign before it, else by what follows it."""
    return (
        _money_before(line, number)
        or _percent(line, number, words)
        or _money_after(line, number, words)
        or _quantity(line, number, words)
    )


def _draft(number: ForeignNumber, kind: str, unit: str, end: int) -> Draft:
    return Draft(
        start=number.start,
        end=end,
        kind="money" if kind == "money" else "percent" if kind == "percent" else "quantity",
        rule=f"foreign_{kind}",
        value=number.value,
        unit=unit,
    )


def _money_before(line: Line, number: ForeignNumber) -> Draft | None:
    currencies, offset = line.lexicon.currencies, max(0, number.start - 8)
    match = currencies.before.search(line.text[offset : number.start])
    if match is None:
        return None
    draft = _draft(
        number, "money", currencies.code_by_sign.get(match["sign"], match["sign"]), number.end
    )
    draft.start = offset + match.start()
    if match["minus"] and draft.value is not None:
        draft.value = -draft.value
    return draft


def _percent(line: Line, number: ForeignNumber, words: Foreign) -> Draft | None:
    found = words.percent.match(line, number.following)
    if found is None or not _is_near(line, number.end, number.following):
        return None
    return _draft(number, "percent", found[0], line.tokens[found[1] - 1].end)


def _is_near(line: Line, end: int, index: int) -> bool:
    return index < len(line.tokens) and line.text[end : line.tokens[index].start] in (
        *_SPACES,
        "-",
    )


def _past_linker(line: Line, number: ForeignNumber, words: Foreign) -> int:
    """The token of the unit: past "de" in "3 millones de euros", which only follows a large scale."""
    index = number.following
    if number.scale >= _MILLION and index < len(line.tokens) and "linkers" in words.links:
        found = words.links["linkers"].match(line, index)
        if found and _is_near(line, number.end, index):
            return found[1]
    return index


def _money_after(line: Line, number: ForeignNumber, words: Foreign) -> Draft | None:
    currencies = line.lexicon.currencies
    index = _past_linker(line, number, words)
    if index > number.following:
        number = replace(number, end=line.tokens[index - 1].end, following=index)
    sign = currencies.after.match(line.text, number.end)
    if sign and sign["sign"] not in ("M",):
        code = currencies.code_by_sign[sign["sign"]]
        return _per(line, _draft(number, "money", code, sign.end()), words)
    if not _is_linked(line, number.end, index):
        return None
    named = words.currencies.match(line, index)
    if named:
        return _per(line, _draft(number, "money", named[0], line.tokens[named[1] - 1].end), words)
    part = words.hundredths.match(line, index)
    if part:
        draft = _draft(number, "money", part[0], line.tokens[part[1] - 1].end)
        draft.value = number.value / 100
        return _per(line, draft, words)
    return _code_after(line, number, index, words)


def _is_linked(line: Line, end: int, index: int) -> bool:
    """Blanks, or the apostrophe of "d'euros"."""
    return _is_near(line, end, index) or (
        index < len(line.tokens) and line.text[end : line.tokens[index].start] in ("'", "’")
    )


def _code_after(line: Line, number: ForeignNumber, index: int, words: Foreign) -> Draft | None:
    token = line.tokens[index]
    code = line.text[token.start : token.end]
    if code not in line.lexicon.currencies.codes:
        return None
    return _per(line, _draft(number, "money", code, token.end), words)


def _per(line: Line, draft: Draft, words: Foreign) -> Draft:
    """The draft with its denominator: "Euro pro Tonne", "dollars le baril", "euros por acción"."""
    index = line.index_at(draft.end)
    link = words.links["per"].match(line, index)
    if link is None or not _is_near(line, draft.end, index):
        slash = line.text[draft.end : draft.end + 1] == "/"
        if not slash:
            return draft
        link = ("per", index)
    below = words.units.match(line, link[1]) or words.denominators.match(line, link[1])
    if below is None:
        symbol = (
            match_symbol(line, line.tokens[link[1]].start) if link[1] < len(line.tokens) else None
        )
        if symbol is None:
            return draft
        draft.unit, draft.end = f"{draft.unit}/{symbol.name}", symbol.end
        return draft
    draft.unit, draft.end = f"{draft.unit}/{below[0]}", line.tokens[below[1] - 1].end
    return draft


def _quantity(line: Line, number: ForeignNumber, words: Foreign) -> Draft | None:
    index = _past_linker(line, number, words)
    end = line.tokens[index - 1].end if index > number.following else number.end
    named = words.units.match(line, index) if _is_linked(line, end, index) else None
    if named:
        unit_end, name = line.tokens[named[1] - 1].end, named[0]
    else:
        position = end + 1 if line.text[end : end + 1] in (" ", "\u00a0", "\u202f") else end
        symbol = match_symbol(line, position)
        if (
            symbol is None
            or line.text[position] in _QUOTES
            or not _is_believed(line.text[position : symbol.end], position > end)
        ):
            return None
        unit_end, name = symbol.end, symbol.name
    unit = line.lexicon.units.by_word.get(name)
    draft = _draft(number, "quantity", name, unit_end)
    if unit is not None and unit.kind == "duration":
        draft.kind = "duration"
    elif "/" not in name:
        draft = _per(line, draft, words)
    if unit is not None and draft.unit == name:
        to_base(draft, unit)
    elif unit is not None and draft.unit:
        below = line.lexicon.units.by_word.get(draft.unit.partition("/")[2])
        to_base(draft, unit, below) if below else None
    return draft


def _is_believed(symbol: str, spaced: bool) -> bool:  # noqa: FBT001  a fact about the symbol, not a switch
    return len(symbol) > 1 or not spaced or symbol in _SPACED_LETTERS or symbol in "°"


def _range(
    line: Line, pair: list[ForeignNumber], sides: list[Draft | None], words: Foreign
) -> Draft | None:
    """As in "3 bis 5 Millionen Euro", "entre 3 et 5 %": one figure of two numbers."""
    (first, second), (left, right) = pair, sides
    if right is None or (left and (left.kind, left.unit) != (right.kind, right.unit)):
        return None
    start, end = (left or right).start, left.end if left else first.end
    if left is None:
        start = first.start
    index, stop = line.index_at(end), line.index_at(right.start)
    if not _links(line, words, (end, right.start), (index, stop), line.index_at(start)):
        return None
    low = first.value
    if first.scale == 1 and second.scale >= _MILLION and low < second.value / second.scale:
        low *= second.scale
    factor = (right.value or second.value) / second.value if second.value else Decimal(1)
    high = second.value * factor
    return replace(
        right,
        start=start,
        value=None,
        low=low * factor,
        high=high,
        modifier="range",
        rule=f"{right.rule}_range",
        base_value=None,
        base_unit=None,
    )


def _links(
    line: Line, words: Foreign, gap: tuple[int, int], tokens: tuple[int, int], first: int
) -> bool:
    between = line.text[gap[0] : gap[1]]
    if between in ("-", "–", " - ", " – ", "—"):
        return True
    for name in ("to", "and"):
        found = words.links[name].match(line, tokens[0])
        if found and found[1] == tokens[1]:
            return name == "to" or words.links["between"].match_before(line, first) is not None
    return False


def _with_minus(line: Line, draft: Draft, words: Foreign) -> Draft:
    if draft.value is None:
        return draft
    text, index = line.text, line.index_at(draft.start)
    glued = text[draft.start - 1 : draft.start] in ("-", "−") and (
        draft.start == 1 or text[draft.start - 2] in " (\u00a0"
    )
    if glued:
        draft.start -= 1
    elif words.links["minus"].match_before(line, index):
        draft.start = line.tokens[index - 1].start
    else:
        return draft
    draft.value = -draft.value
    draft.base_value = draft.base_unit = None
    return draft


def _bend(line: Line, words: Foreign) -> None:
    """Set the bounds that words right before a figure give it; "3 % hasta 4 millones" says where a change ends."""
    end = -_BESIDE
    for draft in line.drafts:
        name = words.modifiers.match_before(line, line.index_at(draft.start))
        if draft.kind == "date" or draft.value is None:
            name = None
        if name and not (name == "at_most" and draft.start - end < _BESIDE):
            bend(draft, cast("Modifier", name))
        end = draft.end
