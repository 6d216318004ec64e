"""Numbers as they are written, in digits or words, with their scale: "1.2bn", "12,34,567", "two and a half million".

What a number means (money, a count, a year) is left to the rules; a letter that may be a scale or a unit ("35m") is
kept aside in `mark` for them to decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from enrichers.figures.lexicon import NumberWords
from enrichers.figures.line import Line
from enrichers.figures.spelled import read_spelled

_NUMERAL = re.compile(
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}(?![0-9])"
    r"|[0-9]{1,3}(?:[\u00a0\u202f\u2009][0-9]{3})+(?![0-9])"
    r"|[0-9]{1,3}(?:['’][0-9]{3})+(?![0-9'’])"
    r"|[0-9]{1,3}(?: [0-9]{3}){0,3} 000(?![0-9])"
    r"|[0-9]+)"
    r"(?P<point>\.[0-9]+| \. [0-9]+(?= (?:%|percent|per|million|billion|trillion|yen|marks)))?"
)
_CONTINENTAL = re.compile(  # "1.234,50": with both signs there is one reading
    r"(?P<whole>[0-9]{1,3}(?:\.[0-9]{3})+),(?P<point>[0-9]{1,2})(?![0-9]|[.,][0-9])"
)
_DECIMAL_COMMA = re.compile(  # "5,6 million", "3,5%": one or two digits behind a comma are no group of thousands
    r"(?P<whole>[0-9]{1,3}),(?P<point>[0-9]{1,2})(?=[ \u00a0-]?(?:m|b|t|mn|bn|tn|mln|bln|trn|million|billion|trillion|crore|lakh)\b| ?%| per ?cent\b| ?[€£])"
)
_CENTS = re.compile(r"(?P<whole>[0-9]{1,3}),(?P<point>[0-9]{2})(?![0-9]|[.,][0-9])")  # "€1,99"
_BEFORE_COMMA = re.compile(r"(?:\A|[^\w.,:/]|[A-Z])\Z")
_FRACTION = re.compile(r"[ -]?(?P<top>[0-9]{1,2}) ?[/⁄] ?(?P<bottom>2|3|4|5|8|16|32)(?![0-9/.,])")
_PLAIN_FRACTION = re.compile(
    r"(?P<top>[1-9][0-9]?) ?[/⁄] ?(?P<bottom>2|3|4|5|8|10|16|32)(?![0-9/.,%])"
)
_GLYPHS = {
    "½": "0.5",
    "¼": "0.25",
    "¾": "0.75",
    "⅓": "1/3",
    "⅔": "2/3",
    "⅛": "0.125",
    "⅜": "0.375",
    "⅝": "0.625",
    "⅞": "0.875",
}
_GLYPH = re.compile(f" ?([{''.join(_GLYPHS)}])")
_SCALE = re.compile(r"[ -]?(?P<word>[A-Za-z]+)(?![^\W_])")
_MARK = re.compile(r" ?(?P<mark>[kKmMbBtT])(?![^\W_])")
_POWER = re.compile(
    r" ?[x×·] ?10(?:(?:\^|\*\*)?(?P<sign>[-−–]?)(?P<power>[0-9]{1,2})(?![0-9])|(?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))"
)
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_LONGEST = 40  # digits; a longer run is an identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One written number. `value` is None where it is vague ("thousands"), and then low and high are set.

    plain: digits only, as a year or a house number would be. scaled: a scale word or comma shows its size.
    """

    start: int
    end: int
    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    plain: bool = False
    spelled: bool = False
    scaled: bool = False
    vague: bool = False
    scale: Decimal = Decimal(1)
    mark: Decimal | None = None
    mark_end: int = 0

    def with_mark(self) -> Number:
        """The number with its one-letter scale read as such: 35m is 35 million."""
        if self.mark is None or self.value is None:
            return self
        return replace(
            self,
            end=self.mark_end,
            value=self.value * self.mark,
            mark=None,
            scaled=True,
            plain=False,
        )


def third(text: str) -> Decimal:
    """A fraction as a decimal of 28 digits.

    >>> third("1/4")
    Decimal('0.25')
    """
    top, _, bottom = text.partition("/")
    return Decimal(top) / Decimal(bottom or "1")


def scan_numbers(line: Line) -> list[Number]:
    """Every number of the line outside what is already consumed, left to right, none overlapping."""
    found: list[Number] = []
    position, words = 0, line.lexicon.numbers
    for index in line.marked:
        token = line.tokens[index]
        if token.start < position or line.mask[token.start]:
            continue
        number: Number | None = None
        if token.word[0] in "0123456789" and not _ends_a_unit(line, index):
            number = read_numeral(line.text, token.start, words)
        elif token.word in words.starts or token.word in ("a", "an", "several", "few"):
            number = _spelled(line, index)
        if number is not None and line.is_free(number.start, number.end):
            found.append(number)
            position = number.end
    return _with_lone_glyphs(line, found)


def _ends_a_unit(line: Line, index: int) -> bool:
    """As the 2 of "cm2"."""
    token, before = line.tokens[index], line.tokens[max(0, index - 1)]
    if before.end != token.start:
        return False
    symbols = line.lexicon.units.by_symbol
    return (
        line.text[before.start : token.end] in symbols
        or line.text[max(0, before.start - 2) : token.end] in symbols  # "m/s2"
    )


def read_numeral(text: str, start: int, words: NumberWords) -> Number | None:
    """The number in digits that starts at `start`, with fraction, scale word and letter mark; None if too long."""
    continental = _CONTINENTAL.match(text, start) or _decimal_comma(text, start)
    if continental and len(continental[0]) <= _LONGEST:
        whole = continental["whole"].replace(".", "")
        value = Decimal(f"{whole}.{continental['point']}")
        return with_scale(
            text, Number(start=start, end=continental.end(), value=value, scaled=True), words
        )
    match = _NUMERAL.match(text, start)
    if match is None or len(match[0]) > _LONGEST:
        return None
    plain_fraction = _PLAIN_FRACTION.match(text, start)
    if plain_fraction and int(plain_fraction["top"]) < int(plain_fraction["bottom"]):
        value = third(f"{plain_fraction['top']}/{plain_fraction['bottom']}")
        return Number(start=start, end=plain_fraction.end(), value=value, scaled=True)
    whole = re.sub(r"[^0-9]", "", match["whole"])
    value = Decimal(whole + (match["point"] or "").replace(" ", ""))
    number = Number(
        start=_point_start(text, start, match),
        end=match.end(),
        value=_leading_point(text, start, match, value),
        plain=match["whole"].isdigit() and not match["point"],
        scaled=not match["whole"].isdigit(),
    )
    power = _POWER.match(text, number.end)
    if power and number.value is not None:
        raised = power["raised"] or f"{'-' if power['sign'] else ''}{power['power']}"
        exponent = int(raised.translate(_RAISED))
        return replace(
            number, end=power.end(), value=number.value.scaleb(exponent), scaled=True, plain=False
        )
    return with_scale(text, _with_fraction(text, number), words)


def _decimal_comma(text: str, start: int) -> re.Match[str] | None:
    """As in "5,6 million euros"; not the end of a list ("grades 1,2,3%")."""
    if start and text[start - 1] in "€£$":
        return _CENTS.match(text, start) or _DECIMAL_COMMA.match(text, start)
    match = _DECIMAL_COMMA.match(text, start)
    return match if match and _BEFORE_COMMA.search(text[max(0, start - 2) : start]) else None


def _point_start(text: str, start: int, match: re.Match[str]) -> int:
    return start - 1 if _leads_with_point(text, start, match) else start


def _leads_with_point(text: str, start: int, match: re.Match[str]) -> bool:
    """As in ".500": a point glued to digits, with nothing glued to the point."""
    if start == 0 or text[start - 1] != "." or match["point"]:
        return False
    return start == 1 or text[start - 2] in " $£€(~-–−"


def _leading_point(text: str, start: int, match: re.Match[str], value: Decimal) -> Decimal:
    if not _leads_with_point(text, start, match):
        return value
    return value.scaleb(-len(match["whole"]))


def _with_fraction(text: str, number: Number) -> Number:
    glyph = _GLYPH.match(text, number.end)
    if glyph and number.value is not None:
        return replace(
            number, end=glyph.end(), value=number.value + third(_GLYPHS[glyph[1]]), plain=False
        )
    match = _FRACTION.match(text, number.end)
    if (
        match
        and number.value is not None
        and number.plain
        and int(match["top"]) < int(match["bottom"])
    ):
        value = number.value + third(f"{match['top']}/{match['bottom']}")
        return replace(number, end=match.end(), value=value, plain=False)
    return number


def with_scale(text: str, number: Number, words: NumberWords) -> Number:
    """The number with the scale words that follow it ("2 lakh crore"), or with its letter mark noted."""
    for _ in range(3):
        match = _SCALE.match(text, number.end)
        if match is None or number.value is None:
            break
        word = match["word"]
        scale = words.scale_marks.get(word) or words.scales.get(word.lower())
        if scale is None or (word.lower() == "dozen" and number.scaled):
            break
        number = replace(
            number,
            end=match.end(),
            value=number.value * scale,
            scale=number.scale * scale,
            plain=False,
            scaled=True,
        )
    mark = _MARK.match(text, number.end)
    if mark and not (number.scaled and text[number.end - 1].isalpha()):
        return replace(number, mark=words.letter_marks[mark["mark"]], mark_end=mark.end())
    return number


def _spelled(line: Line, index: int) -> Number | None:
    spelled = read_spelled(line, index)
    if spelled is None or _is_ordinal(line, index, spelled.end):
        return None
    return Number(
        start=spelled.start,
        end=spelled.end,
        value=spelled.value,
        low=spelled.low,
        high=spelled.high,
        spelled=True,
        scaled=spelled.scaled,
        scale=spelled.scale,
        vague=spelled.value is None,
    )


def _is_ordinal(line: Line, index: int, end: int) -> bool:
    """As in "twenty-first"; but "a thirty-second film" lasts half a minute."""
    following = line.words_after(end, 1)
    if line.text[end : end + 1] != "-" or not following:
        return False
    value = line.lexicon.numbers.ordinals.get(following[0], 100)
    if line.tokens[index].word not in line.lexicon.numbers.tens or value > 9:
        return False
    return following[0] != "second" or line.words_before(line.tokens[index].start, 1) not in (
        ["a"],
        ["an"],
    )


def _with_lone_glyphs(line: Line, found: list[Number]) -> list[Number]:
    """Numbers with "½" and its like where they stand alone ("½ teaspoon")."""
    if not any(glyph in line.text for glyph in _GLYPHS):
        return found
    taken = {position for number in found for position in range(number.start, number.end)}
    lone = [
        Number(start=match.start(1), end=match.end(), value=third(_GLYPHS[match[1]]), scaled=True)
        for match in _GLYPH.finditer(line.text)
        if match.start(1) not in taken
    ]
    return sorted([*found, *lone], key=lambda number: number.start)
