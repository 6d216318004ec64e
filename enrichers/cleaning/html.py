"""A news page into paragraphs: trafilatura finds the article's part of the page, and we keep its kinds.

Where trafilatura finds nothing, the page's visible text is taken as it stands.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree
from lxml.html import HtmlElement

from enrichers.cleaning.draft import Block
from enrichers.cleaning.fragments import blocks_of

if TYPE_CHECKING:
    from trafilatura.settings import Extractor

PARSER_ERRORS = (
    etree.LxmlError, ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError, OverflowError,
)  # fmt: skip
"""What trafilatura and lxml were seen to raise on broken pages."""
TREE_LIMIT = 50_000
"""Elements above which a page is no article: trafilatura's rules took 40 s on 60,000 paragraphs."""


def article_blocks(tree: HtmlElement) -> list[Block]:
    """Paragraphs of the article on the page; `tree` is used up.

    Comments, images and link targets are left out.
    """
    from trafilatura import bare_extraction

    if _size(tree) > TREE_LIMIT:
        return blocks_of(tree)
    try:
        document = bare_extraction(tree, options=_options())
    except PARSER_ERRORS:
        return blocks_of(tree)
    if document is None or isinstance(document, dict) or document.body is None:
        return blocks_of(tree)
    return blocks_of(document.body)


@lru_cache(maxsize=1)
def _options() -> Extractor:
    from trafilatura.settings import Extractor

    # Keeps "discarding data" off stderr where nobody has configured logging.
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    return Extractor(comments=False, links=False, formatting=False)


def _size(tree: HtmlElement) -> int:
    return int(tree.xpath("count(.//*)"))
