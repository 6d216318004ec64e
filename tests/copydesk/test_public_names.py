"""What the store and the functions return can be named by users: `copydesk` has every record of it."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass

import copydesk
from copydesk import api
from storage.sqlite import Store


def _names(annotation: object) -> list[str]:
    return re.findall(r"\b[A-Z]\w+", str(annotation))


def _records(where: object, annotation: object) -> Iterator[type]:
    """The records that an annotation of something in module `where` names, and those within them."""
    for name in _names(annotation):
        found = getattr(sys.modules[str(where)], name, None)
        if isinstance(found, type) and found.__module__.startswith("schemas."):
            yield found


def _returned() -> list[type]:
    calls: list[Callable[..., object]] = [
        call
        for name, call in inspect.getmembers(Store, inspect.isfunction)
        if not name.startswith("_")
    ]
    calls += [getattr(api, name) for name in ("clean", "find_entities", "find_figures", "ingest")]
    for module in ("article", "conflicts", "entities", "marks", "models", "quotations", "stored"):
        importlib.import_module(f"schemas.{module}")
    waiting = [
        record for call in calls for record in _records(call.__module__, call.__annotations__.get("return"))
    ]  # fmt: skip
    seen: set[type] = set()
    while waiting:
        record = waiting.pop()
        if record not in seen:
            seen.add(record)
            for field in fields(record) if is_dataclass(record) else ():
                waiting += _records(record.__module__, field.type)
    return sorted(seen, key=lambda record: record.__name__)


def test_a_record_that_is_returned_is_public() -> None:
    returned = _returned()
    assert len(returned) > 30
    missing = [
        record.__name__
        for record in returned
        if getattr(copydesk, record.__name__, None) is not record
    ]
    assert missing == []
