"""What a page's tree is put right in before the article is looked for: a second article, words nobody sees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lxml.html import HtmlElement

from enrichers.cleaning.draft import Block
from enrichers.cleaning.lines import fold

LONGEST_LINKED = 220
SHORTEST_ANCHOR = 12


POPUP = re.compile(r"tooltip|popover|pop-?up|rollover-\w*block|hover-?card|screen-?reader|\bsr-only|visually-?hidden|assistive", re.I)  # fmt: skip
BOXES = ("aside", "blockquote", "div", "figure", "form", "nav", "ol", "section", "table", "ul")
WITHIN_LINES = frozenset(("a", "b", "em", "font", "i", "span", "strong", "u"))
UNSEEN = re.compile(r"display:none|visibility:hidden|clip:rect\([01]", re.I)


def put_right(tree: HtmlElement, title: str | None) -> None:
    """Leave one article in `tree`, and no words in it that a reader does not see."""
    drop_other_articles(tree, title)
    drop_unseen(tree)
    part_tails(tree)


def part_tails(tree: HtmlElement) -> None:
    """Begin a line where text goes on behind a box: without the box its two halves would be glued together."""
    for element in list(tree.iter(*BOXES)):
        following = element.getnext()
        goes_on = following is not None and following.tag in WITHIN_LINES
        if element.getparent() is not None and (goes_on or (element.tail or "").strip()):
            first, second = element.makeelement("br"), element.makeelement("br")
            second.tail, element.tail = element.tail, None
            element.addnext(second)
            element.addnext(first)


def drop_unseen(tree: HtmlElement) -> None:
    """Take out what stands within lines and is not shown: words for screen readers, boxes that open under a name."""
    for element in list(tree.iter("span", "small")):
        style = element.get("style")
        is_unseen = style is not None and UNSEEN.search(style.replace(" ", ""))
        if is_unseen or POPUP.search(element.get("class") or ""):
            element.drop_tree()


def drop_other_articles(tree: HtmlElement, title: str | None) -> None:
    """Take out <article> elements that have a headline of their own where another one has the page's."""
    wanted = fold(title or "")
    heads = [(fold("".join(head.itertext())), _article_around(head)) for head in tree.iter("h1")]
    ours = [article for text, article in heads if article is not None and text and text == wanted]
    if not ours:
        return
    for text, article in heads:
        if article is None or text == wanted or len(text) < SHORTEST_ANCHOR:
            continue
        if article not in ours and not any(
            _encloses(article, one) or _encloses(one, article) for one in ours
        ):
            parent = article.getparent()
            if parent is not None and len(article.text_content()) > 400:
                article.drop_tree()


def anchor_texts(tree: HtmlElement) -> frozenset[str]:
    """The folded texts of all links of the page."""
    return frozenset(
        text for element in tree.iter("a") if (text := fold("".join(element.itertext())))
    )


def linked_share(block: Block, anchors: frozenset[str]) -> float:
    """How much of a short block is one link of the page: all of it, its end, or nothing."""
    if block.linked or len(block.text) > LONGEST_LINKED:
        return block.linked
    folded = fold(block.text)
    if folded in anchors:
        return 1.0
    # Tried from the longest end: a page has more links than a short block has ends.
    longest = next(
        (n for n in range(len(folded) - 1, SHORTEST_ANCHOR - 1, -1) if folded[-n:] in anchors), 0
    )
    return longest / (len(folded) or 1)


def with_links(blocks: Sequence[Block], anchors: frozenset[str]) -> list[Block]:
    """`blocks` with the share of each that is linked."""
    return [replace(block, linked=linked_share(block, anchors)) for block in blocks]


def _article_around(element: HtmlElement) -> HtmlElement | None:
    return next(element.iterancestors("article", "main"), None)


def _encloses(outer: HtmlElement, inner: HtmlElement) -> bool:
    return any(parent is outer for parent in inner.iterancestors())
