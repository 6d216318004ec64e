"""Plain text into paragraphs, and whether its first line is a title.

Blank lines part paragraphs; without them each line is one, unless the lines were wrapped (see `wrapping`). What of
a mail's text is not its sender's is told by `mail_text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from enrichers.cleaning.draft import Block
from enrichers.cleaning.lines import is_blank, one_line, tidy
from enrichers.cleaning.mail_text import Heads, split_mail
from enrichers.cleaning.wrapping import FINAL_STOP, Wrapping, is_list, is_table
from schemas.article import ParagraphKind

TITLE_CHARACTERS = 150
# A soft hyphen says itself that its word goes on.
_SOFT_BREAK = re.compile(r"\xad[ \t]*(?:\r\n|\n|\r)[ \t]*(?=\w)")
_MARKED_QUOTE = re.compile(r"^\s*(?:> ?)+")
_INNER_STOP = re.compile(r"[.!?…。！？؟۔।][\"'”’»]*\s*\S")
_LETTERS = re.compile(r"[^\W\d_]+")
_QUESTION = re.compile(r"[!?！？؟][\"'”’»]*$")


def split_paragraphs(text: str) -> list[Block]:
    r"""Paragraphs of `text` in order, each one line; lines without letter or digit are left out.

    >>> [block.text for block in split_paragraphs("Oil rose.\nGas fell.\n\nCoal stood still.")]
    ['Oil rose.', 'Gas fell.', 'Coal stood still.']
    """
    chunks = _chunks(tidy(_SOFT_BREAK.sub("", text)).split("\n"))
    return _paragraphs(chunks, Wrapping(chunks))


def split_mail_paragraphs(text: str, *, subject: str | None = None) -> tuple[list[Block], Heads]:
    r"""As `split_paragraphs`, with a reason on what is a quoted mail, a head of one or a signature; and what the heads say.

    >>> blocks, _ = split_mail_paragraphs("Oil rose.\n\nAnn Lee wrote:\n> Did it?")
    >>> [(block.text, block.reason) for block in blocks]
    [('Oil rose.', None), ('Ann Lee wrote:', 'quote'), ('> Did it?', 'quote')]
    """
    mail = split_mail(_SOFT_BREAK.sub("", text), subject=subject)
    read = [(stretch.reason, _chunks(stretch.lines)) for stretch in mail.stretches]
    wrapping = Wrapping([chunk for reason, chunks in read if reason is None for chunk in chunks])
    blocks: list[Block] = []
    for reason, chunks in read:
        if reason is None:
            blocks += _paragraphs(chunks, wrapping)
        else:
            texts = (one_line("\n".join(chunk)) for chunk in chunks)
            blocks += [Block(text=text, reason=reason) for text in texts if not is_blank(text)]
    return blocks, mail.heads


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
    # "Dear Ann," opens a letter.
    if len(line) >= TITLE_CHARACTERS or line.endswith((",", "،", "，")):
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


def _paragraphs(chunks: Sequence[Sequence[str]], wrapping: Wrapping) -> list[Block]:
    return [
        Block(text=line, kind=kind)
        for chunk in chunks
        for kind, paragraphs in [_read_chunk(chunk, wrapping)]
        for paragraph in paragraphs
        if not is_blank(line := one_line(paragraph))
    ]


def _chunks(lines: Iterable[str]) -> list[list[str]]:
    chunks: list[list[str]] = [[]]
    for line in lines:
        if line and not line.isspace():
            last = chunks[-1][-1] if chunks[-1] else line
            if bool(_MARKED_QUOTE.match(line)) != bool(_MARKED_QUOTE.match(last)):
                chunks.append([])
            chunks[-1].append(line)
        elif chunks[-1]:
            chunks.append([])
    return [chunk for chunk in chunks if chunk]


def _read_chunk(chunk: Sequence[str], wrapping: Wrapping) -> tuple[ParagraphKind, list[str]]:
    if all(_MARKED_QUOTE.match(line) for line in chunk):
        return "quote", wrapping.unwrap([_MARKED_QUOTE.sub("", line) for line in chunk])
    paragraphs = wrapping.unwrap(chunk)
    if is_table(chunk):
        return "table", paragraphs
    return ("list" if is_list(paragraphs) else "text"), paragraphs
