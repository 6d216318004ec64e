"""What enrichers of other packages add to prepared articles. None of them stops an article, whatever it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flows.engines import Engines
from flows.prepare import Prepared
from schemas.enrichments import Enrichment
from schemas.provenance import Provenance
from schemas.stored import PreparedArticle, Problem


def enrich_prepared(prepared: Sequence[Prepared], engines: Engines) -> list[Prepared]:
    """As `add_enrichments`, where some documents were refused: same length, same order."""
    articles = [made for made in prepared if isinstance(made, PreparedArticle)]
    done = iter(add_enrichments(articles, engines))
    return [next(done) if isinstance(made, PreparedArticle) else made for made in prepared]


def add_enrichments(articles: Sequence[PreparedArticle], engines: Engines) -> list[PreparedArticle]:
    """The articles with the rows of every plug-in; one that it could not do has none of it, and a note that says so.

    What it could not do is then out of date, for `flows.redo` to do. Same length, same order.
    """
    done = [*articles]
    for name in engines.plugins.names if articles else ():
        maker = engines.plugins.maker(name)
        found = engines.plugins.enrich(name, [made.article for made in done])
        done = [_with(made, rows, maker) for made, rows in zip(done, found, strict=True)]
    return done


def _with(
    prepared: PreparedArticle,
    found: Sequence[Enrichment] | Problem,
    maker: Provenance | Problem,
) -> PreparedArticle:
    for said in (maker, found):
        if isinstance(said, Problem):
            return replace(prepared, notes=(*prepared.notes, said.message))
    rows = () if isinstance(found, Problem) else found
    makers = () if isinstance(maker, Problem) else (maker,)
    return replace(
        prepared,
        enrichments=(*prepared.enrichments, *rows),
        made_by=(*prepared.made_by, *makers),
    )
