"""How values stand in the file: times as UTC ISO text, numbers as REAL, names folded for comparing, texts by hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from zstandard import ZstdError

from schemas.article import Article
from schemas.entity_names import fold_name
from schemas.errors import DatabaseError


def to_text(moment: datetime | None) -> str | None:
    """An instant as "2024-07-08T05:00:00Z": sorts as text in the order of time."""
    if moment is None:
        return None
    # Not strftime: it writes the year 800 in three digits.
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:  # the first or last hours of the calendar, in another zone
        utc = moment
    return utc.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def to_instant(text: str | None) -> datetime | None:
    """The instant that `to_text` wrote."""
    with damage_said():
        return datetime.fromisoformat(text) if text else None


def to_day(text: str | None) -> date | None:
    """An ISO day as a date."""
    with damage_said():
        return date.fromisoformat(text) if text else None


def to_decimal(number: float | None) -> Decimal | None:
    """The shortest decimal that reads back as `number`: what was stored, as it was written.

    >>> to_decimal(3.2), to_decimal(65e9)
    (Decimal('3.2'), Decimal('65000000000'))
    """
    if number is None:
        return None
    if number.is_integer():
        return Decimal(int(number))
    return Decimal(repr(number))


def to_real(number: Decimal | None) -> float | None:
    """A decimal as SQLite's REAL; None where it is beyond a float's range."""
    if number is None:
        return None
    real = float(number)
    return real if abs(real) != float("inf") and real == real else None  # noqa: PLR0124  NaN is not equal to itself


def sha256(content: bytes | str) -> str:
    """Hex sha256; text as UTF-8, a lone surrogate replaced."""
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()


def content_sha256(article: Article) -> str:
    """One hash for what a reader reads: title, summary and the body's paragraphs in order."""
    parts = [article.title or "", article.summary or "", *(p.text for p in article.paragraphs)]
    return sha256("\x1e".join(parts))


def name_key(name: str) -> str:
    """A name folded for comparing: no case, no accents, plain apostrophes, no possessive, single blanks.

    >>> name_key("  Médecins  Sans Frontières’s ")
    'medecins sans frontieres'
    """
    return fold_name(name)


@contextmanager
def damage_said() -> Iterator[None]:
    """A stored value that cannot be what was written is damage, and is said as such.

    Raises DatabaseError for any ValueError, ZstdError or TypeError within.
    """
    try:
        yield
    except (ValueError, TypeError, ZstdError) as error:
        raise DatabaseError(
            f"the database is damaged: what was stored does not read back ({error})",
            remedy="restore it from a backup, or move it away and ingest again",
            code="database_damaged",
        ) from error


def load(text: str) -> Any:
    """What `dump` wrote."""
    with damage_said():
        return json.loads(text)


def dump(value: object) -> str:
    """Compact JSON with sorted keys, as it stands in a text column."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
