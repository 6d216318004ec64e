"""What a source hands over: the bytes as they came, and what is known about them from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

PLAIN_TEXT = "text/plain"
PAGED_TEXT = "text/plain; pages=form-feed"
"""Plain text with a form feed where each page ends, so that its paragraphs know theirs: what is read out of a PDF."""
FLOWED_TEXT = "text/plain; format=flowed"
FLOWED_TEXT_DELSP = "text/plain; format=flowed; delsp=yes"
"""Plain text whose wrapped lines end in a blank (RFC 3676); with delsp the blank is the wrapping's."""
MARKDOWN = "text/markdown"
HTML = "text/html"
RECORD = "application/json"
"""One JSON object with the keys news tools use (see `schemas.record_keys`): a line of .jsonl, a row of .csv as an object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the user or the container said about a document; an explicit hint wins over what the document says of itself.

    `published` is an ISO day or instant as given. `encoding` is the charset of `content` where something outside it
    (a flag, an HTTP header) names one. `title` is None where nothing was said, "" where it was said that there is none.
    What begins with `listed_` is what a feed or sitemap said of the story: it counts where the document itself says nothing.
    """

    title: str | None = None
    published: str | None = None
    authors: tuple[str, ...] = ()
    site: str | None = None
    language: str | None = None
    encoding: str | None = None
    listed_title: str | None = None
    listed_published: str | None = None
    listed_authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """One document as it came in, before any cleaning.

    `origin` is for people (`news.jsonl:7`, a path, an address). `origin_id` is for the store: the name under which the
    same thing would come again (an absolute path, a record's own id), or None where there is no such name, so that
    other bytes under one origin_id are the next version of one article. `fetched_at` is aware, UTC.
    """

    content: bytes
    media_type: str
    origin: str
    fetched_at: datetime
    url: str | None = None
    origin_id: str | None = None
    hints: Hints = field(default_factory=Hints)
