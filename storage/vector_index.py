"""The rows' vectors to search in: from the file beside the database where there is one, brought to where the database is.

The file is made and added to by whoever searches, in a moment when no state of the database is held; where that cannot be
done (a folder that may not be written, a full disk, another process at it) the same lines are kept in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from schemas.protocols import Matrix
from schemas.provenance import Provenance
from storage.connection import snapshot
from storage.line_table import LineTable, advance, mapped_table
from storage.scan import Bits, Ids, Mask
from storage.scored_rows import distinct
from storage.vector_file import VectorFile, makers_in
from storage.vector_lines import (
    Lines,
    changed_articles,
    current_articles,
    has_many,
    is_behind,
    join,
    last_change,
    matching_models,
    read_lines,
)
from storage.whole_files import are_whole

SMALLEST = 500
"""Fewer lines are read from the database about as quickly as from files."""
EXACT = 50_000
"""Up to so many lines every one is compared exactly; the nearest of more are looked for by their bits first."""
_BEFORE_MATRIX = 10
"""A matrix in memory takes as long to make as ten queries without it, and a command asks one."""
_WORTH_ADDING = 256
_WAIT_FOR_BUILDER_S = 60.0
_LINES_AT_ONCE = 8192

_Need = Literal["", "build", "extend"]
Scores = NDArray[np.float64]


class RowVectors:
    """The lines that are searched, a line a window of a row; `article_ids` and `row_ids` have shape (n,).

    Up to `exact` of them stand ordered by article and row. A line's number here is its place in these two.
    """

    def __init__(self, table: LineTable, include: tuple[str, ...], exact: int) -> None:
        self._table, self._exact = table, exact
        self._read = 0
        self._lengths: dict[int, float] = {}
        lines = table.searched(include)
        if lines is None and len(table) <= exact:
            lines = np.arange(len(table))
        if lines is not None and len(lines) <= exact:
            order = np.lexsort((table.row_ids[lines], table.article_ids[lines]))
            lines = lines[order]  # stable: a row's windows stay in their order
        self._lines = lines
        self.article_ids: Ids = table.article_ids if lines is None else table.article_ids[lines]
        self.row_ids: Ids = table.row_ids if lines is None else table.row_ids[lines]

    def __len__(self) -> int:
        return len(self.row_ids)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._table.dim

    def is_few(self, keep: Mask | None) -> bool:
        """Whether so few lines are left by `keep` that each is compared exactly."""
        return (len(self) if keep is None else int(np.count_nonzero(keep))) <= self._exact

    def cosines(self, query: NDArray[np.float32], chosen: Ids | None = None) -> Scores:
        """The exact cosine of each line, or of the chosen ones, with a unit vector."""
        if not self._is_in_memory(len(self) if chosen is None else len(chosen)):
            lines = self._numbers(np.arange(len(self)) if chosen is None else chosen)
            return self._table.cosines(query, lines).astype(np.float64)
        matrix = self._matrix if chosen is None else self._matrix[chosen]
        return (matrix @ query).astype(np.float64)

    def rough_distances(self, query: Bits) -> NDArray[np.unsignedinteger]:
        """The number of first signs in which each line differs from `query`: the smaller, the nearer it may be."""
        found = self._table.rough_distances(query)
        return found if self._lines is None else found[self._lines]

    def bits(self, lines: Ids) -> Bits:
        """A bit for the sign of each value of `lines`, shape (n, words)."""
        return self._table.bits(self._numbers(lines))

    def of_article(self, article_id: int) -> Matrix:
        """The article's vectors, of unit length each."""
        return self._table.units(self._numbers(np.flatnonzero(self.article_ids == article_id)))

    def article_of(self, row_ids: Ids) -> Ids:
        """The article of each row; 0 for a row that has no line here."""
        table = self._article_by_row
        known = row_ids < len(table)
        return np.where(known, table[np.where(known, row_ids, 0)], 0)

    @cached_property
    def _article_by_row(self) -> Ids:
        """The article of each row there may be: their ids lie close together."""
        table = np.zeros(int(self.row_ids.max(initial=0)) + 1, dtype=np.int64)
        table[self.row_ids] = self.article_ids
        return table

    @cached_property
    def articles(self) -> tuple[Ids, Ids]:
        """The articles in order, and for each line its article's place among them."""
        return np.unique(self.article_ids, return_inverse=True)

    def compare_articles(
        self, query: NDArray[np.float32], chosen: Ids | None = None
    ) -> tuple[Scores, Scores]:
        """For each line: the cosine of its article's mean vector with `query`, and its own.

        Or for each of the `chosen` lines, which are all that their articles have.
        """
        return self.articles_of(chosen)(query)

    def articles_of(
        self, chosen: Ids | None = None
    ) -> Callable[[NDArray[np.float32]], tuple[Scores, Scores]]:
        """`compare_articles` for several queries: vectors that are few enough are read once for all."""
        asked = np.arange(len(self)) if chosen is None else chosen
        kept = list(self._by_article(asked)) if len(asked) <= _LINES_AT_ONCE else None

        def compare(query: NDArray[np.float32]) -> tuple[Scores, Scores]:
            nearness, own = np.empty(len(asked)), np.empty(len(asked))
            for places, starts, units in kept or self._by_article(asked):
                cosines = (units @ query).astype(np.float64)
                lengths = self._lengths_of_sums(
                    self.article_ids[asked[places[starts]]], starts, units
                )
                means = np.add.reduceat(cosines, starts) / np.maximum(lengths, 1e-12)
                nearness[places] = np.repeat(means, np.diff(np.append(starts, len(units))))
                own[places] = cosines
            return nearness, own

        return compare

    def _lengths_of_sums(self, article_ids: Ids, starts: Ids, units: Matrix) -> Scores:
        """The length of the sum of each article's `units`, which begin at `starts`; computed once for each article."""
        listed = article_ids.tolist()
        ends = [*starts[1:].tolist(), len(units)]
        for one, begin, end in zip(listed, starts.tolist(), ends, strict=True):
            if one not in self._lengths:
                self._lengths[one] = float(np.linalg.norm(units[begin:end].sum(axis=0)))
        return np.array([self._lengths[one] for one in listed])

    def _by_article(self, asked: Ids) -> Iterator[tuple[Ids, Ids, Matrix]]:
        """Of the lines `asked`, some articles at a time: their places there, where articles begin, unit vectors."""
        order = np.argsort(self.article_ids[asked], kind="stable")
        begins = np.flatnonzero(np.diff(self.article_ids[asked[order]], prepend=-1))
        while len(begins):
            number = max(int(np.searchsorted(begins, begins[0] + _LINES_AT_ONCE)), 1)
            end = len(order) if number >= len(begins) else int(begins[number])
            places = order[begins[0] : end]
            lines = asked[places]
            yield places, begins[:number] - begins[0], self._units(lines)
            begins = begins[number:]

    def _is_in_memory(self, number: int) -> bool:
        """Whether vectors come from a matrix in memory by now, so many more being asked for."""
        self._read += number
        return len(self) <= self._exact and self._read > _BEFORE_MATRIX * len(self)

    def _units(self, lines: Ids) -> Matrix:
        if not self._is_in_memory(len(lines)):
            return self._table.units(self._numbers(lines))
        is_a_run = (
            len(lines) and lines[-1] - lines[0] == len(lines) - 1 and (np.diff(lines) == 1).all()
        )
        return self._matrix[lines[0] : lines[-1] + 1] if is_a_run else self._matrix[lines]

    @cached_property
    def _matrix(self) -> Matrix:
        return self._table.units(self._numbers(np.arange(len(self))))

    def _numbers(self, lines: Ids) -> Ids:
        return lines if self._lines is None else self._lines[lines]


class VectorIndex:
    """All searchable rows' vectors for one model. `folder` is where files go; without one nothing is written.

    Several processes may use one folder at once.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        folder: Path | None = None,
        *,
        smallest: int = SMALLEST,
        exact: int = EXACT,
    ) -> None:
        self._connection, self._folder = connection, folder
        self._smallest, self._exact = smallest, exact
        self._of: tuple[Provenance, int] | None = None
        self._table: LineTable | None = None
        self._rows: tuple[LineTable, tuple[str, ...], RowVectors] | None = None
        self._cannot_write = False

    def refresh(self, maker: Provenance, dim: int) -> None:
        """Bring the file to where the database is. To be called before a search holds a state of the database.

        Inside a transaction it does nothing: what is written there may never have been.
        """
        if self._folder is None or self._connection.in_transaction:
            return
        file = self._file(maker, dim)
        self._take_up(file)  # before the database is looked at, which then is at least as far
        with snapshot(self._connection):
            self._table, need = self._look(maker, dim)
        if need and not self._cannot_write:
            try:
                self._write(file, maker, dim, need)
            except OSError:
                self._cannot_write = (
                    True  # and not tried again: a disk is not to be filled at each search
                )

    def refresh_all(self) -> None:
        """`refresh` for every model that has files: what was deleted from the database is to be nowhere."""
        for maker, dim in makers_in(self._folder) if self._folder else ():
            self.refresh(maker, dim)

    def forget_others(self, maker: Provenance, dim: int) -> None:
        """Remove the files of every model but this one; whoever reads one goes on with what it has mapped."""
        kept = self._file(maker, dim)
        for other, length in makers_in(self._folder) if self._folder else ():
            if (other, length) != (maker, dim):
                VectorFile(kept.folder.parent, other, length).remove()

    def rows(self, maker: Provenance, dim: int, include: tuple[str, ...] = ()) -> RowVectors:
        """The rows' vectors under `maker`'s weights, of pages of the kinds in `include` too."""
        if not self._connection.in_transaction:
            self.refresh(maker, dim)
        self._file(maker, dim)
        with snapshot(self._connection):
            table = self._advanced(maker, dim)
            if table is None:
                table = self._read_all(maker, dim)
        self._table = table
        if self._rows is None or self._rows[0] is not table or self._rows[1] != include:
            self._rows = None  # the old matrix goes before the new one comes
            self._rows = (table, include, RowVectors(table, include, self._exact))
        return self._rows[2]

    def _file(self, maker: Provenance, dim: int) -> VectorFile:
        if self._of != (maker, dim):
            self._of, self._table, self._rows = (maker, dim), None, None
        return VectorFile(self._folder or Path(), maker, dim)

    def _take_up(self, file: VectorFile) -> None:
        """Begin from what the file has, where that is not what is here already."""
        state = file.read_state()
        here = None if self._table is None or self._table.mapped is None else self._table.mapped
        is_whole = here is None or are_whole(here, file.folder)
        if is_whole and (state is None or (here is not None and here.state == state)):
            return
        self._table = self._rows = None
        if mapped := file.open():
            self._table = mapped_table(mapped, self._of[1] if self._of else 0)

    def _look(self, maker: Provenance, dim: int) -> tuple[LineTable | None, _Need]:
        """The table as the database is now, and what is to be done to the file; no table where it is to be built."""
        table = self._table
        if table is None or not is_behind(self._connection, table.change):
            many = has_many(
                self._connection, matching_models(self._connection, maker, dim), self._smallest
            )
            return None, "build" if many else ""
        if table.change != last_change(self._connection):
            changed = changed_articles(self._connection, table.change)
            if len(changed) > self._smallest and (
                len(changed) > self._smallest + 2 * len(distinct(table.article_ids))
            ):
                return None, "build"  # so much is not to be held in memory
        table = self._advanced(maker, dim)
        return table, "" if table is None else self._need(table)

    def _need(self, table: LineTable) -> _Need:
        if table.mapped is None:
            return "build" if len(table) >= self._smallest else ""
        died = len(table.dead) - table.mapped.state.dead
        if len(table.dead) > max(len(table) // 4, self._smallest):
            return "build"
        return "extend" if died or len(table.own) >= _WORTH_ADDING else ""

    def _advanced(self, maker: Provenance, dim: int) -> LineTable | None:
        table, change = self._table, last_change(self._connection)
        if table is None or table.change == change:
            return table
        if not is_behind(self._connection, table.change):
            return None
        models = matching_models(self._connection, maker, dim)
        return advance(table, self._connection, models, change)

    def _read_all(self, maker: Provenance, dim: int) -> LineTable:
        """Every line from the database, into memory."""
        parts = list(self._lines_of_database(maker, dim))
        none = np.zeros(0, dtype=np.int64)
        return LineTable(last_change(self._connection), dim, None, join(parts, dim), none)

    def _lines_of_database(self, maker: Provenance, dim: int) -> Iterator[Lines]:
        models = matching_models(self._connection, maker, dim)
        return read_lines(self._connection, models, dim, current_articles(self._connection))

    def _write(self, file: VectorFile, maker: Provenance, dim: int, need: _Need) -> None:
        with file.locked(wait_s=_WAIT_FOR_BUILDER_S if need == "build" else 0.0) as is_mine:
            self._take_up(file)  # another process may just have done it
            if not is_mine:
                return
            with snapshot(self._connection):
                self._table, need = self._look(maker, dim)
                table = self._table
                if need == "build":
                    lines = self._lines_of_database(maker, dim) if table is None else _living(table)
                    self._table = self._rows = None
                    file.build(lines, last_change(self._connection))
                elif need == "extend" and table is not None and table.mapped is not None:
                    died = table.dead[table.mapped.state.dead :]
                    file.extend(table.mapped.state, table.own, died, table.change)
            if need:
                self._take_up(file)


def _living(table: LineTable) -> Iterator[Lines]:
    """The lines that are not dead, ordered by article and row, some at a time."""
    lines = np.flatnonzero(table.is_alive)
    order = lines[np.lexsort((table.row_ids[lines], table.article_ids[lines]))]
    for first in range(0, len(order), _LINES_AT_ONCE):
        yield table.take(order[first : first + _LINES_AT_ONCE])
