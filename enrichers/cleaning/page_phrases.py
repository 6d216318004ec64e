"""The phrases and addresses of `data/page_kinds.toml`, in shapes that are quick to ask."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

from enrichers.cleaning.phrase_lists import DATA

FILE = "page_kinds.toml"
# Scripts that write no spaces: a phrase of theirs may stand anywhere in a line.
NO_SPACES = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_SEPARATORS = re.compile(r"[-_.\s]+")


PhraseList = Literal[
    "error_titles", "bot_checks", "consent_phrases", "consent_words", "paywall_lines", "live_titles", "section_titles"
]  # fmt: skip


def folded(line: str) -> str:
    """`line` for comparing: no case, straight apostrophes, one space between words.

    >>> folded("This  page doesn’t EXIST")
    "this page doesn't exist"
    """
    return " ".join(line.replace("’", "'").casefold().split())


@cache
def page_phrases(name: PhraseList) -> re.Pattern[str]:
    """One list in all languages, to be searched in a line as `folded` gives it.

    Each is compiled when it is first asked for: an article needs three of the seven.
    """
    listed = [phrase for phrases in _tables()[name].values() for phrase in phrases]
    if name == "consent_words":
        return re.compile("|".join(re.escape(folded(word)) for word in listed))
    return _any_of(listed)


@cache
def addresses(kind: str) -> frozenset[str]:
    """The parts of addresses that name a kind of page, as `address_parts` gives them."""
    return frozenset(map(_part, _tables()["addresses"][kind]))


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((DATA / FILE).read_text("utf-8"))


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
