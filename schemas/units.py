"""The units and currencies figures are stored in, and what people call them: "km", "$", "tonnes", "dollars a barrel".

The tables are for whoever reads figures in a text, too (`unit_table`, `currency_table`). How a unit is found in a text is
not known here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import cast

from schemas.rates import Rates

DATA = Path(__file__).parent / "data"
_PER = re.compile(r"\s*/\s*|\s+(?:per|an?|each|every)\s+")
_PERCENT = {
    "percent": ("%", "percent", "per cent", "pct", "percentage"),
    "percentage_point": ("percentage point", "percentage points", "pp", "ppt", "% points"),
    "basis_point": ("basis point", "basis points", "bp", "bps"),
}
_POINTS = {"percentage_point": Decimal(1), "basis_point": Decimal("0.01")}
# What people type for a unit, and what in a text is one only among words that say so.
_TYPED = {"f": "fahrenheit", "c": "celsius", "k": "kelvin", "in": "inch"}
_DIGITS = Context(prec=12)
_NEAR_ZERO = Decimal("1e-12")
_Table = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How a unit leads to what its dimension is measured in: `value * factor + offset`."""

    dimension: str
    factor: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)

    def to(self, other: Scale) -> Scale:
        """The scale from this unit to another of its dimension."""
        return Scale(
            dimension=self.dimension,
            factor=self.factor / other.factor,
            offset=(self.offset - other.offset) / other.factor,
        )

    def of(self, value: Decimal) -> Decimal:
        """What `value` leads to, in twelve digits: a factor of thirty would say more than was written.

        >>> scale_of("mile").to(scale_of("kilometre")).of(Decimal(70))
        Decimal('112.65408')
        """
        led = value * self.factor + self.offset
        if self.offset and abs(led) < _NEAR_ZERO:  # 32 °F by a factor of 0.555...
            return Decimal(0)
        return _DIGITS.create_decimal(led).normalize(_DIGITS)


@cache
def unit_table() -> _Table:
    """The units of measure by stored name: words, symbols, SI base and factor; and the symbols taken with care."""
    return _load("units")


@cache
def currency_table() -> _Table:
    """The signs, names and hundredths of currencies, and what a price can be for."""
    return _load("currencies")


def stored_units(text: str) -> tuple[str, ...]:
    """The names figures are stored under that a person may mean by `text`; () for what is no unit known here.

    More than one where a word has two meanings. Case counts only where it tells two symbols apart.

    >>> stored_units("km/h"), stored_units("dollars a barrel"), stored_units("pounds"), stored_units("parsnips")
    (('kilometre/hour',), ('USD/barrel',), ('GBP', 'pound'), ())
    """
    asked = " ".join(text.split())
    if whole := _simple(asked):
        return whole
    above, _, below = _split(asked)
    if not below:
        return ()
    things = _simple(below) or _denominators().get(below.lower(), ())
    return tuple(f"{name}/{thing}" for name in _simple(above) for thing in things)


def is_hundredths(text: str) -> bool:
    """Whether a person who writes `text` counts in hundredths of the currency that figures are stored in.

    >>> is_hundredths("cents"), is_hundredths("pence a litre"), is_hundredths("dollars")
    (True, True, False)
    """
    above = _split(" ".join(text.split()))[0].lower()
    small = cast("Mapping[str, str]", currency_table()["hundredths"])
    return above in small or above in map(plural_of, small)


def nearest_unit(text: str) -> str | None:
    """The known word nearest to one that is none.

    >>> nearest_unit("tonnnes"), nearest_unit("dolars a barrel"), nearest_unit("0")
    ('tonnes', 'dollars', None)
    """
    asked = " ".join(text.split()).lower()
    for part in (asked, _split(asked)[0], asked.partition(" of ")[0]):
        if near := get_close_matches(part, _by_word(), n=1, cutoff=0.75):
            return near[0]
    return None


def scale_of(unit: str, rates: Rates | None = None) -> Scale:
    """The scale of a stored unit. What is measured in nothing else, as a currency without `rates`, is its own dimension.

    A price is compared with prices for the same thing: USD/barrel neither with USD nor with USD/tonne.

    >>> scale_of("mile").dimension, scale_of("tonne/day").dimension, scale_of("USD/barrel").dimension
    ('metre', 'kilogram/second', 'USD/barrel')
    """
    if unit in _POINTS:
        return Scale(dimension="percentage_point", factor=_POINTS[unit])
    if whole := _measure(unit):
        return whole
    above, slash, below = unit.partition("/")
    if rates and above in rates.worth:
        return Scale(dimension=f"{rates.base}{slash}{below}", factor=rates.worth[above])
    over, under = _measure(above), _measure(below)
    if over is None or under is None or over.offset or under.offset:
        return Scale(dimension=unit)
    return Scale(dimension=f"{over.dimension}/{under.dimension}", factor=over.factor / under.factor)


def is_currency(unit: str) -> bool:
    """Whether a stored unit is an amount of money, or of money for something.

    >>> is_currency("USD"), is_currency("EUR/share"), is_currency("mile")
    (True, True, False)
    """
    return unit.partition("/")[0] in currency_codes()


@cache
def currency_codes() -> frozenset[str]:
    """The codes that money is stored under."""
    table = currency_table()
    named = (*table["signs"].values(), *table["names"].values(), *table["hundredths"].values())
    return frozenset((*_strings(table["spoken"]["codes"]), *map(str, named)))


def plural_of(word: str) -> str:
    """The regular plural, of the first noun where it is a measure of something.

    >>> plural_of("barrel"), plural_of("barrel of oil")
    ('barrels', 'barrels of oil')
    """
    head, _, tail = word.partition(" of ")
    return f"{head}s of {tail}" if tail else f"{word}s"


@cache
def _measure(name: str) -> Scale | None:
    row = cast("_Table", unit_table()["unit"]).get(name)
    if row is None or "factor" not in row:
        return None
    return Scale(
        dimension=str(row["base"]),
        factor=Decimal(str(row["factor"])),
        offset=Decimal(str(row.get("offset", 0))),
    )


def _load(name: str) -> _Table:
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def _split(text: str) -> tuple[str, str, str]:
    match = _PER.search(text)
    return (text[: match.start()], match[0], text[match.end() :]) if match else (text, "", "")


def _simple(text: str) -> tuple[str, ...]:
    found = _by_symbol().get(text, ())
    # "Mb" is a megabit and "mb" whatever the words say: only capitals were chosen with care.
    if not found or text == text.lower():
        found = (*found, *_by_word().get(text.lower(), ()))
    if meant := _TYPED.get(text.lower()):
        found = (*found, meant)
    return tuple(sorted(set(found)))


@cache
def _by_symbol() -> Mapping[str, tuple[str, ...]]:
    signs = cast("Mapping[str, str]", currency_table()["signs"])
    return _grouped(
        [
            *signs.items(),
            *((s, name) for name, row in _units() for s in _strings(row.get("symbols"))),
        ]
    )


@cache
def _by_word() -> Mapping[str, tuple[str, ...]]:
    return _grouped((word.lower(), name) for word, name in _words())


def _words() -> Iterator[tuple[str, str]]:
    currencies = currency_table()
    for part in ("names", "hundredths"):
        for word, code in cast("Mapping[str, str]", currencies[part]).items():
            yield from ((word, code), (plural_of(word), code), (code, code))
    yield from ((code, code) for code in currency_codes())
    for name, words in _PERCENT.items():
        yield from ((word, name) for word in (name, *words))
    for name, row in _units():
        for word in (name, *_strings(row.get("words"))):
            yield from ((word, name), (plural_of(word), name))


def _units() -> Iterable[tuple[str, Mapping[str, object]]]:
    return cast("Mapping[str, Mapping[str, object]]", unit_table()["unit"]).items()


@cache
def _denominators() -> Mapping[str, tuple[str, ...]]:
    words = _strings(currency_table()["denominators"]["words"])
    return _grouped((form, word) for word in words for form in (word, plural_of(word)))


def _strings(value: object) -> list[str]:
    return [str(item) for item in cast("Iterable[object]", value or ())]


def _grouped(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    grouped: dict[str, tuple[str, ...]] = {}
    for word, name in pairs:
        known = grouped.get(word, ())
        grouped[word] = known if name in known else (*known, name)
    return grouped
