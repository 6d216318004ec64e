"""Plain text into paragraphs, and whether its first line is a title.

Blank lines part paragraphs; without them each line is one, unless the lines were wrapped (see `wrapping`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from enrichers.cleaning.draft import Block
from enrichers.cleaning.lines import is_blank, one_line, tidy
from enrichers.cleaning.wrapping import FINAL_STOP, Wrapping, is_list, is_table
from schemas.article import ParagraphKind

TITLE_CHARACTERS = 150
# A soft hyphen says itself that its word goes on.
_SOFT_BREAK = re.compile(r"\xad[ \t]*(?:\r\n|\n|\r)[ \t]*(?=\w)")
_INNER_STOP = re.compile(r"[.!?…。！？؟۔।][\"'”’»]*\s*\S")
_LETTERS = re.compile(r"[^\W\d_]+")
_QUESTION = re.compile(r"[!?！？؟][\"'”’»]*$")


def split_paragraphs(text: str) -> list[Block]:
    r"""Paragraphs of `text` in order, each one line; lines without letter or digit are left out.

    >>> [block.text for block in split_paragraphs("Oil rose.\nGas fell.\n\nCoal stood still.")]
    ['Oil rose.', 'Gas fell.', 'Coal stood still.']
    """
    chunks = _chunks(tidy(_SOFT_BREAK.sub("", text)))
    wrapping = Wrapping(chunks)
    return [
        Block(text=line, kind=kind)
        for chunk in chunks
        for kind, paragraphs in [_read_chunk(chunk, wrapping)]
        for paragraph in paragraphs
        if not is_blank(line := one_line(paragraph))
    ]


def split_pages(text: str) -> list[Block]:
    r"""As `split_paragraphs`, of text with a form feed at the end of each page; a paragraph knows the page it begins on.

    >>> [(block.page, block.text) for block in split_pages("Oil rose.\f\fGas fell.")]
    [(1, 'Oil rose.'), (3, 'Gas fell.')]
    """
    return [
        replace(block, page=number)
        for number, page in enumerate(text.split("\f"), start=1)
        for block in split_paragraphs(page)
    ]


def is_title(line: str) -> bool:
    """Whether `line`, standing first, reads as a headline: short, and without a final stop unless it is in capitals.

    >>> is_title("Oil prices rise again"), is_title("Oil prices rose again."), is_title("OIL PRICES RISE!")
    (True, False, True)
    """
    if len(line) >= TITLE_CHARACTERS:
        return False
    return not FINAL_STOP.search(line) or is_capitals(line) or _is_question(line)


def is_capitals(line: str) -> bool:
    """Whether `line` is words in capitals, two at least.

    >>> is_capitals("OIL RISES 3%"), is_capitals("NATO said no")
    (True, False)
    """
    return line.isupper() and sum(len(word) > 1 for word in _LETTERS.findall(line)) > 1


def _is_question(line: str) -> bool:
    """One question or call, and nothing before it: "Who pays for the tram?"."""
    return _QUESTION.search(line) is not None and not _INNER_STOP.search(line)


def _chunks(text: str) -> list[list[str]]:
    chunks: list[list[str]] = [[]]
    for line in text.split("\n"):
        if not line.isspace() and line:
            chunks[-1].append(line)
        elif chunks[-1]:
            chunks.append([])
    return [chunk for chunk in chunks if chunk]


def _read_chunk(chunk: Sequence[str], wrapping: Wrapping) -> tuple[ParagraphKind, list[str]]:
    paragraphs = wrapping.unwrap(chunk)
    if is_table(chunk):
        return "table", paragraphs
    return ("list" if is_list(paragraphs) else "text"), paragraphs
