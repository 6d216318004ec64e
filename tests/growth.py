"""How the CPU that something takes grows with its input: a ratio, which no slow or busy machine changes much."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable
from typing import TypeVar

Input = TypeVar("Input")
TIMES = 8
LINEAR = 24.0
"""Where eight times the input takes less than so many times the CPU: linear takes about 8, quadratic 64."""
# What takes no time worth the name has no ratio worth the name either.
_NOISE_S = 0.005
_TRIES = 4


def growth(
    work: Callable[[Input], object],
    make: Callable[[int], Input],
    size: int,
    *,
    bound: float = LINEAR,
) -> float:
    """How many times as much CPU `work` takes of `make(size)` as of an eighth of that: the least of some tries.

    It is tried again only while it is not under `bound`: what is quadratic is so each time.
    """
    small, large = make(size // TIMES), make(size)
    least = math.inf
    for _ in range(_TRIES):
        least = min(least, _cpu_s(work, large) / (_cpu_s(work, small) + _NOISE_S))
        if least < bound:
            break
    return least


def _cpu_s(work: Callable[[Input], object], given: Input) -> float:
    # A collection walks all that the tests before have left, and falls where it will.
    gc.disable()
    try:
        began = time.process_time()
        work(given)
        return time.process_time() - began
    finally:
        gc.enable()
