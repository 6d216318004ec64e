"""The listings that are built in, each as the reader of its kind: feeds, sitemaps, lists of addresses.

Thin: what a format means stands in its own file. What is said of the bytes besides is left aside where they tell it
themselves.
"""

from __future__ import annotations

from schemas.protocols import ListingReader
from schemas.web import Listing
from sources.feeds import read_feed
from sources.lists import read_list
from sources.sitemaps import read_sitemap


class FeedReader:
    """RSS, Atom, JSON Feed."""

    kind = "feed"

    def read(self, content: bytes, *, url: str, charset: str | None, **_said: object) -> Listing:
        """The feed's stories. Raises DocumentError."""
        return Listing(entries=read_feed(content, url=url, charset=charset).entries)


class SitemapReader:
    """Sitemaps and their indexes."""

    kind = "sitemap"

    def read(self, content: bytes, *, url: str, **_said: object) -> Listing:
        """The sitemap's pages, and the sitemaps it names. Raises DocumentError."""
        return read_sitemap(content, url=url)


class ListReader:
    """Addresses, one a line."""

    kind = "list"

    def read(self, content: bytes, *, url: str, **_said: object) -> Listing:
        """The addresses. Raises DocumentError."""
        return Listing(entries=read_list(content, origin=url))


READERS: dict[str, ListingReader] = {
    reader.kind: reader for reader in (FeedReader(), SitemapReader(), ListReader())
}
"""By kind."""
