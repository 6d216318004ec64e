"""What is made of documents before they are stored: cleaned, tagged, figured, embedded. No database, no Prefect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TypeVar

from enrichers import language
from enrichers.cleaning.clean import clean
from enrichers.cleaning.clean import provenance as cleaner
from enrichers.cleaning.script_only import LITTLE_TEXT, is_script_only
from flows.engines import Engines
from schemas.article import Article
from schemas.document import (
    FLOWED_TEXT,
    FLOWED_TEXT_DELSP,
    MARKDOWN,
    PAGED_TEXT,
    PLAIN_TEXT,
    RawDocument,
)
from schemas.errors import (
    CopydeskError,
    DocumentError,
    ModelUnavailableError,
    SkippedDocumentError,
)
from schemas.protocols import Encoder, Matrix
from schemas.provenance import Provenance
from schemas.stored import PreparedArticle, Problem, Status
from storage.values import sha256

T = TypeVar("T")
R = TypeVar("R")
Missing = Callable[[Provenance, int, list[str]], list[str]]
"""Those of some texts (by sha256) that have no vector yet by a model of a dimension."""

NOT_KEPT = {
    "section": ("a section page: a list of stories, no article", "fetch the stories themselves"),
    "error": ("an error page in place of an article", "fetch it again, or give the right address"),
    "consent": ("a consent wall in place of an article", "save the page after consenting"),
    "paywalled": ("a paywalled stub", "give the whole article as a file"),
}
SKIPPED_KINDS = ("section", "error", "consent")

Watch = Callable[[int], AbstractContextManager[None]]
"""What stands around the cleaning of each document, by its place: a worker's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A document that is not stored, and why; `status` says whether it can be retried (quarantined) or not."""

    document: RawDocument
    stage: str
    problem: Problem
    status: Status = "quarantined"


Prepared = PreparedArticle | Refused

LONGEST_FROM_WEB = 500_000
"""Characters of text that an address may give: eighty thousand words, a minute of tagging and embedding."""
LONGEST = 2_000_000
"""Characters of text that a file may give: four thick novels, and some minutes of tagging and embedding."""
_MOST_BYTES_A_CHARACTER = 4
_TEXTS = (PLAIN_TEXT, PAGED_TEXT, FLOWED_TEXT, FLOWED_TEXT_DELSP, MARKDOWN)
MOST_TAGS_FROM_WEB = 300_000
"""Tags that a page from an address may have: thirty times what the largest news pages have, and some ten seconds of cleaning."""


def problem_of(error: Exception) -> Problem:
    """An error as it is reported and stored. What no rule of ours foresaw is named as such, not hidden."""
    if isinstance(error, CopydeskError):
        return Problem(code=error.code, message=error.message, remedy=error.remedy)
    return Problem(
        code="internal",
        message=f"{type(error).__name__}: {error}"[:500],
        remedy="this is a fault of copydesk: please report it with the document; retry after an update",
    )


def prepare(
    documents: Sequence[RawDocument],
    engines: Engines,
    *,
    keep_all: bool = False,
    watch: Watch = lambda _place: nullcontext(),
) -> list[Prepared]:
    """Each document cleaned, its entities and figures found; same length, same order. Vectors come later.

    With `keep_all` sections, error pages and consent walls are articles too, marked by their kind. One bad document
    never stops the others. Raises ModelUnavailableError where a tagger that is set is not there.
    """
    prepared: list[Prepared] = []
    for place, document in enumerate(documents):
        with watch(place):
            prepared.append(_clean(document, keep_all=keep_all))
    places = [i for i, found in enumerate(prepared) if isinstance(found, PreparedArticle)]
    articles = [found for found in prepared if isinstance(found, PreparedArticle)]
    for i, found in zip(places, find_marks(articles, engines), strict=True):
        prepared[i] = found
    return prepared


def find_marks(articles: Sequence[PreparedArticle], engines: Engines) -> list[Prepared]:
    """Entities and figures of a batch; an article on which a stage breaks down is refused alone."""
    found = each_alone(articles, lambda batch: _find_marks(batch, engines))
    return refuse_problems(articles, found, "entities, figures")


def each_alone(batch: Sequence[T], work: Callable[[Sequence[T]], Sequence[R]]) -> list[R | Problem]:
    """What `work` makes of a batch; where it breaks down, of each one alone: only what breaks it is a Problem.

    Errors that are not about one document (a missing package or model, the database) are raised.
    """
    if not batch:
        return []
    try:
        return [*work(batch)]
    except ImportError:
        raise
    except Exception as error:
        if isinstance(error, CopydeskError) and not isinstance(error, DocumentError):
            raise
        if len(batch) > 1:
            return [found for one in batch for found in each_alone([one], work)]
        return [problem_of(error)]


def refuse_problems(
    articles: Sequence[PreparedArticle], found: Sequence[R | Problem], stage: str
) -> list[R | Refused]:
    """`found` with each problem as the refusal of its article."""
    return [
        Refused(document=prepared.document, stage=stage, problem=made)
        if isinstance(made, Problem)
        else made
        for prepared, made in zip(articles, found, strict=True)
    ]


def _find_marks(articles: Sequence[PreparedArticle], engines: Engines) -> list[PreparedArticle]:
    batch = [prepared.article for prepared in articles]
    mentions = engines.tagger.enrich(batch)
    figures = engines.figures.enrich(batch)
    said = engines.quotations.enrich(batch)
    makers = (
        engines.tagger.provenance,
        engines.figures.provenance,
        engines.quotations.provenance,
    )
    return [
        replace(
            prepared,
            mentions=found,
            figures=counted,
            quotations=spoken,
            made_by=(*prepared.made_by, *makers),
        )
        for prepared, found, counted, spoken in zip(articles, mentions, figures, said, strict=True)
    ]


def _clean(document: RawDocument, *, keep_all: bool) -> Prepared:
    try:
        article = clean_document(document, keep_all=keep_all)
    except SkippedDocumentError as error:
        return Refused(
            document=document, stage="clean", problem=problem_of(error), status="skipped"
        )
    except (ImportError, ModelUnavailableError):
        raise  # nothing is wrong with the document
    except Exception as error:  # the one place a document that feeds quarantine
        return Refused(document=document, stage="clean", problem=problem_of(error))
    return PreparedArticle(
        document=document, article=article, made_by=(cleaner(), language.provenance())
    )


def clean_document(document: RawDocument, *, keep_all: bool = False) -> Article:
    """The article in a document.

    Raises DocumentError where nothing is left of it, SkippedDocumentError where it is no article by rule and not all
    is to be kept.
    """
    is_from_web = "://" in document.origin
    if is_from_web and document.content.count(b"<") > MOST_TAGS_FROM_WEB:
        raise _too_large(document, f"over {MOST_TAGS_FROM_WEB:,} tags")
    if document.media_type in _TEXTS and len(document.content) > _MOST_BYTES_A_CHARACTER * LONGEST:
        raise _too_large(document, f"over {LONGEST:,} characters of text")
    article = clean(document)
    longest = LONGEST_FROM_WEB if is_from_web else LONGEST
    if article and sum(len(row.text) for row in article.rows) > longest:
        raise _too_large(document, f"over {longest:,} characters of text")
    if _is_little(article) and is_script_only(document):
        raise DocumentError(
            f"{document.origin}: the page is empty until a browser has run its scripts",
            remedy='save it from a browser and ingest the file, or give its [[source]] a fetcher that has one: fetcher = "NAME"',
            code="needs_browser",
        )
    if article is None:
        raise DocumentError(
            f"{document.origin}: no text is left after cleaning",
            remedy="see what it holds; a page that is only script or pictures has no article to keep",
            code="no_text",
        )
    if article.page_kind in SKIPPED_KINDS and not keep_all:
        message, remedy = NOT_KEPT[article.page_kind]
        raise SkippedDocumentError(
            f"{document.origin}: {message}", remedy=remedy, code=article.page_kind
        )
    return article


def _too_large(document: RawDocument, said: str) -> DocumentError:
    return DocumentError(
        f"{document.origin}: {said}, more than any article has",
        remedy="save it, and ingest the file"
        if "://" in document.origin
        else "split it into the articles that it holds",
        code="too_large",
    )


def _is_little(article: Article | None) -> bool:
    return article is None or sum(len(row.text) for row in article.rows) < LITTLE_TEXT


def add_vectors(
    articles: Sequence[PreparedArticle], encoder: Encoder, missing: Missing
) -> list[Prepared]:
    """The articles with vectors for those of their rows' texts that `missing` says have none yet, encoded in one go."""

    def work(batch: Sequence[PreparedArticle]) -> list[PreparedArticle]:
        vectors = encode_rows([prepared.article for prepared in batch], encoder, missing)
        return [
            replace(prepared, vectors=found, made_by=(*prepared.made_by, encoder.provenance))
            for prepared, found in zip(batch, vectors, strict=True)
        ]

    return refuse_problems(articles, each_alone(articles, work), "vectors")


def without_vectors(prepared: PreparedArticle) -> PreparedArticle:
    """The article as it was before `add_vectors`."""
    makers = tuple(maker for maker in prepared.made_by if maker.stage != "vectors")
    return replace(prepared, vectors={}, made_by=makers)


def encode_rows(
    articles: Sequence[Article], encoder: Encoder, missing: Missing
) -> list[dict[str, Matrix]]:
    """For each article the vectors of its rows' texts, by sha256: those that `missing` says are not there yet."""
    digests = [[sha256(row.text) for row in article.rows] for article in articles]
    texts = {sha256(row.text): row.text for article in articles for row in article.rows}
    wanted = missing(encoder.provenance, encoder.dim, list(texts))
    matrices = encoder.encode_windows([texts[digest] for digest in wanted])
    vectors = dict(zip(wanted, matrices, strict=True))
    return [{digest: vectors[digest] for digest in of if digest in vectors} for of in digests]
