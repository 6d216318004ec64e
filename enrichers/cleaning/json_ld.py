"""The article a page describes of itself in JSON-LD (schema.org): in a graph, in a list, or among other things.

Scripts with errors in them are `json_mending`'s.
"""

from __future__ import annotations

import html
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from urllib.parse import urlsplit

from enrichers.cleaning.json_mending import LONGEST_MENDED, load_mended, load_plain

Node = Mapping[str, object]
ARTICLE_TYPES = ("article", "posting", "report")
TELLING = ("headline", "datePublished", "author", "articleBody", "mainEntityOfPage", "dateModified")
NESTED = ("@graph", "mainEntity", "mainEntityOfPage", "author", "publisher", "breadcrumb")
MAX_NODES = 2000
MOST_NODES = 5000


def nodes_in(scripts: Iterable[str]) -> list[Node]:
    """Every object of these scripts, in order; what cannot be read is left out."""
    return list(islice(_nodes(scripts), MOST_NODES))


def article_of(nodes: Iterable[Node], url: str | None = None) -> Node | None:
    """The node that describes the page's article: the one with the page's address, then the one that says most."""
    articles = [
        node for node in nodes if any(kind.endswith(ARTICLE_TYPES) for kind in types_of(node))
    ]
    path = _path(url)

    def worth(node: Node) -> int:
        own = path is not None and any(_path(one) == path for one in _addresses(node))
        return sum(bool(node.get(key)) for key in TELLING) + len(TELLING) * own

    return max(articles, key=worth, default=None)


def types_of(node: Node) -> list[str]:
    """The node's types, lower case, without the name of the vocabulary."""
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return [kind.rpartition("/")[2].lower() for kind in listed if isinstance(kind, str)]


def text_of(value: object) -> str | None:
    """A string out of what should be one: the first of a list, the value or name of an object; entities resolved."""
    if isinstance(value, list):
        value = next((item for item in value if item), None)
    if isinstance(value, Mapping):
        value = value.get("@value") or value.get("name")
    return html.unescape(value).strip() or None if isinstance(value, str) else None


def resolved(value: object, nodes: Iterable[Node]) -> list[object]:
    """`value` as a list, with references ({"@id": ...}) replaced by the nodes they name."""
    listed = value if isinstance(value, list) else [value]
    references = [
        item.get("@id") if isinstance(item, Mapping) and not item.get("name") else None
        for item in listed
    ]
    if not any(isinstance(reference, str) for reference in references):
        return listed
    by_id = {
        node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1
    }
    return [
        by_id.get(reference, item) if isinstance(reference, str) else item
        for item, reference in zip(listed, references, strict=True)
    ]


def _nodes(scripts: Iterable[str]) -> Iterator[Node]:
    left = LONGEST_MENDED  # for all scripts together: mending reads letter by letter
    for script in scripts:
        values = load_plain(script)
        if values is None:
            left -= len(script)
            values = load_mended(script) if left >= 0 else []
        yield from _flatten(values)


def _flatten(values: Iterable[object]) -> Iterator[Node]:
    waiting: deque[object] = deque(values)
    for _ in range(MAX_NODES):
        if not waiting:
            return
        item = waiting.popleft()
        if isinstance(item, list):
            waiting.extendleft(reversed(item[:MAX_NODES]))
        elif isinstance(item, Mapping):
            yield item
            waiting.extend(item[key] for key in NESTED if isinstance(item.get(key), list | Mapping))


def _addresses(node: Node) -> Iterator[str]:
    page = node.get("mainEntityOfPage")
    named = page.get("@id") if isinstance(page, Mapping) else page
    yield from (
        value for value in (named, node.get("url"), node.get("@id")) if isinstance(value, str)
    )


def _path(address: str | None) -> str | None:
    """The path of an address, which is one page's whatever its host; None for a front page."""
    try:
        return urlsplit(address or "").path.rstrip("/") or None
    except ValueError:
        return None
