"""The article a page describes of itself in JSON-LD (schema.org), also where that is nested or slightly broken."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping

from lxml.html import HtmlElement

Node = Mapping[str, object]
ARTICLE_TYPES = ("article", "posting", "report")
TRAILING_COMMA = re.compile(r",\s*([}\]])")
WRAPPERS = re.compile(r"^\s*(?://\s*)?<!\[CDATA\[|(?://\s*)?\]\]>\s*$|^\s*<!--|-->\s*;?\s*$|;\s*$")
MAX_NODES = 2000


def nodes_of(tree: HtmlElement) -> list[Node]:
    """Every object of every JSON-LD script of `tree`, in document order; what does not parse is left out."""
    scripts = (
        script.text or ""
        for script in tree.iter("script")
        if "ld+json" in (script.get("type") or "").lower()
    )
    return [node for script in scripts for node in _flatten(_load(script))]


def article_of(nodes: Iterable[Node]) -> Node | None:
    """The node that describes the page's article, the one that says most if there are several."""
    articles = [
        node for node in nodes if any(kind.endswith(ARTICLE_TYPES) for kind in types_of(node))
    ]
    telling = (
        "headline",
        "datePublished",
        "author",
        "articleBody",
        "mainEntityOfPage",
        "dateModified",
    )
    return max(articles, key=lambda node: sum(bool(node.get(key)) for key in telling), default=None)


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
    by_id = {
        node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1
    }
    found: list[object] = []
    for item in listed:
        reference = item.get("@id") if isinstance(item, Mapping) and not item.get("name") else None
        found.append(by_id.get(reference, item) if isinstance(reference, str) else item)
    return found


def _load(script: str) -> object:
    text = WRAPPERS.sub("", script.strip()).strip()
    for candidate in (
        text,
        TRAILING_COMMA.sub(r"\1", text),
        TRAILING_COMMA.sub(r"\1", html.unescape(text)),
    ):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _flatten(value: object) -> Iterator[Node]:
    waiting: list[object] = [value]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting[:0] = item
        elif isinstance(item, Mapping):
            yield item
            waiting.extend(
                item[key]
                for key in ("@graph", "mainEntity", "mainEntityOfPage", "author", "publisher")
                if isinstance(item.get(key), list | Mapping)
            )
