"""Names of the cleaner's room, found wherever they stand, and something else in their place for a while."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any
from unittest.mock import patch

ROOM = "enrichers.cleaning"
Swap = Callable[[Any], Any]


@contextmanager
def replaced(place: str, swap: Swap) -> Iterator[None]:
    """The room with what `swap` makes of a name's value in its place, in every module that imported it.

    `place` is a name, or "module:name" where modules have different things under one name.
    """
    holders = holders_of(place)
    name = place.rpartition(":")[2]
    instead = swap(getattr(holders[0], name))
    with ExitStack() as stack:
        for holder in holders:
            stack.enter_context(patch.object(holder, name, instead))
        yield


def holders_of(place: str) -> list[ModuleType]:
    """The modules that have one and the same thing under the name of `place`; LookupError where there is none, or two."""
    module, _, name = place.rpartition(":")
    having = [one for one in _modules() if hasattr(one, name)]
    named = [one for one in having if not module or one.__name__ == f"{ROOM}.{module}"]
    things = {id(getattr(one, name)) for one in named}
    if len(things) != 1:
        said = ", ".join(one.__name__ for one in having) or "nowhere"
        raise LookupError(f"{place}: one thing of this name is wanted; the name stands in: {said}")
    return [one for one in having if id(getattr(one, name)) in things]


def is_there(place: str) -> bool:
    """Whether there is such a thing; stderr says where there is none, because code was renamed since."""
    try:
        holders_of(place)
    except LookupError as error:
        sys.stderr.write(f"left out: {error}\n")
        return False
    return True


@lru_cache(maxsize=1)
def _modules() -> tuple[ModuleType, ...]:
    room = import_module(ROOM)
    return tuple(import_module(f"{ROOM}.{found.name}") for found in iter_modules(room.__path__))
