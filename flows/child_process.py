"""What every process of ours that serves another one needs: pipes of its own, and an end when its parent has ended."""

from __future__ import annotations

import os
import sys
import time
from typing import BinaryIO

_ASKS_FOR_PARENT_EVERY_S = 1.0


def own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """What comes in and what goes out; whoever prints or reads in between disturbs neither."""
    given, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdout.flush()
    os.dup2(2, 1)
    return given, answers


def end_with_parent(parent: int) -> None:
    """End this process soon after its parent: after a kill -9 of that it would go on with what nobody waits for."""
    while os.getppid() == parent:
        time.sleep(_ASKS_FOR_PARENT_EVERY_S)
    os._exit(1)
