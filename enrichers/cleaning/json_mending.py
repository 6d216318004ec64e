"""JSON as pages write it by hand: wrapped in comments, several values in a row, with stray commas, quotes and breaks.

A script that is right costs one look; mending reads its characters once and never guesses at a value.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

LONGEST = 2_000_000
LONGEST_MENDED = 300_000
MOST_VALUES = 50
WRAPPERS = re.compile(
    r"^\s*(?:(?://|/\*)\s*)?(?:<!\[CDATA\[|<!--)(?:\s*\*/)?|(?:(?://|/\*)\s*)?(?:\]\]>|-->)(?:\s*\*/)?\s*;?\s*$"
)
ENDS_STRING = re.compile(
    r"(?:\s|//[^\n]*\n|/\*.{0,500}?\*/)*+(?:[:}\]]|,\s*(?:[\"{}\[\]]|-?\d|true|false|null|//|/\*|$)|$)",
    re.S,
)
COMMENT = re.compile(r"//[^\n]*|/\*.{0,500}?\*/|<!--|-->|<!\[CDATA\[|\]\]>", re.S)
GAP = re.compile(r"[\s;]*(?:,\s*)?")
PLAIN = re.compile(r"[^\"\\]+")
OUTSIDE = re.compile(r"[^\"{}\[\],/<>-]+|-(?!->)")
AFTER_COMMA = re.compile(r"(?:\s|//[^\n]*|/\*.{0,500}?\*/)*+(?:[}\],]|$)", re.S)
ESCAPE = re.compile(r"\\(?:[\"\\/bfnrt]|u[0-9a-fA-F]{4})")
CLOSING = {"{": "}", "[": "]"}


def load_all(script: str) -> list[object]:
    r"""Every JSON value in `script`, [] where none can be read.

    >>> load_all('{"a": 1}'), load_all('<!-- {"a": "He said "no" twice",} -->{"b": 2}')
    ([{'a': 1}], [{'a': 'He said "no" twice'}, {'b': 2}])
    """
    values = load_plain(script)
    return load_mended(script) if values is None else values


def load_plain(script: str) -> list[object] | None:
    """The one value of a script without errors; None for one that has some, [] for one that is empty or too long."""
    text = script.strip()
    if not text or len(text) > LONGEST:
        return []
    try:
        return [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        return None


def load_mended(script: str) -> list[object]:
    """The values of a script with errors."""
    text = WRAPPERS.sub("", script.strip()).strip(" \t\r\n;")
    if len(text) > LONGEST_MENDED:
        return []
    attempts: tuple[Callable[[str], str], ...] = (str, mend, _unescaped)
    best: list[object] = []
    for attempt in attempts:
        values, is_whole = _in_a_row(attempt(text))
        if is_whole:
            return values
        best = max(best, values, key=len)
    return best


def mend(text: str) -> str:
    r"""`text` without comments and stray commas, its inner quotes escaped, what was left open closed.

    >>> mend('{"a": "x "y" z", "b": [1,], // note')
    '{"a": "x \\"y\\" z", "b": [1]}'
    """
    parts: list[str] = []
    opened: list[str] = []
    at = 0
    while at < len(text):
        mark = text[at]
        if mark == '"':
            string, at = _string(text, at + 1)
            parts.append(string)
            continue
        if mark in "/<-]" and (comment := COMMENT.match(text, at)):
            at = comment.end()
            continue
        plain = OUTSIDE.match(text, at)
        at = plain.end() if plain else at + 1
        if plain:
            parts.append(plain[0])
            continue
        if mark in ",}" and parts and parts[-1].rstrip().endswith(":"):
            parts.append("null")  # a template without its value
        if mark in "{}[]":
            _bracket(mark, parts, opened)
        elif mark == "," and not AFTER_COMMA.match(text, at):
            parts.append(mark)
    return "".join(parts).rstrip() + "".join(CLOSING[one] for one in reversed(opened))


def _bracket(mark: str, parts: list[str], opened: list[str]) -> None:
    parts.append(mark)
    if mark in CLOSING:
        opened.append(mark)
    elif opened:
        opened.pop()


def _string(text: str, at: int) -> tuple[str, int]:
    """The string whose text begins at `at`, as JSON, and where what follows it begins."""
    parts = ['"']
    while at < len(text):
        plain = PLAIN.match(text, at)
        if plain:
            parts.append(plain[0])
            at = plain.end()
        elif text[at] == '"':
            at += 1
            if ENDS_STRING.match(text, at):
                break
            parts.append('\\"')
        else:
            escape = ESCAPE.match(text, at)
            parts.append(escape[0] if escape else "\\\\")
            at = escape.end() if escape else at + 1
    parts.append('"')
    return "".join(parts), at


def _in_a_row(text: str) -> tuple[list[object], bool]:
    """The objects and lists at the start of `text`, and whether nothing stands behind them."""
    decoder = json.JSONDecoder(strict=False)
    values: list[object] = []
    at = 0
    try:
        while at < len(text) and len(values) < MOST_VALUES:
            value, at = decoder.raw_decode(text, at)
            values.append(value)
            gap = GAP.match(text, at)
            at = gap.end() if gap else at
    except (ValueError, RecursionError):
        return values, False
    return values, True


def _unescaped(text: str) -> str:
    return mend(html.unescape(text))
