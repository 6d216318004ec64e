"""What an element of a feed is, told by its namespace and never by its prefix: RSS, Atom, and what is written inside them."""

from __future__ import annotations

from functools import lru_cache

_FAMILIES = {
    "": "rss",
    "http://purl.org/rss/1.0/": "rss",
    "http://my.netscape.com/rdf/simple/0.9/": "rss",
    "http://channel.netscape.com/rdf/simple/0.9/": "rss",
    "http://my.netscape.com/publish/formats/rss-0.91.dtd": "rss",
    "http://backend.userland.com/rss": "rss",
    "http://backend.userland.com/rss2": "rss",
    "http://blogs.law.harvard.edu/tech/rss": "rss",
    "http://www.w3.org/2005/Atom": "atom",
    "https://www.w3.org/2005/Atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/elements/1.0/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
}


@lru_cache(maxsize=2_048)
def role_of(tag: str) -> str:
    """The family and name of a tag, such as "atom:title"; "" for an element of a namespace that is not ours.

    >>> role_of("pubDate"), role_of("{http://search.yahoo.com/mrss/}title")
    ('rss:pubdate', '')
    """
    namespace, _, name = tag.rpartition("}")
    family = _FAMILIES.get(namespace.removeprefix("{"), "")
    return f"{family}:{name.lower()}" if family else ""
