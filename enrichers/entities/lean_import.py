"""spaCy imported without what tagging does not need: 0.7 s of CPU, not 1.0 with its command line or 3 with torch."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def lean_import() -> Iterator[None]:
    """Hides torch, which thinc takes along, and spaCy's command line, which spaCy's own front door takes along.

    Only while spaCy is imported for the first time; afterwards both can be imported as ever, and `spacy.info` works.
    """
    if "spacy" in sys.modules:
        yield
        return
    hidden: dict[str, ModuleType | None] = {} if "torch" in sys.modules else {"torch": None}
    hidden |= _command_line()
    sys.modules.update(hidden)  # type: ignore[arg-type]  # None is Python's own sign for "not to be imported"
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _command_line() -> dict[str, ModuleType]:
    package, info = ModuleType("spacy.cli"), ModuleType("spacy.cli.info")
    package.__path__ = []
    info.info = _info  # type: ignore[attr-defined]  # a module made by hand
    return {package.__name__: package, info.__name__: info}


def _info(*arguments: object, **options: object) -> object:
    """What `spacy.info` does, by the real one."""
    from spacy.cli.info import info

    return info(*arguments, **options)
