"""Waiting for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def until(is_so: Callable[[], object], *, within: float, what: str = "") -> Any:
    """What `is_so` gives once it gives something; fails where that takes too long."""
    deadline = time.monotonic() + within
    while True:
        if found := is_so():
            return found
        assert time.monotonic() < deadline, f"not within {within} s: {what}"
        time.sleep(0.2)
