"""Who wrote a page's article: JSON-LD, else meta tags, else the byline it shows; people before desks and agencies."""

from __future__ import annotations

from collections.abc import Iterable

from enrichers.cleaning.html import PARSER_ERRORS
from enrichers.cleaning.json_ld import resolved, text_of
from enrichers.cleaning.lines import fold, one_line
from enrichers.cleaning.page_head import Page
from enrichers.cleaning.people import people, unique

AUTHOR_METAS = (
    "author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl", "cxenseparse:author",
)  # fmt: skip
DESK_METAS = ("author", "articleauthor", "dc.creator", "dcterms.creator")
LONGEST_DESK = 60


def authors_of(page: Page, site: str | None) -> list[str]:
    """The people a page names as its authors, else the agency or desk it names."""
    return people_of(page, site) or organisations_of(page) or _shown_authors(page, site)


def people_of(page: Page, site: str | None) -> list[str]:
    """The people the page's head names."""
    declared = [
        item
        for key in ("author", "creator")
        for item in resolved(page.article.get(key), page.nodes)
    ]
    if names := _without_site(people(declared), site):
        return names
    for name in AUTHOR_METAS:
        if names := _without_site(people(list(page.meta(name))), site):
            return names
    return []


def organisations_of(page: Page) -> list[str]:
    """The agency or desk a page names as its author."""
    declared = resolved(page.article.get("author"), page.nodes)
    named = [text_of(item) for item in declared] or list(page.meta("author"))
    return unique(
        line
        for text in named
        if text and "//" not in text and 1 < len(line := one_line(text)) <= LONGEST_DESK
    )


def _shown_authors(page: Page, site: str | None) -> list[str]:
    """The people in the byline the page shows, as trafilatura finds it."""
    from trafilatura.metadata import extract_author

    try:
        return _without_site(people(extract_author(page.tree) or ""), site)
    except PARSER_ERRORS:
        return []


def _without_site(names: Iterable[str], site: str | None) -> list[str]:
    return [name for name in names if not site or fold(name) != fold(site)]
