"""A news page into paragraphs: trafilatura finds the article's part of the page, and we keep its kinds.

Where trafilatura finds nothing, the page's visible text is taken as it stands.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree
from lxml.html import HtmlElement

from enrichers.cleaning.body import mend_body
from enrichers.cleaning.draft import Block
from enrichers.cleaning.fragments import blocks_of
from enrichers.cleaning.pieces import pieces_of

if TYPE_CHECKING:
    from trafilatura.settings import Extractor

PARSER_ERRORS = (
    etree.LxmlError, ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError, OverflowError,
)  # fmt: skip
"""What trafilatura and lxml were seen to raise on broken pages."""
TREE_LIMIT = 20_000
"""Elements above which a page is no article, twice what the largest news page has: with 45,000 trafilatura took 12 s and more."""


LEAST_CHARACTERS = 250


def article_blocks(tree: HtmlElement, *, expected: int = 0) -> list[Block]:
    """Paragraphs of the article on the page. Comments, images and link targets are left out.

    trafilatura's quick precise rules go first. Where they give less than half of the `expected` characters, next to
    nothing, or little of the page's prose, it is asked for its second opinions (readability, jusText), and if that is
    not enough for its balanced rules; the longest text is kept.
    """
    if _size(tree) > TREE_LIMIT:
        return blocks_of(tree)
    pieces = pieces_of(tree)
    prose = sum(
        len(piece.block.text) for piece in pieces if piece.is_prose and piece.block.kind == "text"
    )
    wanted = max(LEAST_CHARACTERS, expected // 2)
    found = _extracted(tree, focus="precision", fast=True)
    if _characters(found) < max(wanted, prose // 3):
        found = _extracted(tree, focus="precision", fast=False)
        if _characters(found) < wanted:
            found = max(found, _extracted(tree, focus="balanced", fast=False), key=_characters)
    return mend_body(pieces, found) or blocks_of(tree)


def _extracted(tree: HtmlElement, *, focus: str, fast: bool) -> list[Block]:
    from trafilatura import bare_extraction

    try:
        document = bare_extraction(tree, options=_options(focus, fast=fast))
    except PARSER_ERRORS:
        return []
    if document is None or isinstance(document, dict) or document.body is None:
        return []
    return blocks_of(document.body)


@lru_cache(maxsize=8)
def _options(focus: str, *, fast: bool) -> Extractor:
    from trafilatura.settings import Extractor

    # Keeps "discarding data" off stderr where nobody has configured logging.
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    return Extractor(
        comments=False,
        links=False,
        formatting=False,
        precision=focus == "precision",
        recall=focus == "recall",
        fast=fast,
    )


def _characters(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _size(tree: HtmlElement) -> int:
    return int(tree.xpath("count(.//*)"))
