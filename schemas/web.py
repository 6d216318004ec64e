"""What the web gives: the answer to a request, and the stories that a feed, a sitemap or a list names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

SourceKind = Literal["page", "feed", "sitemap", "site", "list", "archive", "folder"]
"""The kinds that are built in; a plug-in adds one under a name of its own."""
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token, RFC 9110 section 5.6.2: the name of a header, and of a cookie (RFC 6265 section 4.1.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server said of the bytes it sent, to be sent back: RFC 9110 section 8.8."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A whole answer. `url` is the address in the end, after redirects; `asked` the one that was asked for.

    `content` is decoded (gzip, deflate, br, zstd undone); empty where `not_modified`. `media_type` is the header's, in lower
    case without parameters; `charset` its parameter. `fetched_at` is aware, UTC.
    """

    asked: str
    url: str
    status: int
    content: bytes
    fetched_at: datetime
    media_type: str | None = None
    charset: str | None = None
    validators: Validators = field(default_factory=Validators)

    @property
    def not_modified(self) -> bool:
        """Whether the server said that nothing has changed since the validators it was sent."""
        return self.status == 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A story as a feed, sitemap or list names it; dates as written there, made absolute addresses.

    `html` is the content that came along, where the feed carries any; whether it is the whole article is for whoever
    reads it. `entry_id` is the feed's own name for the story (guid, id).
    """

    url: str | None = None
    entry_id: str | None = None
    title: str | None = None
    published: str | None = None
    updated: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    site: str | None = None
    summary: str | None = None
    html: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A listing that another names; `lastmod` is ISO 8601, or None where none can be read."""

    url: str
    lastmod: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a listing names: stories, and other listings of its kind, each in its order."""

    entries: Sequence[Entry]
    children: Sequence[Child] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """One place that news comes from: the keys of [[source]]. `pause` is in seconds.

    `kind` is one of SourceKind or a plug-in's (`copydesk.sources`); `fetcher` is the plug-in (`copydesk.fetchers`) that
    loads its pages, None the fetcher that is built in.
    `headers`, `cookies_env`, `proxy` and `user_agent` hold for the host of `url` alone and are never logged or exported.
    """

    name: str
    kind: str
    url: str | None = None
    path: str | None = None
    language: str | None = None
    pause: float | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    cookies_env: str | None = None
    proxy: str | None = field(default=None, repr=False)
    user_agent: str | None = None
    fetcher: str | None = None
    enabled: bool = True
