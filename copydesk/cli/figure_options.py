"""The options that ask for figures; `schemas.asking.make_figure_query` makes a query of what they hold."""

from __future__ import annotations

from typing import Annotated, get_args

import typer

from copydesk.cli.options import named
from schemas.marks import FigureKind

Kind = Annotated[str | None, named("--kind", "KIND", f"One of: {', '.join(get_args(FigureKind))}.")]
Minimum = Annotated[
    float | None, typer.Option("--min", help="At least this value (1e9 is a billion).")
]
Maximum = Annotated[float | None, typer.Option("--max", help="At most this value.")]
Unit = Annotated[
    str | None,
    named(
        "--unit",
        "UNIT",
        "USD, dollars, %, km, barrels a day ...; finds what can be converted to it (km: miles too).",
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
