"""The phrases and addresses of `data/page_kinds.toml`, in shapes that are quick to ask."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from enrichers.cleaning.phrase_lists import DATA

FILE = "page_kinds.toml"
# Scripts that write no spaces: a phrase of theirs may stand anywhere in a line.
NO_SPACES = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_SEPARATORS = re.compile(r"[-_.\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePhrases:
    """All languages together; each pattern is searched in a line as `folded` gives it."""

    error_titles: re.Pattern[str]
    bot_checks: re.Pattern[str]
    consent_phrases: re.Pattern[str]
    consent_words: re.Pattern[str]
    paywall_lines: re.Pattern[str]
    live_titles: re.Pattern[str]
    section_titles: re.Pattern[str]
    addresses: dict[str, frozenset[str]]


def folded(line: str) -> str:
    """`line` for comparing: no case, straight apostrophes, one space between words.

    >>> folded("This  page doesn’t EXIST")
    "this page doesn't exist"
    """
    return " ".join(line.replace("’", "'").casefold().split())


@lru_cache(maxsize=1)
def page_phrases() -> PagePhrases:
    """The file, read once."""
    tables = tomllib.loads((DATA / FILE).read_text("utf-8"))
    addresses = tables.pop("addresses")
    phrases = {
        name: [phrase for listed in table.values() for phrase in listed]
        for name, table in tables.items()
    }
    words = phrases.pop("consent_words")
    return PagePhrases(
        addresses={kind: frozenset(map(_part, parts)) for kind, parts in addresses.items()},
        consent_words=re.compile("|".join(re.escape(folded(word)) for word in words)),
        **{name: _any_of(listed) for name, listed in phrases.items()},
    )


def address_parts(url: str | None) -> list[str]:
    """What stands between the slashes of an address, as the lists have it.

    >>> address_parts("https://example.org/Live-Ticker/storm_2024.html")
    ['liveticker', 'storm2024html']
    """
    try:
        path = urlsplit(url or "").path
    except ValueError:
        return []
    return [_part(part) for part in path.split("/") if part]


def _part(part: str) -> str:
    return _SEPARATORS.sub("", part.casefold())


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of the phrases as whole words, the longest first."""
    listed = sorted({folded(phrase) for phrase in phrases}, key=len, reverse=True)
    whole = "|".join(re.escape(phrase) for phrase in listed if not _is_unspaced(phrase))
    inside = "|".join(re.escape(phrase) for phrase in listed if _is_unspaced(phrase))
    return re.compile(rf"(?<!\w)(?:{whole})(?!\w)" + (f"|{inside}" if inside else ""))


def _is_unspaced(phrase: str) -> bool:
    return re.search(f"[{NO_SPACES}]", phrase) is not None
