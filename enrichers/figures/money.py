"""Amounts of money: which currency a number is in, from the sign before it or the word after it.

Units are ISO 4217 codes; "USD/barrel" for a price of one. Cents are hundredths of their currency: "19 cents" is 0.19 USD.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from enrichers.figures.counted import find_noun
from enrichers.figures.lexicon import Currencies, lexicon
from enrichers.figures.line import Draft, Line
from enrichers.figures.numbers import Number, with_scale
from enrichers.figures.units import match_simple, match_unit_word

_WORDS = re.compile(
    r"[ \u00a0-]?(?P<a>[^\W\d_.]+(?:\.[A-Za-z]\.)?)(?:[ -](?P<b>[^\W\d_]+))?(?:[ -](?P<c>[^\W\d_]+))?"
)
_PER = re.compile(
    r"(?P<link> per | an? | each | every | ?/ ?|-an?-| - a - |-per-| per-)(?P<name>(?:troy )?[^\W\d_]+)"
)
_NATION = re.compile(  # "$40 Canadian"; but "a $3 billion Canadian miner" says nothing of the currency
    r" (?P<name>U\.S\.|US|[A-Z][a-z]+(?: [A-Z][a-z]+)?)(?=$|[.,;:)]|-a-| (?:an?|per|each|for|in|to|by|and|or|on|of|at|from|when|this|last)\b)"
)
_CENTS_TAIL = re.compile(r",? (?:and )?(?P<cents>[0-9]{1,2}|[a-z]+(?:-[a-z]+)?) cents?\b")
_SMALL_TAIL = re.compile(r" (?:and )?(?P<cents>[0-9]{2})(?=[.,;]?\s*$|[.,;] )")
_SCALE_AFTER_CODE = re.compile(r" (million|billion|trillion)\b")
_MILLIONS = re.compile(r" ?(?:mm|MM)(?![^\W_])")  # "$5mm", as bankers write; elsewhere millimetres
_PRICED = re.compile(
    r" (?:an?|per) (?:barrel|head|lit(?:re|er)|megawatt|night|ounce|share|tonn?e?)\b"
)
_TICKS = re.compile(r"-(?P<n>[1357])/(?P<d>[248])(?![\w/])")  # "$5.68-1/2": of a cent
_SPOKEN_FIRST = frozenset(
    {"dollar", "euro", "dlrs", "rupee", "rupees", "pesos", "naira", "shillings", "taka", "rubles"}
)
_MILLION = Decimal(1_000_000)
_SAME_SIGN = frozenset(
    {
        "ARS",
        "AUD",
        "CAD",
        "CLP",
        "COP",
        "CUP",
        "HKD",
        "JMD",
        "MXN",
        "NZD",
        "PHP",
        "SGD",
        "TWD",
        "UYU",
    }
)
"""Currencies written with a bare dollar sign where people know which."""
_VERBS_TOO = frozenset({"won", "real", "sterling"})
_WORDS_TOO = frozenset({"ALL", "COP", "CUP", "GEL", "MOP", "PEN", "TOP", "TRY"})
_VIDEO_LINES = frozenset({240, 360, 480, 540, 576, 720, 1080, 1440, 2160, 4320})


@dataclass(frozen=True, slots=True)
class _Sign:
    start: int
    code: str
    negative: bool
    million: bool = False
    brackets: bool = False


def read_money(line: Line, number: Number) -> Draft | None:
    """The amount that `number` is the figure of, with what one such amount buys; None if it is no money."""
    sign = _sign_before(line, number)
    draft = _with_sign(line, number, sign) if sign else _with_name(line, number)
    return _with_denominator(line, draft) if draft else None


@cache
def _million_codes() -> re.Pattern[str]:
    """As in "120 MEUR", "MAUD 60": a code with the letter for a million before it."""
    return re.compile(rf"M(?:{'|'.join(sorted(lexicon().currencies.codes))})")


def _sign_before(line: Line, number: Number) -> _Sign | None:
    currencies = line.lexicon.currencies
    offset = max(0, number.start - 12)
    head = line.text[offset : number.start]
    match = currencies.before.search(head)
    if match is None and head.endswith("("):
        return _in_brackets(line, number, head)
    if match is None:
        return _word_before(line, number, head)
    start = offset + match.start()
    code = currencies.code_by_sign.get(match["sign"], match["sign"])
    if number.plain and (match["sign"] in ("Sh", "Ft", "S/") or _is_a_word(line, number, code)):
        return None
    negative = bool(match["minus"]) or (
        start > 0 and line.text[start - 1] in "-−–" and _opens(line.text, start - 1)
    )
    return _Sign(start - (1 if negative and not match["minus"] else 0), code, negative)


def _is_a_word(line: Line, number: Number, code: str) -> bool:
    """As in "TRY 3 times", "PEN 15 writers": a code that is a word too, and something counted."""
    return code in _WORDS_TOO and find_noun(line, number.end) is not None


def _in_brackets(line: Line, number: Number, head: str) -> _Sign | None:
    """As in "$(5.2)": accountants write a loss in brackets."""
    match = line.lexicon.currencies.before.search(head[:-1])
    if (
        match is None
        or not line.text.startswith(")", number.end)
        or not head[:-1].endswith(match["sign"])
    ):
        return None
    code = line.lexicon.currencies.code_by_sign.get(match["sign"], match["sign"])
    return _Sign(number.start - len(head) + match.start(), code, negative=True, brackets=True)


def _opens(text: str, position: int) -> bool:
    return position == 0 or text[position - 1] in " (["


def _word_before(line: Line, number: Number, head: str) -> _Sign | None:
    """Codes folded to lower case ("usd 5"), a million of them ("MAUD 60"), "dollar 22.5 million", folded signs."""
    currencies = line.lexicon.currencies
    token = line.token_before(number.start)
    if token is None or number.start - token.end > 1:
        return None
    word = line.text[token.start : token.end]
    if _million_codes().fullmatch(word):
        return _Sign(token.start, word[1:], negative=False, million=True)
    if word in currencies.folded and _is_folded_sign(number, word, head):
        return _Sign(token.start, currencies.folded[word], negative=False)
    if word in currencies.lower_codes:
        return _Sign(token.start, word.upper(), negative=False)
    if word.lower() in _SPOKEN_FIRST and (number.scaled or number.mark):
        return _Sign(token.start, currencies.code_by_name.get(word.lower(), "USD"), negative=False)
    return None


def _is_folded_sign(number: Number, word: str, head: str) -> bool:
    """As in "R50.20", "N5 million", "SR 500 million": the fewer letters, the more the number must show its size."""
    if not head.endswith(word):
        return number.scaled and head.endswith(f"{word} ") and len(word) > 1
    if word in ("R", "PS", "EUR"):
        return number.scaled or number.mark is not None or not number.plain
    return number.scaled or (number.mark is not None and number.mark >= _MILLION)


def _with_sign(line: Line, number: Number, sign: _Sign) -> Draft:
    if sign.brackets:
        number = with_scale(line.text, replace(number, end=number.end + 1), line.lexicon.numbers)
    marked = number.with_mark() if _mark_is_scale(line.text, number) else number
    millions = (
        None if marked.scaled and marked.scale > 1 else _MILLIONS.match(line.text, marked.end)
    )
    if millions and marked.value is not None and marked.mark is None:
        marked = replace(marked, value=marked.value * _MILLION, end=millions.end(), scaled=True)
    ticks = _TICKS.match(line.text, marked.end)
    if ticks and marked.value is not None and line.text[marked.end - 3] == ".":
        eighths = Decimal(int(ticks["n"])) / Decimal(int(ticks["d"]))
        marked = replace(marked, value=marked.value + eighths / 100, end=ticks.end())
    factor = Decimal(1_000_000) if sign.million else Decimal(1)
    end = marked.end
    named, code = _name_after(line, marked), sign.code
    if named and not named[2] and (named[1] == code or (code == "USD" and named[1] in _SAME_SIGN)):
        end, code = named[0], named[1]
    nation = _NATION.match(line.text, end) if code == "USD" else None
    if nation and f"{nation['name'].lower()} dollar" in line.lexicon.currencies.code_by_name:
        end = nation.end()
        code = line.lexicon.currencies.code_by_name[f"{nation['name'].lower()} dollar"]
    return _draft(marked, sign.start, end, code, -factor if sign.negative else factor)


def _mark_is_scale(text: str, number: Number) -> bool:
    glued = number.mark_end == number.end + 1
    return number.mark is not None and (glued or text[number.mark_end - 1] in "mMbB")


def _draft(number: Number, start: int, end: int, code: str, factor: Decimal) -> Draft:
    return Draft(
        start=start,
        end=end,
        kind="money",
        rule="money",
        value=None if number.value is None else number.value * factor,
        low=None if number.low is None else number.low * factor,
        high=None if number.high is None else number.high * factor,
        modifier="vague" if number.vague else "exact",
        unit=code,
    )


def _with_name(line: Line, number: Number) -> Draft | None:
    for candidate in _readings(line, number):
        named = _name_after(line, candidate)
        if named:
            end, code, hundredth, million = named
            factor = Decimal("0.01") if hundredth else Decimal(1_000_000 if million else 1)
            scale = (
                _SCALE_AFTER_CODE.match(line.text, end)
                if line.text[end - 3 : end].isupper()
                else None
            )
            if scale:
                end, factor = scale.end(), line.lexicon.numbers.scales[scale[1]]
            return _with_cents(line, _draft(candidate, number.start, end, code, factor))
    return None


def _readings(line: Line, number: Number) -> list[Number]:
    """The number as it stands, and with its letter as a scale ("5m euros")."""
    marked = number.with_mark()
    if number.vague and line.text.startswith(" of ", number.end):
        return [replace(number, end=number.end + 3)]
    return [number] if marked is number else [number, marked]


def _name_after(line: Line, number: Number) -> tuple[int, str, bool, bool] | None:
    """End, code, whether hundredths, whether millions, of the currency named after the number."""
    currencies, text = line.lexicon.currencies, line.text
    signed = _sign_after(currencies, text, number)
    if signed:
        return signed
    match = _WORDS.match(text, number.end)
    if match is None:
        return None
    words = [word for word in match.group("a", "b", "c") if word]
    for count in range(len(words), 0, -1):
        name, end = " ".join(words[:count]).lower(), match.end("abc"[count - 1])
        found = _code_of(currencies, words[:count], name)
        if found and _is_believed(line, number, name, end):
            return end, *found
    return None


def _code_of(currencies: Currencies, words: list[str], name: str) -> tuple[str, bool, bool] | None:
    if name in currencies.code_by_name:
        return currencies.code_by_name[name], False, False
    if name in currencies.hundredths:
        return currencies.hundredths[name], True, False
    word = words[0]
    if len(words) > 1:
        return None
    if word in currencies.codes or name in currencies.lower_codes:
        return name.upper(), False, False
    if _million_codes().fullmatch(word):
        return word[1:], False, True
    return None


def _sign_after(
    currencies: Currencies, text: str, number: Number
) -> tuple[int, str, bool, bool] | None:
    match = currencies.after.match(text, number.end)
    if match:
        return match.end(), currencies.code_by_sign[match["sign"]], False, False
    sign = text[number.end : number.end + 1]
    code = currencies.hundredth_signs.get(sign)
    is_video = sign == "p" and number.value in _VIDEO_LINES
    if (
        code
        and not is_video
        and not text[number.end + 1 : number.end + 2].isalnum()
        and not number.spelled
    ):
        return number.end + 1, code, True, False
    return None


def _is_believed(line: Line, number: Number, name: str, end: int) -> bool:
    """As in "200 pounds" is a weight and "10 won by" a verb, unless the size or the company says money."""
    if name in _VERBS_TOO:
        return number.scaled
    if name not in ("pound", "pounds"):
        return True
    if number.scaled and number.value is not None and number.value >= 100_000:
        return True
    if _PRICED.match(line.text, end):
        return True
    before = line.words_before(number.start, 8)
    while "." in before:
        before = before[before.index(".") + 1 :]
    near = {*before, *line.words_after(end, 3)}
    return "£" in line.text or not near.isdisjoint(lexicon().words.sets["paying.words"])


def _with_cents(line: Line, draft: Draft) -> Draft:
    """As in "3 dollars 50 cents" is one amount, and so is "15 dollars and 50"."""
    if draft.value is None or draft.value != draft.value.to_integral_value():
        return draft
    match = _CENTS_TAIL.match(line.text, draft.end) or _SMALL_TAIL.match(line.text, draft.end)
    if match is None:
        return draft
    cents = _cents_value(match["cents"])
    if cents is None:
        return draft
    draft.value, draft.end = draft.value + cents / 100, match.end()
    return draft


def _cents_value(text: str) -> Decimal | None:
    if text.isdigit():
        return Decimal(text)
    words = lexicon().numbers
    head, _, tail = text.partition("-")
    value = words.tens.get(head, words.small.get(head))
    extra = words.small.get(tail, 0) if tail else 0
    return None if value is None else Decimal(value + extra)


def _with_denominator(line: Line, draft: Draft) -> Draft:
    match = _PER.match(line.text, draft.end)
    if match is None or not line.is_free(*match.span()):
        return draft
    name = _denominator(line, match)
    if name:
        draft.unit, draft.end = f"{draft.unit}/{name}", match.end()
    return draft


def _denominator(line: Line, match: re.Match[str]) -> str | None:
    name = match["name"].lower()
    by_symbol = match["link"].strip(" -") in ("/", "per")
    unit = (match_simple if by_symbol else match_unit_word)(line, match.start("name"))
    if name in line.lexicon.currencies.denominators:
        return (
            "year" if name == "annum" else unit.name if unit and unit.end == match.end() else name
        )
    if unit and unit.end == match.end():
        return unit.name
    return None
