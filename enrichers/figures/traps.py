"""What looks like a figure and is a name, an address or an identifier: "Boeing 737 MAX", "F-16", "Route 66", a version."""

from __future__ import annotations

import re
from decimal import Decimal

from enrichers.figures.counted import find_noun
from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Line
from enrichers.figures.numbers import Number

_SPANS = re.compile(
    r"(?:https?://|www\.)\S{1,400}"
    r"|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"
    r"|(?<!\w)[#@]\w+"
    r"|(?<![\w.])(?!\d{1,3}(?:\.\d{3})+,\d{1,2}(?!\d))\d{1,4}(?:\.\d{1,4}){2,5}(?:,\d{1,2})?(?![\w])"
    r"|(?<!\w)\+?\(?\d{1,4}\)?[ .-]\(?\d{2,4}\)?[ .-]\d{3,4}(?:[ .-]\d{2,4}){0,2}(?![\w,])(?! ?(?:people|million|billion|%))(?=[^\d]|$)"
    r"|\(\d{3}\) ?\d{3}-\d{4}"
    r"|(?<![\w.])\d{3}-\d{4}(?![\w-])(?<!19\d\d-\d{4})"
    r"|(?<!\w)\d{1,3}-\d{2,3}-\d{4}(?!\w)"
    r"|(?<!\w)\d+(?:-\d+){3,}(?!\w)"
    r"|(?<!\w)v\d+(?:\.\d+)+"
)
_GLUED = re.compile(r"(?<![^\W_])(?:[^\W\d_]+[.'’/-]?)+\d+(?:[\w/.-]*\w)?")
_GLUED_END = re.compile(r"(?<![\w.,])\d+[A-Z][A-Z0-9]*(?:-\w+)+|(?<![\w.,])\d+(?=[A-Z]{2,}\d)\w+")
_PREPOSITIONS = frozenset(
    {
        "in",
        "at",
        "on",
        "near",
        "from",
        "of",
        "across",
        "around",
        "by",
        "for",
        "to",
        "with",
        "and",
        "over",
        "about",
        "than",
        "some",
        "the",
    }
)
_PAIR = re.compile(r"(?<![\w/])\d{1,3}/\d{1,3}(?:/\d{1,4})?(?![\w/])")
_ADDRESS = re.compile(
    r" (?:[A-Z][a-z]+ ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Place|Pl|Way|Square|Court|Ct|Highway|Terrace|Parkway)\b"
)
_NEAR = 200  # characters within which a name is taken up again
_CAPITAL_AFTER = re.compile(r" [A-Z][\w]*")
_NAME_BEFORE = re.compile(r"\w*[A-Z]\w* \Z")
_ROMAN_WAR = re.compile(
    r"\b(?:World War|Super Bowl|WWI{0,2}|Chapter|King|Pope \w+|Elizabeth|Charles) (?:[IVX]{1,5}|One|Two)\b"
)


def cover_traps(line: Line) -> None:
    """Consume every span that is certainly no figure, before any rule reads numbers."""
    text = line.text
    if any(sign in text for sign in "@#/.-(") or "www" in text:
        for match in _SPANS.finditer(text):
            line.cover(*match.span())
    for match in _GLUED_END.finditer(text):
        line.cover(*match.span())
    for match in _ROMAN_WAR.finditer(text):
        line.cover(*match.span())
    _cover_phrases(line)
    _cover_glued(line)


def _cover_glued(line: Line) -> None:
    """Numbers glued to letters before them are names: F-16, COVID-19, G7, MH370; "mid-2019" and "sub-500" are not."""
    for index in range(1, len(line.tokens)):
        token, before = line.tokens[index], line.tokens[index - 1]
        if not token.word[0].isdigit():
            continue
        gap = line.text[before.end : token.start]
        if before.word == "." and _is_dotted_name(line, index):
            line.cover(token.start, token.end)
        if not before.word[0].isalpha():
            continue
        if before.word in ("q", "h") and gap == "" and token.word in ("1", "2", "3", "4"):
            continue
        is_part = gap in ("-", "‑", " -") and _is_name_part(line.text[before.start : before.end])
        if gap == " -":  # "COVID -19" as some agencies space it; elsewhere a minus
            is_part = before.word in line.lexicon.words.sets["traps.names"]
        if is_part or (gap == "" and not _is_glued_unit(line, index)):
            line.cover(token.start, token.end)


def _is_dotted_name(line: Line, index: int) -> bool:
    """As in "ID.3": capitals, a point and a digit without a blank; not a currency ("RM.5") nor a month."""
    point, token = line.tokens[index - 1], line.tokens[index]
    head = line.tokens[index - 2] if index > 1 else None
    if head is None or head.end != point.start or point.end != token.start:
        return False
    shown = line.text[head.start : head.end]
    return 1 < len(shown) < 5 and shown.isupper() and not _is_currency(line, head.start, head.end)


def _is_glued_unit(line: Line, index: int) -> bool:
    """As in "USD10", "Rs.500", and the 2 of "km2" and "24703m2"."""
    before, token = line.tokens[index - 1], line.tokens[index]
    return (
        _is_currency(line, before.start, before.end)
        or line.text[before.start : token.end] in line.lexicon.units.by_symbol
    )


def _is_currency(line: Line, start: int, end: int) -> bool:
    word, currencies = line.text[start:end], line.lexicon.currencies
    return (
        word in currencies.code_by_sign
        or word in currencies.codes
        or word in currencies.folded
        or word in ("FY", "Rs")
        or (word in ("US", "A", "C", "NZ") and line.text[start - 1 : start] == "$")
    )


def _is_name_part(word: str) -> bool:
    return word.lower() not in lexicon().words.sets["traps.prefixes"]


def _cover_phrases(line: Line) -> None:
    """Fixed phrases with a number word in them, from the data file ("one another", "First Lady")."""
    phrases = line.lexicon.words.sets["traps.phrases"]
    folded = line.text.lower()
    if len(folded) != len(line.text):  # a few capitals fold to two characters: offsets would slip
        folded = line.text
    for phrase in phrases:
        position = folded.find(phrase)
        while position >= 0:
            end = position + len(phrase)
            if (
                not folded[position - 1 : position].isalnum()
                and not folded[end : end + 1].isalnum()
            ):
                line.cover(position, min(end, len(line.text)))
            position = folded.find(phrase, end)


def is_name(line: Line, number: Number) -> bool:
    """Whether a number without a unit is part of a name or an address rather than a count."""
    if _is_identifier(line.text, number):
        return True
    if number.plain and _repeats_a_name(line, number):
        return True
    if not number.plain and not (number.spelled and (number.value or 0) < 100):
        return _is_labelled_decimal(line, number)
    token = line.token_before(number.start)
    if token is None or line.text[token.end : number.start] not in (" ", "-", ". ", " # ", " #"):
        return False
    return _follows_label(line, number, token.word, line.text[token.start : token.end])


def _is_labelled_decimal(line: Line, number: Number) -> bool:
    """As in "version 12.1", "section 4.2": a point may part a label's number."""
    token = line.token_before(number.start)
    return (
        token is not None
        and not number.scaled
        and token.word in line.lexicon.words.sets["traps.pointed"]
        and line.text[token.end : number.start] == " "
    )


def _repeats_a_name(line: Line, number: Number) -> bool:
    """As in the second 11 of "the iPhone 11 Pro and 11 Pro Max": a name on the line ends in these very words."""
    following = _CAPITAL_AFTER.match(line.text, number.end)
    if following is None:
        return False
    words = line.text[number.start : following.end()]
    first = line.text.find(words, max(0, number.start - _NEAR), number.start)
    return (
        first >= 0
        and line.is_free(first, first + len(words))
        and _NAME_BEFORE.search(line.text, max(0, first - 24), first) is not None
    )


def _is_identifier(text: str, number: Number) -> bool:
    """Letters, slashes or zeros glued to the digits, or a street after them."""
    if number.spelled:
        return False
    if (number.start and _is_tail(text, number.start)) or _PAIR.match(text, number.start):
        return True
    if not number.plain:
        return False
    leads_with_zero = text[number.start] == "0" and number.end - number.start > 1
    glued = number.mark is None and text[number.end : number.end + 1].isalpha()
    return leads_with_zero or glued or _ADDRESS.match(text, number.end) is not None


def _is_tail(text: str, start: int) -> bool:
    """The rest of an identifier: "A4", "12-345"."""
    return text[start - 1].isalpha() or (
        start > 1 and text[start - 1] == "-" and text[start - 2].isdigit()
    )


def _follows_label(line: Line, number: Number, word: str, shown: str) -> bool:
    sets = line.lexicon.words.sets
    if word == "." and line.words_before(number.start, 2)[0] in (
        "no",
        "nos",
        "fig",
        "vol",
        "apt",
        "art",
        "sec",
    ):
        return True
    if word in sets["traps.labels"]:
        return not word.islower() or number.plain or shown[0].isupper()
    if number.spelled and shown[0].isupper() and line.text[number.start].isupper():
        return (
            find_noun(line, number.end) is None
            and line.token_before(number.start - len(shown)) is not None
        )
    if number.spelled or not shown[0].isupper():
        return word in sets["traps.names"]
    return _follows_capital(line, number, word)


def _follows_capital(line: Line, number: Number, word: str) -> bool:
    """As in "Model 3", "Big 12", "iPhone 14"; but "In Gaza 20 people" and "Monday 20 soldiers" are counts."""
    before = line.words_before(number.start, 2)
    is_start = len(before) < 2 or before[0] in (".", ":", ";")
    time = line.lexicon.time
    if word in time.weekdays or word in time.months or word in _PREPOSITIONS:
        return False
    if is_start and (word.endswith("ed") or word in line.lexicon.words.sets["nouns.stop"]):
        return False
    following = line.words_after(number.end, 1)
    people = bool(following) and (following[0] in line.lexicon.words.sets["nouns.irregular"])
    return not (people and before[0] in _PREPOSITIONS)


def is_one_as_pronoun(line: Line, number: Number) -> bool:
    """As in "one" that stands for a thing named elsewhere: "the one who", "one of the", "one can only"."""
    if number.value != Decimal(1) or not number.spelled or number.scaled:
        return False
    following = line.words_after(number.end, 1)
    stops = line.lexicon.words.sets["nouns.one_stop"] | line.lexicon.words.sets["nouns.stop"]
    if not following or not following[0][0].isalpha() or following[0] in stops - {"more"}:
        return True
    before = line.words_before(number.start, 1)
    return bool(before) and before[0] in (
        "the",
        "this",
        "that",
        "which",
        "any",
        "every",
        "each",
        "no",
    )
