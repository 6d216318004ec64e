"""How far a source was read, so that a long way through dated sitemaps or an archive goes on where it stopped."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from schemas.web import Child

MOST = 10_000
"""Sitemaps remembered of one source; the oldest are forgotten first, and read again if they are named again."""


class Cursor:
    """What one source's earlier runs went through. `value` is JSON; one that is not ours is an empty one.

    >>> cursor = Cursor(None)
    >>> cursor.add_sitemap(Child(url="https://example.org/2024-01.xml", lastmod="2024-02-01"))
    >>> again = Cursor(cursor.value)
    >>> again.has_sitemap(Child(url="https://example.org/2024-01.xml", lastmod="2024-02-01"))
    True
    >>> again.has_sitemap(Child(url="https://example.org/2024-01.xml", lastmod="2024-03-09"))
    False
    """

    def __init__(self, value: object) -> None:
        self._sitemaps = _table(value, "sitemaps")
        self._files = _table(value, "files")
        self.kind = _text(value, "kind")
        """What an address given on the spot showed itself to be: a server that says 304 later shows nothing."""
        self.feed = _text(value, "feed")
        """The feed that a site's front page named: it may have news while that page has not changed."""

    @property
    def value(self) -> dict[str, object]:
        """As it is stored: a copy, which later steps leave alone."""
        shown = {"kind": self.kind, "feed": self.feed}
        return {
            "sitemaps": dict(self._sitemaps),
            "files": dict(self._files),
            **{name: text for name, text in shown.items() if text},
        }

    def has_sitemap(self, child: Child) -> bool:
        """Whether a sitemap was gone through and is, by its date, still the same; one without a date never is."""
        return child.lastmod is not None and self._sitemaps.get(child.url) == child.lastmod

    def add_sitemap(self, child: Child) -> None:
        """All of a sitemap's stories have been dealt with."""
        if child.lastmod is None:
            return
        self._sitemaps.pop(child.url, None)
        self._sitemaps[child.url] = child.lastmod
        while len(self._sitemaps) > MOST:
            del self._sitemaps[next(iter(self._sitemaps))]

    def documents_done(self, path: str) -> int:
        """How many documents of a file were dealt with; 0 where the file is another by now."""
        known = self._files.get(path)
        if not isinstance(known, list) or len(known) != 2 or known[0] != _stamp(path):
            return 0
        return known[1] if isinstance(known[1], int) and known[1] > 0 else 0

    def set_documents_done(self, path: str, count: int) -> None:
        """The first `count` documents of a file have been dealt with."""
        self._files[path] = [_stamp(path), count]


def _table(value: object, name: str) -> dict[str, object]:
    inner = value.get(name) if isinstance(value, Mapping) else None
    return dict(inner) if isinstance(inner, Mapping) else {}


def _text(value: object, name: str) -> str | None:
    inner = value.get(name) if isinstance(value, Mapping) else None
    return inner if isinstance(inner, str) else None


def _stamp(path: str) -> str:
    try:
        state = Path(path).stat()
    except (OSError, ValueError):
        return ""
    return f"{state.st_size}:{state.st_mtime_ns}"
