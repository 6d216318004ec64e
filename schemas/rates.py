"""What currencies are worth in one another, as the user says: never guessed, never fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What one of each currency is worth in `base`; `base` itself is worth 1.

    >>> Rates(base="USD", worth={"USD": Decimal(1), "EUR": Decimal("1.08")}).worth["EUR"]
    Decimal('1.08')
    """

    base: str
    worth: Mapping[str, Decimal]
