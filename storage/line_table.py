"""All lines of one model at one state of the database: those in the file, those read since, and which of them are dead.

A table never changes; `advance` gives the next one. What it takes to find out what changed is known to
`storage.vector_lines`, the files to `storage.vector_file`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.protocols import Matrix
from storage.scan import (
    Bits,
    Halves,
    Ids,
    Mask,
    bits_of,
    cosines,
    pack_bits,
    rough_distances,
    to_blocks,
    unit_vectors,
    word_count,
)
from storage.vector_file import MappedLines
from storage.vector_lines import (
    Change,
    Lines,
    changed_articles,
    join,
    kind_codes,
    no_lines,
    read_lines,
)

_LINES_AT_ONCE = 4096


@dataclass(frozen=True)
class LineTable:
    """Lines are numbered through: those of the file first, then `own`. `dead` are of both."""

    change: Change
    dim: int
    mapped: MappedLines | None
    own: Lines
    dead: Ids

    def __len__(self) -> int:
        return self.in_file + len(self.own)

    @cached_property
    def in_file(self) -> int:
        """How many lines are the file's."""
        return 0 if self.mapped is None else len(self.mapped.lines)

    @cached_property
    def article_ids(self) -> Ids:
        """Each line's article, dead ones' too."""
        found: Ids = self._column("article_ids")
        return found

    @cached_property
    def row_ids(self) -> Ids:
        """Each line's row."""
        found: Ids = self._column("row_ids")
        return found

    @cached_property
    def is_alive(self) -> Mask:
        """Which lines are not dead."""
        found = np.ones(len(self), dtype=np.bool_)
        found[self.dead] = False
        return found

    def searched(self, include: tuple[str, ...]) -> Ids | None:
        """The numbers of the living lines of pages of the kinds that are searched with `include`; None where all are."""
        kinds: NDArray[np.uint8] = self._column("kinds")
        keep = self.is_alive & np.isin(kinds, kind_codes(include))
        return None if keep.all() else np.flatnonzero(keep)

    def cosines(self, query: NDArray[np.float32], lines: Ids) -> Matrix:
        """The cosine of each of `lines` with a unit vector, exactly."""
        found = [cosines(vectors, norms, query) for vectors, norms in self._parts(lines)]
        return np.concatenate([*found, np.zeros(0, dtype=np.float32)])

    def units(self, lines: Ids) -> Matrix:
        """The vectors of `lines` as float32 of unit length."""
        found = [unit_vectors(vectors, norms) for vectors, norms in self._parts(lines)]
        return np.concatenate([*found, np.zeros((0, self.dim), dtype=np.float32)])

    def rough_distances(self, query: Bits) -> NDArray[np.unsignedinteger]:
        """In how many of its first signs each line differs from `query`, dead ones too."""
        own = rough_distances(self._own_blocks, len(self.own), query)
        if self.mapped is None:
            return own
        found = rough_distances(self.mapped.blocks, self.in_file, query)
        return np.concatenate([found, own]) if len(own) else found

    def bits(self, lines: Ids) -> Bits:
        """The signs of `lines`, shape (n, words)."""
        if self.mapped is None:
            return bits_of(self._own_blocks, lines)
        of_file = lines < self.in_file
        if of_file.all():
            return bits_of(self.mapped.blocks, lines)
        found = np.empty((len(lines), word_count(self.dim)), dtype=np.uint64)
        found[of_file] = bits_of(self.mapped.blocks, lines[of_file])
        found[~of_file] = bits_of(self._own_blocks, lines[~of_file] - self.in_file)
        return found

    @cached_property
    def _own_blocks(self) -> Bits:
        return to_blocks(pack_bits(self.own.vectors.view(np.int16)))

    def _column(self, name: str) -> Any:
        if self.mapped is None:
            return getattr(self.own, name)
        of_file = getattr(self.mapped.lines, name)
        return np.concatenate([of_file, getattr(self.own, name)]) if len(self.own) else of_file

    def _parts(self, lines: Ids) -> Iterator[tuple[Halves, NDArray[np.float32]]]:
        """Vectors and norms of `lines`, some at a time."""
        for first in range(0, len(lines), _LINES_AT_ONCE):
            chosen = lines[first : first + _LINES_AT_ONCE]
            if self.mapped is not None and chosen.max() < self.in_file:
                yield self.mapped.rows.read(chosen), self.mapped.lines.norms[chosen]
            else:
                part = self.take(chosen)
                yield part.vectors, part.norms

    def take(self, lines: Ids) -> Lines:
        """Copies of these lines, in this order."""
        if self.mapped is None:
            return self.own.take(lines)
        of_file = lines < self.in_file
        if of_file.all():
            return self.mapped.take(lines)
        found = join(
            [self.mapped.take(lines[of_file]), self.own.take(lines[~of_file] - self.in_file)],
            self.dim,
        )
        back = np.empty(len(lines), dtype=np.int64)
        back[np.flatnonzero(of_file)] = np.arange(int(of_file.sum()))
        back[np.flatnonzero(~of_file)] = np.arange(int(of_file.sum()), len(lines))
        return found.take(back)


def mapped_table(mapped: MappedLines, dim: int) -> LineTable:
    """The lines of a file as they are."""
    return LineTable(mapped.state.change, dim, mapped, no_lines(dim), mapped.dead)


def advance(
    table: LineTable, connection: sqlite3.Connection, models: list[int], change: Change
) -> LineTable:
    """The table at `change`, where the database is now; `table.change` is behind it. Rows that are as they were stay."""
    articles = changed_articles(connection, table.change)
    old = np.flatnonzero(table.is_alive & np.isin(table.article_ids, articles))
    new = join(list(read_lines(connection, models, table.dim, articles)), table.dim)
    stays, is_there = _unchanged(table, old, new)
    own = join([table.own, new.take(np.flatnonzero(~is_there))], table.dim)
    return LineTable(
        change, table.dim, table.mapped, own, np.concatenate([table.dead, old[~stays]])
    )


def _unchanged(table: LineTable, old: Ids, new: Lines) -> tuple[Mask, Mask]:
    """Which of the lines `old`, and which of `new`, are of rows that both have, equal in every window."""
    stays, is_there = np.zeros(len(old), dtype=np.bool_), np.zeros(len(new), dtype=np.bool_)
    rows, first, count = np.unique(table.row_ids[old], return_index=True, return_counts=True)
    new_rows, new_first, new_count = np.unique(new.row_ids, return_index=True, return_counts=True)
    _, i, j = np.intersect1d(rows, new_rows, assume_unique=True, return_indices=True)
    i, j = i[count[i] == new_count[j]], j[count[i] == new_count[j]]
    if not len(i):
        return stays, is_there
    places, new_places = _runs(first[i], count[i]), _runs(new_first[j], count[i])
    before, after = table.take(old[places]), new.take(new_places)
    equal = (before.vectors.view(np.int16) == after.vectors.view(np.int16)).all(axis=1)
    for name in ("article_ids", "kinds", "texts"):
        equal &= getattr(before, name) == getattr(after, name)
    # A row stays with all its windows or not at all, so that they go on standing side by side.
    of_row = np.logical_and.reduceat(equal, np.cumsum(count[i]) - count[i])
    equal = np.repeat(of_row, count[i])
    stays[places[equal]] = True
    is_there[new_places[equal]] = True
    return stays, is_there


def _runs(starts: Ids, counts: Ids) -> Ids:
    """The numbers of several runs, one after another."""
    ends = np.cumsum(counts)
    found: Ids = np.arange(ends[-1]) + np.repeat(starts - (ends - counts), counts)
    return found
