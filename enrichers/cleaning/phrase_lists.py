"""The phrase lists of `data/`, one file a language, read once and put into shapes that are quick to ask.

How a list is written is told on top of `data/en.toml`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from enrichers.cleaning.phrase_index import Openers, Patterns

DATA = Path(__file__).parent / "data"
# Vowel signs are no letters to `re`: those at the end of a Hindi or Thai word belong to it, a danda does not.
EDGES = re.compile(r"^[\W_]+|(?:_|[^\w\u0300-\u036f\u0900-\u0963\u0966-\u0dff\u0e00-\u0e7f])+$")
SECTIONS = re.compile(rb"^\[(?:phrases|weak|openers|patterns|edges|reposts)\]", re.M)
FOREIGN = re.compile(r"[^\x00-\x7f]+")
# What one site writes and another leaves out: curly apostrophes, the Turkish dots, Arabic vowel signs and
# letter forms, the Hindi nukta, Greek accents, the Russian dots.
SAME_LETTER = {
    written: same
    for letters, same in (
        ("’‘`´ʼ", "'"), ("ı", "i"), ("ё", "е"), ("\u0307\u0640\u0670\u093c\u200c\u200d", ""), ("أإآٱ", "ا"), ("ىی", "ي"),
        ("ک", "ك"), ("ة", "ه"), ("ँ", "ं"), ("ά", "α"), ("έ", "ε"), ("ή", "η"), ("ί", "ι"), ("ό", "ο"), ("ύ", "υ"), ("ώ", "ω"),
        ("".join(map(chr, range(0x64B, 0x660))), ""), ("،", ","), ("؛", ";"), ("؟", "?"),
    )
    for written in letters
}  # fmt: skip
WRITTEN = re.compile(f"[{''.join(SAME_LETTER)}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseLists:
    """All languages together. Keys of `strong` and `weak` are lines as `normal` gives them; values are reasons."""

    strong: Mapping[str, str]
    weak: Mapping[str, str]
    openers: Openers
    patterns: Patterns
    edges: Patterns
    """Patterns that are believed of the first and last lines only."""
    credits: Openers
    reposts: Mapping[str, Sequence[re.Pattern[str]]]
    sha256: str


@lru_cache(maxsize=2048)
def normal(line: str) -> str:
    """`line` for comparing: no case, no arrows or punctuation around it, straight apostrophes, one form of each letter.

    >>> normal("» Read more…"), normal("Don’t miss!"), normal("【相关阅读】：")
    ('read more', "don't miss", '相关阅读')
    """
    words = " ".join(_folded(line).split())
    return words if words[:1].isalnum() and words[-1:].isalnum() else EDGES.sub("", words)


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    return WRITTEN.sub(lambda found: SAME_LETTER[found[0]], folded)


@lru_cache(maxsize=1)
def phrase_lists() -> PhraseLists:
    """Every list in `data/`, and the hash of the files."""
    contents = [path.read_bytes() for path in sorted(DATA.glob("*.toml"))]
    # The other files of the folder are read by those who ask for them.
    listed = [content for content in contents if SECTIONS.search(content)]
    tables = [tomllib.loads(content.decode("utf-8")) for content in listed]
    openers = [(reason, normal(phrase)) for reason, phrase in _entries(tables, "openers")]
    return PhraseLists(
        strong={normal(phrase): reason for reason, phrase in _entries(tables, "phrases")},
        weak={normal(phrase): reason for reason, phrase in _entries(tables, "weak")},
        openers=Openers.of(entry for entry in openers if entry[0] != "credit"),
        patterns=Patterns.of(_folded_patterns(tables, "patterns")),
        edges=Patterns.of(_folded_patterns(tables, "edges")),
        credits=Openers.of(entry for entry in openers if entry[0] == "credit"),
        reposts={
            reason: [_with_gaps(phrase) for phrase in listed]
            for reason, listed in _gathered(tables, "reposts").items()
        },
        sha256=sha256(b"\n".join(contents)).hexdigest(),
    )


def _folded_patterns(
    tables: Sequence[Mapping[str, object]], section: str
) -> Iterator[tuple[str, str]]:
    """Reasons and patterns; letters beyond ASCII are folded as `normal` folds those of a line."""
    for reason, pattern in _entries(tables, section):
        yield reason, FOREIGN.sub(lambda found: _folded(found[0]), pattern)


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
