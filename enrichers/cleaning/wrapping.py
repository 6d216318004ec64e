"""Lines that were wrapped by hand or by a mail program, joined to the paragraphs they were.

Only what is filled is joined: the first word of the next line would not have fitted. Verse, tables, addresses and lists
are lines of their own. Which width a text was wrapped at is known from the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from unicodedata import east_asian_width

from enrichers.cleaning.wide_pattern import WidePattern

WIDEST_WRAP = 110
NARROWEST_WRAP = 35
FINAL_STOP = re.compile(r"[.!?…:;。！？؟۔।॥።။។][\"'”’»“」』)\]\s]*$")
BULLET = re.compile(r"^[-*•‣◦▪–—·]\s")
NUMBERED = re.compile(r"^(\d{1,3})[.)]\s")
CELL_GAP = re.compile(r"\S(?: *\t[ \t]*| {3,}| +\| +)\S")
HEADER_LINE = re.compile(r"[A-Z][A-Za-z-]{1,30}: ")
# Written without blanks between words, so that a break may stand anywhere: Chinese, Japanese (not Korean).
_IDEOGRAPHIC = "\u3000-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff5e\U00020000-\U0003ffff"
# And the scripts of South East Asia that part phrases with blanks, but no words.
_UNSPACED = _IDEOGRAPHIC + "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_ENDS_UNSPACED = WidePattern(f"[{_UNSPACED}]$")
_BEGINS_UNSPACED = WidePattern(f"[{_UNSPACED}]")
_FIRST_UNIT = WidePattern(f"[{_UNSPACED}]|[^\\s{_UNSPACED}]+")
_HYPHENATED = re.compile(r"([^\W\d_]+)[-‐]$")
_FIRST_WORD = re.compile(r"([^\W\d_]+)")
_LONGEST_WORD = 60
_WORDS = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_CASED = re.compile(r"^\W*([^\W\d_])")


def columns(text: str) -> int:
    """How many columns `text` takes on a terminal: wide characters take two.

    >>> columns("oil"), columns("石油")
    (3, 4)
    """
    if text.isascii():
        return len(text)
    return sum(2 if _is_wide(character) else 1 for character in text)


@lru_cache(maxsize=4096)
def _is_wide(character: str) -> bool:
    return east_asian_width(character) in "WF"


class Wrapping:
    r"""How a text was wrapped, known from all its chunks; a chunk is the lines between two blank ones, indents kept.

    >>> lines = ["The ministry said on Tuesday that it would", "lower the tariff on imported steel by some", "third."]
    >>> Wrapping([lines]).unwrap(lines)
    ['The ministry said on Tuesday that it would lower the tariff on imported steel by some third.']
    """

    def __init__(self, chunks: Sequence[Sequence[str]]) -> None:
        self.width = _wrap_width(chunks)
        self._words: frozenset[str] = frozenset()
        lines = [line.rstrip() for chunk in chunks for line in chunk] if self.width else []
        if any(line.endswith(("-", "‐")) for line in lines):
            self._words = frozenset(
                word.casefold() for line in lines for word in _WORDS.findall(line)
            )

    def unwrap(self, chunk: Sequence[str]) -> list[str]:
        """The paragraphs of a chunk; its lines as they are where it is no wrapped prose."""
        stripped = [line.strip() for line in chunk]
        if not self.width or len(chunk) < 2 or is_table(chunk) or _is_verse(stripped, self.width):
            return stripped
        paragraphs = [[stripped[0]]]
        numbers = _item_numbers(stripped)
        for index, (line, following) in enumerate(pairwise(chunk), start=1):
            is_item = BULLET.match(paragraphs[-1][0]) or NUMBERED.match(paragraphs[-1][0])
            before, text = stripped[index - 1], stripped[index]
            if (
                not is_filled(line, following, self.width)
                or (_starts_item(text, numbers) and _may_end(before, is_item))
                or (not is_item and _indent(following) > _indent(line))
                or _is_headline(before, text)
            ):
                paragraphs.append([text])
            else:
                self._join(paragraphs[-1], text, line)
        return ["".join(parts) for parts in paragraphs]

    def _join(self, parts: list[str], following: str, raw: str) -> None:
        """Put `following` behind the parts; only the last of them is looked at, however many there are."""
        broken = _HYPHENATED.search(parts[-1][-_LONGEST_WORD:])
        if not broken or not following[:1].islower():
            parts += [glue(parts[-1], following, raw=raw), following]
            return
        if self._is_one_word(broken[1], following):
            parts[-1] = parts[-1][:-1]
        parts.append(following)

    def _is_one_word(self, begun: str, following: str) -> bool:
        """Whether the halves stand as one word elsewhere in the text, and never with a hyphen."""
        rest = _FIRST_WORD.match(following)
        if not rest:
            return False
        begun, ended = begun.casefold(), rest[1].casefold()
        return begun + ended in self._words and f"{begun}-{ended}" not in self._words


def glue(line: str, following: str, *, raw: str = "") -> str:
    """What stands between two joined lines: a blank, or nothing where the script has none between words.

    >>> glue("oil", "prices"), glue("石油", "价格")
    (' ', '')
    """
    if _ENDS_UNSPACED.search(line) or _BEGINS_UNSPACED.match(following):
        return " " if raw.endswith(" ") else ""
    return " "


def is_filled(line: str, following: str, width: int) -> bool:
    """Whether the first word of `following` would not have fitted behind `line`."""
    size = columns(line.rstrip())
    if size < width * 0.6:
        return False
    text = following.strip()
    return size + len(glue(line.rstrip(), text)) + columns(_first_unit(text)) > width - 4


def _first_unit(text: str) -> str:
    if text.isascii():
        return text.split(maxsplit=1)[0] if text else ""
    unit = _FIRST_UNIT.match(text)
    return unit[0] if unit else text


def is_table(chunk: Sequence[str]) -> bool:
    """Whether most lines have columns: cells parted by tabs, bars or three blanks.

    >>> is_table(["Port     Ships", "East        12"]), is_table(["Ships came.", "Ships went."])
    (True, False)
    """
    if len(chunk) < 2:
        return False
    return 2 * sum(CELL_GAP.search(line) is not None for line in chunk) > len(chunk)


def is_list(chunk: Sequence[str]) -> bool:
    """Whether the paragraphs are items: all with bullets, or numbered in order."""
    if len(chunk) < 2:
        return False
    numbers = [NUMBERED.match(line) for line in chunk]
    if all(numbers):
        values = [int(number[1]) for number in numbers if number]
        return all(second == first + 1 for first, second in pairwise(values))
    return all(BULLET.match(line) and line[0] not in "–—" for line in chunk)


def _wrap_width(chunks: Sequence[Sequence[str]]) -> int:
    """The width at which lines were wrapped, 0 if they were not.

    What stands above a mail pasted as text (From, Subject, Date) says nothing of how its body was wrapped; nor do
    tables and the short lines of addresses and lists.
    """
    if chunks and all(HEADER_LINE.match(line.strip()) for line in chunks[0]):
        chunks = chunks[1:]
    prose = [chunk for chunk in chunks if len(chunk) > 1 and not is_table(chunk)]
    sizes = [
        columns(line.rstrip()) for chunk in prose for line in chunk if not _is_unbreakable(line)
    ]
    fitting = sorted(size for size in sizes if size <= WIDEST_WRAP)
    # One line in fifty may stick out.
    width = fitting[-1 - len(fitting) // 50] if fitting else 0
    over = sum(size > 2 * WIDEST_WRAP for size in sizes)
    if width < NARROWEST_WRAP or over * 20 > len(sizes):
        return 0
    breaks = [
        pair
        for chunk in prose
        if max(columns(line.rstrip()) for line in chunk) >= width * 0.6
        for pair in pairwise(chunk)
        if _indent(pair[1]) <= _indent(pair[0]) and not _starts_bullet(pair[1])
    ]
    return width if _are_wrapped(breaks, width) else 0


def _is_unbreakable(line: str) -> bool:
    """Whether the line is one long word, as an address is."""
    return line.isascii() and len(line.split(maxsplit=1)) == 1


def _are_wrapped(breaks: Sequence[tuple[str, str]], width: int) -> bool:
    if len(breaks) < 2:
        return False
    filled = [pair for pair in breaks if is_filled(*pair, width)]
    # A line that breaks off in mid-sentence is no paragraph: where most do, shorter paragraphs may be believed.
    is_open = sum(not FINAL_STOP.search(line) for line, _ in filled)
    share = 0.5 if 3 * is_open >= 2 * len(filled) else 0.75
    if len(filled) < 2 or len(filled) < share * len(breaks) or 3 * is_open < len(filled):
        return False
    # Verse may fill most of its lines by chance, not all of them.
    return len(filled) == len(breaks) or not _all_begin_capital([second for _, second in filled])


def _all_begin_capital(lines: Sequence[str]) -> bool:
    """Lines of verse and of lists begin with a capital; those of prose seldom, even in German."""
    first = [match[1] for line in lines if (match := _CASED.match(line))]
    cased = [letter for letter in first if letter.lower() != letter.upper()]
    return len(cased) > 3 and sum(letter.isupper() for letter in cased) > 0.85 * len(cased)


def _is_verse(lines: Sequence[str], width: int) -> bool:
    if len(lines) < 4 or not _all_begin_capital(lines):
        return False
    return sum(not is_filled(*pair, width) for pair in pairwise(lines)) * 4 > len(lines)


def _indent(line: str) -> int:
    return columns(line) - columns(line.lstrip())


def _starts_bullet(line: str) -> bool:
    return BULLET.match(line.strip()) is not None


def _item_numbers(lines: Sequence[str]) -> frozenset[int]:
    return frozenset(int(match[1]) for line in lines if (match := NUMBERED.match(line)))


def _starts_item(line: str, numbers: frozenset[int]) -> bool:
    """Whether the line begins an item; "8. Juli" does only below a seventh, or as the first of more."""
    number = NUMBERED.match(line)
    if number:
        value = int(number[1])
        return value - 1 in numbers or (value <= 1 and value + 1 in numbers)
    return BULLET.match(line) is not None


def _may_end(line: str, is_item: object) -> bool:
    """Whether an item may begin after `line`: in a sentence a dash at the start of a line is a dash."""
    return bool(is_item) or FINAL_STOP.search(line) is not None


def _is_headline(line: str, following: str) -> bool:
    """A line in capitals over one that is not."""
    return line.isupper() and not following.isupper() and len(following) > len(line) // 2
