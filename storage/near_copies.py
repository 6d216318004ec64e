"""Which articles are near copies of one another: the same text with another dateline, a few words changed, or cut short.

A text is the set of its runs of three words. The lowest hashes of that set are its marks (Broder, "On the resemblance and
containment of documents", 1997): whoever shares some of them is compared whole. A pair is kept when it is found, so that
a search has only to read it.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from storage.scored_rows import Ids
from storage.values import dump
from storage.words import without_signs

RUN = 3
MARKS = 24
SHARED = 0.8
"""Of the runs of the shorter text so many must be in the longer: one word in fourteen may differ."""
SHORTEST_PART = 0.25
"""A text that is less of another than this is a part of a round-up, and no copy of it."""
FEWEST_RUNS = 8
NUMBERS_SHARED = 0.9
"""Reports made by one pattern differ in their numbers: of those of either text so many must be in the other's, as far as it goes."""
_CHANCE = 3.9
_MOST_COMPARED = 20
_TOO_COMMON = 200
"""A mark that so many texts have is a phrase, and tells nothing."""

# Chinese, Japanese and Thai have no blanks between words: each character stands for one.
_WORD = re.compile(
    r"[\u0e00-\u0e7f\u1000-\u109f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
    r"|[^\W\u0e00-\u0e7f\u1000-\u109f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
)
_ASCII_WORD = re.compile(r"\w+", re.ASCII)
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)

NEAR_COPIES = (
    """CREATE TABLE copy_marks (
        rendering_id INTEGER NOT NULL REFERENCES renderings(id) ON DELETE CASCADE, mark INTEGER NOT NULL,
        PRIMARY KEY (rendering_id, mark)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX copy_marks_mark ON copy_marks(mark)",
    """CREATE TABLE near_copies (
        rendering_id INTEGER NOT NULL REFERENCES renderings(id) ON DELETE CASCADE,
        other_id INTEGER NOT NULL REFERENCES renderings(id) ON DELETE CASCADE,
        PRIMARY KEY (rendering_id, other_id)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX near_copies_other ON near_copies(other_id)",
)
"""As the migration makes them."""


@dataclass(frozen=True)
class CopyText:
    """A text as it is compared with others: its body, rows put together."""

    body: str

    @cached_property
    def words(self) -> list[str]:
        """Its words in order, without case and accents."""
        if self.body.isascii():
            return _ASCII_WORD.findall(self.body.lower())
        return _WORD.findall(without_signs(unicodedata.normalize("NFKD", self.body.casefold())))

    @cached_property
    def runs(self) -> Ids:
        """Hashes of its runs of words, in order, each once."""
        if len(self.words) < RUN:
            return np.zeros(0, dtype=np.int64)
        numbers = np.fromiter(map(_hash, self.words), dtype=np.uint64, count=len(self.words))
        last = len(numbers) - RUN + 1
        mixed: NDArray[np.uint64] = np.zeros(last, dtype=np.uint64)
        for i, factor in enumerate(_FACTORS):
            mixed = (mixed ^ numbers[i : i + last]) * factor
            mixed ^= mixed >> np.uint64(29)
        hashes = np.sort((mixed >> np.uint64(2)).astype(np.int64))
        each_once: Ids = hashes[np.diff(hashes, prepend=-1) != 0]
        return each_once

    @property
    def marks(self) -> Ids:
        """By these its copies are found."""
        return self.runs[:MARKS] if len(self.runs) >= FEWEST_RUNS else self.runs[:0]

    @cached_property
    def numbers(self) -> Counter[str]:
        """What it has that holds a digit, and how often."""
        return Counter(word for word in self.words if any(map(str.isdecimal, word)))


def are_copies(one: CopyText, two: CopyText) -> bool:
    """Whether two texts are near copies of one another.

    >>> story = "The port of Gdansk was shut on Monday as 400 dockers went on strike over pay, the union said."
    >>> are_copies(CopyText(story), CopyText("GDANSK (Wire) - " + story))
    True
    >>> are_copies(CopyText(story), CopyText(story.replace("400", "900")))
    False
    """
    short, long = sorted((one, two), key=lambda text: len(text.runs))
    if len(short.runs) < max(FEWEST_RUNS, SHORTEST_PART * len(long.runs)):
        return False
    shared = len(np.intersect1d(short.runs, long.runs, assume_unique=True))
    if shared < SHARED * len(short.runs):
        return False
    few, many = sorted((one.numbers, two.numbers), key=Counter.total)
    return (few & many).total() >= NUMBERS_SHARED * few.total()


def note_copies(connection: sqlite3.Connection, rendering_id: int, rows: Iterable[str]) -> None:
    """Keep a new rendering's marks, and which current renderings it is a near copy of; in the caller's transaction."""
    text = CopyText("\n".join(rows))
    if not len(text.marks):
        return
    for other_id in _like(connection, text.marks):
        if are_copies(text, _read(connection, other_id)):
            connection.execute(
                "INSERT OR IGNORE INTO near_copies (rendering_id, other_id) VALUES (?, ?)",
                (rendering_id, other_id),
            )
    connection.executemany(
        "INSERT INTO copy_marks (rendering_id, mark) VALUES (?, ?)",
        [(rendering_id, mark) for mark in text.marks.tolist()],
    )


def forget_copies(connection: sqlite3.Connection, rendering_id: int) -> None:
    """Take a retired rendering out of what new ones are compared with."""
    connection.execute("DELETE FROM copy_marks WHERE rendering_id = ?", (rendering_id,))
    for side in ("rendering_id", "other_id"):
        connection.execute(f"DELETE FROM near_copies WHERE {side} = ?", (rendering_id,))


def note_all_copies(connection: sqlite3.Connection) -> None:
    """Do for all current renderings what is done when they are stored."""
    rendering_ids = connection.execute(
        "SELECT id FROM renderings WHERE current = 1 ORDER BY id"
    ).fetchall()
    for (rendering_id,) in rendering_ids:
        note_copies(connection, rendering_id, [_read(connection, rendering_id).body])


def _like(connection: sqlite3.Connection, marks: Ids) -> Iterator[int]:
    """The renderings that may be copies by the marks they share, two or more, those first that share most."""
    having = connection.execute(
        """SELECT (SELECT json_group_array(rendering_id) FROM (
               SELECT rendering_id FROM copy_marks WHERE mark = given.value LIMIT ?))
           FROM json_each(?) given""",
        (_TOO_COMMON, dump(marks.tolist())),
    )
    found: Counter[int] = Counter()
    for (listed,) in having.fetchall():
        renderings = json.loads(listed)
        if len(renderings) < _TOO_COMMON:
            found.update(renderings)
    for one, shared in found.most_common(_MOST_COMPARED):
        if shared > 1 and may_be_copies(marks, _read_marks(connection, one)):
            yield one


def may_be_copies(one: Ids, two: Ids) -> bool:
    """Whether two texts with these marks, in order, may be near copies of one another.

    Below the highest mark that both could have, marks are a random sample of all runs of either text. Of the runs of the
    shorter one in it, so many less must be shared as chance takes away from one copy in ten thousand.
    """
    last = min((marks[-1] for marks in (one, two) if len(marks) == MARKS), default=None)
    if last is not None:
        one, two = (marks[marks <= last] for marks in (one, two))
    number = min(len(one), len(two))
    shared = len(np.intersect1d(one, two, assume_unique=True))
    return shared >= SHARED * number - _CHANCE * math.sqrt(number * SHARED * (1 - SHARED))


def _read_marks(connection: sqlite3.Connection, rendering_id: int) -> Ids:
    rows = connection.execute(
        "SELECT mark FROM copy_marks WHERE rendering_id = ? ORDER BY mark", (rendering_id,)
    )
    return np.array([row[0] for row in rows], dtype=np.int64)


def _read(connection: sqlite3.Connection, rendering_id: int) -> CopyText:
    rows = connection.execute(
        "SELECT text FROM paragraphs WHERE rendering_id = ? AND n >= 0 ORDER BY n", (rendering_id,)
    )
    return CopyText("\n".join(row[0] for row in rows))


@lru_cache(maxsize=65_536)
def _hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "replace"))
