"""The dateline of a report: the words before its first sentence that say where, when and by which agency it was sent.

"MOSCOW, July 8 (Reuters) -", "BERLIN, 8. Juli (dpa) -", "北京7月8日电". The words stay in the paragraph; what they say is
metadata. Agencies and cities are data (`data/datelines.toml`).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from enrichers.cleaning.calendar_names import weekday_names
from enrichers.cleaning.months import month_of, western
from enrichers.cleaning.wide_pattern import WidePattern

_DATA = Path(__file__).parent / "data" / "datelines.toml"
_LONGEST = 110
_MOST_ENDS = 10
_LONGEST_PLACE = 50
_MOST_PLACE_WORDS = 5
# Where a dateline may end: a dash, a bracket, ".-" as in Spanish, a stop behind an agency, the sign of Korean ones.
_END = re.compile(
    r"\s+[-–—]{1,2}\s+|\s*[—–]\s*(?=\S)|(?<=[)\]/])\s*\.?\s*[-–—:=।]{0,2}\s+|\.[-–—]+\s*|(?<=\))\.?\s?-{2}\s*|\.\s+|\s*=\s*"
)
_BRACKETED = re.compile(r"\(([^()]{1,40})\)|\[([^\[\]]{1,40})\]|/([^/()]{2,40})/")
_DAY = re.compile(
    r"(?<!\w)(?:(?:den|le|il|el|the|dnia)\s+)?(?P<when>(?:(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?\s+(?:de\s+|d[’'])?(?P<month>[^\W\d_][^\d\s,.،()/]{1,13})(?!\w)\.?"
    r"|(?P<first>[^\W\d_][^\d\s,.،()/]{1,13})\.?\s+(?P<second>\d{1,2})(?:st|nd|rd|th)?(?!\w)"
    r"|(?P<number>\d{1,2}[./]\s?\d{1,2}[./]?))(?:,?\s*(?:de\s+|del\s+)?(?P<year>\d{4})(?!\d)(?:\s*(?:г|р|года|року)\.?(?!\w))?)?)"
)
_INNER_DASH = re.compile(r"\s[-–—]{1,2}(?:\s|$)|[—–]")
_SMALL_CODE = re.compile(r"[a-z]{2,4}(?:/[a-z]{2,4})*")
_WEEKDAY = re.compile(r"[^\W\d_]{3,}(?:-[^\W\d_]+)?")
_CASED = re.compile(r"[^\W\d_]")
_HAN = "\u3400-\u9fff"
_CHINESE = WidePattern(
    rf"^[（(【\[]?(?P<agency>[{_HAN}]{{1,6}}[社网網報报]|财联社)?(?:记者|記者)?(?:[{_HAN}]{{2,3}}[、\s]?)??(?P<place>[{_HAN}]{{2,12}}?)?\s*"
    r"(?P<day>(?:\d{4}年)?\d{1,2}月\d{1,2}日|\d{1,2}日)\s*(?:[（(][^（）()]{1,40}[）)])?\s*(?:综合|專|专)?(?:电|電|讯|訊|消息)"
    rf"\s*(?:[（(](?P<note>[^（）()]{{1,60}})[）)])?[）)】\]]?"
)
_CHINESE_REPORTERS = re.compile(r"(?:记者|記者)\s*(?:[:：])?\s*(.+)$")
_JAPANESE = re.compile(
    rf"^(?:【(?P<one>[^【】]{{2,30}})】|[［\[](?P<two>[^［］\[\]]{{2,30}})[］\]])\s*[-－―–—]?\s*(?=[{_HAN}\u3040-\u30ff\w「『“\"])"
)
_KOREAN = re.compile(
    r"^[\[(](?P<place>[가-힣A-Za-z·]{1,12})\s*=\s*(?P<agency>[가-힣A-Za-z0-9]{2,10})[\])](?:\s*(?P<names>[가-힣]{2,4}(?:[·,\s]+[가-힣]{2,4}){0,3})\s*(?:선임|수습|인턴)?(?:기자|특파원)\s*=)?\s*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """What a dateline says, as written; `text` is all of it without the dash behind, `end` where the report begins."""

    text: str
    end: int
    place: str | None = None
    day: str | None = None
    agency: str | None = None
    reporters: tuple[str, ...] = ()

    @property
    def full_day(self) -> str | None:
        """The day as it can be read, if its year is written."""
        return (
            self.day if self.day and re.search(r"(?<!\d)\d{4}(?!\d)", western(self.day)) else None
        )


def is_city(name: str) -> bool:
    """Whether a name is one of the cities that stand in datelines.

    >>> is_city("São Paulo"), is_city("Camila Nogueira")
    (True, False)
    """
    return name.casefold() in _words()["cities"]


@lru_cache(maxsize=64)
def find_dateline(text: str) -> Dateline | None:
    """The dateline that `text`, the first paragraph of a report, begins with; None where it has none.

    >>> found = find_dateline("MOSCOW, July 8 (Reuters) - Russia will cut output.")
    >>> found and (found.text, found.place, found.day, found.agency)
    ('MOSCOW, July 8 (Reuters)', 'MOSCOW', 'July 8', 'Reuters')
    >>> find_dateline("Oil prices - up by a third - fell.") is None
    True
    """
    head = text[:_LONGEST]
    eastern = _chinese(head) or _korean(head) or _japanese(head)
    if eastern:
        return eastern
    found: Dateline | None = None
    for end in islice(_END.finditer(head), _MOST_ENDS):
        if text[end.end() :]:
            found = _read_head(text, end) or found
    return found


def read_place_line(line: str) -> Dateline | None:
    """A dateline that is a line of its own: "LONDON, 3 March 2025", "MOSCOW, July 8 (Reuters)"; None for any other.

    >>> found = read_place_line("London, 3 March 2025")
    >>> found and (found.place, found.full_day)
    ('London', '3 March 2025')
    """
    if len(line) > _LONGEST:
        return None
    bare = line.strip().rstrip("-–—:. ")
    head = _parse(bare)
    if head is None or head.place is None:
        return None
    is_known_city = is_city(head.place.split(",")[0])
    is_dated = head.full_day is not None and len(head.place.split()) < 3
    is_sure = (
        _is_known(head.agency) or (head.day and is_known_city) or (is_dated and head.agency is None)
    )
    return head if is_sure else None


def _read_head(text: str, end: re.Match[str]) -> Dateline | None:
    parsed = _parse(text[: end.start()])
    if parsed is None or not _is_believed(parsed, end[0]):
        return None
    # A report begins with a capital; "AP - the agency - said" is none.
    if not _begins_name(text[end.end() :][:2]) and not _BRACKETED.search(parsed.text):
        return None
    return Dateline(
        text=parsed.text,
        end=end.end(),
        place=parsed.place,
        day=parsed.day,
        agency=parsed.agency,
    )


def _parse(head: str) -> Dateline | None:
    """The parts of `head`, if it consists of nothing but place, day and agency."""
    rest, agency = _take_agency(head.strip())
    rest, day = _take_day(rest)
    rest, bare = (rest, None) if agency else _take_bare_agency(rest)
    place = " ".join(_INNER_DASH.sub(" ", rest, count=2).split()).strip(" ,.;:/،-–—")
    inner = [part for part in _INNER_DASH.split(rest) if part.strip(" ,.;:/،")]
    if len(inner) > 1 or (place and not _is_place(place)):
        return None
    return Dateline(
        text=head.strip(), end=len(head), place=place or None, day=day, agency=agency or bare
    )


def _take_agency(head: str) -> tuple[str, str | None]:
    """`head` without its brackets, and what the first of them that can be an agency says."""
    found = list(_BRACKETED.finditer(head))
    if len(found) > 2:
        return head, None
    agency = None
    for match in found:
        name = next(filter(None, match.groups())).strip()
        if len(name.split()) > 5 or len(name) < 2 or ":" in name or not _CASED.search(name):
            return head, None
        agency = agency or name
    return _BRACKETED.sub(" ", head), agency


def _take_day(head: str) -> tuple[str, str | None]:
    plain = western(head)
    plain = plain if len(plain) == len(head) else head
    match = _DAY.search(plain)
    while match:
        month = match["month"] or match["first"]
        if month is None or month_of(month):
            day = head[match.start("when") : match.end()]
            left = f"{head[: match.start()]}   {head[match.end() :]}"
            return _WEEKDAY.sub(_without_weekday, left), day.strip(" ,")
        # "Moscow. 8" is no day, and the 8 may still be one's.
        match = _DAY.search(plain, match.start() + 1)
    return head, None


def _without_weekday(word: re.Match[str]) -> str:
    return "" if word[0].casefold() in weekday_names() else word[0]


def _take_bare_agency(head: str) -> tuple[str, str | None]:
    """`head` without the agency it ends with, or is: "Jakarta, CNN Indonesia", "Москва. ИНТЕРФАКС", "AGI"."""
    bare = head.strip(" ,.;:-–—")
    last = re.split(r"\s*[,;]\s+|\s+[-–—]+\s*|\.\s+", bare)[-1].strip(" .-–—")
    if _is_known(last):
        return bare[: bare.rindex(last)], last
    return head, None


def _is_place(text: str) -> bool:
    words = re.split(r"[\s,/]+", text)
    if (
        len(text) > _LONGEST_PLACE
        or len(words) > _MOST_PLACE_WORDS
        or re.search(r"[\d!?:;\"“”]", text)
    ):
        return False
    first = words[0].casefold()
    if month_of(first) or first in weekday_names() or first in _words()["no_places"]:
        return False
    parts = [part.strip() for part in re.split(r"[,/]", text) if part.strip()]
    return bool(parts) and all(_begins_name(part) and _ends_name(part) for part in parts)


def _begins_name(part: str) -> bool:
    first = _CASED.search(part)
    return first is not None and not first[0].islower()


def _ends_name(part: str) -> bool:
    """Its last word is a name too: "Rio de Janeiro", not "Prices of"."""
    return _begins_name(part.rsplit(maxsplit=1)[-1])


def _is_believed(parsed: Dateline, end: str) -> bool:
    """Whether the parts make a dateline together with what stands behind them."""
    is_known = _is_known(parsed.agency)
    has_dash = re.search(r"[-–—=]|:\s", end) is not None
    place = parsed.place or ""
    city = place.split(",", maxsplit=1)[0]
    if not has_dash and not is_known:
        return False
    if is_known:
        return bool(place or has_dash) or end.strip() == ""
    if not place or parsed.day:
        return bool(place)
    if not city.isupper():
        return False
    return is_city(city) or (len(city) > 4 and bool(parsed.agency or "," in place))


def _is_known(agency: str | None) -> bool:
    if not agency:
        return False
    name = agency.casefold().strip(" .")
    # German papers write agencies small, and parties large: "(dpa)" beside "(SPD)".
    if _SMALL_CODE.fullmatch(agency):
        return True
    return name in _words()["agencies"] or all(
        part.strip() in _words()["agencies"] for part in re.split(r"[/\-,]", name)
    )


def _chinese(head: str) -> Dateline | None:
    match = _CHINESE.match(head)
    if not match or not (match["place"] or match["agency"]):
        return None
    said = _CHINESE_REPORTERS.search(match["note"] or "")
    names = re.split(r"[\s、，,]+", said[1].strip()) if said else []
    return Dateline(
        text=match[0].strip(),
        end=match.end(),
        place=match["place"],
        day=match["day"],
        agency=match["agency"],
        reporters=tuple(name for name in names if re.fullmatch(rf"[{_HAN}·]{{2,6}}", name)),
    )


def _japanese(head: str) -> Dateline | None:
    match = _JAPANESE.match(head)
    if not match:
        return None
    inner = match["one"] or match["two"]
    agency = next((name for name in _words()["east_asian"] if inner.endswith(name)), None)
    if agency is None:
        return None
    rest = inner.removesuffix(agency).strip(" \u3000=＝・、,")
    day = re.search(r"(?:[0-9０-９]{1,2}月)?[0-9０-９]{1,2}日", rest)
    place = (rest[: day.start()] if day else rest).strip(" \u3000=＝・、,")
    return Dateline(
        text=match[0].strip(" -－―–—"),
        end=match.end(),
        place=place or None,
        day=day[0] if day else None,
        agency=agency,
    )


def _korean(head: str) -> Dateline | None:
    match = _KOREAN.match(head)
    if not match:
        return None
    names = re.split(r"[·,\s]+", match["names"]) if match["names"] else []
    return Dateline(
        text=match[0].rstrip("= "),
        end=match.end(),
        place=match["place"],
        agency=match["agency"],
        reporters=tuple(names),
    )


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[str, ...] | frozenset[str]]:
    table: dict[str, list[str]] = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    eastern = tuple(sorted(table.pop("east_asian"), key=len, reverse=True))
    folded = {name: frozenset(map(str.casefold, listed)) for name, listed in table.items()}
    return {**folded, "east_asian": eastern}
