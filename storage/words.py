"""Words as they are searched: folded, stemmed, a language at a time; and where they stand in a text.

The words column of the full-text index holds what `index_words` returns; a query goes through the same fold. Chinese,
Japanese and Thai have no blanks between words, so each run of their characters stands as overlapping pairs.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import Stemmer

_SNOWBALL = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "da": "danish", "nl": "dutch",
    "en": "english", "et": "estonian", "fi": "finnish", "fr": "french", "de": "german", "el": "greek", "hi": "hindi",
    "hu": "hungarian", "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian", "ne": "nepali",
    "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "es": "spanish", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_UNSPACED = r"\u0e00-\u0e7f\u1000-\u109f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Accents, points and vowel signs are no \w, but stand inside words: in decomposed text, in Hebrew, Arabic, Hindi, Tamil ...
_SIGNS = (
    r"\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    r"\u06df-\u06e8\u06ea-\u06ed\u0900-\u0963\u0966-\u0df3"
)
_WORD = re.compile(rf"[{_UNSPACED}]+|(?:[^\W{_UNSPACED}]|[{_SIGNS}])+")
_ASCII_WORD = re.compile(r"\w+", re.ASCII)
_RUN = re.compile(rf"[{_UNSPACED}]")
MAX_QUERY_WORDS = 200
"""Ranking 100,000 rows by 500 words that most of them hold takes seconds; a pasted article has some 200 that tell."""


def index_words(text: str, language: str | None) -> str:
    """The words of `text`, folded and stemmed, joined by blanks.

    >>> index_words("Ministers’ Visits", "en")
    'minist visit'
    """
    if text.isascii():
        words = _ASCII_WORD.findall(text.lower())
    else:
        words = [word for _, _, word in _split(text)]
    return " ".join(_stemmer(language).all(words))


def query_words(query: str, languages: Iterable[str | None]) -> list[list[str]]:
    """For each word of `query` that says something, its stems in each of `languages`; at most 200 words.

    `languages` are those searched, the most common first. Stop words are left out, unless there is nothing else; a word
    that is one in a rarer language only ("war", "die" in German) stays unless the query has two such words.

    >>> query_words("the visits of ministers", ["en"])
    [['visit'], ['minist']]
    """
    known = list(dict.fromkeys(languages)) or [None]
    words = list(dict.fromkeys(word for _, _, word in _split(query)))
    stops = set(stop_words(known[0]))
    for language in known[1:]:
        foreign = [word for word in words if word in stop_words(language) - stop_words(known[0])]
        stops.update(foreign if len(foreign) > 1 else ())
    telling = [word for word in words if word not in stops] or words
    return stems_of_each(telling[:MAX_QUERY_WORDS], known)


def stems_of_each(words: Sequence[str], languages: Sequence[str | None]) -> list[list[str]]:
    """For each folded word its stems in `languages`."""
    return [
        list(dict.fromkeys(_stemmer(language)(word) for language in languages)) for word in words
    ]


def split_words(text: str) -> list[str]:
    """The words of `text`, folded, each time they stand there.

    >>> split_words("Élan’s oil-price")
    ['elan', 's', 'oil', 'price']
    """
    return [word for _, _, word in _split(text)]


def fold_text(text: str) -> str:
    """A whole text folded as its words are: what no word of it begins with is nowhere in it."""
    return text.lower() if text.isascii() else _plain(text)


def stems_of(words: Sequence[str], language: str | None) -> list[str]:
    """The stems of folded words in a language, as the index has them."""
    return _stemmer(language).all(list(words))


def match_expression(words: list[list[str]]) -> str:
    """An FTS5 query: any of the stems. Each is quoted, so that no text a user types is ever read as syntax."""
    return " OR ".join(f'"{stem}"' for stems in words for stem in stems)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is marked in a hit: words by their stems (those of one word in each language), and beginnings of words."""

    stems: list[list[str]]
    prefixes: tuple[str, ...] = ()


def find_matches(text: str, wanted: Wanted, language: str | None) -> list[tuple[int, int]]:
    """Where the words of a query stand in `text`: spans in code points, in order, not overlapping."""
    stems = {stem for of_word in wanted.stems for stem in of_word}
    stem = _stemmer(language)
    spans: list[tuple[int, int]] = []
    for start, end, word in _split(text):
        if stem(word) not in stems and not word.startswith(wanted.prefixes):
            continue
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


@cache
def stop_words(language: str | None) -> frozenset[str]:
    """The folded words of a language that say nothing by themselves; none where we have no list."""
    return frozenset(_fold(word) for word in _stop_lists().get(language or "en", "").split())


@cache
def _stop_lists() -> dict[str, str]:
    text = resources.files("storage").joinpath("data/stopwords.toml").read_text(encoding="utf-8")
    return {str(key): str(value) for key, value in tomllib.loads(text).items()}


class _Stem:
    """Snowball's stemmer of one language; without one, words stand as they are."""

    def __init__(self, language: str | None) -> None:
        name = _SNOWBALL.get(language or "en")
        self._stemmer = Stemmer.Stemmer(name) if name in Stemmer.algorithms() else None

    def all(self, words: list[str]) -> list[str]:
        """The stems of many words, in one go."""
        return list(self._stemmer.stemWords(words)) if self._stemmer else words

    def __call__(self, word: str) -> str:
        return self._stemmer.stemWord(word) if self._stemmer else word


@cache
def _stemmer(language: str | None) -> _Stem:
    return _Stem(language)


def _split(text: str) -> Iterable[tuple[int, int, str]]:
    for match in _WORD.finditer(text):
        start, end = match.span()
        if not _RUN.match(text, start):
            yield start, end, _fold(match.group())
        elif end - start == 1:
            yield start, end, match.group()
        else:
            for place in range(start, end - 1):
                yield place, place + 2, text[place : place + 2]


@lru_cache(maxsize=65_536)
def _fold(word: str) -> str:
    return word.lower() if word.isascii() else _plain(word)


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
