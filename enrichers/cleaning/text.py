"""Plain text into paragraphs, and whether its first line is a title.

Blank lines part paragraphs; without them each line is one, unless the lines were wrapped by hand at one width.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from enrichers.cleaning.draft import Block
from enrichers.cleaning.lines import is_blank, one_line, tidy

FINAL_STOP = re.compile(r"[.!?…:;。！？][\"'”’»“)\]\s]*$")
ITEM = re.compile(r"^(?:[-*•–—·]\s|\d{1,3}[.)]\s)")
TITLE_CHARACTERS = 150
HEADER_LINE = re.compile(r"[A-Z][A-Za-z-]{1,30}: ")
WIDEST_WRAP = 110
NARROWEST_WRAP = 35


def split_paragraphs(text: str) -> list[Block]:
    r"""Paragraphs of `text` in order, each one line; lines without letter or digit are left out.

    >>> [block.text for block in split_paragraphs("Oil rose.\nGas fell.\n\nCoal stood still.")]
    ['Oil rose.', 'Gas fell.', 'Coal stood still.']
    """
    chunks = _chunks(tidy(text))
    width = _wrap_width(chunks)
    texts = (one_line(paragraph) for chunk in chunks for paragraph in _unwrap(chunk, width))
    return [Block(text=paragraph) for paragraph in texts if not is_blank(paragraph)]


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
    """Whether `line`, standing first, reads as a headline: short, and without a final stop.

    >>> is_title("Oil prices rise again"), is_title("Oil prices rose again.")
    (True, False)
    """
    return len(line) < TITLE_CHARACTERS and not FINAL_STOP.search(line)


def _chunks(text: str) -> list[list[str]]:
    chunks: list[list[str]] = [[]]
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            chunks[-1].append(stripped)
        elif chunks[-1]:
            chunks.append([])
    return [chunk for chunk in chunks if chunk]


def _wrap_width(chunks: Sequence[Sequence[str]]) -> int:
    """The width at which lines were wrapped by hand, 0 if they were not.

    Wrapped lines are filled: the first word of the next line would not have fitted. A list of short lines is not.
    What stands above a mail pasted as text (From, Subject, Date) says nothing of how its body was wrapped.
    """
    if chunks and all(HEADER_LINE.match(line) for line in chunks[0]):
        chunks = chunks[1:]
    lengths = [len(line) for chunk in chunks for line in chunk if len(chunk) > 1]
    width = max((length for length in lengths if length <= WIDEST_WRAP), default=0)
    if width < NARROWEST_WRAP or any(length > 2 * WIDEST_WRAP for length in lengths):
        return 0
    breaks = [pair for chunk in chunks for pair in pairwise(chunk)]
    filled = sum(_is_filled(line, following, width) for line, following in breaks)
    return width if len(breaks) > 1 and filled >= 0.75 * len(breaks) else 0


def _is_filled(line: str, following: str, width: int) -> bool:
    return (
        len(line) + 1 + len(following.split(maxsplit=1)[0]) > width - 4 and len(line) >= width * 0.6
    )


def _unwrap(chunk: Sequence[str], width: int) -> list[str]:
    if not width:
        return list(chunk)
    paragraphs = [chunk[0]]
    for line, following in pairwise(chunk):
        if _is_filled(line, following, width) and not ITEM.match(following):
            glue = "" if re.search(r"\w[-‐]$", line) and following[:1].islower() else " "
            paragraphs[-1] += glue + following
        else:
            paragraphs.append(following)
    return paragraphs
