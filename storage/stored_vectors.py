"""What an open database does with vectors and the models that made them; see `storage.models` for which of them serves."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from schemas.errors import ModelChangedError
from schemas.models import ModelChange, ModelChoice, StoredModel
from schemas.protocols import Encoder, Matrix
from schemas.provenance import Provenance
from storage import derived, models, vectors
from storage.connection import snapshot
from storage.faults import Connection
from storage.vector_index import VectorIndex

EncoderOf = Callable[[StoredModel | None], Encoder]
"""The encoder that goes with a stored model's vectors; with None, the one that the settings name."""


class ServingEncoder:
    """The encoder that goes with the vectors that serve now: it changes when they do.

    Without `encoder_of` there is one encoder, `wanted`, whatever serves.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        wanted: Callable[[], Encoder],
        encoder_of: EncoderOf | None,
    ) -> None:
        self._connection, self._wanted, self._encoder_of = connection, wanted, encoder_of

    def __call__(self) -> Encoder:
        """The encoder, loaded at the first call. Raises ModelUnavailableError."""
        if self._encoder_of is None:
            return self._wanted()
        return self._encoder_of(models.serving_model(self._connection))


class StoredVectors(Protocol):
    """The vectors of an open database. `storage.sqlite.Store` is one."""

    @property
    def connection(self) -> Connection:
        """The open connection."""
        ...

    @property
    def index(self) -> VectorIndex:
        """The vectors as they are searched."""
        ...

    def put_vectors(
        self, rendering_ids: Sequence[int], maker: Provenance, matrices: dict[str, Matrix]
    ) -> None:
        """Add vectors and say that these renderings have theirs, inside the caller's transaction."""
        derived.add_vectors(self.connection, maker, matrices)
        for rendering_id in rendering_ids:
            derived.mark_done(self.connection, rendering_id, maker)

    def missing_vectors(self, maker: Provenance, dim: int, digests: list[str]) -> list[str]:
        """Those texts (by sha256) that have no vector by this very model yet."""
        return vectors.missing_vectors(self.connection, maker, dim, digests)

    def serving_model(self) -> StoredModel | None:
        """The model whose vectors are searched, and new articles are given; None where there are none yet."""
        return models.serving_model(self.connection)

    def models(self) -> list[StoredModel]:
        """Every model with vectors here, the one that serves first."""
        with snapshot(self.connection):
            return models.stored_models(self.connection)

    def has_other_vectors(self) -> bool:
        """Whether there are models beside the one that serves."""
        return models.has_others(self.connection)

    def note_choices(self, choices: Mapping[Provenance, ModelChoice]) -> None:
        """Keep how models were opened, so that they can be under other settings; writes only what is news."""
        models.note_choices(self.connection, choices)

    def extend_vector_file(self) -> None:
        """Bring the file of vectors to where the database is, so that the next search need not. Inside a transaction, nothing."""
        serving = models.serving_model(self.connection)
        if serving is not None:
            self.index.refresh(serving.maker, serving.dim)

    def change_model(self, maker: Provenance, dim: int) -> ModelChange | None:
        """Let `maker`'s vectors serve if every article has them, and remove all others; None where some are missing.

        The file of vectors is made before; the change itself is one transaction. What is cut off behind it is finished by
        the next call.
        """
        old = models.serving_model(self.connection)
        self.index.refresh(maker, dim)
        if not models.change_serving(self.connection, maker):
            return None
        removed = models.remove_others(self.connection)
        self.index.forget_others(maker, dim)
        return ModelChange(old=None if old is None else old.maker, new=maker, removed=removed)


def check_serving(
    connection: sqlite3.Connection, seen: StoredModel | None, makers: Sequence[Provenance]
) -> None:
    """Raise ModelChangedError where other vectors came to serve since `seen`, with which those of `makers` cannot be compared."""
    now = models.serving_model(connection)
    if now is None or (seen is not None and seen.id == now.id):
        return
    if not all(now.has_weights_of(maker) for maker in makers):
        raise ModelChangedError(
            f"{now.maker.name} came to serve while vectors were made by {makers[0].name}",
            remedy="make them again",
        )
