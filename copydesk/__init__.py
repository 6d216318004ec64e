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
    from schemas.article import (
        Article,
        DateCandidate,
        Dropped,
        Paragraph,
    )
    from schemas.conflicts import (
        ConflictSide,
        FigureConflict,
    )
    from schemas.document import (
        Hints,
        RawDocument,
    )
    from schemas.enrichments import (
        Enrichment,
        FoundEnrichment,
    )
    from schemas.entities import (
        CoMention,
        EntityArticle,
        EntityChange,
        EntityCorrection,
        EntityJoin,
        EntityLink,
        EntityProfile,
        NameUse,
    )
    from schemas.errors import (
        CopydeskError,
        DatabaseError,
        DocumentError,
        FetchError,
        ModelChangedError,
        ModelUnavailableError,
        SettingsError,
        SkippedDocumentError,
        UsageError,
    )
    from schemas.marks import (
        Figure,
        Mention,
    )
    from schemas.models import (
        ModelChange,
        ModelChoice,
        StoredModel,
    )
    from schemas.protocols import (
        Ask,
        Encoder,
        Enricher,
        ListingReader,
        PageFetcher,
    )
    from schemas.provenance import (
        Provenance,
    )
    from schemas.quotations import (
        FoundQuotation,
        Quotation,
    )
    from schemas.results import (
        Duplicates,
        Explanation,
        FacetCount,
        Facets,
        Fusion,
        Recency,
        SideScore,
    )
    from schemas.salience import (
        ArticleEntity,
    )
    from schemas.stored import (
        FigureGroup,
        FoundFigure,
        Hits,
        IngestReport,
        LearnedLine,
        Outcome,
        Problem,
        QuarantinedDocument,
        SearchHit,
        SearchResult,
        StoredArticle,
        StoredEntity,
        TrendPoint,
    )
    from schemas.web import (
        Child,
        Entry,
        Fetched,
        Listing,
        SourceSpec,
    )
    from storage.sqlite import (
        Store,
    )

__version__ = "0.1.0"

_HOMES = {
    "copydesk.api": (
        "clean",
        "embed",
        "find_entities",
        "find_figures",
        "ingest",
        "open_store",
    ),
    "schemas.article": (
        "Article",
        "DateCandidate",
        "Dropped",
        "Paragraph",
    ),
    "schemas.conflicts": (
        "ConflictSide",
        "FigureConflict",
    ),
    "schemas.document": (
        "Hints",
        "RawDocument",
    ),
    "schemas.enrichments": (
        "Enrichment",
        "FoundEnrichment",
    ),
    "schemas.entities": (
        "CoMention",
        "EntityArticle",
        "EntityChange",
        "EntityCorrection",
        "EntityJoin",
        "EntityLink",
        "EntityProfile",
        "NameUse",
    ),
    "schemas.errors": (
        "CopydeskError",
        "DatabaseError",
        "DocumentError",
        "FetchError",
        "ModelChangedError",
        "ModelUnavailableError",
        "SettingsError",
        "SkippedDocumentError",
        "UsageError",
    ),
    "schemas.marks": (
        "Figure",
        "Mention",
    ),
    "schemas.models": (
        "ModelChange",
        "ModelChoice",
        "StoredModel",
    ),
    "schemas.protocols": (
        "Ask",
        "Encoder",
        "Enricher",
        "ListingReader",
        "PageFetcher",
    ),
    "schemas.provenance": ("Provenance",),
    "schemas.quotations": (
        "FoundQuotation",
        "Quotation",
    ),
    "schemas.results": (
        "Duplicates",
        "Explanation",
        "FacetCount",
        "Facets",
        "Fusion",
        "Recency",
        "SideScore",
    ),
    "schemas.salience": ("ArticleEntity",),
    "schemas.stored": (
        "FigureGroup",
        "FoundFigure",
        "Hits",
        "IngestReport",
        "LearnedLine",
        "Outcome",
        "Problem",
        "QuarantinedDocument",
        "SearchHit",
        "SearchResult",
        "StoredArticle",
        "StoredEntity",
        "TrendPoint",
    ),
    "schemas.web": (
        "Child",
        "Entry",
        "Fetched",
        "Listing",
        "SourceSpec",
    ),
    "storage.sqlite": ("Store",),
}
_HOME_BY_NAME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Article",
    "ArticleEntity",
    "Ask",
    "Child",
    "CoMention",
    "ConflictSide",
    "CopydeskError",
    "DatabaseError",
    "DateCandidate",
    "DocumentError",
    "Dropped",
    "Duplicates",
    "Encoder",
    "Enricher",
    "Enrichment",
    "EntityArticle",
    "EntityChange",
    "EntityCorrection",
    "EntityJoin",
    "EntityLink",
    "EntityProfile",
    "Entry",
    "Explanation",
    "FacetCount",
    "Facets",
    "FetchError",
    "Fetched",
    "Figure",
    "FigureConflict",
    "FigureGroup",
    "FoundEnrichment",
    "FoundFigure",
    "FoundQuotation",
    "Fusion",
    "Hints",
    "Hits",
    "IngestReport",
    "LearnedLine",
    "Listing",
    "ListingReader",
    "Mention",
    "ModelChange",
    "ModelChangedError",
    "ModelChoice",
    "ModelUnavailableError",
    "NameUse",
    "Outcome",
    "PageFetcher",
    "Paragraph",
    "Problem",
    "Provenance",
    "QuarantinedDocument",
    "Quotation",
    "RawDocument",
    "Recency",
    "SearchHit",
    "SearchResult",
    "SettingsError",
    "SideScore",
    "SkippedDocumentError",
    "SourceSpec",
    "Store",
    "StoredArticle",
    "StoredEntity",
    "StoredModel",
    "TrendPoint",
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
