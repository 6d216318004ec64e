"""What a document says of itself comes back as it went in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from schemas.article import Article, DateCandidate, Paragraph
from schemas.document import HTML, RawDocument
from schemas.provenance import Provenance
from schemas.stored import PreparedArticle
from storage.sqlite import Store

WHEN = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


def test_what_was_said_of_an_article_reads_back(open_store: Callable[..., Store]) -> None:
    article = Article(
        paragraphs=(Paragraph(index=0, kind="text", text="Oil rose."),),
        url="https://example.org/oil",
        published_candidates=(
            DateCandidate(value="2026-03-04T05:06Z", source="json-ld"),
            DateCandidate(value="2062-03-04", source="meta", refused="later than the fetch"),
        ),
        modified_at=WHEN,
        modified_precision="instant",
        section="Business",
        dateline="LONDON, March 4 (Agency)",
        image_url="https://example.org/oil.jpg",
        image_caption="A tanker off Rotterdam",
    )
    document = RawDocument(content=b"x", media_type=HTML, origin="oil.html", fetched_at=WHEN)
    maker = Provenance(stage="clean", name="test", version="1")
    prepared = PreparedArticle(document=document, article=article, made_by=(maker,))
    store = open_store()
    [outcome] = store.put([prepared])
    assert store.clean_article(outcome.id or 0) == article
