"""The words, currencies, units and names of time that the grammar knows, read once from the data files.

Nothing here looks at a text. A further language is a further set of `*.LANG.toml` files.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import cast

from schemas.units import DATA as UNITS
from schemas.units import currency_table, plural_of, unit_table

DATA = Path(__file__).parent / "data"
Table = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit of measure; `factor` and `offset` lead to its SI `base` (None where there is none)."""

    name: str
    kind: str
    base: str | None
    factor: Decimal | None
    offset: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Units by folded word and by exact symbol, and the symbols that need a second sign to be believed."""

    by_word: Mapping[str, Unit]
    by_symbol: Mapping[str, Unit]
    spaced_guard: frozenset[str]
    metre_context: frozenset[str]
    tonne_context: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Currencies:
    """Codes by sign and name; `before` matches a sign that ends where an amount begins."""

    before: re.Pattern[str]
    code_by_sign: Mapping[str, str]
    code_by_name: Mapping[str, str]
    codes: frozenset[str]
    lower_codes: frozenset[str]
    hundredths: Mapping[str, str]
    hundredth_signs: Mapping[str, str]
    after: re.Pattern[str]
    folded: Mapping[str, str]
    denominators: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberWords:
    """Number words by their role in a spelled number."""

    small: Mapping[str, int]
    tens: Mapping[str, int]
    scales: Mapping[str, Decimal]
    plural_scales: Mapping[str, Decimal]
    scale_marks: Mapping[str, Decimal]
    letter_marks: Mapping[str, Decimal]
    fractions: Mapping[str, int]
    ordinals: Mapping[str, int]
    multiples: Mapping[str, Decimal]
    starts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWords:
    """Names of months, weekdays, seasons and the words that move them."""

    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    seasons: Mapping[str, int]
    day_words: Mapping[str, int]
    units: Mapping[str, str]
    decades: Mapping[str, int]
    holidays: Mapping[str, tuple[int, int]]
    sets: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextWords:
    """Phrases and closed word lists around figures, by section and name."""

    modifiers: Mapping[str, str]
    modifiers_after: Mapping[str, str]
    signs: Mapping[str, str]
    change: Mapping[str, str]
    sets: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Everything the English grammar looks words up in."""

    numbers: NumberWords
    currencies: Currencies
    units: Units
    time: TimeWords
    words: ContextWords
    triggers: frozenset[str]
    number_starts: frozenset[str]


def data_sha256() -> str:
    """One hash over the data files, by name and content.

    >>> len(data_sha256())
    64
    """
    digest = hashlib.sha256()
    for path in sorted([*DATA.glob("*.toml"), *UNITS.glob("*.toml")]):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def lexicon() -> Lexicon:
    """The English lexicon; read at the first call, kept for the life of the process.

    >>> lexicon().time.months["june"]
    6
    """
    numbers, time = _number_words(_load("numbers.en")), _time_words(_load("dates.en"))
    words = _context_words(_load("words.en"))
    triggers = (
        numbers.starts
        | numbers.multiples.keys()
        | numbers.ordinals.keys()
        | numbers.fractions.keys()
        | time.months.keys()
        | time.weekdays.keys()
        | time.day_words.keys()
        | time.seasons.keys()
        | time.units.keys()
        | time.decades.keys()
        | {name.split()[0].split("'")[0].rstrip(".") for name in time.holidays}
        | {
            "weekend",
            "ago",
            "later",
            "earlier",
            "noon",
            "midnight",
            "no",
            "night",
            "morning",
            "evening",
        }
    )
    return Lexicon(
        numbers=numbers,
        currencies=_currencies(currency_table()),
        units=_units(unit_table()),
        time=time,
        words=words,
        triggers=frozenset(triggers),
        number_starts=frozenset(
            {*numbers.starts, *numbers.multiples, *numbers.ordinals, *numbers.fractions}
            | {"a", "an", "several", "few", "no"}
        ),
    )


def _load(name: str) -> Table:
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def _table(data: Table, key: str) -> dict[str, object]:
    return cast("dict[str, object]", data.get(key, {}))


def _strings(value: object) -> list[str]:
    return [str(item) for item in cast("Iterable[object]", value or ())]


def _ints(data: Table, key: str) -> dict[str, int]:
    return {word: int(str(value)) for word, value in _table(data, key).items()}


def _decimals(data: Table, key: str) -> dict[str, Decimal]:
    return {word: Decimal(str(value)) for word, value in _table(data, key).items()}


def _texts(data: Table, key: str) -> dict[str, str]:
    return {word: str(value) for word, value in _table(data, key).items()}


def _sets(data: Table) -> dict[str, frozenset[str]]:
    return {
        f"{section}.{name}": frozenset(_strings(words))
        for section, table in data.items()
        for name, words in cast("dict[str, object]", table).items()
        if isinstance(words, list)
    }


def _inverted(data: Table, key: str) -> dict[str, str]:
    return {
        phrase: name for name, phrases in _table(data, key).items() for phrase in _strings(phrases)
    }


def _number_words(data: Table) -> NumberWords:
    small, tens = _ints(data, "small"), _ints(data, "tens")
    scales, plural = _decimals(data, "scales"), _decimals(data, "plural_scales")
    starts = {*small, *tens, *scales, *plural, "half", "quarter"}
    return NumberWords(
        small=small,
        tens=tens,
        scales=scales,
        plural_scales=plural,
        scale_marks=_decimals(data, "scale_marks"),
        letter_marks=_decimals(data, "letter_marks"),
        fractions=_ints(data, "fractions"),
        ordinals=_ints(data, "ordinals"),
        multiples=_decimals(data, "multiples"),
        starts=frozenset(starts),
    )


def _time_words(data: Table) -> TimeWords:
    return TimeWords(
        months=_ints(data, "months"),
        weekdays=_ints(data, "weekdays"),
        seasons=_ints(data, "seasons"),
        day_words=_ints(data, "day_words"),
        units=_texts(data, "units"),
        decades=_ints(data, "decades"),
        holidays={
            name: (int(day.partition("-")[0]), int(day.partition("-")[2]))
            for name, day in _texts(data, "holidays").items()
        },
        sets={name.removeprefix("words."): words for name, words in _sets(data).items()},
    )


def _context_words(data: Table) -> ContextWords:
    return ContextWords(
        modifiers=_inverted(data, "modifiers"),
        modifiers_after=_inverted(data, "modifiers_after"),
        signs=_inverted(data, "signs"),
        change={
            word: name for name in ("up", "down") for word in _strings(_table(data, "change")[name])
        },
        sets=_sets(data),
    )


def _currencies(data: Table) -> Currencies:
    signs = _texts(data, "signs")
    codes = frozenset(_strings(_table(data, "spoken")["codes"]))
    names = _texts(data, "names")
    plurals = {f"{name}s": code for name, code in names.items() if not name.endswith("s")}
    hundredths = _texts(data, "hundredths")
    cents = {f"{name}s": code for name, code in hundredths.items() if not name.endswith("s")}
    return Currencies(
        before=_sign_before([*signs, *codes]),
        code_by_sign=signs,
        code_by_name=plurals | names,
        codes=codes,
        lower_codes=frozenset(_strings(_table(data, "spoken")["lower"])),
        hundredths=cents | hundredths,
        hundredth_signs=_texts(data, "hundredth_signs"),
        after=_sign_after(signs),
        folded=_texts(data, "folded") | _texts(_load("numbers.en"), "glued_signs"),
        denominators=frozenset(_strings(_table(data, "denominators")["words"])),
    )


def _sign_before(signs: Iterable[str]) -> re.Pattern[str]:
    """A sign, not glued to a word before it, with at most one blank and one minus before the amount."""
    alternatives = "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))
    return re.compile(
        rf"(?:(?<![^\W_])|(?<=[0-9]))(?P<sign>{alternatives})[ \u00a0\u202f]?(?P<minus>[-−–]?)\Z"
    )


def _sign_after(signs: Iterable[str]) -> re.Pattern[str]:
    """A sign after an amount, at most one blank away, that no further letter or amount is glued to."""
    last = [sign for sign in signs if sign not in ("Sh", "dlr") and not sign.startswith("Rs")]
    alternatives = "|".join(
        re.escape(sign) + (r"(?![^\W_])" if sign[-1].isalpha() else r"(?![0-9])")
        for sign in sorted(last, key=len, reverse=True)
    )
    return re.compile(rf"[ \u00a0\u202f]?(?P<sign>{alternatives})")


def _units(data: Table) -> Units:
    by_word: dict[str, Unit] = {}
    by_symbol: dict[str, Unit] = {}
    for name, entry in _table(data, "unit").items():
        row = cast("dict[str, object]", entry)
        unit = Unit(
            name=name,
            kind=str(row.get("kind", "quantity")),
            base=str(row["base"]) if row.get("base") else None,
            factor=Decimal(str(row["factor"])) if "factor" in row else None,
            offset=Decimal(str(row.get("offset", "0"))),
        )
        for word in _strings(row.get("words")):
            by_word[word] = unit
            by_word.setdefault(plural_of(word), unit)
        for symbol in _strings(row.get("symbols")):
            by_symbol[symbol] = unit
    guarded = _table(data, "guarded")
    return Units(
        by_word=by_word,
        by_symbol=by_symbol,
        spaced_guard=frozenset(_strings(guarded["spaced"])),
        metre_context=frozenset(_strings(guarded["metre_context"])),
        tonne_context=frozenset(_strings(guarded["tonne_context"])),
    )
