"""What is known of an article while it is being cleaned: blocks and claims, before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.article import DateCandidate, PageKind, ParagraphKind, Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph as found.

    `linked` is the share of its characters that stand inside links, `page` where it begins.
    `reason` is why it is not the article's, where that is known from how it was read (a quoted mail, a signature).
    """

    text: str
    kind: ParagraphKind = "text"
    linked: float = 0.0
    page: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """When something was published: aware UTC, how exactly that is known, and which candidate said so."""

    at: datetime
    precision: Precision
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a document says of itself, beside its text. `title` is "" where it says that there is none."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    published: Published | None = None
    published_candidates: tuple[DateCandidate, ...] = ()
    modified_at: datetime | None = None
    modified_precision: Precision | None = None
    section: str | None = None
    site: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    language: str | None = None
    page_language: str | None = None
    dateline: str | None = None
    summary: str | None = None
    image_url: str | None = None
    image_caption: str | None = None
    headlines: tuple[str, ...] = ()
    """Every form of the title the page shows or declares, to know it again on top of the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Blocks in reading order with the claims about them."""

    blocks: tuple[Block, ...]
    claims: Claims = Claims()
    heads: Claims = Claims()
    """What the heads of mails inside the text say: less than its own lines."""
    page_kind: PageKind = "article"
