"""The article: what cleaning makes of a raw document, paragraph by paragraph."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ParagraphKind = Literal["text", "heading", "quote", "list", "table", "title", "summary"]
PageKind = Literal[
    "article", "live", "gallery", "video", "section", "error", "consent", "paywalled"
]
Precision = Literal["instant", "day"]

TITLE_ROW = -2
"""Index of the row that holds the title: it is tagged, embedded and searched, but stands outside the numbering."""
SUMMARY_ROW = -1
"""Index of the row that holds the summary (the standfirst)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph of the body. Its index never changes once stored; template found later is masked, not removed.

    `page` is the page it begins on, from 1, where the document has pages (a PDF).
    """

    index: int
    kind: ParagraphKind
    text: str
    masked: bool = False
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A line that is not the article, kept as evidence. `where` is the index of the paragraph it stood before."""

    text: str
    reason: str
    where: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DateCandidate:
    """What one place says of the day or instant of publication, as written; `refused` is why it was not believed.

    `source` is the name that `Article.published_from` has where the candidate won.
    """

    value: str
    source: str
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A cleaned article. Times are aware UTC; `paragraphs` is the body only, in index order from 0.

    `published_from` names the candidate that won (json-ld, meta, hint, front-matter, trafilatura ...). A date known to
    the day only has precision "day" and stands at midnight UTC of that day. `dateline` is the place, date and agency
    that open the text ("MOSCOW, July 8 (Agency)"), as written; the text keeps them.
    """

    paragraphs: tuple[Paragraph, ...]
    url: str | None = None
    canonical_url: str | None = None
    site: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_precision: Precision | None = None
    published_from: str | None = None
    published_candidates: tuple[DateCandidate, ...] = ()
    modified_at: datetime | None = None
    modified_precision: Precision | None = None
    section: str | None = None
    language: str | None = None
    dateline: str | None = None
    summary: str | None = None
    image_url: str | None = None
    image_caption: str | None = None
    dropped: tuple[Dropped, ...] = ()
    page_kind: PageKind = "article"

    @property
    def rows(self) -> tuple[Paragraph, ...]:
        """Title, summary and body as one sequence: everything that is tagged, embedded and searched.

        >>> [row.index for row in Article(title="T", paragraphs=(Paragraph(index=0, kind="text", text="b"),)).rows]
        [-2, 0]
        """
        head = []
        if self.title:
            head.append(Paragraph(index=TITLE_ROW, kind="title", text=self.title))
        if self.summary:
            head.append(Paragraph(index=SUMMARY_ROW, kind="summary", text=self.summary))
        return (*head, *self.paragraphs)
