"""Files of currency rates as users write them, in TOML or CSV; each says in its own words what one of a currency is worth.

    base = "USD"                currency,USD
    [rates]                     EUR,1.08
    EUR = 1.08                  JPY,0.0064
    JPY = 0.0064

Both say: one euro is 1.08 dollars.
"""

from __future__ import annotations

import csv
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path

from schemas.errors import UsageError
from schemas.rates import Rates
from schemas.units import currency_codes

RatesLike = Rates | str | os.PathLike[str] | Mapping[str, object]
"""Rates, the path of a file of rates, or what stands in one: {"base": "USD", "EUR": 1.08}."""

_REMEDY = 'write base = "USD" and EUR = 1.08 for what one euro is worth in dollars; or CSV: currency,USD and then EUR,1.08'
_MOST_BYTES = 1_000_000
_LEAST, _MOST = Decimal("1e-15"), Decimal("1e15")


def rates_of(rates: RatesLike) -> Rates:
    """Rates from a file, or from a mapping of the same shape.

    >>> rates_of({"base": "USD", "EUR": 1.08}).worth["EUR"]
    Decimal('1.08')

    Raises UsageError where they are not readable, name no base, an unknown currency, or a rate that is none.
    """
    if isinstance(rates, Rates):
        return rates
    if isinstance(rates, Mapping):
        return _checked(_rows(rates), "the rates", {})
    if not isinstance(rates, (str, os.PathLike)):
        raise UsageError(f"rates cannot be a {type(rates).__name__}", remedy=_REMEDY)
    name, text = os.fspath(rates), _read(rates)
    first = next((line for line in text.splitlines() if line.strip() and line[0] != "#"), "")
    if name.lower().endswith(".csv") or re.match(r"\s*\"?currency\"?\s*,", first, re.IGNORECASE):
        return parse_csv(text, name)
    return parse_toml(text, name)


def parse_toml(text: str, name: str) -> Rates:
    """The rates of a TOML file called `name`."""
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, InvalidOperation, ValueError) as error:
        raise UsageError(f"{name} is no TOML: {error}", remedy=_REMEDY) from error
    places = {}
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.match(r"\s*[\"']?([^\"'=\s]+)[\"']?\s*=", line):
            places[found[1]] = number
    return _checked(_rows(table), name, places)


def parse_csv(text: str, name: str) -> Rates:
    """The rates of a CSV file called `name`: its header line is "currency" and the base."""
    rows: list[tuple[str, object]] = []
    places: dict[str, int] = {}
    try:
        reader = csv.reader(text.splitlines(), strict=True)
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            code, rate = cells if len(cells) == len(("code", "rate")) else ("", "")
            if not code or (not rows and code.lower() != "currency"):
                raise UsageError(f"{name}, line {reader.line_num}: {row!r}", remedy=_REMEDY)
            rows.append((code if rows else "base", rate))
            places[rows[-1][0]] = reader.line_num
    except csv.Error as error:
        raise UsageError(f"{name} is no CSV: {error}", remedy=_REMEDY) from error
    return _checked(rows, name, places)


def _read(path: str | os.PathLike[str]) -> str:
    name = os.fspath(path)
    try:
        with Path(path).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise UsageError(f"{name} is too long for a file of rates", remedy=_REMEDY)
        return content.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        why = "is not UTF-8" if isinstance(error, UnicodeError) else getattr(error, "strerror", "")
        raise UsageError(
            f"the rates in {name!r} cannot be read: {why or error}",
            remedy="name a TOML or CSV file of rates",
        ) from error


def _rows(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        if name == "rates" and isinstance(value, Mapping):
            yield from ((str(code), rate) for code, rate in value.items())
        else:
            yield str(name), value


def _checked(
    rows: Iterator[tuple[str, object]] | list[tuple[str, object]],
    name: str,
    places: Mapping[str, int],
) -> Rates:
    base = ""
    worth: dict[str, Decimal] = {}
    for key, value in rows:
        place = f"{name}, line {places[key]}" if key in places else name
        if key.lower() == "base":
            base = _code(str(value), place)
            continue
        code = _code(key, place)
        if code in worth:
            raise UsageError(f"{place}: {code} stands there twice", remedy="give one rate for each")
        worth[code] = _rate(value, f"{place}, {key}")
    if not base:
        raise UsageError(f"{name} names no base currency", remedy=_REMEDY)
    if worth.setdefault(base, Decimal(1)) != 1:
        raise UsageError(
            f"{name}: one {base} is worth {worth[base]} {base}", remedy="the base is worth 1"
        )
    return Rates(base=base, worth=worth)


def _code(text: str, place: str) -> str:
    code = text.strip().upper()
    if code in currency_codes():
        return code
    near = get_close_matches(code, currency_codes(), n=1)
    raise UsageError(
        f"{place}: unknown currency {text!r}",
        remedy=f"did you mean {near[0]}?" if near else "write its ISO 4217 code: USD, EUR, JPY",
    )


def _rate(value: object, place: str) -> Decimal:
    rate = _number(value)
    if rate is None or not rate.is_finite() or not _LEAST <= rate <= _MOST:
        said = f" {value[:40]!r}" if isinstance(value, str) else ""
        raise UsageError(f"{place}:{said} is no rate", remedy="write a number over 0, such as 1.08")
    return rate


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        # A float by its digits: 1.08 is meant, not what binary makes of it.
        return Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return None
