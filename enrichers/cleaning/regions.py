"""What a page's tree is put right in before the article is looked for: bodies in pieces, a second article behind it."""

from __future__ import annotations

from collections.abc import Sequence

from lxml.html import HtmlElement

from enrichers.cleaning.draft import Block
from enrichers.cleaning.lines import fold

LONG_PARAGRAPH = 80
LONGEST_LINKED = 220
SHORTEST_ANCHOR = 12


def put_right(tree: HtmlElement | None, title: str | None) -> HtmlElement | None:
    """`tree` itself, with one article in it and that in one piece."""
    if tree is not None:
        drop_other_articles(tree, title)
        join_split_body(tree)
    return tree


def join_split_body(tree: HtmlElement) -> None:
    """Move later pieces of a body into its first: same tag, same class, several long paragraphs each, one article.

    Some publishers cut the body at each advertisement; trafilatura takes the first piece only.
    """
    pieces: dict[tuple[str, str, HtmlElement | None], list[HtmlElement]] = {}
    for element in tree.iter("div", "section"):
        name = element.get("class")
        if name and _long_paragraphs(element) >= 2:
            pieces.setdefault((element.tag, name, _article_around(element)), []).append(element)
    for (_, _, article), group in pieces.items():
        if (
            len(group) > 1
            and article is not None
            and not any(_has_headline(piece) for piece in group[1:])
        ):
            for piece in group[1:]:
                if _encloses(group[0], piece):
                    continue
                for child in list(piece):
                    group[0].append(child)


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
    ends = (
        len(anchor)
        for anchor in anchors
        if len(anchor) >= SHORTEST_ANCHOR and folded.endswith(anchor)
    )
    return max(ends, default=0) / (len(folded) or 1)


def with_links(blocks: Sequence[Block], anchors: frozenset[str]) -> list[Block]:
    """`blocks` with the share of each that is linked."""
    return [
        Block(text=block.text, kind=block.kind, linked=linked_share(block, anchors))
        for block in blocks
    ]


def _long_paragraphs(element: HtmlElement) -> int:
    return sum(
        1
        for child in element
        if child.tag == "p" and len("".join(child.itertext())) > LONG_PARAGRAPH
    )


def _article_around(element: HtmlElement) -> HtmlElement | None:
    return next(element.iterancestors("article", "main"), None)


def _encloses(outer: HtmlElement, inner: HtmlElement) -> bool:
    return any(parent is outer for parent in inner.iterancestors())


def _has_headline(piece: HtmlElement) -> bool:
    return next(piece.iter("h1"), None) is not None
