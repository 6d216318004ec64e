"""What is made of documents before they are stored: cleaned, tagged, figured, embedded. No database, no Prefect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from enrichers import language
from enrichers.cleaning.clean import clean
from enrichers.cleaning.clean import provenance as cleaner
from flows.engines import Engines
from schemas.article import Article
from schemas.document import RawDocument
from schemas.errors import CopydeskError, DocumentError, SkippedDocumentError
from schemas.protocols import Encoder, Matrix
from schemas.provenance import Provenance
from schemas.stored import PreparedArticle, Problem, Status
from storage.values import sha256

NOT_KEPT = {
    "section": ("a section page: a list of stories, no article", "fetch the stories themselves"),
    "error": ("an error page in place of an article", "fetch it again, or give the right address"),
    "consent": ("a consent wall in place of an article", "save the page after consenting"),
    "paywalled": ("a paywalled stub", "give the whole article as a file"),
}
SKIPPED_KINDS = ("section", "error", "consent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A document that is not stored, and why; `status` says whether it can be retried (quarantined) or not."""

    document: RawDocument
    stage: str
    problem: Problem
    status: Status = "quarantined"


Prepared = PreparedArticle | Refused


def problem_of(error: Exception) -> Problem:
    """An error as it is reported and stored. What no rule of ours foresaw is named as such, not hidden."""
    if isinstance(error, CopydeskError):
        return Problem(code=error.code, message=error.message, remedy=error.remedy)
    return Problem(
        code="internal",
        message=f"{type(error).__name__}: {error}"[:500],
        remedy="this is a fault of copydesk: please report it with the document; retry after an update",
    )


def prepare(documents: Sequence[RawDocument], engines: Engines) -> list[Prepared]:
    """Each document cleaned, its entities and figures found; same length, same order. Vectors come later.

    One bad document never stops the others. Raises ModelUnavailableError where a tagger that is set is not there.
    """
    prepared = [_clean(document) for document in documents]
    places = [i for i, found in enumerate(prepared) if isinstance(found, PreparedArticle)]
    articles = [found for found in prepared if isinstance(found, PreparedArticle)]
    for i, found in zip(places, find_marks(articles, engines), strict=True):
        prepared[i] = found
    return prepared


def find_marks(articles: Sequence[PreparedArticle], engines: Engines) -> list[Prepared]:
    """Entities and figures of a batch; an article on which a stage breaks down is refused alone."""
    if not articles:
        return []
    try:
        return [*_find_marks(articles, engines)]
    except CopydeskError:
        raise
    except Exception as error:
        if len(articles) > 1:
            return [found for article in articles for found in find_marks([article], engines)]
        refused = Refused(
            document=articles[0].document, stage="entities, figures", problem=problem_of(error)
        )
        return [refused]


def _find_marks(articles: Sequence[PreparedArticle], engines: Engines) -> list[PreparedArticle]:
    batch = [prepared.article for prepared in articles]
    mentions = engines.tagger.enrich(batch)
    figures = engines.figures.enrich(batch)
    makers = (engines.tagger.provenance, engines.figures.provenance)
    return [
        replace(prepared, mentions=found, figures=counted, made_by=(*prepared.made_by, *makers))
        for prepared, found, counted in zip(articles, mentions, figures, strict=True)
    ]


def _clean(document: RawDocument) -> Prepared:
    try:
        article = clean_document(document)
    except SkippedDocumentError as error:
        return Refused(
            document=document, stage="clean", problem=problem_of(error), status="skipped"
        )
    except Exception as error:  # the one place a document that feeds quarantine
        return Refused(document=document, stage="clean", problem=problem_of(error))
    return PreparedArticle(
        document=document, article=article, made_by=(cleaner(), language.provenance())
    )


def clean_document(document: RawDocument) -> Article:
    """The article in a document.

    Raises DocumentError where nothing is left of it, SkippedDocumentError where it is no article by rule.
    """
    article = clean(document)
    if article is None:
        raise DocumentError(
            f"{document.origin}: no text is left after cleaning",
            remedy="see what it holds; a page that is only script or pictures has no article to keep",
            code="no_text",
        )
    if article.page_kind in SKIPPED_KINDS:
        message, remedy = NOT_KEPT[article.page_kind]
        raise SkippedDocumentError(
            f"{document.origin}: {message}", remedy=remedy, code=article.page_kind
        )
    return article


def add_vectors(
    articles: Sequence[PreparedArticle],
    encoder: Encoder,
    missing: Callable[[Provenance, int, list[str]], list[str]],
) -> list[PreparedArticle]:
    """The articles with vectors for those of their rows' texts that `missing` says have none yet, encoded in one go."""
    texts = {sha256(row.text): row.text for prepared in articles for row in prepared.article.rows}
    wanted = missing(encoder.provenance, encoder.dim, list(texts))
    matrices = encoder.encode_windows([texts[digest] for digest in wanted])
    vectors: dict[str, Matrix] = dict(zip(wanted, matrices, strict=True))
    return [
        replace(
            prepared,
            vectors={
                digest: vectors[digest]
                for digest in (sha256(row.text) for row in prepared.article.rows)
                if digest in vectors
            },
            made_by=(*prepared.made_by, encoder.provenance),
        )
        for prepared in articles
    ]
