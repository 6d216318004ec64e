"""The other end of `flows.enricher_plugins`: a process with one enricher of another package in it.

It is told articles and tells rows, checked here, as JSON: whatever the package does, prints or raises stays in this process.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from flows.child_process import end_with_parent, own_pipes
from flows.plugins import FaultyPluginError, make_enricher, said_of
from schemas.article import Article
from schemas.provenance import Provenance

if TYPE_CHECKING:
    from schemas.protocols import Enricher

MOST_ROWS, MOST_CHARACTERS = 10_000, 1_000_000
"""What an enricher may give for one article: rows, and characters of their JSON."""
_PLACE = ("paragraph", "start", "end")
Row = dict[str, object]


class _BadRowError(Exception):
    """A row that cannot be stored; the text says why."""


def serve(name: str) -> None:
    """Say who the enricher of that name is, then enrich what comes until nothing more can come."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    given, answers = own_pipes()

    def tell(answer: Row) -> None:
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()

    try:
        try:
            enricher = make_enricher(name)
            maker = _maker_of(enricher, name)
        except FaultyPluginError as error:
            tell({"fault": f"cannot be used: {error}"})
            return
        tell({"maker": asdict(maker)})
        while True:
            batch: list[Article] = pickle.load(given)  # noqa: S301  from our own parent
            tell(_answer(enricher, batch))
    except (EOFError, BrokenPipeError):
        return


def _maker_of(enricher: Enricher[object], name: str) -> Provenance:
    try:
        maker = enricher.provenance
    except (Exception, SystemExit) as error:  # a package may do anything
        raise FaultyPluginError(f"its provenance ends with {said_of(error)}") from error
    if not isinstance(maker, Provenance):
        raise FaultyPluginError("its provenance is none: give a copydesk.Provenance")
    for field in fields(maker):
        value = getattr(maker, field.name)
        if not isinstance(value, str) and (value is not None or field.name in ("name", "version")):
            raise FaultyPluginError(f"the {field.name} of its provenance is no text")
    given = {field.name: getattr(maker, field.name) for field in fields(maker)}
    return Provenance(**{**given, "stage": name})


def _answer(enricher: Enricher[object], batch: Sequence[Article]) -> Row:
    try:
        found = [list(rows) for rows in enricher.enrich(batch)]
        if len(found) != len(batch):
            return {"fault": f"gave {len(found)} lists for {len(batch)} articles"}
        return {"rows": [checked_rows(rows, of) for rows, of in zip(found, batch, strict=True)]}
    except _BadRowError as error:
        return {"fault": str(error)}
    except (Exception, SystemExit) as error:  # a package may do anything
        return {"fault": f"ended with {said_of(error)}"}


def checked_rows(rows: Sequence[object], article: Article) -> list[Row]:
    """Rows as they can be stored: place apart, the rest as JSON has it. Raises _BadRowError."""
    if len(rows) > MOST_ROWS:
        raise _BadRowError(f"gave {len(rows):,} rows for one article; {MOST_ROWS:,} are kept")
    lengths = {row.index: len(row.text) for row in article.rows}
    checked = [_checked(row, lengths) for row in rows]
    if sum(len(str(row["data"])) for row in checked) > MOST_CHARACTERS:
        raise _BadRowError(f"gave over {MOST_CHARACTERS:,} characters for one article")
    return checked


def _checked(row: object, lengths: Mapping[int, int]) -> Row:
    if is_dataclass(row) and not isinstance(row, type):
        row = {field.name: getattr(row, field.name) for field in fields(row)}
    if not isinstance(row, Mapping):
        raise _BadRowError(
            f"gave a row that is a {type(row).__name__}: give a mapping or a dataclass"
        )
    given = dict(row)
    place = {name: given.pop(name, None) for name in _PLACE}
    _check_place(place, lengths)
    try:
        text = json.dumps(given, ensure_ascii=False, allow_nan=False, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise _BadRowError(f"gave a row that is no JSON ({said_of(error)})") from error
    return {**place, "data": text.encode("utf-8", "replace").decode()}


def _check_place(place: Row, lengths: Mapping[int, int]) -> None:
    paragraph, start, end = place.values()
    for name, value in place.items():
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise _BadRowError(f"gave {name}={value!r}, which is no whole number")
    if isinstance(paragraph, int) and paragraph not in lengths:
        raise _BadRowError(f"gave paragraph={paragraph}, which the article has not")
    if start is None and end is None:
        return
    if not (isinstance(paragraph, int) and isinstance(start, int) and isinstance(end, int)):
        raise _BadRowError("gave a span without its paragraph, start or end")
    if not 0 <= start <= end <= lengths[paragraph]:
        raise _BadRowError(f"gave the span {start} to {end} of {lengths[paragraph]} characters")


def _plain(value: object) -> object:
    """What JSON does not know, as something that it does."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    raise TypeError(f"a {type(value).__name__}")
