"""One search over one state of the file: what each side says of the rows, and the hits that come of it, in order.

The hits of any page are a part of one list, so that pages neither overlap nor leave anything out.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import numpy as np

from schemas.searching import SearchOptions
from storage.duplicates import read_stories, stories_of, texts_of
from storage.fusion import fuse
from storage.scan import Mask
from storage.scored_rows import Ids, ScoredRows, Scores, best_of_each, distinct, nothing_found
from storage.vector_index import RowVectors

SHALLOW = 150
"""So many hits come of one choice of candidates, whichever of them is asked for; for those beyond it every line is compared."""

_STEPS = 1000
"""So many in a half-life: an age that is told too low by one of them takes less than a thousandth off a score."""

Compare = Callable[[int | None], tuple[ScoredRows | None, ScoredRows | None]]
"""The rows that matter for so many hits, by words and by meaning; all rows there are for None."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What words and meaning say, and what comes of both with the options."""

    by_words: ScoredRows | None
    by_meaning: ScoredRows | None
    scored: ScoredRows


@dataclass(frozen=True)
class Lines:
    """The lines of vectors that a search goes through: those of `rows` that `keep` leaves."""

    rows: RowVectors
    keep: Mask | None

    @property
    def is_few(self) -> bool:
        """Whether each is compared, whatever is asked for."""
        return self.rows.is_few(self.keep)

    @property
    def are_none(self) -> bool:
        """Whether no line is left."""
        return not (len(self.rows) if self.keep is None else self.keep.any())

    def ids(self) -> tuple[Ids, Ids]:
        """Article and row of each row that has a line."""
        starts = np.diff(self.rows.row_ids, prepend=-1) != 0  # a row's windows stand side by side
        kept = starts if self.keep is None else starts & self.keep
        return self.rows.article_ids[kept], self.rows.row_ids[kept]


class Ranking:
    """The hits of one question. `lines` are those of its vectors; None where it goes by words alone."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        options: SearchOptions,
        compare: Compare,
        lines: Lines | None,
    ) -> None:
        self.connection, self.options, self.lines = connection, options, lines
        self._compare = compare
        self._now = datetime.now(UTC).timestamp()

    @cached_property
    def every(self) -> Sides:
        """All rows that match."""
        return self._sides(None)

    @cached_property
    def is_exact(self) -> bool:
        """Whether every row is compared for the first hit already."""
        # Age may take a half of a score: no line is left out by its nearness alone.
        return self.lines is None or self.lines.is_few or self.options.half_life is not None

    @cached_property
    def near(self) -> Sides:
        """The rows that matter for the first hits."""
        return self.every if self.is_exact else self._sides(SHALLOW)

    @cached_property
    def first(self) -> ScoredRows:
        """The first hits, those that a choice of candidates gives, in order."""
        return self._top(self.near.scored, SHALLOW)

    def hits(self, number: int) -> ScoredRows:
        """The first hits of all, so many if there are so many, best first."""
        if self.is_exact:
            return self._top(self.every.scored, number)
        found = self.first
        if number > len(found):
            more = self._top(self.every.scored, number + len(found))
            are_new = ~np.isin(self.groups(more), self.groups(found))
            found = found.and_also(more[are_new])
        return found[np.arange(min(number, len(found)))]

    def side_of(self, row_id: int) -> Sides:
        """Where the score of a hit comes from."""
        return self.near if row_id in self.first.row_ids else self.every

    def total(self) -> int:
        """How many hits there are."""
        return len(distinct(self.groups(self.every.scored)))

    def matching(self) -> tuple[Ids, Ids]:
        """Article and row of each row that matches, whichever of them are hits."""
        asked = self.options
        if self.is_exact or self.lines is None or asked.min_similarity is not None:
            return self.every.scored.article_ids, self.every.scored.row_ids
        article_ids, row_ids = self.lines.ids()
        by_words = self.near.by_words or nothing_found()
        others = by_words[~np.isin(by_words.row_ids, row_ids)]  # rows that have no vector
        return (
            np.concatenate((article_ids, others.article_ids)),
            np.concatenate((row_ids, others.row_ids)),
        )

    @cached_property
    def stories(self) -> dict[int, int]:
        """The story of each article that has a copy."""
        return read_stories(self.connection)

    def groups(self, scored: ScoredRows) -> Ids:
        """What each row is a hit of: its article or itself, or the story or text that these tell."""
        is_row = self.options.per == "paragraph"
        if self.options.fold:
            return (
                texts_of(self.connection, scored.row_ids)
                if is_row
                else stories_of(self.stories, scored.article_ids)
            )
        return scored.row_ids if is_row else scored.article_ids

    def staleness(self, article_ids: Ids) -> tuple[Scores, Scores]:
        """The share of its score that each loses by its article's age, from nothing (now) to a half (no date); its age in s."""
        half_life = self.options.half_life
        if half_life is None:
            return np.zeros(len(article_ids)), np.zeros(len(article_ids))
        published = dict(
            self.connection.execute(
                """SELECT article_id, CAST(strftime('%s', published_at) AS INTEGER) FROM renderings
                   WHERE current = 1 AND published_at IS NOT NULL"""
            ).fetchall()
        )
        # Counted in steps, so that the next page, asked for a moment later, is one of the same list.
        now = self._now - self._now % (half_life.total_seconds() / _STEPS)
        found = [now - published.get(one, -math.inf) for one in article_ids.tolist()]
        ages = np.maximum(np.array(found, dtype=np.float64), 0.0)
        return 0.5 - 0.5 * np.exp2(-ages / half_life.total_seconds()), ages

    def _sides(self, number: int | None) -> Sides:
        by_words, by_meaning = self._compare(number)
        return Sides(by_words, by_meaning, self._counted(fuse(by_words, by_meaning)))

    def _counted(self, scored: ScoredRows) -> ScoredRows:
        """The rows near enough, with what their age leaves of their scores."""
        floor = self.options.min_similarity
        if floor is not None:
            # A millionth under it is the same text, computed in another place; NaN is near nothing.
            scored = scored[scored.similarities >= floor - 1e-6]
        if self.options.half_life is not None:
            scored = scored.less(self.staleness(scored.article_ids)[0])
        return scored

    def _top(self, scored: ScoredRows, number: int) -> ScoredRows:
        return best_of_each(scored, number, self.groups(scored))
