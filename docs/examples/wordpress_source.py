"""A kind of source for copydesk: the posts of a WordPress site, by its REST API.

    [[source]]
    name = "harbour news"
    kind = "wordpress"
    url = "https://www.example.org/wp-json/wp/v2/posts?per_page=50"

The package that holds this file says so in its pyproject.toml:

    [project.entry-points."copydesk.sources"]
    wordpress = "wordpress_source:WordPressReader"
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import unescape

from copydesk import DocumentError, Entry

_TAG = re.compile(r"<[^<>]*>")


class WordPressReader:
    """Reads what /wp-json/wp/v2/posts answers: a list of posts, the newest first."""

    kind = "wordpress"

    def read(self, content: bytes, *, url: str, **_said: object) -> list[Entry]:
        """An entry for each post that has an address. Raises DocumentError for what is no list of posts."""
        posts = _json(content, url)
        if not isinstance(posts, list):
            raise _no_posts(url, "it is no list")
        entries = [_entry(post) for post in posts if isinstance(post, Mapping)]
        if posts and not any(entry.url for entry in entries):
            raise _no_posts(url, "none of its items has a link")
        return [entry for entry in entries if entry.url]


def _entry(post: Mapping[str, object]) -> Entry:
    return Entry(
        url=_text(post, "link"),
        entry_id=_text(post, "guid", "rendered"),
        title=_plain(_text(post, "title", "rendered")),
        published=_utc(_text(post, "date_gmt")),
        updated=_utc(_text(post, "modified_gmt")),
        summary=_plain(_text(post, "excerpt", "rendered")),
        # What stands behind a password comes as the form that asks for it.
        html=None if _at(post, "content", "protected") else _text(post, "content", "rendered"),
    )


def _json(content: bytes, url: str) -> object:
    try:
        found: object = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # a UnicodeDecodeError is a ValueError too
        raise _no_posts(url, "it is no JSON") from error
    return found


def _at(post: Mapping[str, object], *names: str) -> object:
    """What stands at a path of names; None where anything on the way is missing or of another type."""
    found: object = post
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _text(post: Mapping[str, object], *names: str) -> str | None:
    found = _at(post, *names)
    return found if isinstance(found, str) and found else None


def _plain(html: str | None) -> str | None:
    """The text of a title or excerpt: tags out, entities undone."""
    return " ".join(unescape(_TAG.sub("", html)).split()) or None if html else None


def _utc(date: str | None) -> str | None:
    """date_gmt has no offset written to it, and a draft has a year 0000."""
    return f"{date}Z" if date and not date.startswith("0000") else None


def _no_posts(url: str, why: str) -> DocumentError:
    return DocumentError(
        f"{url} is no list of WordPress posts: {why}",
        remedy="the address ends in /wp-json/wp/v2/posts; some sites have switched it off",
        code="not_wordpress",
    )
