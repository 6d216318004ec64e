"""Which records a CSV file holds: one a row, under the keys of its header."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import islice

from schemas import record_keys
from schemas.document import RECORD
from schemas.errors import DocumentError
from sources.json_files import undecodable
from sources.reading import BadDocument, Outcome, Source
from sources.records import Place, record_outcome
from sources.sniffing import decode

_DELIMITERS = (",", ";", "\t", "|")
_KNOWN = frozenset(
    record_keys.TITLE
    + record_keys.BODY
    + record_keys.URL
    + record_keys.PUBLISHED
    + record_keys.AUTHORS
    + record_keys.SITE
    + record_keys.LANGUAGE
    + record_keys.SUMMARY
    + record_keys.IDENTITY
)
_LOOKED_AT = 100_000
_LONGEST_HEADER = 65_536
_LARGEST_FIELD = 2**31 - 1  # what a C long holds everywhere


def looks_like_table(text: str) -> bool:
    r"""Whether the beginning of a text is a header that names a column for the text and another we know, and a row.

    >>> looks_like_table("title,text\nOil up,Oil rose.\n"), looks_like_table("Title, text: what is what?\nOil rose.")
    (True, False)
    """
    try:
        rows = islice(_rows(text[:_LOOKED_AT]), 2)
        header, *following = [cells for _, cells in rows]
    except (csv.Error, ValueError):
        return False
    names = [cell.strip().lower() for cell in header]
    known = sum(name in _KNOWN for name in names)
    has_row = bool(following) and len(following[0]) > 1
    return has_row and known > 1 and not set(names).isdisjoint(record_keys.BODY)


def read_csv(source: Source) -> Iterator[Outcome]:
    """One outcome a row; its origin names the line the row begins on (the header is line 1)."""
    content = source.read_whole()
    text = decode(content, source.options.encoding)
    if text is None:
        yield source.bad(undecodable(source.origin, source.options.encoding), payload=content)
        return
    _allow_fields_of(source.options.max_bytes)
    rows = _rows(text)
    _, header = next(rows, (1, []))
    keys = [key.strip() for key in header]
    if not {key.lower() for key in keys} & set(record_keys.BODY):
        yield source.bad(_no_body_column(source.origin, keys), payload=content)
        return
    some = False
    try:
        for line, cells in rows:
            some = True
            yield _row_outcome(keys, cells, Place(source=source, origin=f"{source.origin}:{line}"))
    except csv.Error as error:
        raise DocumentError(
            f"{source.origin} is not valid CSV: {error}", code="malformed"
        ) from error
    if not some:
        raise DocumentError(
            f"{source.origin} has a header and no rows",
            remedy="give a file with at least one row",
            code="empty",
        )


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with the line each begins on."""
    skipped = 0
    if found := re.match(r"sep=([,;\t|:^~])\r?\n", text):  # what Excel writes to name its delimiter
        delimiter, text, skipped = found[1], text[found.end() :], 1
    else:
        delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield start + skipped, cells
        start = reader.line_num + 1


def _delimiter(text: str) -> str:
    """The delimiter under which most columns of the header have names we know, then the one that gives most columns."""
    first_line = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)[0][:_LONGEST_HEADER]

    def score(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([first_line], delimiter=delimiter), [])
        return sum(cell.strip().lower() in _KNOWN for cell in cells), len(cells)

    return max(_DELIMITERS, key=score)


def _row_outcome(keys: list[str], cells: list[str], place: Place) -> Outcome:
    record = dict(zip(keys, cells, strict=False))
    extra = [cell for cell in cells[len(keys) :] if cell.strip()]
    if extra:
        error = DocumentError(
            f"{place.origin} has {len(cells)} fields under {len(keys)} column names",
            remedy="put quotes around a text that holds the delimiter",
            code="malformed",
        )
        payload = json.dumps(cells, ensure_ascii=False).encode("utf-8", "replace")
        return BadDocument(origin=place.origin, error=error, payload=payload, media_type=RECORD)
    return record_outcome(record, place)


def _no_body_column(origin: str, keys: list[str]) -> DocumentError:
    seen = ", ".join(key for key in keys if key) or "none"
    return DocumentError(
        f"{origin} has no column for the text (columns: {seen[:300]})",
        remedy=f"name one of them {', '.join(record_keys.BODY)}",
        code="malformed",
    )


def _allow_fields_of(max_bytes: int) -> None:
    # The limit is the process's; only ever raised, so that nobody else's reading breaks.
    wanted = min(max_bytes, _LARGEST_FIELD)
    if csv.field_size_limit() < wanted:
        csv.field_size_limit(wanted)
