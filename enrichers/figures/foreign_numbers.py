"""Numbers as a further language writes them: "1.234,5", "3,5 Milliarden", "vingt-cinq", "dos mil quinientos"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from enrichers.figures.foreign_words import Foreign, foreign_words
from enrichers.figures.line import Line

_LONGEST = 40  # digits; a longer run is an identifier
_GREATEST = Decimal("1e30")  # past it a run of scale words is no number
_HUNDRED = 100
_THOUSAND = 1000
_REST_DIGITS = 3
_POINT_DIGITS = re.compile(r"[.,:/-][0-9]|[ \u00a0\u202f]?%")
_POINTED = re.compile(
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:['’][0-9]{3})+|[0-9]+)(?:\.(?P<decimals>[0-9]{1,2}))?(?![0-9]|[.,][0-9])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignNumber:
    """A number and the token after it; `scale` is its scale word's, 1 without one.

    plain: digits only, as a year would be. article: "ein", "un", "una", which count only before a sign or a currency.
    spread: of a vague number ("tausende", "plusieurs millions") how many times its least it may be.
    about: a round number that is meant as such ("une centaine").
    """

    start: int
    end: int
    value: Decimal
    following: int
    scale: Decimal = Decimal(1)
    plain: bool = False
    article: bool = False
    spread: Decimal | None = None
    about: bool = False


@cache
def _numeral(code: str) -> re.Pattern[str]:
    """Groups of three parted by one of the language's signs, the same throughout, then its decimal sign."""
    words = foreign_words(code)
    groups = f"[{re.escape(words.groups)}]"
    return re.compile(
        rf"(?P<whole>[0-9]{{1,3}}(?:(?P<sign>{groups})[0-9]{{3}}(?:(?P=sign)[0-9]{{3}})*)(?![0-9])|[0-9]+)"
        rf"(?:{re.escape(words.decimal)}(?P<decimals>[0-9]+))?(?![0-9])"
    )


def number_at(line: Line, index: int, words: Foreign) -> ForeignNumber | None:
    """The number whose first token is `index`, with its scale words and the half that may follow them."""
    token = line.tokens[index]
    if token.word[0] in "0123456789":
        number = _in_digits(line, index, words)
    else:
        number = (
            _vague(line, index, words)
            or _about(line, index, words)
            or _in_words(line, index, words)
        )
    if number is None or number.scale < _THOUSAND:
        return number
    half = words.links["half"].match(line, number.following)
    if half is None or not _follows(line, number.end, number.following):
        return number
    return replace(
        number,
        value=number.value + number.scale / 2,
        end=line.tokens[half[1] - 1].end,
        following=half[1],
    )


def _vague(line: Line, index: int, words: Foreign) -> ForeignNumber | None:
    """As in "Hunderttausende Euro" (up to ten times it), "plusieurs millions" (from two to ten)."""
    found = words.vague.match(line, index)
    if found is None:
        return None
    least, following = found
    several = str(least.normalize()).startswith("2")
    return ForeignNumber(
        start=line.tokens[index].start,
        end=line.tokens[following - 1].end,
        value=least,
        following=following,
        scale=least / 2 if several else least,
        spread=Decimal(5 if several else 10),
    )


def _about(line: Line, index: int, words: Foreign) -> ForeignNumber | None:
    """As in "une centaine d'euros", "una docena de"."""
    found = words.about.match(line, index)
    if found is None:
        return None
    return ForeignNumber(
        start=line.tokens[index].start,
        end=line.tokens[found[1] - 1].end,
        value=found[0],
        following=found[1],
        about=True,
    )


def _in_digits(line: Line, index: int, words: Foreign) -> ForeignNumber | None:
    start = line.tokens[index].start
    match = _english(line.text, start) or _numeral(words.code).match(line.text, start)
    if match is None or len(match[0]) > _LONGEST or _is_glued(line.text, start):
        return None
    whole = re.sub("[^0-9]", "", match["whole"])
    value = Decimal(f"{whole}.{match['decimals']}" if match["decimals"] else whole)
    plain = match["whole"] == whole and not match["decimals"]
    return _scaled(line, words, start, match.end(), value, plain=plain)


def _english(text: str, start: int) -> re.Match[str] | None:
    """As in "2.5 por ciento", "$1,500.50" and "1,234,567": written with a point, it has no other reading."""
    match = _POINTED.match(text, start)
    return match if match and (match["decimals"] or match["whole"].count(",") > 1) else None


def _is_glued(text: str, start: int) -> bool:
    """As in "A4", "F-16" and "2.1.3": the rest of a name or of a longer number."""
    before = text[max(0, start - 2) : start]
    if before[-1:].isalpha() or len(before) < 2:
        return before[-1:].isalpha()
    return (before[1] in ".," and before[0].isalnum()) or (before[1] == "-" and before[0].isalpha())


def _scaled(
    line: Line, words: Foreign, start: int, end: int, value: Decimal, *, plain: bool
) -> ForeignNumber:
    following, scale = line.index_at(end), Decimal(1)
    while (found := words.scales.match(line, following)) and _follows(line, end, following):
        if scale > _GREATEST:
            break
        scale, following = scale * found[0], found[1]
        value, end, plain = value * found[0], line.tokens[following - 1].end, False
        rest = _rest(line, end, following) if scale == _THOUSAND else None
        if rest is not None:
            value, scale, following = value + rest, Decimal(1), following + 1
            end = line.tokens[following - 1].end
    return ForeignNumber(
        start=start, end=end, value=value, following=following, scale=scale, plain=plain
    )


def _rest(line: Line, end: int, index: int) -> Decimal | None:
    """As the 300 of "5 mil 300 millones": what is left over of the thousands, in digits."""
    if index >= len(line.tokens) or not _follows(line, end, index):
        return None
    token = line.tokens[index]
    if token.word[0] not in "0123456789" or token.end - token.start > _REST_DIGITS:
        return None
    is_part = _POINT_DIGITS.match(line.text, token.end) is not None
    return None if is_part else Decimal(int(token.word))


def _follows(line: Line, end: int, index: int) -> bool:
    return index < len(line.tokens) and line.text[end : line.tokens[index].start] in (
        " ",
        "\u00a0",
        "\u202f",
        "-",
        "",
    )


def _in_words(line: Line, index: int, words: Foreign) -> ForeignNumber | None:
    """As in "dos mil quinientos": hundreds and less add up, a scale multiplies what stands before it."""
    total, current, scale, at = Decimal(0), Decimal(0), Decimal(1), index
    while at < len(line.tokens) and (at == index or _follows(line, line.tokens[at - 1].end, at)):
        small = words.small.match(line, at)
        if small and (current == 0 or (current >= _HUNDRED > small[0])):
            current, at = current + small[0], small[1]
            continue
        scaling = words.scales.match(line, at)
        if (
            scaling is None
            or total > _GREATEST
            or (at == index and line.tokens[at].word not in words.alone)
        ):
            break
        scale, at = scaling
        if 0 < total < scale:  # "mil millones", "mil doscientos millones"
            total, current = (total + current) * scale, Decimal(0)
        else:
            total, current = total + (current or 1) * scale, Decimal(0)
        rest = _rest(line, line.tokens[at - 1].end, at) if scale == _THOUSAND else None
        if rest is not None:
            current, at = rest, at + 1
    if at == index:
        return None
    return ForeignNumber(
        start=line.tokens[index].start,
        end=line.tokens[at - 1].end,
        value=total + current,
        following=at,
        scale=scale,
        article=at == index + 1 and line.tokens[index].word in words.articles,
    )
