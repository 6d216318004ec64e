"""How the CPU that something takes grows with its input: a ratio, which no slow or busy machine changes much."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Input = TypeVar("Input")
TIMES = 8
LINEAR = 24.0
"""Where eight times the input takes less than so many times the CPU: linear takes about 8, quadratic 64."""
# What takes no time worth the name has no ratio worth the name either.
_NOISE_S = 0.005


def growth(
    work: Callable[[Input], object], make: Callable[[int], Input], size: int, *, tries: int = 2
) -> float:
    """How many times as much CPU `work` takes of `make(size)` as of an eighth of that."""
    small, large = make(size // TIMES), make(size)
    return _least(work, large, tries) / (_least(work, small, tries) + _NOISE_S)


def _least(work: Callable[[Input], object], given: Input, tries: int) -> float:
    found = []
    for _ in range(tries):
        began = time.process_time()
        work(given)
        found.append(time.process_time() - began)
    return min(found)
