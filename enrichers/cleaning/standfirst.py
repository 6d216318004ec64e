"""The standfirst: the lines under the headline that sum the article up, where a page shows them apart from its body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from enrichers.cleaning.draft import Block
from enrichers.cleaning.lines import fold, one_line
from enrichers.cleaning.wrapping import FINAL_STOP

MARKED = re.compile(
    r"standfirst|stand-first|sub-?title|sub-?head(?:line|er|ing)|\bdek\b|-dek\b|__dek\b|\bdeck\b|teaser-?_?text|article[-_]*teaser|(?:\b|_)lead(?:\b|_)|(?-i:[a-z]Lead(?![a-z]))|"
    r"lead-?(?:text|paragraph)|\blede\b|ingress|preamble|manchet|chapo|chapeau|sottotitolo|sommario|entradilla|bajada|synopsis|vorspann|anrei(?:ss|ß)er|"
    r"\bintro\b|[-_]intro\b|intro[-_](?:text|copy)|(?:article|post|story|entry|news|detail|header|hero)[-_]*(?:summary|abstract|excerpt|description|intro|subtitle)",
    re.I,
)
NOT_MARKED = re.compile(
    r"teaser-?_?(?:list|box|item|group|image|grid)|related|newsletter|read-?more|comment|author|byline|share|social|caption|credit|leaderboard|"
    r"figure|gallery|image|media|video|\bads?\b|promo|kicker|breadcrumb|tags?\b|full-?screen",
    re.I,
)
TAGS = frozenset(("p", "div", "h2", "h3", "h4", "span", "strong", "section", "em", "header"))
OUTSIDE = frozenset(("figure", "figcaption", "aside", "nav", "footer", "form", "button", "li"))
NAMING = ("class", "id", "itemprop", "data-testid", "data-manual", "data-content", "data-component")
WHOLE_TEXT = etree.XPath("string()")
LOOKED_AT = 160
MOST_CHILDREN = 6
FEWEST, MOST = 25, 900
BODY_PARAGRAPH = 250
DATELINE = 25
"""A place may stand before the words of the description: "BERLIN. ..."."""


def standfirst_of(
    tree: HtmlElement, descriptions: Sequence[str], title: str | None
) -> tuple[str, bool] | None:
    """The standfirst shown under the page's headline, and whether its element is marked as one; None if none is shown.

    Unmarked, it must say word for word what the page's head gives as its description.
    """
    described = [folded for text in descriptions if len(folded := fold(text)) >= FEWEST]
    wanted = fold(title or "")
    found = _under_headline(tree, described, wanted)
    if found is None:
        return _described_elsewhere(tree, descriptions, wanted)
    element, text, is_marked = found
    return _with_rest(element, text, described), is_marked


def _under_headline(
    tree: HtmlElement, described: Sequence[str], wanted: str
) -> tuple[HtmlElement, str, bool] | None:
    best: tuple[int, HtmlElement, str, bool] | None = None
    for element, is_marked in _candidates(tree, wanted):
        text = one_line(str(WHOLE_TEXT(element))[: 8 * MOST])
        if not FEWEST <= len(text) <= MOST or "©" in text:
            continue
        is_described = _says(text, described)
        if not is_marked and not is_described:
            if element.tag == "p" and len(text) > BODY_PARAGRAPH and not _is_refused(element):
                break
            continue
        if fold(text) == wanted or _is_refused(element):
            continue
        # A page may mark a subtitle and a lead paragraph: the one in whole sentences sums up.
        if best and best[3] and not is_marked:
            continue
        worth = 4 * is_described + 2 * bool(FINAL_STOP.search(text)) + is_marked
        if best is None or worth > best[0]:
            best = (worth, element, text, is_marked)
    return best and best[1:]


def _described_elsewhere(
    tree: HtmlElement, descriptions: Sequence[str], wanted: str
) -> tuple[str, bool] | None:
    """What says the description word for word where the only h1 stands in a bar far above the headline."""
    openings = {text[:FEWEST] for text in descriptions if len(text) >= FEWEST}
    described = {fold(text) for text in descriptions} - {wanted}
    for element in tree.iter(*TAGS) if openings else ():
        # Its own first words, so that a look at most elements is enough.
        if one_line((element.text or "")[: 4 * FEWEST])[:FEWEST] not in openings:
            continue
        text = one_line(str(WHOLE_TEXT(element))[: 8 * MOST])
        if FEWEST <= len(text) <= MOST and fold(text) in described and not _is_refused(element):
            return text, False
    return None


def _with_rest(element: HtmlElement, text: str, described: Sequence[str]) -> str:
    """`text` with the elements of its look behind it, where the description goes on with just what they say."""
    parts = [text]
    for sibling in element.itersiblings():
        part = one_line(str(WHOLE_TEXT(sibling))[: 8 * MOST])
        so_far = fold("".join((*parts, part)))
        is_next = part and _names(sibling) == _names(element)
        if not is_next or not any(one.startswith(so_far) for one in described):
            break
        parts.append(part)
    return " ".join(parts)


def without_standfirst(blocks: Sequence[Block], standfirst: str) -> list[Block]:
    """`blocks` without the one that is the standfirst, or those that make it up, among the first three of the body."""
    folded = fold(standfirst)
    first = [block for block in blocks if block.reason is None][:3]
    said = [block for block in first if fold(block.text) == folded]
    for size in (2, 3):
        if not said and fold("".join(block.text for block in first[:size])) == folded:
            said = first[:size]
    return [block for block in blocks if not any(block is one for one in said)]


def _says(text: str, described: Sequence[str]) -> bool:
    if not described:
        return False
    folded = fold(text)
    return any(folded.endswith(one) and len(folded) - len(one) <= DATELINE for one in described)


def _candidates(tree: HtmlElement, wanted: str) -> Iterator[tuple[HtmlElement, bool]]:
    for element in islice(_after_headline(tree, wanted), LOOKED_AT):
        if element.tag not in TAGS:
            continue
        names = _names(element)
        is_marked = bool(names) and _is_marked(names)
        if is_marked or len(element) <= MOST_CHILDREN:
            yield element, is_marked


def _is_refused(element: HtmlElement) -> bool:
    """Whether an element is named, stands or holds as no standfirst does; asked last, because it walks the tree."""
    return (
        NOT_MARKED.search(_names(element)) is not None
        or next(element.iter("button", "form", "figure", "ul", "time", "article"), None) is not None
        or any(parent.tag in OUTSIDE for parent in element.iterancestors())
    )


def _names(element: HtmlElement) -> str:
    attributes = element.attrib
    return " ".join(attributes[key] for key in NAMING if key in attributes) if attributes else ""


@lru_cache(maxsize=4096)
def _is_marked(names: str) -> bool:
    """Asked of the same few hundred names on every page of a site."""
    return MARKED.search(names) is not None


def _after_headline(tree: HtmlElement, wanted: str) -> Iterator[HtmlElement]:
    """Elements behind the headline: the h1 that is the title, else the longest, else what reads like the title."""
    heads = [(fold(" ".join(element.itertext())), element) for element in tree.iter("h1")]
    if not heads:
        heads = [
            (text, element)
            for element in tree.iter("h2", "h3")
            if (text := fold(" ".join(element.itertext()))) == wanted
        ]
    if not heads:
        return
    element = max(heads, key=lambda pair: (pair[0] == wanted, len(pair[0])))[1]
    while element is not None:
        for sibling in element.itersiblings():
            yield from sibling.iter(etree.Element)
        element = element.getparent()
