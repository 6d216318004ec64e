"""What a plug-in promises. Small protocols; the promises stand in the docstrings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from schemas.article import Article
from schemas.provenance import Provenance
from schemas.web import Entry, Fetched, Listing, Validators

Row = TypeVar("Row")
Matrix = NDArray[np.float32]
"""Shape (n, dim), float32, each row of unit length, so that a dot product is the cosine."""


class Enricher(Protocol[Row]):
    """What it found in each article of a batch; never edits the text. Same length out, same order.

    A plug-in of `copydesk.enrichers` gives mappings or dataclasses of what JSON knows. Of their names `paragraph`, `start`
    and `end` say where a row belongs: the index of a row of the article, and a span of its text in code points; all other
    names are the package's own. It runs in a process of its own; what it raises there costs an article its rows of it.
    """

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


class Ask(Protocol):
    """One guarded request: address guard, robots.txt, turns and pauses, limits, and what the source's own host is sent.

    It is the only way to the web for whoever is handed one. Raises FetchError only.
    """

    async def __call__(
        self, url: str, *, validators: Validators | None = None, max_bytes: int | None = None
    ) -> Fetched:
        """The whole answer for `url`, after redirects; `max_bytes` can only lower the limit in force."""
        ...


class PageFetcher(Protocol):
    """Loads pages (stories) in another way than by one request, through `ask` alone. A plug-in of `copydesk.fetchers`.

    An async context: opened once a run, before its first page, and closed at the run's end. It is asked for several pages
    at a time, on one event loop, and stops where it is cancelled.
    """

    async def __aenter__(self) -> PageFetcher:
        """Itself, ready to load pages. What it raises ends the sources that name it."""
        ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Nothing of it runs on."""
        ...

    async def fetch(self, url: str, *, ask: Ask, timeout: float) -> Fetched:
        """The page as its reader would see it: `content` in `charset`, `url` where it was found in the end.

        After `timeout` seconds of its own, waiting for `ask` not counted, it is cancelled. What it raises is the error of
        this page alone; a FetchError of `ask` may be passed on as it is.
        """
        ...


class ListingReader(Protocol):
    """Reads one kind of listing: what is at the address of a source of that kind. A plug-in of `copydesk.sources`.

    Pure and repeatable: same bytes, same entries; it asks nothing of the web and touches no file. The address of an
    entry may be relative to `url`; a date is best ISO 8601 with an offset, and is read as feeds' are. An entry whose `html` is the whole
    article needs no request of its own.
    """

    @property
    def kind(self) -> str:
        """What `kind` says in [[source]]: the name of its entry point."""
        ...

    def read(
        self, content: bytes, *, url: str, media_type: str | None, charset: str | None
    ) -> Iterable[Entry] | Listing:
        """The stories in `content`, newest or foremost first; a Listing where it names more listings of its kind.

        Of a document that is broken in part the good items; `media_type` and `charset` are the server's word for it.
        Raises DocumentError only, with what it is instead of a listing of this kind.
        """
        ...
