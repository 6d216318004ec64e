"""What is said differently: figures of one thing whose values cannot all be true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schemas.marks import FigureKind
from schemas.stored import FoundFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictSide:
    """One value that was stated: where, and in which version of its article."""

    found: FoundFigure
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureConflict:
    """A figure that is stated differently, by versions of one article or by several articles.

    `unit` is that of the first side, `about` the days that all sides speak of, both included; None where they name none.
    Sides are in the order in which they were published, each value of an article once.
    """

    kind: FigureKind
    noun: str | None
    subjects: tuple[str, ...]
    unit: str | None
    about: tuple[date, date] | None
    sides: tuple[ConflictSide, ...]
