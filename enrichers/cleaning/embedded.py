"""Articles in a page's data: JSON-LD, and the state that a framework's scripts start from.

Only read where the page shows too little of its article; which of them to believe is `repair`'s.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement

from enrichers.cleaning.draft import Block
from enrichers.cleaning.fragments import has_markup, split_fragment
from enrichers.cleaning.json_ld import Node, text_of, types_of
from enrichers.cleaning.text import split_paragraphs

STATE = re.compile(
    r"(?:__INITIAL_STATE__|__PRELOADED_STATE__|__APOLLO_STATE__|__NUXT__|__STATE__|Fusion\.globalContent|globalContent)\s*=\s*(?=\{)"
)
BODY_KEYS = (
    "articleBody",
    "bodyHtml",
    "body_html",
    "contentHtml",
    "body",
    "content",
    "html",
    "text",
    "value",
)
LONGEST_SCRIPT = 5_000_000
MOST_VALUES = 200_000
LEAST_PARAGRAPH = 40
LEAST_BODY = 300


def declared_bodies(article: Node) -> Iterator[list[Block]]:
    """What the page's own JSON-LD says is its article's text: the body, or a live blog's entries, newest first."""
    body = text_of(article.get("articleBody"))
    if body:
        yield paragraphs_of(body)
    updates = article.get("liveBlogUpdate")
    if "liveblogposting" in types_of(article) and isinstance(updates, list):
        yield [
            block for update in updates if isinstance(update, Mapping) for block in _entry(update)
        ]


def state_bodies(tree: HtmlElement) -> Iterator[list[Block]]:
    """Every run of paragraphs in the state of the page's scripts."""
    for script in tree.iter("script"):
        text = script.text or ""
        if len(text) > LONGEST_SCRIPT:
            continue
        is_json = script.get("id") == "__NEXT_DATA__" or script.get("type") == "application/json"
        start = 0 if is_json else next((one.end() for one in STATE.finditer(text)), None)
        if start is None:
            continue
        try:
            value, _ = json.JSONDecoder().raw_decode(text[start:].lstrip())
        except (ValueError, RecursionError):
            continue
        yield from _runs(value)


def paragraphs_of(text: str) -> list[Block]:
    """Paragraphs of a text that may be HTML."""
    return split_fragment(text) if has_markup(text) else split_paragraphs(text)


def _entry(update: Node) -> list[Block]:
    headline = text_of(update.get("headline"))
    body = text_of(update.get("articleBody"))
    heading = [Block(text=headline, kind="heading")] if headline else []
    return [*heading, *paragraphs_of(body or "")]


def _runs(value: object) -> Iterator[list[Block]]:
    waiting = [value]
    for _ in range(MOST_VALUES):
        if not waiting:
            return
        item = waiting.pop()
        if isinstance(item, Mapping):
            waiting.extend(item.values())
            for key in BODY_KEYS:
                text = item.get(key)
                if isinstance(text, str) and len(text) >= LEAST_BODY and has_markup(text):
                    yield split_fragment(text)
        elif isinstance(item, list):
            waiting.extend(item)
            blocks = [
                block for one in item if (text := _said(one)) for block in paragraphs_of(text)
            ]
            if sum(len(block.text) for block in blocks) >= LEAST_BODY:
                yield blocks


def _said(item: object) -> str | None:
    """The text of one element of a body: a string, or an object with one."""
    if isinstance(item, Mapping):
        item = next((item[key] for key in BODY_KEYS if isinstance(item.get(key), str)), None)
    if (
        not isinstance(item, str)
        or len(item) < LEAST_PARAGRAPH
        or not re.search(r"\w\s\w|[^\x00-\u2fff]{20}", item)
    ):
        return None
    return item
