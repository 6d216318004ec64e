"""Lines that only say who wrote it ("By Ana Ruiz") or when ("Updated July 8, 2024, 10:15 GMT"), and what they say.

The words that make a line one of these are data (`data/byline_words.toml`).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from enrichers.cleaning.calendar_names import month_names, weekday_names
from enrichers.cleaning.dateline import is_city, read_place_line
from enrichers.cleaning.metadata_dates import ZONES, parse_time
from enrichers.cleaning.months import month_of, western
from enrichers.cleaning.people import split_names, unique
from enrichers.cleaning.wide_pattern import WidePattern

_DATA = Path(__file__).parent / "data" / "byline_words.toml"
SENTENCE_END = re.compile(r"[.!?…:。！？][\"'”’»)\]]*$")
LETTERS = re.compile(r"[^\W\d_]+")
_PARTS = re.compile(r"\s+[|·•–—-]+\s+|\s*[|·•]\s*|\s*[,;]\s+")
_BARS = re.compile(r"\s*[|·•]\s*|\s+[–—-]\s+|\s{3,}")
_ORIENTAL = WidePattern(
    r"[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_HAN_NAMES = WidePattern(r"[\u3400-\u9fff·]{2,6}(?:\s*[\s、，,/／]\s*[\u3400-\u9fff·]{2,6}){0,4}")
_HANGUL_BYLINE = WidePattern(
    r"^(?:[\[(（][^\])）]{2,20}[\])）]\s*)?[\[(（]?\s*(?:[가-힣A-Za-z0-9]{2,10}\s*[=＝]\s*)?([가-힣]{2,4}(?:[·,\s]+[가-힣]{2,4}){0,3})\s*(?:선임|수습|인턴|객원|전문)?\s?(?:기자|특파원|논설위원|편집위원)\s*[\])）]?(?:\s*[=＝])?(?:\s+\S+@\S+)?$"
)
_WITH = re.compile(
    r"\s+(?:avec|with|mit|con|com|met|for|für|pour|para)\s+(?:the\s+)?[A-ZÀ-ÞА-Я].*$"
)
_ABBREVIATED = re.compile(r"\b(?:[A-Z]|Jr|Sr)\.$")
# Months that are given names too: "Door Jan de Vries", "By April Stone".
_NAMES_OF_MONTHS = frozenset(
    ("jan", "may", "mai", "april", "avril", "june", "juni", "august", "augusto", "agosto", "mar")
)
_SHORT_FORM = 3
_LONGEST_BYLINE, _MOST_WORDS = 160, 20
_LONGEST_STAMP = 90
_LONGEST_CREDIT = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """The names of a byline, people only, and the day it gives beside them, as written."""

    names: tuple[str, ...]
    when: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """When a line says it was published and when changed, as written."""

    published: str | None = None
    modified: str | None = None


def is_byline(line: str) -> bool:
    """Whether `line` is nothing but "by" and names.

    >>> is_byline("By Ana Ruiz and Tom Berg"), is_byline("By Monday prices had doubled")
    (True, False)
    """
    return read_byline(line) is not None


def is_dateline(line: str) -> bool:
    """Whether `line` is nothing but a date, perhaps with a time, a place, "Published" or "Updated" before it.

    >>> is_dateline("Published: 8 July 2024, 10:15 GMT"), is_dateline("On 8 July 2024 prices fell")
    (True, False)
    """
    return read_stamp(line) is not None or read_place_line(line) is not None


def is_author_label(text: str) -> bool:
    """Whether `text` is nothing but the word for who wrote it.

    >>> is_author_label("Autorin/Autor:"), is_author_label("Author unknown")
    (True, False)
    """
    parts = text.casefold().rstrip(" :：").split("/")
    return all(part.strip() in _words()["labels"] for part in parts)


@lru_cache(maxsize=256)
def read_byline(line: str) -> Byline | None:
    """The names in a line that is nothing but a byline; None for any other.

    >>> read_byline("By Ana Ruiz in Madrid and Tom Berg, Reuters | July 8, 2024")
    Byline(names=('Ana Ruiz', 'Tom Berg'), when='July 8, 2024')
    >>> read_byline("By the harbour, prices rose") is None
    True
    """
    if len(line) > _LONGEST_BYLINE or len(line.split()) > _MOST_WORDS:
        return None
    hangul = _HANGUL_BYLINE.match(line)
    if hangul:
        return Byline(names=tuple(re.split(r"[·,\s]+", hangul[1])))
    start = _opener().match(line)
    if not start:
        return None
    said, when = _without_stamp(line[start.end() :].strip(" *_"))
    if not said or (SENTENCE_END.search(said) and not _ABBREVIATED.search(said)):
        return None
    names = _oriental_names(said) if _ORIENTAL.search(said) else _names(said)
    return Byline(names=names, when=when) if names else None


@lru_cache(maxsize=256)
def read_stamp(line: str) -> Stamp | None:
    """When the line says it was, if it says nothing else.

    >>> read_stamp("Published 8 July 2024 | Updated 9 July 2024")
    Stamp(published='Published 8 July 2024', modified='Updated 9 July 2024')
    >>> read_stamp("Prices of 8 July 2024") is None
    True
    """
    if len(line) > _LONGEST_STAMP or not any(character.isdecimal() for character in line):
        return None
    plain = western(line)
    if not all(_is_stamp_word(word) for word in LETTERS.findall(plain)):
        return None
    parts = [part for part in _BARS.split(plain) if part.strip()]
    cut = _changed_inside().search(plain)
    if len(parts) < 2 and cut and cut.start() > 0:
        parts = [plain[: cut.start()], plain[cut.start() :]]
    found: dict[str, str] = {}
    for part in parts if all(_date_in(part) for part in parts) else [plain]:
        date = _date_in(part)
        if date is None:
            return None
        found.setdefault("modified" if _changed_inside().search(part) else "published", date)
    return Stamp(published=found.get("published"), modified=found.get("modified"))


@lru_cache(maxsize=256)
def read_agency_credit(line: str) -> tuple[str, ...] | None:
    """The reporters in an agency's last line; () where it names none, None for any other line.

    >>> read_agency_credit("(Reporting by Ana Ruiz in Madrid; Editing by Tom Berg)")
    ('Ana Ruiz',)
    >>> read_agency_credit("Reporting by satellite is slow.") is None
    True
    """
    if len(line) > _LONGEST_CREDIT:
        return None
    bare = line.strip(" ()[]*_")
    if not _agency_credit().match(bare):
        return None
    names: list[str] = []
    for part in _agency_parts().split(bare.rstrip(". ")):
        opener = _agency_credit().match(part)
        found = _names(part[opener.end() :] if opener else part)
        if not found or (opener is None and not names):
            return None
        if opener and opener["role"].casefold() in _words()["reporting"]:
            names += found
    return tuple(unique(names))


def _without_stamp(said: str) -> tuple[str, str | None]:
    """What stands before a date at the end, and the date."""
    for gap in _PARTS.finditer(said):
        stamp = read_stamp(said[gap.end() :])
        if stamp:
            return said[: gap.start()], stamp.published or stamp.modified
    return said, None


def _names(said: str) -> tuple[str, ...]:
    """The people in `said`; () if its beginning is no name."""
    # Three letters are a day's short form in one language and a name in another: Per, Dec, Mar.
    words = {word.casefold() for word in LETTERS.findall(said) if len(word) > _SHORT_FORM}
    words -= _NAMES_OF_MONTHS
    if any(word in weekday_names() or word in month_names() for word in words):
        return ()
    found: list[str] = []
    for number, name in enumerate(_name_parts(said)):
        if number and is_city(name):
            continue
        is_name = 2 <= len(name.split()) <= 5 and _is_name_shaped(name)
        if is_name and (number == 0 or not _is_outlet(name)):
            found.append(name)
        elif number == 0 or (len(name.split()) > 1 and not _is_outlet(name)):
            return ()
    return tuple(unique(found))


def _name_parts(said: str) -> list[str]:
    parts: list[str] = []
    # Behind a bar stands no second author but the paper's name or a post.
    for part in _BARS.split(said):
        if parts := split_names(_WITH.sub("", _in_place().sub("", part))):
            break
    return parts


def _oriental_names(said: str) -> tuple[str, ...]:
    said = said.strip(" ()（）[]【】|｜/／:：")
    if _HAN_NAMES.fullmatch(said):
        return tuple(re.split(r"\s*[\s、，,/／]\s*", said))
    if re.search(r"[\u3040-\u30ff\u3400-\u9fff]", said):
        return ()
    names = [name.strip() for name in re.split(r"\s*[,،|]\s*|\s+(?:और|तथा)\s+|\s+و(?=\S{3})", said)]
    return tuple(names) if all(2 <= len(name.split()) <= 4 for name in names) else ()


def _is_name_shaped(name: str) -> bool:
    return name[0].isupper() and sum(word[0].isupper() for word in name.split()) >= 2


def _is_outlet(name: str) -> bool:
    return bool(set(name.casefold().split()) & set(_words()["outlets"]))


def _is_stamp_word(word: str) -> bool:
    word = word.casefold()
    return (
        word in _stamp_words() or word in weekday_names() or word in ZONES or bool(month_of(word))
    )


def _date_in(part: str) -> str | None:
    """The date in a part, from where it can be read: without "Published" before it."""
    bare = part.strip(" :|·–—-")
    stamp = re.sub(r"^[^\d]*?(?=\b(?:\d|[^\W\d_]{3,}\.?\s+\d))", "", bare)
    plain = re.sub(r"^\D+", "", bare)
    shorn = re.sub(r"\D+$", "", plain)
    return next(
        (one for one in (bare, stamp, plain, shorn) if one and parse_time(one) is not None), None
    )


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[str, ...]]:
    table = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    return {name: tuple(word.casefold() for word in listed) for name, listed in table.items()}


@lru_cache(maxsize=1)
def _stamp_words() -> frozenset[str]:
    return frozenset(_words()["stamp"])


@lru_cache(maxsize=1)
def _opener() -> re.Pattern[str]:
    by, labels = (_any_of(_words()[name]) for name in ("by", "labels"))
    return re.compile(
        rf"^[*_\s(（【\[]*(?:(?:{by})(?:\s*[:：]\s*|\s+)|(?:{labels})\s*[:：/／|｜]\s*)", re.I
    )


@lru_cache(maxsize=1)
def _changed_inside() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:last\s+|zuletzt\s+)?(?:{_any_of(_words()['changed'])})", re.I)


@lru_cache(maxsize=1)
def _agency_credit() -> re.Pattern[str]:
    listed = (*_words()["reporting"], *_words()["handling"])
    return re.compile(rf"(?P<role>{_any_of(listed)})\s*:?\s+", re.I)


@lru_cache(maxsize=1)
def _agency_parts() -> re.Pattern[str]:
    listed = _any_of((*_words()["reporting"], *_words()["handling"]))
    return re.compile(
        rf"\s*;\s+(?:(?:and|und|et|y)\s+)?|\s*[.,]\s+(?:with\s+)?(?=(?:{listed})\s)", re.I
    )


@lru_cache(maxsize=1)
def _in_place() -> re.Pattern[str]:
    return re.compile(
        rf"(?<=[^\W\d_])\s+(?:{_any_of(_words()['in_place'])})\s+[A-ZÀ-ÞА-Я][\w.'’-]*(?:\s+[A-ZÀ-ÞА-Я][\w.'’-]*){{0,2}}"
        r"(?=\s*(?:$|[,;&]|(?:and|und|et|y|e|och|og|en|и|und|oraz|ve)\s))"
    )


def _any_of(phrases: tuple[str, ...]) -> str:
    return "|".join(sorted(map(re.escape, phrases), key=len, reverse=True))
