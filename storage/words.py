"""Words as they are searched: folded, stemmed, a language at a time; and where they stand in a text.

The words column of the full-text index holds what `index_words` returns; a query goes through the same fold. Chinese,
Japanese and Thai have no blanks between words, Korean has endings within them, so each run of their characters stands as
overlapping pairs. The last character of a run stands once more, alone and behind all words: whatever begins with a
character is then every place where it stands.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Sequence, Set
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
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
# Accents, points and vowel signs are no \w, but stand inside words: in decomposed text, in Hebrew, Arabic, Hindi, Tamil ...
_SIGNS = (
    r"\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    r"\u06df-\u06e8\u06ea-\u06ed\u0900-\u0963\u0966-\u0df3"
)
_WORD = re.compile(rf"[{_UNSPACED}]+|(?:[^\W{_UNSPACED}]|[{_SIGNS}])+")
_SHORT_I = "\u0438\u0306"
_PAIRS = re.compile(rf"[{_UNSPACED}]{{2,}}")
_ASCII_WORD = re.compile(r"\w+", re.ASCII)
_RUN = re.compile(rf"[{_UNSPACED}]")
# Pasted text has them within words: soft hyphens, blanks of no width, and marks of direction.
_UNSEEN = dict.fromkeys((0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF))
# No sign that stands on a letter is a \w.
_NO_LETTERS = re.compile(r"[^\x00-\x7f\w]+")
_MOST_KEPT = 65_536
MAX_QUERY_WORDS = 200
"""Ranking 100,000 rows by 500 words that most of them hold takes seconds; a pasted article has some 200 that tell."""


def index_words(text: str, language: str | None) -> str:
    """The words of `text`, folded and stemmed, joined by blanks.

    >>> index_words("Ministers’ Visits", "en")
    'minist visit'
    """
    if text.isascii():
        return " ".join(_stemmer(language).all(_ASCII_WORD.findall(text.lower())))
    stem = _stemmer(language)
    if _RUN.search(text):
        words = stem.all([word for _, _, word in _split(text)])
        ends = [word for _, _, word in _ends(text)]
        return " ".join([*words, *ends, *(other for _, _, other in _accented(text, stem))])
    found = _WORD.findall(text)
    others = (_other_stem(word, stem) for word in found if not word.isascii())
    return " ".join([*stem.all(list(map(_fold, found))), *filter(None, others)])


def query_words(query: str, languages: Iterable[str | None]) -> list[list[str]]:
    """For each word of `query` that says something, its stems in each of `languages`; at most 200 words.

    `languages` are those searched, the most common first. Stop words are left out, unless there is nothing else; a word
    that is one in a rarer language only ("war", "die" in German) stays unless the query has two such words.

    >>> query_words("the visits of ministers", ["en"])
    [['visit'], ['minist']]
    """
    known = list(dict.fromkeys(languages)) or [None]
    query = _cleared(query)
    words = list(dict.fromkeys(word for _, _, word in _split(query)))
    stops = set(stop_words(known[0]))
    for language in known[1:]:
        foreign = [word for word in words if word in stop_words(language) - stop_words(known[0])]
        stops.update(foreign if len(foreign) > 1 else ())
    telling = ([word for word in words if word not in stops] or words)[:MAX_QUERY_WORDS]
    others: dict[str, list[str]] = {}
    for language in known:
        for start, end, other in _accented(query, _stemmer(language)):
            others.setdefault(_fold(query[start:end]), []).append(other)
    stems = zip(telling, stems_of_each(telling, known), strict=True)
    return [list(dict.fromkeys([*found, *others.get(word, ())])) for word, found in stems]


def stems_of_each(words: Sequence[str], languages: Sequence[str | None]) -> list[list[str]]:
    """For each folded word its stems in `languages`."""
    return [
        list(dict.fromkeys(_stemmer(language)(word) for language in languages)) for word in words
    ]


def split_words(text: str) -> list[str]:
    """The words of a query, folded, each time they stand there.

    >>> split_words("Élan’s oil-price")
    ['elan', 's', 'oil', 'price']
    """
    return [word for _, _, word in _split(_cleared(text))]


def fold_text(text: str) -> str:
    """A whole text folded as its words are: what no word of it begins with is nowhere in it."""
    return text.lower() if text.isascii() else _plain(text)


def stems_of(words: Sequence[str], language: str | None) -> list[str]:
    """The stems of folded words in a language, as the index has them."""
    return _stemmer(language).all(list(words))


def match_expression(words: list[list[str]]) -> str:
    """An FTS5 query: any of the stems. Each is quoted, so that no text a user types is ever read as syntax."""
    return " OR ".join(
        f'"{stem}" *' if is_character(stem) else f'"{stem}"' for stems in words for stem in stems
    )


def is_character(word: str) -> bool:
    """Whether a word is one character of a script written in pairs: it stands at the beginning of some, or alone."""
    return len(word) == 1 and _RUN.match(word) is not None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is marked in a hit: words by their stems (those of one word in each language), and beginnings of words."""

    stems: list[list[str]]
    prefixes: tuple[str, ...] = ()


def find_matches(text: str, wanted: Wanted, language: str | None) -> list[tuple[int, int]]:
    """Where the words of a query stand in `text`: spans in code points, in order, not overlapping."""
    stems = {stem for of_word in wanted.stems for stem in of_word}
    stem = _stemmer(language)
    if not _RUN.search(text):
        return _find_spaced(text, stems, wanted.prefixes, stem)
    characters = tuple(filter(is_character, stems))
    others = {start for start, _, other in _accented(text, stem) if other in stems}
    spans: list[tuple[int, int]] = []
    for start, end, word in sorted((*_split(text), *_ends(text))):
        is_whole = stem(word) in stems or start in others or word.startswith(wanted.prefixes)
        if not is_whole and not word.startswith(characters):
            continue
        stop = end if is_whole else start + 1
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
        else:
            spans.append((start, stop))
    return spans


def _find_spaced(
    text: str, stems: Set[str], prefixes: tuple[str, ...], stem: _Stem
) -> list[tuple[int, int]]:
    """As `find_matches`, where there are blanks between all words."""
    words = _WORD.findall(text)
    folded = list(map(_fold, words))
    places = {n for n, found in enumerate(stem.all(folded)) if found in stems}
    places |= (
        {n for n, word in enumerate(folded) if word.startswith(prefixes)} if prefixes else set()
    )
    others = ((n, _other_stem(word, stem)) for n, word in enumerate(words) if not word.isascii())
    places |= {n for n, other in others if other and other in stems}
    if not places:
        return []
    return [found.span() for n, found in enumerate(_WORD.finditer(text)) if n in places]


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
        self._before = _BEFORE_STEMMING.get(language or "en")
        self._stems = _Made(self._stem)

    def all(self, words: list[str]) -> list[str]:
        """The stems of many words, in one go."""
        return list(map(self._stems.__getitem__, words))

    def __call__(self, word: str) -> str:
        return self.all([word])[0]

    def _stem(self, word: str) -> str:
        if self._stemmer is None:
            return word
        return str(self._stemmer.stemWord(self._before(word) if self._before else word))


class _Made(dict[str, str]):
    """What was made of words; most words return. A look takes a tenth of the time that Snowball does, which has to encode them."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[word] = made = self._make(word)
        return made


def _spanish(word: str) -> str:
    """Snowball takes "nos" off "gobiernos", as off "vernos"; in the news it is hardly ever a pronoun there."""
    return word[:-1] if word.endswith("ernos") else word


def _arabic(word: str) -> str:
    """Snowball leaves "and the" as it is, and half of the plural's ending where there is no article."""
    if word.startswith(("وال", "فال")) and len(word) > _SHORT_ARABIC:
        word = word[1:]
    return word[:-2] + "ة" if word.endswith("ات") and len(word) >= _SHORT_ARABIC else word


_SHORT_ARABIC = 5
_BEFORE_STEMMING: dict[str, Callable[[str], str]] = {"es": _spanish, "ar": _arabic}


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


def _ends(text: str) -> Iterable[tuple[int, int, str]]:
    """The last character of each run that stands as pairs, where there is any."""
    for match in () if text.isascii() else _PAIRS.finditer(text):
        yield match.end() - 1, match.end(), text[match.end() - 1]


def _accented(text: str, stem: _Stem) -> Iterable[tuple[int, int, str]]:
    """Words whose stem is another one with their accents on: "economía" is "econom" then, as "económico" is."""
    for match in () if text.isascii() else _WORD.finditer(text):
        word = match.group()
        if not word.isascii() and (other := _other_stem(word, stem)):
            yield match.start(), match.end(), other


@lru_cache(maxsize=65_536)
def _other_stem(word: str, stem: _Stem) -> str:
    """The stem of a word with its accents on, folded then; nothing where it is that of the folded word."""
    if _RUN.match(word):
        return ""
    other = _fold(stem(unicodedata.normalize("NFC", word.casefold())))
    return other if other != stem(_fold(word)) else ""


def _cleared(query: str) -> str:
    """A query without the characters that nobody sees, its letters and their accents made one."""
    return query if query.isascii() else unicodedata.normalize("NFC", query.translate(_UNSEEN))


@lru_cache(maxsize=65_536)
def _fold(word: str) -> str:
    return word.lower() if word.isascii() else _plain(word)


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    if _SHORT_I in parts:  # a letter of its own, by which Russian endings are told
        parts = parts.replace(_SHORT_I, "й")
    return without_signs(parts)


def without_signs(text: str) -> str:
    """A decomposed text without accents and other signs that stand on letters."""
    return _NO_LETTERS.sub(_no_sign, text)


def _no_sign(found: re.Match[str]) -> str:
    return "".join(part for part in found[0] if not unicodedata.combining(part))
