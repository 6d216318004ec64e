"""The phrase lists of `data/`, one file a language, read once and put into shapes that are quick to ask."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from enrichers.cleaning.lines import WHITESPACE

DATA = Path(__file__).parent / "data"
EDGES = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseLists:
    """All languages together. Keys of `strong` and `weak` are lines as `normal` gives them; values are reasons."""

    strong: Mapping[str, str]
    weak: Mapping[str, str]
    openers: Mapping[str, re.Pattern[str]]
    patterns: Mapping[str, re.Pattern[str]]
    credit: re.Pattern[str]
    reposts: Mapping[str, Sequence[re.Pattern[str]]]
    sha256: str


def normal(line: str) -> str:
    """`line` for comparing: no case, no arrows or punctuation around it, straight apostrophes.

    >>> normal("» Read more…"), normal("Don’t miss!")
    ('read more', "don't miss")
    """
    folded = WHITESPACE.sub(" ", line.replace("’", "'").replace("`", "'")).casefold()
    return EDGES.sub("", folded)


@lru_cache(maxsize=1)
def phrase_lists() -> PhraseLists:
    """Every list in `data/`, and the hash of the files."""
    contents = [path.read_bytes() for path in sorted(DATA.glob("*.toml"))]
    tables = [tomllib.loads(content.decode("utf-8")) for content in contents]
    openers = _gathered(tables, "openers")
    credit = _any_of(openers.pop("credit", []))
    return PhraseLists(
        strong={normal(phrase): reason for reason, phrase in _entries(tables, "phrases")},
        weak={normal(phrase): reason for reason, phrase in _entries(tables, "weak")},
        openers={
            reason: re.compile(rf"(?:{_any_of(listed)})(?P<rest>\W.*)?$", re.S)
            for reason, listed in openers.items()
        },
        patterns={
            reason: re.compile("|".join(f"(?:{pattern})" for pattern in listed))
            for reason, listed in _gathered(tables, "patterns").items()
        },
        credit=re.compile(rf"(?:{credit})\s*(?::|/|\bby\b|\bvia\b|©)\s*\S.{{1,70}}"),
        reposts={
            reason: [_with_gaps(phrase) for phrase in listed]
            for reason, listed in _gathered(tables, "reposts").items()
        },
        sha256=sha256(b"\n".join(contents)).hexdigest(),
    )


def _entries(tables: Sequence[Mapping[str, object]], section: str) -> Iterator[tuple[str, str]]:
    for table in tables:
        listed = table.get(section)
        if isinstance(listed, Mapping):
            yield from (
                (reason, phrase) for reason, phrases in listed.items() for phrase in phrases
            )


def _gathered(tables: Sequence[Mapping[str, object]], section: str) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for reason, phrase in _entries(tables, section):
        gathered.setdefault(reason, []).append(phrase)
    return gathered


def _with_gaps(phrase: str) -> re.Pattern[str]:
    """The phrase with any words for {post} and {blog}."""
    escaped = re.escape(phrase)
    return re.compile(
        escaped.replace(r"\{post\}", "(?P<post>.{1,400})").replace(r"\{blog\}", ".{1,150}")
    )


def _any_of(phrases: Sequence[str]) -> str:
    """One alternative a phrase, the longest first, so that "read more" does not hide "read more about this"."""
    return "|".join(sorted(map(re.escape, phrases), key=len, reverse=True))
