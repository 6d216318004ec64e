"""What may be asked of figures, by the names that the command line and Python share, checked once and then trusted."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypedDict, Unpack, cast, get_args

from schemas.errors import UsageError
from schemas.filters import FilterArgs, Filters, make_filters, require_one_of, require_type
from schemas.marks import FigureKind, FigureQuery
from schemas.periods import PeriodLike, parse_period
from schemas.rate_files import RatesLike, rates_of
from schemas.rates import Rates
from schemas.units import is_currency, is_hundredths, stored_units


class FigureArgs(TypedDict, total=False):
    """What is asked of figures as keyword arguments, as `make_figure_query` takes it."""

    kind: str | None
    min: float | None
    max: float | None
    unit: str | None
    subject: str | None
    noun: str | None
    about: PeriodLike | None
    words: str | None
    rates: RatesLike | None


class FigureAndFilterArgs(FigureArgs, FilterArgs, total=False):
    """What is asked of figures, and the filters that everything listed shares."""


def split_figure_args(
    args: FigureAndFilterArgs, *, spelled: str = "{}"
) -> tuple[FigureQuery, Filters]:
    """The query of figures and the shared filters. Raises UsageError for an argument that is neither."""
    given = dict(args)
    known = FigureArgs.__annotations__
    for name in given:
        require_one_of("filter", name, (*known, *FilterArgs.__annotations__))
    query = {name: given.pop(name) for name in list(given) if name in known}
    filters = make_filters(spelled=spelled, **cast("FilterArgs", given))
    return make_figure_query(spelled=spelled, **cast("FigureArgs", query)), filters


def make_row_filters(*, spelled: str = "{}", **args: Unpack[FigureAndFilterArgs]) -> Filters:
    """The shared filters, with a figure that each row must have where one is asked for.

    >>> make_row_filters(lang="en", kind="money", min=1e9).figure.minimum
    1000000000.0

    What `about` names is a period that a figure of the row speaks of, or else an entity that the article is about.

    >>> make_row_filters(about="Bank of England").about
    'Bank of England'

    Raises UsageError as `make_filters` and `make_figure_query` do.
    """
    about = args.get("about")
    if isinstance(about, str) and about.strip() and not _is_period(about):
        named = cast("FigureAndFilterArgs", {**args, "about": None, "about_entity": about})
        return make_row_filters(spelled=spelled, **named)
    query, filters = split_figure_args(args, spelled=spelled)
    return filters if query == FigureQuery() else replace(filters, figure=query)


def _is_period(text: str) -> bool:
    """Whether a period is meant, rightly written or not: names do not begin with a digit."""
    if text.strip()[0].isdigit():
        return True
    try:
        parse_period(text)
    except UsageError:
        return False
    return True


def make_figure_query(*, spelled: str = "{}", **args: Unpack[FigureArgs]) -> FigureQuery:
    """A query of what a person types. `spelled` is how a name stands in errors: "--{}" on the command line.

    >>> make_figure_query(kind="money", min=1e9, unit="USD", about="2024").about
    (datetime.date(2024, 1, 1), datetime.date(2024, 12, 31))

    Raises UsageError for a kind, number or period that is none, a span that ends before it begins, or a blank name.
    Whether a unit is known is the store's to say.
    """
    for name in args:
        require_one_of("question about figures", name, tuple(FigureArgs.__annotations__))
    kind = args.get("kind")
    if kind is not None:
        require_one_of("kind of figure", kind, get_args(FigureKind))
    least, most, about = args.get("min"), args.get("max"), args.get("about")
    given = args.get("rates")
    rates = None if given is None else rates_of(given)
    unit = _name(args.get("unit"), spelled.format("unit"))
    if rates:
        _require_rated(rates, unit, spelled)
    low, high, period = (spelled.format(name) for name in ("min", "max", "about"))
    minimum = None if least is None else _number(least, low)
    maximum = None if most is None else _number(most, high)
    if minimum is not None and maximum is not None and minimum > maximum:
        raise UsageError(f"{low} {minimum:g} is over {high} {maximum:g}", remedy="swap the two")
    part = 0.01 if unit and is_hundredths(unit) else 1.0
    return FigureQuery(
        kind=cast("FigureKind | None", kind),
        minimum=None if minimum is None else minimum * part,
        maximum=None if maximum is None else maximum * part,
        unit=unit,
        subject=_name(args.get("subject"), spelled.format("subject")),
        noun=_name(args.get("noun"), spelled.format("noun")),
        about=None if about is None else parse_period(about, period),
        words=_name(args.get("words"), "the text to look for"),
        rates=rates,
    )


def _require_rated(rates: Rates, unit: str | None, spelled: str) -> None:
    name = spelled.format("unit")
    if unit is None:
        raise UsageError(
            f"{spelled.format('rates')} without {name}",
            remedy=f"name the currency to compare in: {name} {rates.base}",
        )
    money = [code for code in stored_units(unit) if is_currency(code)]
    if money and not any(code.partition("/")[0] in rates.worth for code in money):
        known = ", ".join(sorted(rates.worth))
        raise UsageError(
            f"the rates have none for {money[0]}", remedy=f"add it, or name one of: {known}"
        )


def _number(value: object, name: str) -> float:
    try:
        real = float(cast("float", value))
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"{name} {value!r} is no number", remedy="write 1000000, 1e6 or -2.5"
        ) from error
    except OverflowError:
        real = math.inf if cast("float", value) > 0 else -math.inf
    if math.isnan(real):
        raise UsageError(f"{name} {value!r} is no number", remedy="write 1000000, 1e6 or -2.5")
    return real


def _name(value: str | None, name: str) -> str | None:
    if value is None:
        return None
    require_type(name, value, str)
    if not value.strip():
        raise UsageError(f"{name} is blank", remedy="name something, or leave it out")
    return " ".join(value.split())
