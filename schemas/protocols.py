"""What a plug-in promises. Small protocols; the promises stand in the docstrings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from schemas.article import Article
from schemas.provenance import Provenance

Row = TypeVar("Row")
Matrix = NDArray[np.float32]
"""Shape (n, dim), float32, each row of unit length, so that a dot product is the cosine."""


class Enricher(Protocol[Row]):
    """What it found in each article of a batch; never edits the text. Same length out, same order."""

    @property
    def provenance(self) -> Provenance:
        """Who makes the rows, at which version: it changes whenever the output can change."""
        ...

    def enrich(self, batch: Sequence[Article]) -> list[list[Row]]:
        """The rows of each article."""
        ...


class Encoder(Protocol):
    """Texts to unit vectors. Same texts, same provenance: same vectors up to the precision's rounding."""

    @property
    def provenance(self) -> Provenance:
        """The model by name and weights, with precision and backend."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def encode_windows(self, texts: Sequence[str]) -> list[Matrix]:
        """One matrix a text, one row a window of at most the model's token limit, input order; never empty."""
        ...

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Shape (len(texts), dim): the mean of each text's windows, brought back to unit length, input order."""
        ...

    def encode_query(self, text: str) -> Matrix:
        """Shape (1, dim): a query, with the prefix the model wants for queries."""
        ...
