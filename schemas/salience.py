"""How much an article is about an entity, from 0 to 1: told by where it is named, how often, and how far through the text.

    salience = 0.35 headline + 0.25 lead + 0.25 count + 0.15 spread

headline is 1 where the title names it. lead is 1 where the summary or the first paragraph does, a half where the second or
third does. count is its mentions as a share of those of the most mentioned entity, of three at least. spread is the share
of the parts of the body (its paragraphs, or its fifths where it has more than five) that name it. Without a title, the
others are what is left of 1. The features are those that Dunietz and Gillick ("A New Entity Salience Task with Millions of
Training Examples", EACL 2014, table 2) found to tell most: first place, headline, count; theirs are weighed by a model that
was trained, ours by hand.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.article import SUMMARY_ROW, TITLE_ROW

ABOUT = 0.5
"""An article is about those entities whose salience is at least that: one that only the headline names is not, nor one that
only the lead does."""
_HEADLINE, _LEAD, _COUNT, _SPREAD = 0.35, 0.25, 0.25, 0.15
_PARTS = 5
_FEWEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleEntity:
    """An entity of one article: how often it is mentioned there, and how much the article is about it."""

    id: int
    name: str
    label: str
    mentions: int
    salience: float


def salience_of(places: Sequence[int], most: int, body: Sequence[int], *, has_title: bool) -> float:
    """The salience of an entity with a mention in each of `places`, which are indexes of the article's rows.

    `most` is how often the most mentioned entity is, `body` the indexes of the paragraphs of prose, in order.

    >>> salience_of([-2, 0, 0, 3], 4, range(10), has_title=True)
    0.91
    >>> salience_of([7], 4, range(10), has_title=True)
    0.0925
    """
    if not places:
        return 0.0
    numbers = ((bisect_left(body, place), place) for place in places)
    found = [n for n, place in numbers if n < len(body) and body[n] == place]
    parts = min(_PARTS, len(body))
    spread = len({number * parts // len(body) for number in found}) / parts if found else 0.0
    count = min(1.0, len(places) / max(most, _FEWEST))
    rest = _LEAD * _lead(places, found) + _COUNT * count + _SPREAD * spread
    if not has_title:
        return round(rest / (1 - _HEADLINE), 4)
    return round(_HEADLINE * (TITLE_ROW in places) + rest, 4)


def _lead(places: Sequence[int], found: Sequence[int]) -> float:
    first = min(found, default=_PARTS)
    if SUMMARY_ROW in places or first == 0:
        return 1.0
    return 0.5 if first <= 2 else 0.0
