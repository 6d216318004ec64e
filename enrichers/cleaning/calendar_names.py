"""Names of months and days of the week in the languages of the news, from `data/calendar.toml`.

Babel has them too, and takes a quarter of a second of a cold ingest to hand them out.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "calendar.toml"


@cache
def month_names() -> dict[str, int]:
    """The number of each month by its name, full and short, in the languages that write Latin or Cyrillic dates.

    >>> month_names()["juli"], month_names()["июля"]
    (7, 7)
    """
    return _numbers("months")


@cache
def more_month_names() -> dict[str, int]:
    """The same in the languages that `metadata_dates` cannot read by itself."""
    return _numbers("more_months")


@cache
def weekday_names() -> frozenset[str]:
    """Names of the days of the week, full and short, lower case."""
    return frozenset(_tables()["weekdays"]["names"])


def _numbers(table: str) -> dict[str, int]:
    return {name: int(number) for number, names in _tables()[table].items() for name in names}


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(_DATA.read_text("utf-8"))
