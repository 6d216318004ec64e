"""What can be looked for in an open database: by a query, and by what is like something."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar, Unpack, get_args

import numpy as np

from schemas.asking import FigureArgs
from schemas.errors import UsageError
from schemas.filters import FilterArgs, Filters, require_one_of, require_type
from schemas.protocols import Encoder, Matrix
from schemas.searching import ListedArgs, SearchArgs, SearchOptions, SimilarArgs, split_search_args
from schemas.stored import Hits, Mode, SearchResult
from storage import read
from storage.connection import snapshot
from storage.faults import Connection
from storage.search import Searcher
from storage.similar import unit_mean

_T = TypeVar("_T")
_SIMILAR_ARGS = tuple(
    name for kind in (FigureArgs, FilterArgs, ListedArgs) for name in kind.__annotations__
)


class Finding(Protocol):
    """The searches of an open database. `storage.sqlite.Store` is one."""

    @property
    def connection(self) -> Connection:
        """The open connection."""
        ...

    @property
    def searcher(self) -> Searcher:
        """What searches."""
        ...

    def search(
        self,
        query: str,
        *,
        mode: Mode = "hybrid",
        k: int = 10,
        **args: Unpack[SearchArgs],
    ) -> Hits:
        """The best row of each of the `k` best articles, best first, as a list; see `find` for the rest of the result.

        With kind, min, unit ... as `figures` takes them, only rows that have such a figure. `per="paragraph"` gives the
        best rows instead, `offset` passes over so many hits, `min_similarity` leaves out what is less near (raw cosine),
        and `recency="30d"` makes a hit count less by its age. With `fold=True` copies of one story are one hit, which has
        `duplicates`; with `explain=True` each hit says why it is there; with `facets=["source", "month"]` (or True for all)
        the list has `facets`, counted over all that matches.

        Raises UsageError for an unknown mode or a date that is none; any text is a safe query.
        """
        filters, options = split_search_args(args)
        return Hits(self.find(query, mode=mode, k=k, filters=filters, options=options))

    def find(
        self,
        query: str,
        *,
        mode: Mode,
        k: int,
        filters: Filters,
        options: SearchOptions | None = None,
    ) -> SearchResult:
        """As `search`, with the exact total in words mode, the time taken and notes for people."""
        require_one_of("search mode", mode, get_args(Mode))
        require_type("the query", query, str)
        require_type("k", k, int)
        chosen = options or SearchOptions()
        if mode == "words" and chosen.min_similarity is not None:
            raise UsageError(
                "words mode has no cosine to compare", remedy="use mode hybrid or meaning"
            )
        return self.searcher.search(query, mode, k, filters, chosen)

    def similar(
        self,
        article: int | str | Iterable[int | str] = (),
        *,
        text: str | Iterable[str] = (),
        k: int = 10,
        **args: Unpack[SimilarArgs],
    ) -> Hits:
        """The articles most like a stored one (id or key), or like several and texts together, without themselves.

        An article is its rows' mean vector, several are the mean of theirs; each hit shows its row nearest to that mean.
        What has no vector is like nothing: an empty list. Filters and options are those of `search`.
        """
        require_type("k", k, int)
        for name in args:
            require_one_of("option of similar", name, _SIMILAR_ARGS)
        names = [article] if isinstance(article, (int, str)) else _listed("the articles", article)
        texts = [text] if isinstance(text, str) else _listed("the texts", text)
        if not names and not texts:
            raise UsageError("nothing to compare with", remedy="name an article, or give a text")
        for one in texts:
            require_type("a text", one, str)
        filters, options = split_search_args(args)
        ids = [read.require_article_id(self.connection, name) for name in names]
        return Hits(self.find_similar(ids, [[one] for one in texts], k=k, filters=filters, options=options))  # fmt: skip

    def find_similar(
        self,
        article_ids: Sequence[int],
        texts: Sequence[Sequence[str]] = (),
        *,
        k: int,
        filters: Filters,
        options: SearchOptions | None = None,
    ) -> SearchResult:
        """As `similar`, with the whole result; each of `texts` is the rows of one text."""
        began = time.perf_counter()
        encoder = self.searcher.encoder()
        found = [_text_vector(encoder, rows) for rows in texts]
        self.searcher.refresh()
        with snapshot(self.connection):
            now = self.searcher.encoder()
            if now is not encoder:  # other vectors have just come to serve
                found = [_text_vector(now, rows) for rows in texts]
            chosen = options or SearchOptions()
            result = self.searcher.similar(found, article_ids, k, filters, chosen)
        return replace(result, took_ms=round((time.perf_counter() - began) * 1000, 3))

    def similar_to(self, vector: Matrix, *, k: int, filters: Filters) -> Hits:
        """The articles most like a unit vector of shape (1, dim)."""
        return Hits(self.searcher.similar([vector], (), k, filters))


def _listed(what: str, given: Iterable[_T]) -> list[_T]:
    require_type(what, given, Iterable)
    return list(given)


def _text_vector(encoder: Encoder, rows: Sequence[str]) -> Matrix:
    """The mean of a text's windows, of length one. Raises UsageError for a blank text."""
    told = [row for row in rows if row.strip()]
    if not told:
        raise UsageError("a blank text is like nothing", remedy="give a text with words in it")
    return unit_mean(np.concatenate(encoder.encode_windows(told)))
