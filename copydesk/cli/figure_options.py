"""The options that ask for figures; `schemas.asking.make_figure_query` makes a query of what they hold."""

from __future__ import annotations

import re
from typing import Annotated, get_args

import typer

from copydesk.cli.options import named
from schemas.errors import UsageError
from schemas.marks import FigureKind

Kind = Annotated[str | None, named("--kind", "KIND", f"One of: {', '.join(get_args(FigureKind))}.")]
_AMOUNT = re.compile(
    r"(?P<number>[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?) ?(?P<scale>[a-z]*)",
    re.IGNORECASE,
)
_POWERS = {
    "": 0, "k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "b": 9, "bn": 9, "billion": 9, "t": 12, "tn": 12,
    "trillion": 12,
}  # fmt: skip


def parse_amount(text: str) -> float:
    """The number that a person types.

    >>> parse_amount("1e9"), parse_amount("1.5bn"), parse_amount("1,000,000"), parse_amount("-2 million")
    (1000000000.0, 1500000000.0, 1000000.0, -2000000.0)

    Raises UsageError for what is none.
    """
    match = _AMOUNT.fullmatch(text.strip())
    try:
        if match and match["scale"].lower() in _POWERS:
            return float(f"{match['number'].replace(',', '')}e{_POWERS[match['scale'].lower()]}")
        return float(text)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is no number", remedy="write 1000000, 1e6, 1m or -2.5"
        ) from error


Minimum = Annotated[
    float | None,
    typer.Option(
        "--min", metavar="NUMBER", parser=parse_amount, help="At least this value (1e9, 1bn)."
    ),
]
Maximum = Annotated[
    float | None,
    typer.Option("--max", metavar="NUMBER", parser=parse_amount, help="At most this value."),
]
Unit = Annotated[
    str | None,
    named(
        "--unit",
        "UNIT",
        "USD, dollars, %, km, barrels a day ...; finds what can be converted to it (km: miles too).",
    ),
]
AboutWhat = Annotated[
    str | None,
    named(
        "--about",
        "NAME|PERIOD",
        "Only articles that are about it, not only mention it; or paragraphs with a figure of that time (2024-Q3).",
    ),
]
Rates = Annotated[
    str | None,
    named(
        "--rates", "FILE", "What currencies are worth (TOML or CSV), to compare money in --unit."
    ),
]
Subject = Annotated[
    str | None, named("--subject", "NAME", "Whom the figure is about, by any of its names.")
]
Noun = Annotated[
    str | None, named("--noun", "WORD", "What is counted: soldier finds 20 Indian soldiers.")
]
About = Annotated[
    str | None,
    named(
        "--about",
        "PERIOD",
        'The time it speaks of: 2024, 2024-07, 2024-Q3, 2024-07-08, 2019..2021 or "this year".',
    ),
]
