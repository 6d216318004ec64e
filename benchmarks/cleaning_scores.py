"""What is counted of a cleaned page beside the scoring program's own figures: real lines lost, recall lost, halves."""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

Page = dict[str, Any]
Row = dict[str, Any]
"""A page of the collection, and its scores, as the scoring program has them."""

RUN = 4
"""Words after each other that are looked for; a shorter line is looked for as a whole."""


def scorer(folder: Path) -> Any:
    """The scoring program's functions."""
    spec = importlib.util.spec_from_file_location("extract", folder / "extract.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(folder / "extract.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_pages(scoring: Any, data: Path) -> list[Page]:
    """Every page with its gold, decoded once from its file."""
    return list(scoring.load_pages(str(data), ["sh", "fundus"]))


def publisher(page: Mapping[str, Any]) -> str:
    """Who published a page: the collection's name for it, else its host.

    >>> publisher({"id": "fundus/at/DerStandard_2024_05_03", "url": None})
    'DerStandard'
    """
    named = re.match(r"fundus/\w+/(.+?)_\d{4}", page["id"])
    host = urlsplit(page["url"] or "").hostname or page["id"]
    return named[1] if named else str(host).removeprefix("www.")


def is_tuned(page: Mapping[str, Any]) -> bool:
    """Whether the page is of the half of the publishers that rules are written for; the other half only checks them."""
    return crc32(publisher(page).encode()) % 2 == 0


class Lines:
    """A page's real lines: those of its gold, where at least half of the line's words stand in what a reader can see.

    A line is there where at least half of its runs of four words are. One that no text of the page holds (the gold has it
    from elsewhere) is nobody's loss and not counted.
    """

    def __init__(self, page: Page, scoring: Any, *, seen: Sequence[str]) -> None:
        self._scoring, self._is_cjk = scoring, page["cjk"]
        texts = [_Runs(self._words(text)) for text in seen]
        lines = (self._words(line) for line in page["text"].split("\n"))
        self.real = [line for line in lines if line and any(text.has(line) for text in texts)]

    def lost(self, text: str) -> list[str]:
        """The real lines that are not in `text`."""
        runs = _Runs(self._words(text))
        return [" ".join(line) for line in self.real if not runs.has(line)]

    def _words(self, text: str) -> tuple[str, ...]:
        # Accents may be signs of their own on a page; a word is the same word with and without.
        plain = unicodedata.normalize("NFKC", text).casefold().replace("_", " ")
        return tuple(self._scoring.toks(plain, self._is_cjk))


class _Runs:
    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words
        self._found: dict[int, frozenset[tuple[str, ...]]] = {}

    def has(self, line: tuple[str, ...]) -> bool:
        size = min(RUN, len(line))
        if size not in self._found:
            self._found[size] = _runs(self._words, size)
        wanted = _runs(line, size)
        return 2 * len(wanted & self._found[size]) >= len(wanted)


def _runs(words: tuple[str, ...], size: int) -> frozenset[tuple[str, ...]]:
    return frozenset(words[start : start + size] for start in range(len(words) - size + 1))


def visible(content: bytes) -> str:
    """What the page shows and hides as text, without its scripts and styles."""
    from lxml import etree

    from enrichers.cleaning.decode import decode
    from enrichers.cleaning.fragments import parse_html

    tree = parse_html(decode(content, None, "text/html"))
    if tree is None:
        return ""
    etree.strip_elements(tree, "script", "style", "noscript", "template", with_tail=False)
    return "\n".join(tree.itertext())


def everything(row: Row) -> str:
    """A cleaner's text with the standfirst it keeps apart: neither is lost."""
    return f"{row.get('summary') or ''}\n{row['text'] or ''}"
