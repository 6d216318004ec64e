"""Days written in the scripts and languages that `metadata_dates` leaves out, as it can read them."""

from __future__ import annotations

import re
import unicodedata

from enrichers.cleaning.calendar_names import month_names, more_month_names

_EASTERN_DAY = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_EASTERN_CLOCK = re.compile(r"(\d{1,2})\s?[时時시点點]\s?(\d{1,2})\s?[分분]?")
_NAMED_DAY = re.compile(
    r"(?<!\d)(\d{1,2})\.?\s+(?:de\s+)?([^\W\d_][^\d\s,،]{2,14})[.,،]?\s+(\d{4})(?!\d)"
)


def western(text: str) -> str:
    """`text` with digits of any script as ASCII, and days of the languages `metadata_dates` cannot read as ISO days.

    >>> western("2024年7月8日 10时15分"), western("٨ يوليو ٢٠٢٤"), western("8 July 2024")
    ('2024-07-08 10:15', '2024-07-08', '8 July 2024')
    """
    if text.isascii():
        return text
    text = "".join(_ascii_digit(character) for character in text)
    text = _EASTERN_DAY.sub(lambda day: f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}", text)
    text = _EASTERN_CLOCK.sub(lambda clock: f"{clock[1]}:{int(clock[2]):02}", text)
    return _NAMED_DAY.sub(_iso_of, text)


def month_of(name: str) -> int | None:
    """The number of the month with this name, full or short, in any language known.

    >>> month_of("Juli"), month_of("июля"), month_of("يوليو"), month_of("Monday")
    (7, 7, 7, None)
    """
    name = unicodedata.normalize("NFC", name).casefold().strip(".॰׳'")
    return month_names().get(name) or more_month_names().get(name)


def _ascii_digit(character: str) -> str:
    if character.isascii() or not character.isdecimal():
        return character
    return str(unicodedata.decimal(character))


def _iso_of(day: re.Match[str]) -> str:
    name = day[2].casefold().strip(".॰׳'")
    if name in month_names() or name not in more_month_names():
        return day[0]
    return f"{day[3]}-{more_month_names()[name]:02}-{int(day[1]):02}"
