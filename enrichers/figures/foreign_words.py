"""The words of one further language, read once from its data file. Adding a language is adding `data/foreign.XX.toml`.

Phrases are kept by their words, cut as a line's text is cut, so that "Mrd." and "us-dollar" are found whatever stands
between their parts. Nothing here looks at a text.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar, cast

from enrichers.figures.line import TOKEN, Line

DATA = Path(__file__).parent / "data"
_FILE = re.compile(r"foreign\.([a-z]{2})\.toml")
_LEAST_VERB = 4  # letters
_TRIGGERS = ("small", "scales", "vague", "months", "weekdays", "relative", "quarters")
_LETTERS = re.compile(r"[^\W\d_]{3,}")
T = TypeVar("T")
Words = tuple[str, ...]
_GAPS = frozenset(["", " ", "-", "‑", "\u00a0", "\u202f", "'", "’", "\u2009"])


class Phrases(Generic[T]):
    """What phrases mean, by the words they are made of."""

    def __init__(self, meanings: Mapping[str, T]) -> None:
        self._by_words: dict[Words, T] = {_cut(phrase): value for phrase, value in meanings.items()}
        self._longest: dict[str, int] = {}
        for words in self._by_words:
            self._longest[words[0]] = max(len(words), self._longest.get(words[0], 0))
        self._longest_of_all = max(map(len, self._by_words), default=0)

    def first_words(self) -> frozenset[str]:
        """The words with which a phrase can begin."""
        return frozenset(self._longest)

    def match(self, line: Line, index: int) -> tuple[T, int] | None:
        """The meaning of the longest phrase at token `index`, and the token after it."""
        tokens = line.tokens
        if index >= len(tokens):
            return None
        longest = min(self._longest.get(tokens[index].word, 0), len(tokens) - index)
        for count in range(longest, 0, -1):
            words = tuple(token.word for token in tokens[index : index + count])
            if words in self._by_words and _hangs_together(line, index, index + count):
                return self._by_words[words], index + count
        return None

    def match_before(self, line: Line, index: int) -> T | None:
        """The meaning of the longest phrase that ends right before token `index`."""
        found = self.ending_at(line, index)
        return found[0] if found else None

    def ending_at(self, line: Line, index: int) -> tuple[T, int] | None:
        """The meaning of the longest phrase that ends right before token `index`, and its first token."""
        for count in range(min(self._longest_of_all, index), 0, -1):
            words = tuple(token.word for token in line.tokens[index - count : index])
            if words in self._by_words and _hangs_together(line, index - count, index):
                return self._by_words[words], index - count
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Future:
    """Words that make an incomplete date look ahead, and how a verb of the future ends."""

    words: frozenset[str]
    endings: tuple[str, ...]

    def has(self, word: str) -> bool:
        """Whether the word speaks of the future; none of four letters is known by its ending."""
        return word in self.words or (len(word) > _LEAST_VERB and word.endswith(self.endings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """Everything the foreign grammar looks words up in; see the sections of a data file for what each holds."""

    code: str
    decimal: str
    groups: str
    articles: frozenset[str]
    alone: frozenset[str]
    small: Phrases[Decimal]
    scales: Phrases[Decimal]
    vague: Phrases[Decimal]
    about: Phrases[Decimal]
    currencies: Phrases[str]
    hundredths: Phrases[str]
    percent: Phrases[str]
    units: Phrases[str]
    denominators: Phrases[str]
    modifiers: Phrases[str]
    links: Mapping[str, Phrases[str]]
    months: Phrases[int]
    weekdays: Phrases[int]
    weekday_words: Phrases[str]
    relative: Phrases[tuple[str, int]]
    quarters: Phrases[int]
    halves: Phrases[int]
    seasons: Phrases[int]
    parts: Mapping[str, Phrases[str]]
    rates: Phrases[str]
    decades: Phrases[int]
    century: re.Pattern[str] | None
    short_day: re.Pattern[str] | None
    clock: re.Pattern[str]
    clock_leads: Phrases[str]
    year_leads: frozenset[str]
    year_of: Phrases[str]
    bare_years: bool
    decade: re.Pattern[str]
    future: Future
    moving: frozenset[str]
    thousands: frozenset[str]
    starts: frozenset[str]
    triggers: frozenset[str]
    date_starts: frozenset[str]


@cache
def foreign_languages() -> frozenset[str]:
    """The languages there is a data file for.

    >>> "de" in foreign_languages()
    True
    """
    return frozenset(
        match[1] for path in DATA.iterdir() if (match := _FILE.fullmatch(path.name)) is not None
    )


@cache
def foreign_words(code: str) -> Foreign:
    """The words of a language, which must be one of `foreign_languages`.

    >>> foreign_words("fr").decimal
    ','
    """
    data = tomllib.loads((DATA / f"foreign.{code}.toml").read_text(encoding="utf-8"))
    years, numerals, clock = (_table(data, key) for key in ("years", "numerals", "clock"))
    return Foreign(
        code=code,
        decimal=str(numerals["decimal"]),
        groups="".join(_strings(numerals["groups"])),
        articles=frozenset(_strings(numerals["articles"])),
        alone=frozenset(_strings(numerals["alone"])),
        small=_decimals(data, "small"),
        scales=_decimals(data, "scales"),
        about=_decimals(data, "about"),
        vague=_decimals(data, "vague"),
        currencies=Phrases(_texts(data, "currencies")),
        hundredths=Phrases(_texts(data, "hundredths")),
        percent=Phrases(_texts(data, "percent")),
        units=Phrases(_texts(data, "units")),
        denominators=Phrases(_texts(data, "denominators")),
        modifiers=Phrases(_inverted(data, "modifiers")),
        links=_phrases_by_name(data, "links"),
        parts=_phrases_by_name(data, "parts"),
        rates=Phrases(_texts(data, "rates")),
        months=Phrases(_ints(data, "months")),
        weekdays=Phrases(_ints(data, "weekdays")),
        weekday_words=Phrases(_inverted(data, "weekday_words")),
        relative=Phrases({w: _offset(str(v)) for w, v in _table(data, "relative").items()}),
        quarters=Phrases(_ints(data, "quarters")),
        halves=Phrases(_ints(data, "halves")),
        seasons=Phrases(_ints(data, "seasons")),
        decades=Phrases(_ints(data, "decades")),
        century=_pattern(years.get("century")),
        short_day=_pattern(years.get("short_day")),
        clock=re.compile(str(clock["pattern"]), re.IGNORECASE),
        clock_leads=Phrases(dict.fromkeys(_strings(clock["leads"]), "at")),
        year_leads=frozenset(_strings(years["leads"])),
        year_of=Phrases(dict.fromkeys(_strings(years["of"]), "of")),
        bare_years=bool(years["bare"]),
        decade=re.compile(str(years["decade"]), re.IGNORECASE),
        future=_future(data),
        moving=frozenset(_strings(_table(data, "moving").get("words", ()))),
        thousands=frozenset(_strings(numerals.get("thousands", ()))),
        starts=_first_words(data, "small", "vague", "about").union(_strings(numerals["alone"])),
        date_starts=_date_starts(data, years),
        triggers=_first_words(data, *_TRIGGERS),
    )


def _future(data: Mapping[str, object]) -> Future:
    future = _table(data, "future")
    words, endings = _strings(future["words"]), _strings(future.get("endings", ()))
    return Future(words=frozenset(words), endings=tuple(endings))


def _decimals(data: Mapping[str, object], section: str) -> Phrases[Decimal]:
    return Phrases({word: Decimal(str(value)) for word, value in _table(data, section).items()})


def _first_words(data: Mapping[str, object], *sections: str) -> frozenset[str]:
    return frozenset(_cut(phrase)[0] for key in sections for phrase in _table(data, key))


def _cut(phrase: str) -> Words:
    return tuple(match[0].lower() for match in TOKEN.finditer(phrase))


def _hangs_together(line: Line, first: int, stop: int) -> bool:
    tokens = line.tokens
    return all(
        line.text[tokens[index].end : tokens[index + 1].start] in _GAPS
        for index in range(first, stop - 1)
    )


def _date_starts(data: Mapping[str, object], years: Mapping[str, object]) -> frozenset[str]:
    """The words with which a date can begin; what does not begin with a digit or one of them is passed over at once."""
    tables = ("months", "weekdays", "relative", "quarters", "halves", "seasons", "decades")
    links = _table(data, "links")
    phrases = [
        *(phrase for table in tables for phrase in _table(data, table)),
        *(phrase for name in ("ago", "from_now") for phrase in _strings(links.get(name, ()))),
    ]
    patterns = f"{years.get('decade', '')} {years.get('century', '')}".lower()
    return frozenset({*(_cut(phrase)[0] for phrase in phrases), *_LETTERS.findall(patterns)})


def _phrases_by_name(data: Mapping[str, object], key: str) -> Mapping[str, Phrases[str]]:
    """The phrases of each name; none for a name that the language's file leaves out."""
    named = {
        name: Phrases(dict.fromkeys(_strings(words), name))
        for name, words in _table(data, key).items()
    }
    return defaultdict(lambda: Phrases({}), named)


def _pattern(text: object) -> re.Pattern[str] | None:
    return re.compile(str(text), re.IGNORECASE) if text else None


def _offset(text: str) -> tuple[str, int]:
    unit, _, count = text.partition(" ")
    return unit, int(count)


def _table(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    return cast("Mapping[str, object]", data.get(key, {}))


def _strings(value: object) -> list[str]:
    return [str(item) for item in cast("Iterable[object]", value)]


def _ints(data: Mapping[str, object], key: str) -> dict[str, int]:
    return {word: int(str(value)) for word, value in _table(data, key).items()}


def _texts(data: Mapping[str, object], key: str) -> dict[str, str]:
    return {word: str(value) for word, value in _table(data, key).items()}


def _inverted(data: Mapping[str, object], key: str) -> dict[str, str]:
    return {w: name for name, words in _table(data, key).items() for w in _strings(words)}
