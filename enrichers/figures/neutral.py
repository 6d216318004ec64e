"""What every language writes alike: amounts with a currency sign or code, percent signs, and ISO dates.

Only the numerals need a decision: "1.234,5" and "1 234,5" in most of Europe and Latin America, "1,234.5" elsewhere.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from enrichers.figures.line import Draft, Line

_POINT_LANGUAGES = frozenset(
    {"en", "zh", "ja", "ko", "th", "he", "hi", "bn", "ta", "te", "ur", "ms", "ga", "cy", "mt", "sw"}
)
_GROUPED = {
    ",": re.compile(
        r"[0-9]{1,3}(?:[.\u00a0\u202f' ][0-9]{3})+(?![0-9])(?:,[0-9]+)?|[0-9]+(?:,[0-9]+)?"
    ),
    ".": re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"),
}
_ISO = re.compile(r"(?<![\w-])(?P<y>[12][0-9]{3})-(?P<m>[01][0-9])-(?P<d>[0-3][0-9])(?![\w-])")
_PERCENT = re.compile(r"[ \u00a0\u202f]?[%％٪]")
_SCALE_LIKE = re.compile(
    r"[ \u00a0\u202f-]?(?:mi|mr|md|ml|bi|bn|bl|tr|tn|ty|th|мл|мі|ти|ты|m\b|b\b|k\b)", re.IGNORECASE
)
_CODE = re.compile(r"[ \u00a0\u202f]?(?P<code>[A-Z]{3})(?![^\W_])")
_LONGEST = 40


def read_neutral(line: Line, language: str) -> None:
    """Take what needs no word of any language; `language` decides the decimal sign."""
    for match in _ISO.finditer(line.text):
        day = _day(match)
        if day:
            line.add(
                Draft(
                    start=match.start(),
                    end=match.end(),
                    kind="date",
                    rule="iso_date",
                    date_start=day,
                    date_end=day,
                )
            )
    point = "." if language.lower()[:2] in _POINT_LANGUAGES else ","
    position = 0
    for token in line.tokens:
        if token.word[0] not in "0123456789" or token.start < position:
            continue
        numeral = _GROUPED[point].match(line.text, token.start)
        if numeral is None or len(numeral[0]) > _LONGEST:
            continue
        position = numeral.end()
        _take(line, numeral, _value(numeral[0], point))


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        return None


def _value(numeral: str, point: str) -> Decimal:
    whole, _, decimals = numeral.partition(point)
    digits = re.sub(r"[^0-9]", "", whole)
    return Decimal(f"{digits}.{decimals}" if decimals else digits)


def _take(line: Line, match: re.Match[str], value: Decimal) -> None:
    percent = _PERCENT.match(line.text, match.end())
    if percent:
        line.add(
            Draft(
                start=match.start(),
                end=percent.end(),
                kind="percent",
                rule="percent",
                value=value,
                unit="percent",
            )
        )
        return
    money = _money_span(line, match)
    if money:
        start, end, code = money
        line.add(Draft(start=start, end=end, kind="money", rule="money", value=value, unit=code))


def _money_span(line: Line, match: re.Match[str]) -> tuple[int, int, str] | None:
    currencies, text = line.lexicon.currencies, line.text
    offset = max(0, match.start() - 8)
    before = currencies.before.search(text[offset : match.start()])
    if _SCALE_LIKE.match(text, match.end()):
        return None  # "€5 Mrd." in a language whose scale words we do not have
    if before and not before["minus"]:
        code = currencies.code_by_sign.get(before["sign"], before["sign"])
        return offset + before.start(), match.end(), code
    after = currencies.after.match(text, match.end())
    if after:
        return match.start(), after.end(), currencies.code_by_sign[after["sign"]]
    spoken = _CODE.match(text, match.end())
    if spoken and spoken["code"] in currencies.codes:
        return match.start(), spoken.end(), spoken["code"]
    return None
