"""Whether figures can all be true: the span of numbers that each of them allows, and whether two spans meet.

What ties two figures to one thing is not known here.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date

from schemas.units import scale_of

NEAR = 0.1
"""How far, as a share, "about" and "nearly" may be from what they stand for."""
_ROUND = 0.05
_LEAST_ROUND = 100
_RUN = re.compile(r"\d[\d.,'’\u00a0\u202f ]*")
_NO_DIGIT = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers that a figure allows, and half of the last digit it is written with."""

    low: float
    high: float
    half: float = 0.0

    def meets(self, other: Span) -> bool:
        """Whether one number lies in both, or in one and, rounded as the other is, in that.

        >>> Span(65, 65, 0.5).meets(Span(65.3, 65.3, 0.05)), Span(12, 12, 0.5).meets(Span(13, 13, 0.5))
        (True, False)
        """
        slack = max(self.half, other.half) * (1 + 1e-9)
        return self.low - slack <= other.high and other.low - slack <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a figure says, as it is stored."""

    kind: str
    text: str
    value: float | None
    low: float | None
    high: float | None
    modifier: str
    unit: str | None
    date_start: str | None
    date_end: str | None


def spans_of(stated: Stated) -> tuple[Span, ...]:
    """The spans that another figure of the same dimension must all meet; () for a figure that says no number.

    A score has two, its sides; a date has its days.
    """
    if stated.kind == "date":
        if stated.date_start is None or stated.date_end is None:
            return ()
        days = [date.fromisoformat(day).toordinal() for day in (stated.date_start, stated.date_end)]
        return (Span(float(days[0]), float(days[1])),)
    if stated.kind == "score":
        sides = (stated.low, stated.high)
        return tuple(Span(side, side) for side in sides if side is not None)
    bounds = _bounds(stated)
    if bounds is None:
        return ()
    scale = scale_of(stated.unit or "")
    factor, offset = float(scale.factor), float(scale.offset)
    half = 0.0 if stated.value is None else _half_digit(stated, abs(stated.value))
    low, high = sorted(bound * factor + offset for bound in bounds)
    return (Span(low, high, half * factor),)


def _bounds(stated: Stated) -> tuple[float, float] | None:
    value, low, high = stated.value, stated.low, stated.high
    if stated.modifier in ("over", "at_least"):
        least = low if low is not None else value
        return None if least is None else (least, math.inf)
    if stated.modifier in ("under", "at_most"):
        most = high if high is not None else value
        return None if most is None else (-math.inf, most)
    if stated.modifier == "nearly":
        most = high if high is not None else value
        return None if most is None else (most - NEAR * abs(most), most)
    if value is None:
        return None if low is None or high is None else (low, high)
    near = NEAR * abs(value) if stated.modifier == "approx" else 0.0
    return value - near, value + near


def _half_digit(stated: Stated, value: float) -> float:
    """Half of what one more in the last written digit makes.

    Zeros at the end of a whole number ("1,200 homes") may be rounding, too; never for more than a twentieth of it.
    """
    if value == 0 or stated.kind == "ordinal":
        return 0.0
    run = _RUN.search(stated.text)
    written = len(_NO_DIGIT.sub("", run[0]).lstrip("0")) if run else 0
    scale = math.floor(math.log10(value)) + 1
    if (
        written and written != scale
    ):  # a scale word ("65 billion") or decimals ("3.25") tell how exact it is
        return _power(scale - written) / 2
    if value != int(value):
        return _power(scale - len(f"{value:.14e}".split("e")[0].rstrip("0")) + 1) / 2
    whole = str(int(value))
    zeros = len(whole) - len(whole.rstrip("0"))
    if not zeros or value < _LEAST_ROUND or stated.kind == "percent":
        return 0.5
    return min(_power(zeros) / 2, _ROUND * value)


def _power(exponent: int) -> float:
    return 10.0 ** max(-300, min(exponent, 300))
