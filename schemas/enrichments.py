"""What an enricher that is a plug-in found in an article: rows of JSON, of the whole article or of a span of its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrichment:
    """One row of a stage that a package adds. `data` is what JSON knows, by name.

    `paragraph` is the row of the article that it is about (see `schemas.article` for the title and the summary), None for
    all of it; `start` and `end` are code points in that row's text, None for the whole row.
    """

    stage: str
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEnrichment:
    """A stored row with its article; `text` is the span that it is about, or the whole row, None for the article."""

    enrichment: Enrichment
    article_id: int
    key: str
    title: str | None
    text: str | None
