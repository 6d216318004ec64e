"""Which paragraphs of a page are the article's body, where trafilatura has said which text it takes for it.

trafilatura judges one element at a time; a reader sees that paragraphs of one look in one place belong together. So the
looks (tag and class, with those around it) that most of the found prose has are the body's, and the body is mended by
them, in the page's own order and words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from lxml.html import HtmlElement

from enrichers.cleaning.draft import Block
from enrichers.cleaning.lines import fold
from enrichers.cleaning.pieces import (
    PROSE,
    SHORTEST_PART,
    Look,
    Piece,
    common_ancestor,
    is_within,
    main_looks,
    mark_found,
)
from enrichers.cleaning.wrapping import FINAL_STOP

LEAST_FOUND = 0.85
"""Share of trafilatura's text that must be found again on the page, or its text stays as it is."""
LEAST_OF_ONE = 0.5
"""The same where all that was found is one text: of a page with little on it, its menus may be in it."""
WEAK_SHARE = 0.15
LEAD = 100
"""Characters that a line before the body needs to be taken for a standfirst where it does not end like a sentence."""
HIGHEST = 8
"""Levels that a body in pieces may be held together by, where no <article> or <main> is around it."""
SUBHEADING = re.compile(r"sub-?_?(?:head|title)|cross-?head|head(?:ing|line)|zwischen|inter-?tit|ladillo|mellemrubrik|mellomtittel", re.I)  # fmt: skip
BESIDE = re.compile(
    r"caption|(?:^|[-_ ])(?:image|img|photo|picture|gallery|slideshow|video|player|media(?:con|info|box)?)(?:[-_ ]|$)|image-?widget|"
    r"teaser|related|recommend|read-?(?:more|also|next)|most-?(?:read|popular)|outbrain|taboola|promo|newsletter|subscri|sign-?up|"
    r"(?:^|[-_ ])ads?(?:[-_ ]|$)|poll(?:[-_ ]|$)|quiz|survey|advert|sponsor|social|share|follow|author-?(?:bio|box|card)|bio(?:[-_ ]|$)|comment|excerpt|feedback|tooltip",
    re.I,
)  # fmt: skip
LONGEST_TIME = 24
FEWEST_ENTRIES = 3
ENTRY_TIME = re.compile(r"\d{1,2}[:.h]\d\d(?: ?uhr| ?[ap]\.?m\.?)?(?: \(?[A-Z]{2,5}\)?)?", re.I)
NAMED_BY = ("class", "id", "data-testid", "data-component", "data-type")


@dataclass(slots=True, kw_only=True)
class Body:
    """The pieces of one page while its body is mended: what looks like the body, and the element that holds it."""

    pieces: Sequence[Piece]
    looks: set[Look]
    container: HtmlElement
    beside: dict[HtmlElement, bool] = field(default_factory=dict)
    held: frozenset[HtmlElement] = frozenset()

    def __post_init__(self) -> None:
        """Know what the container holds."""
        self.hold(self.container)

    def hold(self, container: HtmlElement) -> None:
        """Take another element for the one that holds the body."""
        self.container, self.held = container, frozenset(container.iter())

    @property
    def names(self) -> set[str]:
        """Tag with class of the body's paragraphs that have one."""
        return {look[0] for look in self.looks if look[0].startswith("p.") and len(look[0]) > 2}


def mend_body(pieces: Sequence[Piece], found: Sequence[Block]) -> list[Block]:
    """What was `found` in the page's order and words, with what was left out between, without what stands elsewhere."""
    least = LEAST_FOUND if len(found) > 1 else LEAST_OF_ONE
    if not found or mark_found(pieces, found) < least:
        return list(found)
    looks = main_looks(pieces)
    container = common_ancestor([one.owner for one in pieces if one.is_kept and one.look in looks])
    if container is None:
        return _read_out(pieces)
    body = Body(pieces=pieces, looks=looks, container=container)
    grow(body)
    take_prose(body)
    take_headings(body)
    take_lists(body)
    note_times(body)
    drop_elsewhere(body)
    drop_before(body)
    drop_beside(body)
    drop_repeated(body, found)
    return _read_out(pieces)


def grow(body: Body) -> None:
    """Hold more of the same look: in the same <article> or a few levels up, before another headline."""
    around = next(body.container.iterancestors("article", "main"), None)
    limit = around
    if limit is None:
        above = [one for one in body.container.iterancestors() if one.tag not in ("body", "html")]
        limit = above[:HIGHEST][-1] if above else None
    if limit is None:
        return
    more = [body.container]
    is_past = False
    for piece in body.pieces:
        is_inside = _holds(body, piece)
        is_past = is_past or is_inside
        if not is_past or is_inside:
            continue
        if piece.owner.tag == "h1":
            break
        if (
            _looks_like(body, piece)
            and piece.is_prose
            and next(piece.owner.iterancestors("article", "main"), None) is around
            and is_within(piece.owner, limit)
        ):
            more.append(piece.owner)
    found = common_ancestor(more)
    if found is not None and found is not body.container:
        body.hold(found)


def take_prose(body: Body) -> None:
    """Take what has the body's look; a link alone only where it ends like a sentence."""
    kept = "\n".join(piece.folded for piece in body.pieces if piece.is_kept)
    for piece in body.pieces:
        if piece.is_kept or not _looks_like(body, piece) or not _holds(body, piece):
            continue
        if piece.block.linked >= 0.5 and not FINAL_STOP.search(piece.block.text):
            continue
        # A sentence of the body set large between two of its paragraphs is read once.
        piece.is_kept = len(piece.folded) < SHORTEST_PART or piece.folded not in kept


def take_headings(body: Body) -> None:
    """Take subheadings that stand beside the body's prose and right before some of it."""
    main = [piece.is_kept and piece.look in body.looks for piece in body.pieces]
    hosts = {
        piece.owner.getparent()
        for piece, is_main in zip(body.pieces, main, strict=True)
        if is_main and piece.is_prose
    }
    first = main.index(True)
    for (piece, _), (_, is_main) in pairwise(zip(body.pieces[first:], main[first:], strict=True)):
        if piece.is_kept or not is_main or piece.owner.getparent() not in hosts:
            continue
        if _is_named_subheading(piece):
            piece.block = replace(piece.block, kind="heading")
        piece.is_kept = piece.block.kind == "heading"
    opening = body.pieces[max(0, first - 1)]
    if opening.block.kind == "heading" and opening.owner.getparent() in hosts:
        # Right under the headline, where trafilatura takes it for a part of that, and like the others.
        later = (
            one.look for one in body.pieces[first:] if one.is_kept and one.block.kind == "heading"
        )
        opening.is_kept = opening.is_kept or opening.look in later


def take_lists(body: Body) -> None:
    """Take lists that stand between two paragraphs of the body, or the one that the last announces with a colon.

    Where a page has no name for its body, or keeps it in a cell of a table, trafilatura reads paragraphs only.
    """
    before: Piece | None = None
    waiting: dict[HtmlElement, list[Piece]] = {}
    announced: HtmlElement | None = None
    for last, piece in zip([None, *body.pieces], body.pieces, strict=False):
        if piece.is_kept and piece.is_prose and piece.look in body.looks:
            _keep(waiting.values())
            before, waiting, announced = piece, {}, None
        elif before is not None and not piece.is_kept:
            around = _list_beside(piece, before.owner)
            if around is None:
                continue
            waiting.setdefault(around, []).append(piece)
            if last is before and before.block.text.endswith((":", "：")):
                announced = around
    if announced is not None:
        _keep([waiting[announced]])


def _keep(groups: Iterable[Sequence[Piece]]) -> None:
    for group in groups:
        for piece in group:
            piece.is_kept = True


def _list_beside(piece: Piece, prose: HtmlElement) -> HtmlElement | None:
    """The list, not of links, that holds the piece and stands in the element that holds a paragraph."""
    if piece.block.kind != "list" or piece.block.linked >= 0.5:
        return None
    lists = list(piece.owner.iterancestors("ul", "ol", "dl"))
    return lists[-1] if lists and lists[-1].getparent() in (prose, prose.getparent()) else None


def note_times(body: Body) -> None:
    """Know the times over a live blog's entries, three or more, for lines of the page that are no paragraphs."""
    first = next((at for at, one in enumerate(body.pieces) if one.is_kept), 0)
    found = [
        piece
        for piece in body.pieces[first:]
        if len(piece.block.text) <= LONGEST_TIME
        and not piece.is_kept
        and ENTRY_TIME.fullmatch(piece.block.text)
        and _holds(body, piece)
    ]
    for piece in found if len(found) >= FEWEST_ENTRIES else ():
        piece.drop("dateline")


def drop_elsewhere(body: Body) -> None:
    """Leave out what was found behind the body's beginning and outside of it."""
    is_past = False
    for piece in body.pieces:
        is_past = is_past or (piece.is_kept and piece.look in body.looks)
        if is_past and piece.is_kept and not _holds(body, piece):
            piece.drop("elsewhere")


def drop_before(body: Body) -> None:
    """Of what stands before the body, leave only what reads like a standfirst."""
    for piece in body.pieces:
        if _holds(body, piece):
            return
        block = piece.block
        is_lead = len(block.text) >= LEAD or FINAL_STOP.search(block.text) is not None
        is_label = block.kind == "list" or (block.kind == "heading" and len(block.text) < PROSE)
        if piece.is_kept and (is_label or block.linked >= 0.5 or not is_lead):
            piece.drop("elsewhere")


def drop_beside(body: Body) -> None:
    """Leave out captions, teasers and offers by the names of what holds them; never more than a weak share."""
    found = [
        piece
        for piece in body.pieces
        if piece.is_kept and piece.look not in body.looks and _stands_beside(body, piece)
    ]
    total = sum(len(piece.block.text) for piece in body.pieces if piece.is_kept)
    if sum(len(piece.block.text) for piece in found) <= WEAK_SHARE * total:
        for piece in found:
            piece.drop("beside")


def drop_repeated(body: Body, found: Sequence[Block]) -> None:
    """Keep a text in the body only, where it is there; prose not more often than it was found."""
    allowed = Counter(fold(block.text) for block in found)
    same: dict[str, list[Piece]] = {}
    for piece in body.pieces:
        if piece.is_kept:
            same.setdefault(piece.folded, []).append(piece)
    for text, group in same.items():
        if len(group) < 2:
            continue
        inside = [piece for piece in group if _holds(body, piece)]
        left = inside or group[:1]
        if group[0].is_prose:
            left = sorted(left, key=lambda piece: piece.look not in body.looks)
            left = left[: max(1, allowed[text])]
        for piece in group:
            piece.is_kept = any(piece is one for one in left)


def _read_out(pieces: Sequence[Piece]) -> list[Block]:
    return [piece.block for piece in pieces if piece.is_kept or piece.block.reason is not None]


def _is_named_subheading(piece: Piece) -> bool:
    names = piece.owner.get("class") or ""
    return (
        piece.block.kind == "text"
        and piece.block.linked < 0.5
        and SUBHEADING.search(names) is not None
    )


def _looks_like(body: Body, piece: Piece) -> bool:
    """Whether the piece has a look of the body's, or one of its own name (a class) in other surroundings."""
    return piece.look in body.looks or piece.look[0] in body.names


def _holds(body: Body, piece: Piece) -> bool:
    return piece.owner in body.held


def _stands_beside(body: Body, piece: Piece) -> bool:
    for element in (piece.owner, *piece.owner.iterancestors()):
        if element is body.container:
            return False
        if element not in body.beside:
            names = " ".join(element.get(key) or "" for key in NAMED_BY)
            body.beside[element] = BESIDE.search(names) is not None
        if body.beside[element]:
            return True
    return False
