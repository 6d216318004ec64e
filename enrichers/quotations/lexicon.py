"""The words of speaking of each language, from `data/speech.XX.toml`, and one hash of all of them."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """One language's words, all in small letters; those of several words stand as tuples."""

    language: str
    verbs: dict[str, tuple[tuple[str, ...], ...]]
    """Verbs by their first word, the longest first."""
    plain: frozenset[tuple[str, ...]]
    to_someone: frozenset[tuple[str, ...]]
    marked_only: frozenset[tuple[str, ...]]
    with_object: frozenset[tuple[str, ...]]
    auxiliaries: frozenset[str]
    that: frozenset[str]
    according: tuple[tuple[str, ...], ...]
    passive: frozenset[str]
    adverbs: frozenset[str]
    adverb_endings: tuple[str, ...]
    pronouns: frozenset[str]
    relative: frozenset[str]
    determiners: frozenset[str]
    bare: frozenset[str]
    links: frozenset[str]
    ends: frozenset[str]
    joiners: frozenset[str]
    titles: frozenset[str]
    title_endings: tuple[str, ...]
    calendar: frozenset[str]
    tails: frozenset[str]

    def is_adverb(self, word: str) -> bool:
        """Whether a word, in small letters, may stand between a subject and its verb."""
        return word in self.adverbs or (
            bool(self.adverb_endings) and word.endswith(self.adverb_endings)
        )

    def is_title(self, word: str) -> bool:
        """Whether a word stands before a name: Minister, Außenminister."""
        word = word.lower().rstrip(".")
        if word in self.titles or any(part in self.titles for part in word.split("-")[1:]):
            return True
        return bool(self.title_endings) and word.endswith(self.title_endings)


@cache
def languages() -> frozenset[str]:
    """The languages that have a file."""
    return frozenset(path.name.split(".")[1] for path in _DATA.glob("speech.*.toml"))


@cache
def lexicon(language: str) -> Lexicon:
    """The words of a language that has a file."""
    read = tomllib.loads((_DATA / f"speech.{language}.toml").read_text(encoding="utf-8"))
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for verb in sorted(map(_words, read["verbs"]), key=len, reverse=True):
        by_first.setdefault(verb[0], []).append(verb)
    sets = (
        *("auxiliaries", "that", "passive", "adverbs", "pronouns", "relative", "determiners", "bare", "links", "ends"),
        *("joiners", "titles", "calendar", "tails"),
    )  # fmt: skip
    return Lexicon(
        language=language,
        verbs={first: tuple(verbs) for first, verbs in by_first.items()},
        plain=frozenset(map(_words, read["plain"])),
        to_someone=frozenset(map(_words, read["to_someone"])),
        marked_only=frozenset(map(_words, read["marked_only"])),
        with_object=frozenset(map(_words, read["with_object"])),
        according=tuple(sorted(map(_words, read["according"]), key=len, reverse=True)),
        adverb_endings=tuple(read["adverb_endings"]),
        title_endings=tuple(read.get("title_endings", ())),
        **{name: frozenset(read[name]) for name in sets},
    )


@cache
def data_sha256() -> str:
    """One hash of all words there are."""
    digest = hashlib.sha256()
    for path in sorted(_DATA.glob("*.toml")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _words(phrase: str) -> tuple[str, ...]:
    return tuple(phrase.split())
