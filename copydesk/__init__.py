"""copydesk: a news desk's memory in one SQLite file.

>>> import copydesk
>>> [figure.text for figure in copydesk.find_figures(["Exports rose 4% to $3 billion."])[0]]
['4%', '$3 billion']

Everything public is here, and is loaded when it is first used: importing copydesk loads no model.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copydesk.api import (
        clean,
        embed,
        find_entities,
        find_figures,
        ingest,
        open_store,
    )
    from schemas.article import Article, Dropped, Paragraph
    from schemas.conflicts import ConflictSide, FigureConflict
    from schemas.document import Hints, RawDocument
    from schemas.enrichments import Enrichment, FoundEnrichment
    from schemas.errors import (
        CopydeskError,
        DatabaseError,
        DocumentError,
        FetchError,
        ModelUnavailableError,
        SettingsError,
        SkippedDocumentError,
        UsageError,
    )
    from schemas.marks import Figure, Mention
    from schemas.protocols import Ask, Encoder, Enricher, ListingReader, PageFetcher
    from schemas.provenance import Provenance
    from schemas.quotations import FoundQuotation, Quotation
    from schemas.stored import (
        FoundFigure,
        IngestReport,
        Outcome,
        SearchHit,
        SearchResult,
        StoredArticle,
        StoredEntity,
    )
    from schemas.web import Child, Entry, Fetched, Listing
    from storage.sqlite import Store

__version__ = "0.1.0"

_HOMES = {
    "copydesk.api": ("clean", "embed", "find_entities", "find_figures", "ingest", "open_store"),
    "schemas.article": ("Article", "Dropped", "Paragraph"),
    "schemas.conflicts": ("ConflictSide", "FigureConflict"),
    "schemas.document": ("Hints", "RawDocument"),
    "schemas.enrichments": ("Enrichment", "FoundEnrichment"),
    "schemas.errors": (
        "CopydeskError",
        "DatabaseError",
        "DocumentError",
        "FetchError",
        "ModelUnavailableError",
        "SettingsError",
        "SkippedDocumentError",
        "UsageError",
    ),
    "schemas.marks": ("Figure", "Mention"),
    "schemas.protocols": ("Ask", "Encoder", "Enricher", "ListingReader", "PageFetcher"),
    "schemas.provenance": ("Provenance",),
    "schemas.quotations": ("FoundQuotation", "Quotation"),
    "schemas.stored": (
        "FoundFigure",
        "IngestReport",
        "Outcome",
        "SearchHit",
        "SearchResult",
        "StoredArticle",
        "StoredEntity",
    ),
    "schemas.web": ("Child", "Entry", "Fetched", "Listing"),
    "storage.sqlite": ("Store",),
}
_HOME_BY_NAME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Article",
    "Ask",
    "Child",
    "ConflictSide",
    "CopydeskError",
    "DatabaseError",
    "DocumentError",
    "Dropped",
    "Encoder",
    "Enricher",
    "Enrichment",
    "Entry",
    "FetchError",
    "Fetched",
    "Figure",
    "FigureConflict",
    "FoundEnrichment",
    "FoundFigure",
    "FoundQuotation",
    "Hints",
    "IngestReport",
    "Listing",
    "ListingReader",
    "Mention",
    "ModelUnavailableError",
    "Outcome",
    "PageFetcher",
    "Paragraph",
    "Provenance",
    "Quotation",
    "RawDocument",
    "SearchHit",
    "SearchResult",
    "SettingsError",
    "SkippedDocumentError",
    "Store",
    "StoredArticle",
    "StoredEntity",
    "UsageError",
    "clean",
    "embed",
    "find_entities",
    "find_figures",
    "ingest",
    "open_store",
]


def __getattr__(name: str) -> object:
    home = _HOME_BY_NAME.get(name)
    if home is None:
        raise AttributeError(f"module 'copydesk' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
