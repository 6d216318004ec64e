"""The options that say what hits are, which of them are shown, and what is said beside them."""

from __future__ import annotations

from typing import Annotated

import typer

from copydesk.cli.options import named
from schemas.searching import FACETS

Per = Annotated[str, named("--per", "HIT", "article (its best paragraph) or paragraph.")]
Offset = Annotated[int, typer.Option(min=0, help="Pass over so many hits.")]
MinSimilarity = Annotated[
    float | None, named("--min-similarity", "COSINE", "Leave out hits whose cosine is lower.")
]
Recency = Annotated[
    str | None, named("--recency", "SPAN", "Count old hits less: half-life, like 30d.")
]
Fold = Annotated[
    bool,
    typer.Option("--fold/--no-fold", help="Copies of one story are one hit, with their count."),
]
Facets = Annotated[
    bool,
    typer.Option("--facets", help=f"Count all that matches by {', '.join(FACETS[:-1])} and {FACETS[-1]}."),
]  # fmt: skip
Facet = Annotated[
    list[str] | None, named("--facet", "NAME", "Count by this one alone (repeatable).")
]
Explain = Annotated[bool, typer.Option("--explain", help="Say why each hit is there.")]


def facets_of(facet: list[str] | None, *, facets: bool) -> list[str] | bool:
    """The facets that are asked for."""
    return facets or facet or False
