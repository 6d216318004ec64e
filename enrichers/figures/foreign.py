"""Money, percent, quantities and lengths of time in a further language, and the order in which a line of it is read.

One pass as in English: dates first, then every number with what stands before and behind it; then ranges and bounds.
What such a text counts is not read: the head of a phrase is not marked there as it is in English.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import cast

from enrichers.figures.foreign_dates import read_foreign_dates
from enrichers.figures.foreign_numbers import ForeignNumber, number_at
from enrichers.figures.foreign_ranges import is_moving, read_first, read_range
from enrichers.figures.foreign_words import Foreign, foreign_words
from enrichers.figures.identifiers import cover_addresses
from enrichers.figures.lengths import join_steps
from enrichers.figures.line import Draft, Line
from enrichers.figures.modifiers import bend
from enrichers.figures.moment import Calendar
from enrichers.figures.units import match_symbol, to_base
from schemas.marks import Modifier

_SPACES = (" ", "\u00a0", "\u202f", "")
_SPACED_LETTERS = frozenset({"m", "g", "l", "L", "W", "V", "ha", "t"})
_BESIDE = 16  # characters between a change and its outcome
_QUOTES = '"”″′'  # in English an inch or a foot; here a quotation ends
_MILLION = Decimal(1_000_000)
_MARKED = re.compile(r"[ \u00a0\u202f]?(?P<mark>k|K|M|Md|Mds)[ \u00a0\u202f]?(?P<sign>[€$£])")
_MARKS = {
    "k": Decimal(1000),
    "K": Decimal(1000),
    "M": _MILLION,
    "Md": 1000 * _MILLION,
    "Mds": 1000 * _MILLION,
}
_COMMA = re.compile(r"[0-9]{1,3},[0-9]{3}(?![0-9,.])")
_MINUTES = re.compile(r"[ \u00a0\u202f]?(?P<m>[0-5][0-9])(?![0-9]|[.,][0-9])")


def read_foreign(line: Line, calendar: Calendar, language: str) -> None:
    """Take every figure of a line in `language`, one of `foreign_languages`."""
    words = foreign_words(language)
    cover_addresses(line)
    read_foreign_dates(line, calendar, words)
    numbers = _numbers(line, words)
    readings = [_measure(line, number, words) for number in numbers]
    taken = 0
    for index, (number, reading) in enumerate(zip(numbers, readings, strict=True)):
        if index < taken:
            continue
        if index + 1 < len(numbers):
            pair = read_range(line, numbers[index : index + 2], readings[index : index + 2], words)
            if pair and line.add(_with_minus(line, pair, words)):
                taken = index + 2
                continue
        draft = reading
        if draft is None and index + 1 < len(numbers):
            draft = read_first(line, number, numbers[index + 1], readings[index + 1], words)
        is_article = number.article and draft is not None and draft.value == number.value
        if draft and not (is_article and draft.kind in ("duration", "quantity")):
            line.add(_with_minus(line, draft, words))
    line.drafts.sort(key=lambda draft: draft.start)
    join_steps(line)
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
        if number is not None and number.article and _leads_a_numeral(line, number):
            continue
        if number is not None and line.is_free(number.start, number.end):
            found.append(number)
            end = number.end
    return found


def _leads_a_numeral(line: Line, number: ForeignNumber) -> bool:
    """As in "un 3 %": the article of what follows."""
    at = number.following
    return at < len(line.tokens) and line.tokens[at].word[0] in "0123456789"


def _measure(line: Line, number: ForeignNumber, words: Foreign) -> Draft | None:
    """What the number measures: money by the sign before it, else by what follows it."""
    return (
        _money_before(line, number, words)
        or _percent(line, number, words)
        or _money_marked(line, number, words)
        or _money_after(line, number, words)
        or _quantity(line, number, words)
    )


def _draft(number: ForeignNumber, kind: str, unit: str, end: int) -> Draft:
    draft = Draft(
        start=number.start,
        end=end,
        kind="money" if kind == "money" else "percent" if kind == "percent" else "quantity",
        rule=f"foreign_{kind}",
        value=number.value,
        unit=unit,
    )
    if number.about:
        draft.modifier = "approx"
    if number.spread:
        draft.value, draft.modifier = None, "vague"
        draft.low, draft.high = number.value, number.value * number.spread
    return draft


def _money_before(line: Line, number: ForeignNumber, words: Foreign) -> Draft | None:
    currencies, offset = line.lexicon.currencies, max(0, number.start - 8)
    match = currencies.before.search(line.text[offset : number.start])
    if match is None:
        return None
    code, end = currencies.code_by_sign.get(match["sign"], match["sign"]), number.end
    index = _past_linker(line, number, words)
    named = words.currencies.match(line, index) if _is_near(line, number.end, index) else None
    if named is None and index > number.following:
        named = words.currencies.match(line, index)
    if named:  # "$500 millones de pesos"
        code, end = named[0], line.tokens[named[1] - 1].end
    draft = _in_thousands(line, number, _draft(number, "money", code, end), words)
    draft.start = offset + match.start()
    if match["minus"] and draft.value is not None:
        draft.value = -draft.value
    return draft


def _in_thousands(line: Line, number: ForeignNumber, draft: Draft, words: Foreign) -> Draft:
    """As in "3,000 pesos": of a currency whose countries part thousands with a comma, it is no decimal."""
    if draft.unit in words.thousands and _COMMA.match(line.text, number.start):
        draft.value = None if draft.value is None else (draft.value * 1000).normalize()
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


def _money_marked(line: Line, number: ForeignNumber, words: Foreign) -> Draft | None:
    """As in "3 M€", "150 k€", "3 Md€": the letter of a scale right before the sign."""
    marked = _MARKED.match(line.text, number.end)
    if marked is None or number.spread:
        return None
    code = line.lexicon.currencies.code_by_sign[marked["sign"]]
    draft = _draft(number, "money", code, marked.end())
    draft.value = number.value * _MARKS[marked["mark"]]
    return _per(line, draft, words)


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
        draft = _draft(number, "money", named[0], line.tokens[named[1] - 1].end)
        return _per(line, _in_thousands(line, number, draft, words), words)
    part = words.hundredths.match(line, index)
    if part:
        if number.spread:
            return None
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
    rate = words.rates.match(line, index)
    if rate and _is_near(line, draft.end, index):
        draft.unit, draft.end = f"{draft.unit}/{rate[0]}", line.tokens[rate[1] - 1].end
        return draft
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
    draft = _draft(_with_half(line, number, unit_end, words), "quantity", name, unit_end)
    if unit is not None and unit.kind == "duration":
        draft.kind = "duration"
        draft.end = _end_of_half(line, unit_end, words)
        minutes = _MINUTES.match(line.text, unit_end) if name == "hour" else None
        if minutes and draft.value is not None:
            draft.value, draft.end = draft.value * 60 + int(minutes["m"]), minutes.end()
            draft.unit = name = "minute"
            unit = line.lexicon.units.by_word["minute"]
    elif "/" not in name:
        draft = _below_zero(line, _per(line, draft, words), words)
    if unit is not None and draft.unit == name:
        to_base(draft, unit)
    elif unit is not None and draft.unit:
        below = line.lexicon.units.by_word.get(draft.unit.partition("/")[2])
        to_base(draft, unit, below) if below else None
    return draft


def _with_half(line: Line, number: ForeignNumber, end: int, words: Foreign) -> ForeignNumber:
    """As in "deux heures et demie": the half stands behind the unit."""
    is_half = words.links["half"].match(line, line.index_at(end)) is not None
    return replace(number, value=number.value + Decimal("0.5")) if is_half else number


def _end_of_half(line: Line, end: int, words: Foreign) -> int:
    half = words.links["half"].match(line, line.index_at(end))
    return line.tokens[half[1] - 1].end if half else end


def _below_zero(line: Line, draft: Draft, words: Foreign) -> Draft:
    """As in "5 grados bajo cero"."""
    index = line.index_at(draft.end)
    below = words.links["below_zero"].match(line, index)
    if (
        below
        and draft.value
        and draft.unit in ("degree", "celsius")
        and _is_near(line, draft.end, index)
    ):
        draft.value, draft.end = -draft.value, line.tokens[below[1] - 1].end
    return draft


def _is_believed(symbol: str, spaced: bool) -> bool:  # noqa: FBT001  a fact about the symbol, not a switch
    return len(symbol) > 1 or not spaced or symbol in _SPACED_LETTERS or symbol in "°"


def _with_minus(line: Line, draft: Draft, words: Foreign) -> Draft:
    text, index = line.text, line.index_at(draft.start)
    glued = text[draft.start - 1 : draft.start] in ("-", "−") and (
        draft.start == 1 or text[draft.start - 2] in " (\u00a0"
    )
    if draft.value is None:
        return _below(draft) if glued and draft.modifier == "range" else draft
    if glued:
        draft.start -= 1
    elif words.modifiers.match_before(line, index) is None and words.links["minus"].match_before(
        line, index
    ):  # "au moins" holds the word for minus
        draft.start = line.tokens[index - 1].start
    else:
        return draft
    draft.value = -draft.value
    draft.base_value = draft.base_unit = None
    return draft


def _below(draft: Draft) -> Draft:
    """As in "-5 bis 3 Grad": the minus is that of the lower end."""
    if draft.low is not None:
        draft.low, draft.start = -draft.low, draft.start - 1
    return draft


def _bend(line: Line, words: Foreign) -> None:
    """Set the bounds that words right before a figure give it; "3 % hasta 4 millones" says where a change ends."""
    end = -_BESIDE
    for draft in line.drafts:
        name = words.modifiers.match_before(line, line.index_at(draft.start))
        is_near = draft.start - end < _BESIDE and "," not in line.text[max(0, end) : draft.start]
        if name == "at_most" and (is_near or is_moving(line, draft.start, words)):
            name = None
        if name and draft.kind != "date" and draft.value is not None:
            bend(draft, cast("Modifier", name))
        end = draft.end
