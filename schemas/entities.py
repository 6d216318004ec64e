"""What is told of stored entities: one in a list, and one by itself with its names, its company and its news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from schemas.stored import FoundFigure, StoredEntity


@dataclass(frozen=True, slots=True, kw_only=True)
class NameUse:
    """A name that the news has for an entity, how often, and why it is that entity's (empty for its own name).

    Reasons are those of the articles themselves (surname, acronym ...) and of joins over articles.
    """

    name: str
    mentions: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityJoin:
    """A name that is counted under another one in so many articles, and why."""

    name: str
    label: str
    reason: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityLink:
    """Another entity that this one is not, but belongs to: a country's people, a people's country."""

    id: int
    name: str
    label: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoMention:
    """An entity that is mentioned in so many of the same articles."""

    id: int
    name: str
    label: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityArticle:
    """An article that mentions an entity so often, and how much it is about it (0 to 1); None where that was never told."""

    article_id: int
    key: str
    title: str | None
    url: str | None
    source: str | None
    published_at: datetime | None
    mentions: int
    salience: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityProfile:
    """One entity: what it is called and why, with whom it stands, in which articles, with which figures in its sentences.

    `articles` are those that mention it most, `figures` those of the newest articles.
    """

    entity: StoredEntity
    names: tuple[NameUse, ...]
    joins: tuple[EntityJoin, ...]
    linked: tuple[EntityLink, ...]
    co_mentions: tuple[CoMention, ...]
    articles: tuple[EntityArticle, ...]
    figures: tuple[FoundFigure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityChange:
    """An entity after it was put right by hand; `names_moved` counts the names in articles that changed sides."""

    id: int
    name: str
    label: str
    hidden: bool
    names_moved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityCorrection:
    """What was put right by hand: names as they are compared, with the kind of entity."""

    kind: Literal["merge", "apart", "rename", "hide"]
    name: str
    label: str
    into: str | None
    into_label: str | None
    new_name: str | None
    made_at: datetime | None
