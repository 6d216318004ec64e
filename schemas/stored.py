"""What goes into the store and what comes out of it: the prepared article, the stored one, hits and reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from schemas.article import Article, DateCandidate, Dropped, PageKind, Paragraph, Precision
from schemas.document import RawDocument
from schemas.enrichments import Enrichment
from schemas.marks import Figure, FigureKind, Mention
from schemas.protocols import Matrix
from schemas.provenance import Provenance
from schemas.quotations import Quotation
from schemas.results import Duplicates, Explanation, Facets
from schemas.salience import ArticleEntity

Status = Literal["stored", "updated", "unchanged", "skipped", "quarantined", "put_off"]
Mode = Literal["hybrid", "meaning", "words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedArticle:
    """One article with all that was made of it, ready to be stored.

    `made_by` names each stage that ran (clean, entities, figures, vectors): a stage that is not there is work to do.
    `vectors` maps the sha256 of a row's text to its windows; texts whose vectors are stored already may be left out.
    `notes` says, for people, what could not be made.
    """

    document: RawDocument
    article: Article
    mentions: Sequence[Mention] = ()
    figures: Sequence[Figure] = ()
    quotations: Sequence[Quotation] = ()
    enrichments: Sequence[Enrichment] = ()
    vectors: Mapping[str, Matrix] = field(default_factory=dict)
    made_by: Sequence[Provenance] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a document was quarantined or skipped: `code` for programs, the rest for people."""

    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was made of one document; the numbers are 0 where nothing was stored. `note` is for people only."""

    status: Status
    origin: str
    id: int | None = None
    key: str | None = None
    url: str | None = None
    title: str | None = None
    paragraphs: int = 0
    mentions: int = 0
    figures: int = 0
    dropped: int = 0
    error: Problem | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """A run's totals and what was made of each document. `counts` has found, and the six statuses that add up to it."""

    counts: Mapping[str, int]
    took_s: float
    articles: Sequence[Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What came of one source in a run. `error` is why the source itself could not be read; counts as in IngestReport."""

    source: str
    kind: str
    counts: Mapping[str, int]
    error: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """As IngestReport, with what came of each source, in the order they were named."""

    counts: Mapping[str, int]
    took_s: float
    articles: Sequence[Outcome]
    sources: Sequence[SourceReport]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """An article as it stands in the store, with its marks. Marks of title and summary stand apart from the body's."""

    id: int
    key: str
    url: str | None
    canonical_url: str | None
    site: str | None
    title: str | None
    authors: tuple[str, ...]
    published_at: datetime | None
    published_precision: Precision | None
    published_from: str | None
    published_candidates: tuple[DateCandidate, ...]
    modified_at: datetime | None
    modified_precision: Precision | None
    section: str | None
    language: str | None
    dateline: str | None
    summary: str | None
    image_url: str | None
    image_caption: str | None
    page_kind: PageKind
    version: int
    first_seen: datetime
    origin: str
    paragraphs: tuple[Paragraph, ...]
    dropped: tuple[Dropped, ...]
    mentions: tuple[Mention, ...]
    figures: tuple[Figure, ...]
    title_mentions: tuple[Mention, ...]
    title_figures: tuple[Figure, ...]
    summary_mentions: tuple[Mention, ...]
    summary_figures: tuple[Figure, ...]
    made_by: tuple[Provenance, ...]
    entities: tuple[ArticleEntity, ...] = ()
    quotations: tuple[Quotation, ...] = ()
    enrichments: tuple[Enrichment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """The best row of one article for a query.

    `paragraph` is its index in the body, None where the title or the summary is the best row (`kind` says which).
    `score` orders the hits of one query; only `similarity`, the raw cosine, means the same across queries (None in
    words mode). `matches` are the spans of words that answer the query. `page` is where the row begins, in a PDF.
    `explain` and `duplicates` stand only where they were asked for. `ranked_by` is "words" where the model does not read the
    article's language, so that its meaning is not known, else None.
    """

    article_id: int
    key: str
    paragraph: int | None
    kind: str
    text: str
    score: float
    similarity: float | None
    matches: tuple[tuple[int, int], ...]
    title: str | None
    url: str | None
    source: str | None
    published_at: datetime | None
    mentions: tuple[Mention, ...]
    figures: tuple[Figure, ...]
    page: int | None = None
    explain: Explanation | None = None
    duplicates: Duplicates | None = None
    ranked_by: Literal["words"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """Hits, best first. `total` is the exact number of hits that there are in words mode, else None.

    `facets` are there where they were asked for. `notes` says, for people, what could not be done as asked.
    """

    query: str
    mode: Mode
    took_ms: float
    total: int | None
    hits: tuple[SearchHit, ...]
    notes: tuple[str, ...] = ()
    facets: Facets | None = None


class Hits(list[SearchHit]):
    """The hits of a search, best first, with what the same call says beside them."""

    def __init__(self, result: SearchResult) -> None:
        super().__init__(result.hits)
        self.total, self.facets, self.notes = result.total, result.facets, result.notes


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFigure:
    """A stored figure with its article and its sentence.

    `asked_value`, `asked_low` and `asked_high` are what it is in `asked_unit`, the unit that was asked for; None where it
    was written in that unit, or none was asked for.
    """

    figure: Figure
    article_id: int
    key: str
    title: str | None
    url: str | None
    source: str | None
    published_at: datetime | None
    sentence: str
    asked_value: Decimal | None = None
    asked_low: Decimal | None = None
    asked_high: Decimal | None = None
    asked_unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureGroup:
    """The figures of one kind and unit in a group: how many, the least, the middle one, the most, and their sum.

    Of a range the low end counts for `min`, the high end for `max`, and its middle for `median` and `sum`. They are None
    where the figures hold no value, as dates do.
    """

    group: str | None
    kind: FigureKind
    unit: str | None
    count: int
    min: Decimal | None
    median: Decimal | None
    max: Decimal | None
    sum: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """What was published in one period ("2024-07-08", "2024-W28", "2024-07", "2024") that mentions an entity."""

    period: str
    articles: int
    mentions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntity:
    """One entity: its canonical name, the names the news has for it, and how often and when it is mentioned.

    `country` is the ISO code of the country that it is, or whose people; `ref` its number elsewhere. `articles_before` are
    those of the period of the same length before the one asked for, None where no first day was asked for.
    """

    id: int
    name: str
    label: str
    aliases: tuple[str, ...]
    mentions: int
    articles: int
    first_published: datetime | None
    last_published: datetime | None
    country: str | None = None
    ref: str | None = None
    articles_before: int | None = None
    trend: tuple[TrendPoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedLine:
    """A line that a site repeats, and that is masked there as template since then.

    `articles` of the site's last 200 have it under different titles, which is that `share` of them (0 to 1).
    """

    site: str
    text: str
    articles: int
    share: float
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedDocument:
    """A document that could not be used, kept with its error so that it can be retried."""

    id: int
    origin: str
    stage: str
    code: str
    message: str
    remedy: str
    attempts: int
    first_seen: datetime
    last_seen: datetime
    has_payload: bool
