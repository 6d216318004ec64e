"""A search that is kept under a name, to be run again and to tell what is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.stored import Mode  # which needs numpy: help does not wait for that

DEFAULT_FLOOR = 0.3
"""A cosine under which the packaged model's hits have hardly anything to do with what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """What to look for, how, and among what.

    `filters` are as they were typed, so that "7d" means the last seven days each time. `last_article` is the newest
    article there was when its news was last asked for.
    """

    name: str
    query: str
    mode: Mode = "hybrid"
    min_similarity: float | None = None
    filters: Mapping[str, object] = field(default_factory=dict)
    created_at: datetime
    last_run_at: datetime | None = None
    last_article: int = 0
