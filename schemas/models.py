"""Embedding models as they stand in a store: which made its vectors, which serves, and how each is opened again."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """How a model is opened: its folder or name (None: the packaged one), and prefixes in the place of its own.

    A prefix of None is what the model's own settings say; "" is none.
    """

    model: str | None = None
    query_prefix: str | None = None
    passage_prefix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredModel:
    """A model that made vectors of a store. `choice` is how it was opened then, None where that was not kept."""

    id: int
    maker: Provenance
    dim: int
    choice: ModelChoice | None = None
    serves: bool = False
    texts: int = 0
    articles: int = 0

    def has_weights_of(self, maker: Provenance) -> bool:
        """Whether vectors of both can be compared: they differ in precision and backend at most."""
        mine = self.maker
        return (mine.name, mine.version, mine.sha256 or "") == (
            maker.name,
            maker.version,
            maker.sha256 or "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChange:
    """A change of the model that serves: from which to which, and how many vectors were removed with the old one."""

    old: Provenance | None
    new: Provenance
    removed: int
