"""How results leave: JSON, JSON Lines, CSV or text on stdout; talk, errors and progress on stderr."""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

from schemas.marks import Figure, Mention

Format = Literal["text", "json", "jsonl", "csv"]

# A title from the web or a file's name must not move the cursor, rewrite the screen, turn the reading order round or
# pass for a line of ours: control characters (tab apart), line ends and the overrides of direction.
_OVERRIDES = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROLS: dict[int, str] = {
    **dict.fromkeys((*range(32), *range(127, 160), *_OVERRIDES), "\ufffd"),
    **dict.fromkeys((10, 13, 0x85, 0x2028, 0x2029), " "),
    9: "\t",
}
_RARE = ("page", "explain", "duplicates", "ranked_by")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*%?")
# JSON escapes the controls under 32 by itself; a terminal obeys these too.
_ESCAPES: dict[int, str] = {code: f"\\u{code:04x}" for code in (*range(127, 160), *_OVERRIDES)}


def plain(value: object) -> object:
    """`value` as JSON knows it: records as objects, times as ISO text in UTC, decimals as numbers.

    >>> plain({"value": Decimal("65000000000"), "at": datetime(2024, 7, 8, tzinfo=UTC)})
    {'value': 65000000000, 'at': '2024-07-08T00:00:00Z'}
    """
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (Mention, Figure)) and value.paragraph < 0:
        # The title and the summary stand outside the numbering; a negative index would count from the end.
        return {**record_of(value), "paragraph": None}
    if is_dataclass(value) and not isinstance(value, type):
        return record_of(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return _scalar(value)


def record_of(value: object) -> dict[str, object]:
    """A record's fields as JSON knows them; what a hit has only where it was asked for stands only there, as does a page."""
    assert is_dataclass(value)  # noqa: S101  for the type checker
    found = {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    return {name: item for name, item in found.items() if name not in _RARE or item is not None}


def _scalar(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def write_json(value: object) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(_json(value, indent=2) + "\n")


def write_rows(
    rows: Iterable[object], form: Literal["jsonl", "csv"], columns: Sequence[str]
) -> None:
    """Rows on stdout as JSON Lines, or as CSV under a header line, which stands there without rows too.

    In CSV what is nested is left as JSON, and no cell holds a control character or a formula.
    """
    if form == "jsonl":
        for row in rows:
            sys.stdout.write(_json(row) + "\n")
        return
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        record = plain(row)
        assert isinstance(record, dict)  # noqa: S101  rows are records
        writer.writerow({key: _cell(item) for key, item in record.items()})


def _json(value: object, *, indent: int | None = None) -> str:
    text = json.dumps(plain(value), ensure_ascii=False, indent=indent)
    return text if text.isascii() else text.translate(_ESCAPES)


def _cell(value: object) -> object:
    if isinstance(value, (list, dict)):
        return _json(value)
    if isinstance(value, bool):
        return str(value).lower()
    return _no_formula(safe(value)) if isinstance(value, str) else value


def _no_formula(text: str) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection").

    >>> _no_formula("=1+1"), _no_formula("-5C"), _no_formula("＝1"), _no_formula("-5.2")
    ("'=1+1", "'-5C", "'＝1", '-5.2')
    """
    risky = text.startswith(
        ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t")
    ) and not _NUMBER.fullmatch(text)
    return f"'{text}" if risky else text


def columns_of(kind: type) -> list[str]:
    """The names of a record's fields, in order."""
    assert is_dataclass(kind)  # noqa: S101  for the type checker
    return [f.name for f in fields(kind)]


def write(text: str = "") -> None:
    """A line of text on stdout."""
    sys.stdout.write(safe(text) + "\n")


def say(text: str) -> None:
    """A sentence for people, on stderr."""
    sys.stderr.write(safe(text) + "\n")


def safe(text: str) -> str:
    r"""`text` as one line without characters that a terminal would obey; our own colours are put on afterwards.

    Every character stays one character, so that offsets hold.

    >>> safe("red \x1b[31m\nalert")
    'red \ufffd[31m alert'
    """
    return text if text.isprintable() else text.translate(_CONTROLS)


def write_styled(text: str) -> None:
    """A line that carries our own colours; its parts went through `safe` before."""
    sys.stdout.write(text + "\n")


def write_table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> None:
    """Columns of text, as wide as they need to be; the last one is not padded."""
    lines = [list(header), *[[safe(cell) for cell in row] for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=False)]
        write("  ".join([*cells, line[-1]]).rstrip())


def has_colour() -> bool:
    """Whether stdout takes colours: a terminal, unless NO_COLOR says no; or FORCE_COLOR says yes."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def day(moment: datetime | None) -> str:
    """The day of an instant, for people."""
    return moment.date().isoformat() if moment else "no date"


def count_of(number: int, noun: str) -> str:
    """A number with its noun.

    >>> count_of(1, "paragraph"), count_of(2, "entity")
    ('1 paragraph', '2 entities')
    """
    if number == 1:
        return f"1 {noun}"
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {plural}"
