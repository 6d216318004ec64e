"""Lines that only say who wrote it ("By Ana Ruiz") or when ("Updated July 8, 2024, 10:15 GMT")."""

from __future__ import annotations

import re
from functools import lru_cache

from enrichers.cleaning.metadata_dates import MONTH_LOCALES, ZONES, month_names, parse_time
from enrichers.cleaning.people import BY, split_names

SENTENCE_END = re.compile(r"[.!?…:][\"'”’»)\]]*$")
LETTERS = re.compile(r"[^\W\d_]+")
STAMP_WORDS = frozenset(
    [
        "published",
        "updated",
        "posted",
        "modified",
        "created",
        "last",
        "first",
        "on",
        "at",
        "the",
        "am",
        "pm",
        "edited",
        "date",
        "time",
        "hrs",
        "hours",
        "uhr",
        "stand",
        "veröffentlicht",
        "aktualisiert",
        "am",
        "um",
        "vom",
        "den",
        "publié",
        "mis",
        "à",
        "jour",
        "le",
        "modifié",
        "à",
        "publicado",
        "actualizado",
        "el",
        "a",
        "las",
        "de",
        "del",
        "la",
        "pubblicato",
        "aggiornato",
        "il",
        "alle",
        "ore",
        "em",
        "às",
        "atualizado",
        "opublikowano",
        "aktualizacja",
        "gepubliceerd",
        "bijgewerkt",
        "op",
        "om",
        "publicerad",
        "uppdaterad",
        "kl",
        "publisert",
        "oppdatert",
        "publiceret",
        "opdateret",
        "опубликовано",
        "обновлено",
        "в",
        "г",
        "года",
        "yayınlanma",
        "güncelleme",
        "tarihi",
        "saat",
        "read",
        "min",
        "minute",
        "minutes",
        "st",
        "nd",
        "rd",
        "th",
        "h",
    ]
)


def is_byline(line: str) -> bool:
    """Whether `line` is nothing but "by" and names.

    >>> is_byline("By Ana Ruiz and Tom Berg"), is_byline("By Monday prices had doubled")
    (True, False)
    """
    start = BY.match(line)
    if not start or SENTENCE_END.search(line) or len(line) > 120 or len(line.split()) > 14:
        return False
    names = split_names(line)
    words = LETTERS.findall(line[start.end() :])
    if not names or not all(2 <= len(name.split()) <= 5 for name in names):
        return False
    if any(
        word.casefold() in month_names() or word.casefold() in weekday_names() for word in words
    ):
        return False
    return all(_is_name_shaped(name) for name in names)


def is_dateline(line: str) -> bool:
    """Whether `line` is nothing but a date, perhaps with a time and "Published" or "Updated" before it.

    >>> is_dateline("Published: 8 July 2024, 10:15 GMT"), is_dateline("On 8 July 2024 prices fell")
    (True, False)
    """
    if len(line) > 90 or not re.search(r"\d", line):
        return False
    known = (STAMP_WORDS, month_names(), weekday_names(), ZONES)
    words = (word.casefold() for word in LETTERS.findall(line))
    if not all(any(word in one for one in known) for word in words):
        return False
    stamp = re.sub(r"^[^\d]*?(?=\b(?:\d|[^\W\d_]{3,}\.?\s+\d))", "", line)
    return parse_time(line) is not None or parse_time(stamp) is not None


def _is_name_shaped(name: str) -> bool:
    return sum(word[0].isupper() for word in name.split()) >= 2


@lru_cache(maxsize=1)
def weekday_names() -> frozenset[str]:
    """Names of the days of the week, full and short, lower case."""
    from babel.dates import get_day_names

    return frozenset(
        name.casefold().rstrip(".")
        for locale in MONTH_LOCALES
        for width in ("wide", "abbreviated")
        for name in get_day_names(width, locale=locale).values()
    )
