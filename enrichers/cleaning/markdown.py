"""Markdown into paragraphs with their kinds; inline markup becomes plain text, images and raw tags go."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from enrichers.cleaning.draft import Block
from enrichers.cleaning.lines import is_blank, one_line, tidy
from enrichers.cleaning.text import split_paragraphs
from enrichers.cleaning.wrapping import glue
from schemas.article import ParagraphKind

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

KINDS: dict[str, ParagraphKind] = {
    "heading": "heading",
    "blockquote": "quote",
    "bullet_list": "list",
    "ordered_list": "list",
}
CELL_GLUE = " | "
MARKS = "*_[]!`~<&\\"
MOST_MARKS = 100_000
"""Signs above which nobody wrote them as markup: each takes the parser up to 30 microseconds, five megabytes of stars a minute."""
MOST_LINES = 50_000


def split_markdown(text: str) -> tuple[str | None, list[Block]]:
    r"""The text of the first level-one heading, and the paragraphs without it.

    >>> title, blocks = split_markdown("# Oil\n\nPrices **rose** in [May](https://x.example).\n\n- Brent")
    >>> title, [(block.kind, block.text) for block in blocks]
    ('Oil', [('text', 'Prices rose in May.'), ('list', 'Brent')])
    """
    text = tidy(text)
    if _is_too_much(text):
        return None, split_paragraphs(text)
    tokens = _parser().parse(text)
    title: str | None = None
    blocks: list[Block] = []
    open_kinds: list[ParagraphKind] = []
    row: list[str] | None = None
    is_first_h1 = False
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in KINDS:
            _track(open_kinds, token, KINDS[name])
            is_first_h1 = token.nesting == 1 and token.tag == "h1" and title is None
        elif name == "tr":
            row = _turn_row(blocks, row, token)
        elif token.type == "inline" and row is not None:
            row.append(_plain(token)[0])
        elif token.type == "inline" and is_first_h1:
            title = _plain(token)[0] or None
        else:
            blocks.extend(_leaf(token, open_kinds))
    return title, [block for block in blocks if not is_blank(block.text)]


def _is_too_much(text: str) -> bool:
    """Whether `text` holds more marks or lines than the parser can read in seconds."""
    return sum(map(text.count, MARKS)) > MOST_MARKS or text.count("\n") > MOST_LINES


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _track(open_kinds: list[ParagraphKind], token: Token, kind: ParagraphKind) -> None:
    if token.nesting == 1:
        open_kinds.append(kind)
    elif open_kinds:
        open_kinds.pop()


def _turn_row(blocks: list[Block], row: list[str] | None, token: Token) -> list[str] | None:
    if token.nesting == 1:
        return []
    blocks.append(Block(kind="table", text=CELL_GLUE.join(cell for cell in row or () if cell)))
    return None


def _leaf(token: Token, open_kinds: list[ParagraphKind]) -> list[Block]:
    kind: ParagraphKind = open_kinds[-1] if open_kinds else "text"
    if token.type == "inline":
        plain, linked = _plain(token)
        return [Block(kind=kind, text=plain, linked=linked)]
    if token.type in ("fence", "code_block"):
        return [Block(kind=kind, text=one_line(token.content))]
    if token.type == "html_block":
        from enrichers.cleaning.fragments import split_fragment

        return split_fragment(token.content)
    return []


def _rejoined(text: str) -> str:
    """`text` with its line breaks as the script has it: a blank, or nothing in Chinese and Japanese."""
    joined, *lines = text.split("\n")
    parts = [joined]
    for line in lines:
        parts += [glue(parts[-1], line), line]
    return "".join(parts)


def _plain(token: Token) -> tuple[str, float]:
    """The visible text of an inline token and the share of it inside links."""
    parts: list[str] = []
    in_link = linked = 0
    for child in token.children or ():
        in_link += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
            linked += len(child.content) if in_link else 0
        elif child.type == "softbreak":
            parts.append("\n")
        elif child.type == "hardbreak" or child.content.lower().startswith("<br"):
            parts.append(" ")
    plain = one_line(_rejoined("".join(parts)))
    return plain, min(1.0, linked / len(plain)) if plain else 0.0
