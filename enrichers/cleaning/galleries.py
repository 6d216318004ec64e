"""The body of a gallery: its captions as paragraphs among the others, in the page's order.

In an article a caption says what a picture shows and is left out; in a gallery the captions are the article.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml.html import HtmlElement

from enrichers.cleaning.draft import Block
from enrichers.cleaning.lines import one_line
from enrichers.cleaning.pieces import mark_found, pieces_of

FEWEST = 3
SHORTEST = 15
MOST = 1000
BESIDE = frozenset(("a", "aside", "nav", "footer", "form", "button"))


def with_captions(tree: HtmlElement | None, blocks: Sequence[Block]) -> list[Block]:
    """`blocks` with the captions of `tree` between them; as they are where the page has next to none.

    `tree` is the page as it came: its captions are made paragraphs.
    """
    captions = _captions(tree) if tree is not None else []
    if tree is None or len(captions) < FEWEST:
        return list(blocks)
    for element in captions:
        # A figcaption is otherwise not read, and what stands in it is not parted.
        element.tag = "p"
    shown = frozenset(captions)
    pieces = pieces_of(tree)
    mark_found(pieces, [block for block in blocks if block.reason is None])
    seen: set[str] = set()
    found = []
    for piece in pieces:
        is_caption = any(one in shown for one in (piece.owner, *piece.owner.iterancestors()))
        if (piece.is_kept or is_caption) and piece.folded not in seen:
            seen.add(piece.folded)
            found.append(piece.block)
    return [*found, *(block for block in blocks if block.reason is not None)]


def _captions(tree: HtmlElement) -> list[HtmlElement]:
    found = [
        element
        for element in tree.iter("figcaption")
        if not any(parent.tag in BESIDE for parent in element.iterancestors())
        and len(one_line("".join(element.itertext()))) > SHORTEST
    ]
    return found[:MOST]
