"""The lists over the whole store that can be asked of it: figures, what is said differently, entities."""

from __future__ import annotations

from typing import Protocol, Unpack, get_args

from schemas.asking import FigureAndFilterArgs, split_figure_args
from schemas.conflicts import FigureConflict
from schemas.enrichments import FoundEnrichment
from schemas.entities import EntityProfile
from schemas.filters import FilterArgs, Filters, make_filters, require_one_of, require_type
from schemas.marks import FIGURE_ORDERS, FigureGrouping, FigureOrder, FigureQuery
from schemas.periods import TrendStep
from schemas.quotations import FoundQuotation
from schemas.stored import FigureGroup, FoundFigure, StoredEntity
from storage import browse, enrichments, entity_lists, figure_groups, figures
from storage.connection import snapshot
from storage.faults import Connection


class Lists(Protocol):
    """What an open database can list. `storage.sqlite.Store` is one."""

    @property
    def connection(self) -> Connection:
        """The open connection."""
        ...

    def figures(
        self,
        *,
        limit: int | None = None,
        sort: FigureOrder | None = None,
        order: FigureOrder | None = None,
        **asked: Unpack[FigureAndFilterArgs],
    ) -> list[FoundFigure]:
        """Stored figures with article and sentence, in the order of `sort`: newest (date), value or article.

        A unit finds its whole dimension, compared as what it is in the named one: min=100, unit="km" finds miles too.
        Money is compared across currencies only under `rates`. `order` is the older name of `sort`. Without either, those
        come first that `words` mean most, by how close these stand to them; the newest where no words are asked for.

        Raises UsageError for what cannot be meant: an unknown kind, unit, order, period or filter.
        """
        query, filters = split_figure_args(asked)
        return self.find_figures(query, filters, limit=limit, order=sort or order)[1]

    def find_figures(
        self,
        query: FigureQuery,
        filters: Filters,
        *,
        limit: int | None,
        order: FigureOrder | None = None,
    ) -> tuple[int, list[FoundFigure]]:
        """As `figures`, with the exact number of all that match first."""
        if order not in (None, "newest"):
            require_one_of("order", order, FIGURE_ORDERS)
        with snapshot(self.connection):
            return figures.read_found_figures(
                self.connection, query, filters, limit=limit, order=order
            )

    def figure_groups(
        self,
        by: FigureGrouping,
        *,
        limit: int | None = None,
        **asked: Unpack[FigureAndFilterArgs],
    ) -> list[FigureGroup]:
        """Figures counted and summed up, a group for each kind and unit: by month, entity, noun, source, unit or kind."""
        query, filters = split_figure_args(asked)
        return self.find_figure_groups(query, filters, by=by, limit=limit)[1]

    def find_figure_groups(
        self, query: FigureQuery, filters: Filters, *, by: FigureGrouping, limit: int | None
    ) -> tuple[int, list[FigureGroup]]:
        """As `figure_groups`, with the exact number of groups first."""
        require_one_of("group", by, get_args(FigureGrouping))
        with snapshot(self.connection):
            return figure_groups.read_figure_groups(
                self.connection, query, filters, by=by, limit=limit
            )

    def figure_conflicts(
        self, *, limit: int | None = None, **asked: Unpack[FigureAndFilterArgs]
    ) -> list[FigureConflict]:
        """Figures that versions of one article, or several articles, state differently; the newest first.

        What is asked for, one side must meet. Figures are compared only where kind, dimension, noun, role and period are the
        same and the words around them say that they are of one thing; rounding, bounds and "about" are no conflict.
        """
        query, filters = split_figure_args(asked)
        return self.find_figure_conflicts(query, filters, limit=limit)[1]

    def find_figure_conflicts(
        self, query: FigureQuery, filters: Filters, *, limit: int | None
    ) -> tuple[int, list[FigureConflict]]:
        """As `figure_conflicts`, with the exact number of all that there are first."""
        from storage import conflicts  # a search must not wait for what it does not need

        with snapshot(self.connection):
            return conflicts.read_conflicts(self.connection, query, filters, limit=limit)

    def quotes(
        self, words: str | None = None, *, limit: int | None = None, **filters: Unpack[FilterArgs]
    ) -> list[FoundQuotation]:
        """Who said what, the newest article first: by `speaker`, under any of his names, with all of the words in it."""
        return self.find_quotes(words, make_filters(**filters), limit=limit)[1]

    def find_quotes(
        self, words: str | None, filters: Filters, *, limit: int | None
    ) -> tuple[int, list[FoundQuotation]]:
        """As `quotes`, with the exact number of all that match first."""
        if words is not None:
            require_type("the words", words, str)
        from storage import quotations  # a search must not wait for what it does not need

        with snapshot(self.connection):
            most = browse.row_limit(limit)
            return quotations.list_quotations(self.connection, words, filters, limit=most)

    def enrichments(self, stage: str, *, limit: int | None = None) -> list[FoundEnrichment]:
        """What the enricher of a package found, by article; `stage` is the name that it goes by."""
        require_type("the stage", stage, str)
        with snapshot(self.connection):
            most = browse.row_limit(limit)
            return enrichments.list_enrichments(self.connection, stage, limit=most)[1]

    def entities(
        self,
        name: str | int | None = None,
        *,
        limit: int | None = None,
        by: TrendStep | None = None,
        **filters: Unpack[FilterArgs],
    ) -> list[StoredEntity]:
        """Entities, most mentioned first; with `name` those that go by it, or are of that id, or else have it in a name.

        Each comes with its trend, by day, week, month or year; without `by`, by what fits the time that they span.
        """
        return self.find_entities(name, make_filters(**filters), limit=limit, by=by)[1]

    def find_entities(
        self,
        name: str | int | None,
        filters: Filters,
        *,
        limit: int | None,
        by: TrendStep | None = None,
    ) -> tuple[int, list[StoredEntity]]:
        """As `entities`, with the exact number of all that match first."""
        if by is not None:
            require_one_of("period", by, get_args(TrendStep))
        with snapshot(self.connection):
            return entity_lists.read_entities(self.connection, name, filters, limit=limit, step=by)

    def entity(
        self,
        name: str | int,
        *,
        limit: int = 10,
        by: TrendStep | None = None,
        **filters: Unpack[FilterArgs],
    ) -> EntityProfile | None:
        """The entity that goes by a name (of several the most mentioned), or of an id, with its names, company and news.

        None where no entity goes by the name.
        """
        return self.find_entity(name, make_filters(**filters), limit=limit, by=by)

    def find_entity(
        self, name: str | int, filters: Filters, *, limit: int, by: TrendStep | None = None
    ) -> EntityProfile | None:
        """As `entity`, for made filters."""
        require_type("limit", limit, int)
        if by is not None:
            require_one_of("period", by, get_args(TrendStep))
        from storage import entity_profile  # a search must not wait for what it does not need

        with snapshot(self.connection):
            ids = entity_lists.find_named(self.connection, name)
            return entity_profile.read_profile(
                self.connection, ids, filters, limit=browse.row_limit(limit), step=by
            )
