"""A place as people type it: an address or a path, what kind of source that is likely to be, and a name for it.

A guess from the spelling alone; nothing is asked of the web here.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from schemas.addresses import shown_address
from schemas.errors import UsageError
from schemas.web import SourceKind, SourceSpec

_ARCHIVES = (".warc", ".warc.gz", ".wacz", ".zip", ".tar", ".tar.gz", ".tgz")
_FEEDS = (".xml", ".rss", ".atom", ".rdf")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(//)?", re.IGNORECASE)
_BARE_HOST = re.compile(r"([a-z0-9_-]+\.)+[a-z][a-z0-9-]+(:\d{1,5})?([/?].*)?", re.IGNORECASE)
# One part of a path, not a word of a headline in it: "feed", "news-feed", "rss2", "feed.json", never "chicken-feed-prices".
_FEED_PART = re.compile(r"([a-z]*[-_]?feeds?|rss[\w-]*|atom|rdf)(\.\w+)*")
_FEED_FORMAT = re.compile(r"rss[\d.]*|atom[\d.]*|rdf")
_FEED_HOST = re.compile(r"feeds?\d*|rss\d*")


def source_at(text: str, *, kind: str | None = None, name: str | None = None) -> SourceSpec:
    """The source that `text` names, with what is not given guessed; paths are made absolute.

    Raises UsageError for what is neither an address nor a path that is there.
    """
    typed = text.strip()
    if not typed.lower().startswith(("http://", "https://")):
        path = _existing(typed)
        if path is not None:
            return SourceSpec(
                name=name or path.name or "folder",
                kind=kind or _kind_of_path(path),
                path=str(path),
            )
        typed = _address(typed)
    return SourceSpec(name=name or default_name(typed), kind=kind or guess_kind(typed), url=typed)


def _existing(text: str) -> Path | None:
    try:
        path = Path(text)
        # Absolute, because the database may be read from another folder; links are left as they are.
        return path.absolute() if text and path.exists() else None
    except (OSError, ValueError):
        return None


def _address(text: str) -> str:
    """A host typed without its scheme. Raises UsageError where `text` is none."""
    is_file = "/" not in text and text.lower().endswith((*_ARCHIVES, *_FEEDS, ".txt", ".opml"))
    if _BARE_HOST.fullmatch(text) and not is_file:
        return f"https://{text}"
    scheme = _SCHEME.match(text)
    shown = shown_address(text)
    if scheme and (scheme[1] or scheme[0].lower() in ("javascript:", "data:", "mailto:", "file:")):
        raise UsageError(
            f"{scheme[0]} is no way to fetch news ({shown!r})",
            remedy="give an address that begins with https:// or http://, or a path",
        )
    raise UsageError(
        f"{shown!r} is no address, and there is no file or folder of that name",
        remedy="write the address out, as in https://www.example.org/feed.xml, or check the path",
    )


def _kind_of_path(path: Path) -> SourceKind:
    lowered = path.name.lower()
    if path.is_dir():
        return "folder"
    if lowered.endswith(_ARCHIVES):
        return "archive"
    if lowered.endswith(".txt"):
        return "list"
    if lowered.endswith(".opml"):
        raise UsageError(
            f"{path.name} is a list of feeds for exchange",
            remedy="bring in what it names with: copydesk sources import FILE",
        )
    raise UsageError(
        f"{path.name!r} could be a list of addresses or an archive",
        remedy="say which with --kind list or --kind archive; one article comes in with: copydesk ingest FILE",
    )


def guess_kind(url: str) -> SourceKind:
    """What an address is likely to be, by its spelling.

    >>> [guess_kind("https://example.org" + path) for path in ("", "/rss.xml", "/sitemap.xml", "/2024/oil-falls")]
    ['site', 'feed', 'sitemap', 'page']
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:  # said by whoever checks the source
        return "page"
    path = parts.path.lower()
    if "sitemap" in path:
        return "sitemap"
    if path.endswith(_ARCHIVES):
        return "archive"
    if path.endswith(".txt"):
        return "list"
    if _is_feed(host, path, parts.query):
        return "feed"
    return "page" if path.strip("/") or parts.query else "site"


def _is_feed(host: str, path: str, query: str) -> bool:
    if path.endswith(_FEEDS) or any(_FEED_PART.fullmatch(part) for part in path.split("/")):
        return True
    if _FEED_HOST.fullmatch(host.partition(".")[0]) and host.count(".") > 1:
        return True
    asked = (pair.partition("=") for pair in query.lower().split("&"))
    return any(key == "feed" or _FEED_FORMAT.fullmatch(value) for key, _, value in asked)


def default_name(url: str, *, longer: bool = False) -> str:
    """A name for the source at an address: its host, `longer` with its path.

    >>> default_name("https://www.example.org/feed.xml"), default_name("https://www.example.org/feed.xml", longer=True)
    ('example.org', 'example.org/feed.xml')
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.") or "source"
    except ValueError:
        return "source"
    rest = f"{parts.path.rstrip('/')}{'?' + parts.query if parts.query else ''}" if longer else ""
    return f"{host}{rest}"[:200]
