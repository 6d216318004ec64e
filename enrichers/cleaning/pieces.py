"""A page's paragraphs with the places where they stand: which of them trafilatura found, and what these look like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from enrichers.cleaning.draft import Block
from enrichers.cleaning.fragments import located_blocks
from enrichers.cleaning.lines import fold

PROSE = 60
"""Characters from which on a paragraph says something of where the body is."""
MAIN_LOOK = 0.2
"""Share of the prose that one look must have to be the body's."""
SHORTEST_PART = 20
EDGE = 15
DIGITS = re.compile(r"\d+")

Look = tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Piece:
    """A paragraph of the page, where it stands, and whether it is taken for the body's."""

    block: Block
    owner: HtmlElement
    folded: str
    look: Look
    is_kept: bool = False

    @property
    def is_prose(self) -> bool:
        """Whether it is long enough, and not a link, to tell of where the body is."""
        return self.block.linked < 0.5 and _weight(self.block.text) >= PROSE

    def drop(self, reason: str) -> None:
        """Leave it out of the body, with the reason."""
        self.is_kept = False
        self.block = replace(self.block, reason=reason)


def _weight(text: str) -> int:
    """Characters, those of scripts that write a word in one or two of them twice."""
    return len(text) if len(text) >= PROSE else len(text) + sum(one >= "\u2e80" for one in text)


def pieces_of(tree: HtmlElement) -> list[Piece]:
    """Everything a reader may read on the page, in its order."""
    body = tree if tree.tag == "body" else tree.find("body")
    if body is None:
        return []
    looks: dict[HtmlElement, Look] = {}
    return [
        Piece(block=block, owner=owner, folded=fold(block.text), look=_look(owner, looks))
        for block, owner in located_blocks(body)
    ]


def mark_found(pieces: Sequence[Piece], found: Sequence[Block]) -> float:
    """Mark the pieces whose text was found; the share of the found text that is in marked ones.

    What was found whole marks the pieces that say the same; only what was not, those that say a part of it or more.
    """
    texts = {fold(block.text) for block in found}
    total = sum(map(len, texts)) or 1
    for piece in pieces:
        piece.is_kept = piece.folded in texts
    left = texts - {piece.folded for piece in pieces if piece.is_kept}
    missed = sum(map(len, left))
    # Of a page with little on it trafilatura makes one text: its lines are put back in their places.
    shortest = 1 if len(texts) == 1 else SHORTEST_PART
    long = [text for text in left if len(text) >= shortest]
    joined = "\n".join(long)
    for piece in pieces if long else ():
        if not piece.is_kept and len(piece.folded) >= shortest:
            said = _said(piece.folded, long, joined)
            piece.is_kept = said > 0
            missed -= said
    return 1 - missed / total


def main_looks(pieces: Iterable[Piece]) -> set[Look]:
    """The looks that hold most of the prose that was found."""
    sizes: Counter[Look] = Counter()
    for piece in pieces:
        if piece.is_kept and piece.is_prose:
            sizes[piece.look] += len(piece.block.text)
    total = sum(sizes.values())
    return {look for look, size in sizes.items() if size >= MAIN_LOOK * total}


def common_ancestor(elements: Sequence[HtmlElement]) -> HtmlElement | None:
    """The innermost element that holds all of them."""
    if not elements:
        return None
    shared = [elements[0], *elements[0].iterancestors()]
    for element in elements[1:]:
        above = {element, *element.iterancestors()}
        shared = [one for one in shared if one in above]
    return shared[0] if shared else None


def is_within(element: HtmlElement, container: HtmlElement) -> bool:
    """Whether `element` is `container` or stands anywhere in it."""
    return element is container or any(one is container for one in element.iterancestors())


def _said(text: str, long: Sequence[str], joined: str) -> int:
    """How much of the found `long` texts the text of a piece says, 0 if that is too little to be the same."""
    if text in joined:
        return len(text)
    # One end in common: readings above the signs and notes in mid-sentence may have been left out.
    said = sum(
        len(one)
        for one in long
        if one in text
        or (2 * len(one) > len(text) and (one[:EDGE] == text[:EDGE] or one[-EDGE:] == text[-EDGE:]))
    )
    return said if said >= 0.5 * len(text) else 0


def _look(owner: HtmlElement, looks: dict[HtmlElement, Look]) -> Look:
    found = looks.get(owner)
    if found is None:
        around = (owner, *islice(owner.iterancestors(), 2))
        found = looks[owner] = tuple(_named(one.tag, one.get("class") or "") for one in around)
    return found


@lru_cache(maxsize=4096)
def _named(tag: str, classes: str) -> str:
    """Asked of the same few hundred names on every page of a site."""
    return f"{tag}.{DIGITS.sub('', classes)}"
