"""What is found in an article's text: mentions of entities, and figures. Spans are exact: `text[start:end]`.

Offsets are code points into the stored text of one row (`paragraph` is its index; see `schemas.article` for the title
and the summary), end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from schemas.periods import Period
from schemas.rates import Rates

FigureKind = Literal[
    "money",
    "percent",
    "quantity",
    "count",
    "ordinal",
    "ratio",
    "multiple",
    "score",
    "date",
    "duration",
]
Modifier = Literal[
    "exact", "approx", "nearly", "over", "at_least", "under", "at_most", "range", "vague"
]


FigureOrder = Literal["newest", "value", "date", "article"]
"""Newest article first, which is also "date"; largest value first; or article by article, as written."""
FIGURE_ORDERS: tuple[FigureOrder, ...] = ("date", "value", "article")
"""Those that are told of; "newest" is the older name of "date"."""
FigureGrouping = Literal["month", "entity", "noun", "source", "unit", "kind"]
"""By month and source of the article, by entities in the figure's sentence, by what is counted, by unit, by kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A named entity where it stands. `label` is OntoNotes (PERSON ORG GPE LOC NORP FAC EVENT ...).

    `name` is canonical within the article: "Modi", "Prime Minister Modi" and "Narendra Modi" share one.
    `entity_id` is the stored entity's, None before storing. `joined_by` says why `name` is another than `text` (surname,
    acronym ...), else it is empty. `country` is the ISO code of the country that it is, or whose people; `ref` its number
    elsewhere (a Wikidata Q-number), where the user's own list of names gives one.
    """

    paragraph: int
    start: int
    end: int
    text: str
    label: str
    name: str
    entity_id: int | None = None
    joined_by: str = ""
    country: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number in the news with its meaning.

    The span covers the number and its unit, not the modifier: "40%" of "over 40%". A range has low and high and no
    value; "at least" and "over" set low = value, "under", "at_most" and "nearly" set high = value.
    unit: ISO 4217 for money ("USD", "USD/barrel" per unit), "percent", "percentage_point", singular English names
    elsewhere ("kilometre", "barrel/day", "year"). `noun` is what is counted. Dates are inclusive days; a date that
    needs a reference day and has none keeps None. `about_*` is the period the figure speaks of. `rule` names the rule
    of the grammar that made it.
    """

    paragraph: int
    start: int
    end: int
    text: str
    kind: FigureKind
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    modifier: Modifier = "exact"
    unit: str | None = None
    base_value: Decimal | None = None
    base_unit: str | None = None
    noun: str | None = None
    change: Literal["up", "down"] | None = None
    role: Literal["delta", "to", "from"] | None = None
    date_start: date | None = None
    date_end: date | None = None
    time: str | None = None
    about_start: date | None = None
    about_end: date | None = None
    subjects: tuple[str, ...] = ()
    sentence_start: int = 0
    sentence_end: int = 0
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureQuery:
    """Which figures are asked for; `schemas.asking.make_figure_query` makes one of what people type, and checks it.

    A figure's own span must meet `minimum` and `maximum`, which are in `unit` where one is named: a unit finds its whole
    dimension ("km" finds miles), a currency itself and, with `rates`, those that are in there. `subject` is whom the figure
    is about, under any name of the entity; `noun` what is counted, singular or plural; `about` the days that the period
    the figure speaks of must meet; `words` must all stand in its paragraph.
    """

    kind: FigureKind | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    subject: str | None = None
    noun: str | None = None
    about: Period | None = None
    words: str | None = None
    rates: Rates | None = None
