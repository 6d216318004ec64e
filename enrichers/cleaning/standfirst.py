"""The standfirst: the lines under the headline that sum the article up, where a page shows them apart from its body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from enrichers.cleaning.draft import Block
from enrichers.cleaning.lines import one_line

MARKED = re.compile(
    r"standfirst|stand-first|sub-?title|sub-?head|sub-?line|\bdek\b|\bdeck\b|-dek\b|__dek|teaser|\blead\b|[-_]lead\b|\blede\b|ingress|manchet|"
    r"chapo|chapeau|sottotitolo|entradilla|bajada|abstract|summary|synopsis|article-?intro|intro-?text|vorspann|anrei(?:ss|ß)er|excerpt",
    re.I,
)
NOT_MARKED = re.compile(
    r"teaser-?(?:list|box|item|group|image)|related|newsletter|read-?more|comment|author|share|caption|leaderboard",
    re.I,
)
TAGS = frozenset(("p", "div", "h2", "h3", "span", "strong", "section", "em"))
LOOKED_AT = 120
FEWEST, MOST = 25, 900


def standfirst_of(tree: HtmlElement, descriptions: Sequence[str]) -> tuple[str, bool] | None:
    """The standfirst shown under the page's h1 and whether its element is marked as one; None if none is shown.

    Unmarked, it must say word for word what the page's head gives as its description.
    """
    described = {_fold(text) for text in descriptions}
    for element in islice(_after_headline(tree), LOOKED_AT):
        if element.tag not in TAGS:
            continue
        names = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('data-testid') or ''}"
        is_marked = bool(MARKED.search(names)) and not NOT_MARKED.search(names)
        if not is_marked and len(element) > 3:
            continue
        text = one_line(" ".join(element.itertext()))
        if FEWEST <= len(text) <= MOST and (is_marked or _fold(text) in described):
            return text, is_marked
    return None


def without_standfirst(blocks: Sequence[Block], standfirst: str) -> list[Block]:
    """`blocks` without the one that is the standfirst, if it stands among the first three."""
    folded = _fold(standfirst)
    return [block for index, block in enumerate(blocks) if index > 2 or _fold(block.text) != folded]


def _after_headline(tree: HtmlElement) -> Iterator[HtmlElement]:
    is_after = False
    for element in tree.iter():
        if element.tag == "h1":
            is_after = True
        elif is_after:
            yield element


def _fold(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
