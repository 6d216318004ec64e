"""A tree of HTML (or of trafilatura's XML) into paragraphs as a reader sees them, with their kinds.

What belongs to the article is not judged here: that is `html`'s for pages, and given for fragments (a feed's content,
a record's body).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from enrichers.cleaning.draft import Block
from enrichers.cleaning.lines import (
    WHITESPACE,
    has_controls,
    is_blank,
    one_line,
    without_controls,
)
from enrichers.cleaning.wrapping import FINAL_STOP
from schemas.article import ParagraphKind
from schemas.markup import without_attribute_floods

HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "head"))
KINDS: dict[str, ParagraphKind] = {
    **dict.fromkeys(HEADING_TAGS, "heading"),
    **dict.fromkeys(("blockquote", "quote"), "quote"),
    **dict.fromkeys(("ul", "ol", "dl", "list"), "list"),
    "table": "table",
}  # fmt: skip
BLOCK_TAGS = frozenset(
    [
        "address",
        "article",
        "aside",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "item",
        "li",
        "main",
        "nav",
        "p",
        "pre",
        "row",
        "section",
        "summary",
        "tr",
    ]
) | frozenset(KINDS)
ROW_TAGS = frozenset(("table", "tr", "row"))
CELL_TAGS = frozenset(("td", "th", "cell"))
LINK_TAGS = frozenset(("a", "ref"))
BREAK_TAGS = frozenset(("br", "lb"))
UNSEEN_TAGS = frozenset(
    [
        "audio",
        "button",
        "canvas",
        "datalist",
        "dialog",
        "embed",
        "figcaption",
        "iframe",
        "input",
        "label",
        "map",
        "nav",
        "noscript",
        "object",
        "option",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
        "video",
    ]
)
CELL_GLUE = " | "
LOOKED_BACK = 8
"""Pieces of text looked at for a full stop: all of a line with ten thousand breaks, at each of them, took a minute."""
FEWEST_TURNS = 3
"""Single breaks after a full stop from which on they are how a page parts its paragraphs."""
LONGEST_CELL = 120
"""Characters a cell may have in the mean: what says more in each holds paragraphs, and the table is the page's frame."""
MARKUP = re.compile(
    r"</?(?:p|br|div|ul|ol|li|h[1-6]|blockquote|span|strong|em|b|i|a|img|table|figure|section|article)\b[^<>]*>",
    re.I,
)
SILENT = re.compile(r"<(script|style|noscript|template|svg|title)\b|<!--", re.I)
BLOCK_TAG = re.compile(
    r"</?(?:p|div|br|h[1-6]|li|ul|ol|tr|table|section|article|blockquote)\b[^<>]*>", re.I
)
TAG = re.compile(r"<[/!?a-z][^<>]*>?", re.I)
DEEPEST = 200
MOST_TAGS = 400_000
"""Tags above which no tree is made of a page: it would take over half a kilobyte of memory each."""
LONGEST_CLASS = 4_000
LONG_CLASSES = etree.XPath(f"//*[string-length(@class) > {LONGEST_CLASS}]")


def has_markup(text: str) -> bool:
    """Whether `text` is HTML rather than text about it: it has at least one tag of the kind articles are made of.

    >>> has_markup("<p>Oil rose.</p>"), has_markup("5 < 7 > 3")
    (True, False)
    """
    return MARKUP.search(text) is not None


def parse_html(text: str) -> HtmlElement | None:
    """The tree of a page or fragment, without comments; None where there is nothing to parse, or too much."""
    if text.count("<") > MOST_TAGS:
        return None
    # NULs end the document for libxml2, and it knows no lone surrogate.
    text = without_attribute_floods(text.replace("\x00", ""))
    data = text.encode("utf-8", "replace")
    if has_controls(text, data):
        data = without_attribute_floods(without_controls(text)).encode("utf-8", "replace")
    try:
        tree = etree.fromstring(data, parser=_parser())
    except (etree.LxmlError, ValueError):
        return None
    # A page of one class of a megabyte took eleven seconds: every rule looks through it again.
    for element in LONG_CLASSES(tree) if tree is not None else ():
        del element.attrib["class"]
    return tree


def _parser() -> etree.HTMLParser:
    """lxml.html's, but for forms and inputs, whose classes would be looked up in Python for every element of a page."""
    parser = etree.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        default_doctype=False,
    )
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    return parser


def visible_text(text: str) -> str:
    """`text` with its tags taken out by eye, for pages no parser can hold (too deep, too long a text)."""
    return html.unescape(TAG.sub(" ", BLOCK_TAG.sub("\n\n", _without_silent(text))))


def _without_silent(text: str) -> str:
    """`text` without elements that show nothing, and comments; one that is never closed is left as it is."""
    parts: list[str] = []
    place = 0
    never_closed: set[str] = (
        set()
    )  # looked for once: a page may open three hundred thousand of them
    for opened in SILENT.finditer(text):
        name = (opened[1] or "").lower()
        if opened.start() < place or name in never_closed:
            continue
        end = re.compile(rf"</{name}\s*>" if name else "-->", re.I).search(text, opened.end())
        if end is None:
            never_closed.add(name)
            continue
        parts.append(text[place : opened.start()])
        place = end.end()
    return " ".join([*parts, text[place:]])


def split_fragment(text: str) -> list[Block]:
    """Paragraphs of an HTML fragment in reading order; scripts, buttons, captions and images are left out.

    >>> [(block.kind, block.text) for block in split_fragment("<h2>Oil</h2><p>It <b>rose</b>.</p><ul><li>Brent</li></ul>")]
    [('heading', 'Oil'), ('text', 'It rose.'), ('list', 'Brent')]
    """
    tree = parse_html(text)
    return [] if tree is None else blocks_of(tree)


def blocks_of(tree: HtmlElement) -> list[Block]:
    """Paragraphs under `tree`, in document order; text deeper than 200 elements is read without structure."""
    return [block for block, _ in located_blocks(tree)]


def located_blocks(tree: HtmlElement) -> list[tuple[Block, HtmlElement]]:
    """As `blocks_of`, each paragraph with the innermost block element that holds it."""
    found = _walked(tree).found
    by_line = sum(len(one.lines) - 1 for one in found) >= FEWEST_TURNS
    return [(block, one.owner) for one in found for block in one.blocks(by_line=by_line)]


def _walked(tree: HtmlElement) -> _Walk:
    walk = _Walk(places=[tree])
    depth = 0
    steps = etree.iterwalk(tree, events=("start", "end"))
    for event, element in steps:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            depth += 1
            if tag in UNSEEN_TAGS:
                steps.skip_subtree()
            else:
                walk.open(tag, element, is_shallow=depth < DEEPEST)
            continue
        if tag not in UNSEEN_TAGS:
            walk.close(tag, is_shallow=depth < DEEPEST)
        depth -= 1
        if depth:
            walk.say(element.tail)
    walk.flush()
    return walk


def _has_data(table: HtmlElement) -> bool:
    """Whether it is a table a reader sees: short cells, two or more, no table within."""
    if table.find(".//table") is not None:
        return False
    cells = sum(1 for _ in table.iter(*CELL_TAGS))
    return cells > 1 and sum(map(len, table.itertext())) <= LONGEST_CELL * cells


@dataclass(slots=True)
class _Found:
    """What one element said up to a flush, in the lines that single breaks after a full stop made."""

    lines: list[tuple[str, int]]
    kind: ParagraphKind
    owner: HtmlElement

    def blocks(self, *, by_line: bool) -> Iterator[Block]:
        lines = self.lines
        if not by_line:
            lines = [("".join(said for said, _ in lines), sum(linked for _, linked in lines))]
        for said, linked in lines:
            text = one_line(said).removesuffix(CELL_GLUE.rstrip()).rstrip()
            if not is_blank(text):
                yield Block(text=text, kind=self.kind, linked=min(1.0, linked / len(text)))


@dataclass(slots=True)
class _Walk:
    found: list[_Found] = field(default_factory=list)
    places: list[HtmlElement] = field(default_factory=list)
    kinds: list[ParagraphKind] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    linked: int = 0
    in_link: int = 0
    breaks: int = 0
    tables: list[bool] = field(default_factory=list)
    turns: list[tuple[int, int]] = field(default_factory=list)
    parted: HtmlElement | None = None

    def open(self, tag: str, element: HtmlElement, *, is_shallow: bool) -> None:
        if tag == "table":
            self.tables.append(_has_data(element))
        if is_shallow and self._parts_lines(tag):
            self.flush()
            self.places.append(element)
        if tag == "table" and not self.tables[-1]:
            self.kinds.append(self.kinds[-1] if self.kinds else "text")
        elif tag in KINDS:
            self.kinds.append(KINDS[tag])
        elif tag in CELL_TAGS and any(part.strip() for part in self.parts):
            self.parts.append(CELL_GLUE)
        elif tag in BREAK_TAGS:
            self._turn_line()
        self.in_link += tag in LINK_TAGS
        self.say(element.text)

    def close(self, tag: str, *, is_shallow: bool) -> None:
        if is_shallow and self._parts_lines(tag):
            self.flush()
            self.places.pop()
        if tag in KINDS:
            self.kinds.pop()
        if tag == "table":
            self.tables.pop()
        self.in_link -= tag in LINK_TAGS

    def say(self, text: str | None) -> None:
        if not text:
            return
        if not text.isspace():
            self.breaks = 0
            self.linked += len(text.strip()) if self.in_link else 0
        self.parts.append(text)

    def flush(self, *, is_double: bool = False) -> None:
        """End what was read so far; `is_double` where two breaks do it."""
        owner = self.places[-1]
        self.parted = owner if is_double else self.parted
        if not any(map(str.strip, self.parts)):
            self.parts, self.linked, self.breaks = [], 0, 0
            return
        # Where an element parts its paragraphs by two breaks, one is only a new line.
        turns = [] if self.parted is owner else self.turns
        start = linked = 0
        lines = []
        for end, linked_so_far in [*turns, (len(self.parts), self.linked)]:
            lines.append(("".join(self.parts[start:end]), linked_so_far - linked))
            start, linked = end, linked_so_far
        kind = self.kinds[-1] if self.kinds else "text"
        self.found.append(_Found(lines=lines, kind=kind, owner=owner))
        self.parts, self.turns, self.linked, self.breaks = [], [], 0, 0

    def _parts_lines(self, tag: str) -> bool:
        """Whether an element of this kind is a line of its own; in a table of data only its rows are, in a frame each cell."""
        if tag in CELL_TAGS:
            return bool(self.tables) and not self.tables[-1]
        if tag not in BLOCK_TAGS:
            return False
        return tag in ROW_TAGS or not self.tables or not self.tables[-1]

    def _turn_line(self) -> None:
        """Two breaks part paragraphs; one may after a full stop, else it is a blank."""
        self.breaks += 1
        in_cell = self.tables and self.tables[-1]
        if self.breaks > 1 and not in_cell:
            self.flush(is_double=True)
            return
        so_far = WHITESPACE.sub(" ", "".join(self.parts[-LOOKED_BACK:])).strip()
        if not in_cell and FINAL_STOP.search(so_far):
            self.turns.append((len(self.parts), self.linked))
        self.parts.append(" ")
