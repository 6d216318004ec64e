"""How a search is to go, beside what it looks for and where: what a hit is, which of them, and what counts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypedDict, Unpack, cast, get_args

from schemas.asking import FigureAndFilterArgs, make_row_filters
from schemas.errors import UsageError
from schemas.filters import Filters, require_one_of, require_type
from schemas.results import FacetName

Per = Literal["article", "paragraph"]
FACETS: tuple[FacetName, ...] = get_args(FacetName)
_SPAN = re.compile(r"(\d{1,6})\s*([hdwy])", re.IGNORECASE)
_HOURS = {"h": 1, "d": 24, "w": 168, "y": 8766}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """What each hit is (the best row of an article, or any paragraph), how many are passed over, and what counts.

    Hits of a raw cosine under `min_similarity` (-1 to 1) are left out. With `half_life`, half of a hit's score is lost to
    its age, and half of that half by each such span since it was published; what has no date has lost it all. With `fold`
    hits that tell the same are one. `facets` are counted over all that matches; `explain` says why each hit is there.
    """

    per: Per = "article"
    offset: int = 0
    min_similarity: float | None = None
    half_life: timedelta | None = None
    fold: bool = False
    facets: tuple[FacetName, ...] = ()
    explain: bool = False


class ListedArgs(TypedDict, total=False):
    """The options of everything that lists hits, as keyword arguments."""

    offset: int
    min_similarity: float | None
    recency: str | timedelta | None
    fold: bool
    facets: str | Iterable[str] | bool | None
    explain: bool


class OptionArgs(ListedArgs, total=False):
    """The options as keyword arguments, as `make_options` takes them."""

    per: str


class SimilarArgs(FigureAndFilterArgs, ListedArgs, total=False):
    """Everything that "more like this" takes by name."""


class SearchArgs(FigureAndFilterArgs, OptionArgs, total=False):
    """Everything that a search takes by name."""


def split_search_args(
    args: SearchArgs | SimilarArgs, *, spelled: str = "{}"
) -> tuple[Filters, SearchOptions]:
    """The filters and the options. Raises UsageError for an argument that is neither."""
    given = dict(args)
    known = {*OptionArgs.__annotations__, *ListedArgs.__annotations__}
    options = {name: given.pop(name) for name in list(given) if name in known}
    filters = make_row_filters(spelled=spelled, **cast("FigureAndFilterArgs", given))
    return filters, make_options(spelled=spelled, **cast("OptionArgs", options))


def make_options(*, spelled: str = "{}", **args: Unpack[OptionArgs]) -> SearchOptions:
    """Options from what a person types; `spelled` is how a name stands in errors.

    >>> make_options(recency="30d").half_life
    datetime.timedelta(days=30)

    Raises UsageError for what is no such thing.
    """
    per = args.get("per", "article")
    require_one_of("kind of hit", per, get_args(Per))
    offset = args.get("offset", 0)
    require_type(spelled.format("offset"), offset, int)
    if offset < 0:
        raise UsageError(
            f"{spelled.format('offset')} {offset} is below nothing",
            remedy="pass over 0 hits or more",
        )
    floor, recency = args.get("min_similarity"), args.get("recency")
    name = "min_similarity" if spelled == "{}" else spelled.format("min-similarity")
    return SearchOptions(
        per=cast("Per", per),
        offset=offset,
        min_similarity=None if floor is None else _cosine(floor, name),
        half_life=None if recency is None else _span(recency, spelled.format("recency")),
        fold=_flag("fold", args.get("fold", False)),
        facets=_facets(args.get("facets")),
        explain=_flag("explain", args.get("explain", False)),
    )


def _flag(name: str, value: object) -> bool:
    require_type(name, value, bool)
    return bool(value)


def _facets(names: object) -> tuple[FacetName, ...]:
    """Those that are named, in the order in which they are told; True stands for all."""
    if names is None or isinstance(names, bool):
        return FACETS if names else ()
    if not isinstance(names, Iterable):
        raise UsageError(f"facets cannot be a {type(names).__name__}")
    asked = [part.strip() for part in names.split(",")] if isinstance(names, str) else list(names)
    for name in asked:
        require_one_of("facet", name, FACETS)
    return tuple(name for name in FACETS if name in asked)


def _cosine(value: object, name: str) -> float:
    try:
        floor = float(cast("float", value))
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{name} {value!r} is no number") from error
    if not math.isfinite(floor) or not -1 <= floor <= 1:
        raise UsageError(f"{name} {floor:g} is no cosine", remedy="write a number from -1 to 1")
    return floor


def _span(value: str | timedelta, name: str) -> timedelta:
    if isinstance(value, timedelta):
        span = value
    else:
        match = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
        span = timedelta(hours=int(match[1]) * _HOURS[match[2].lower()]) if match else timedelta(0)
    if span <= timedelta(0):
        raise UsageError(
            f"{name} {value!r} is no span of time",
            remedy='write one like "12h", "30d", "8w" or "1y"',
        )
    return span
