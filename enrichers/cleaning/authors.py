"""Who wrote a page's article: JSON-LD, else meta tags, else the byline it shows; people before desks and agencies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from enrichers.cleaning.headline import host_of, is_site_name
from enrichers.cleaning.json_ld import resolved, text_of, types_of
from enrichers.cleaning.lines import fold, one_line
from enrichers.cleaning.page_head import Page
from enrichers.cleaning.people import is_agency, is_nobody, people, unique
from enrichers.cleaning.shown_byline import shown_byline

AUTHOR_METAS = (
    "author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl", "cxenseparse:author",
)  # fmt: skip
DESK_METAS = ("author", "articleauthor", "dc.creator", "dcterms.creator")
LONGEST_DESK = 60
ACCOUNT = re.compile(r"/(?:author|user)s?/(?:admin(?:istrator)?|root|webmaster)\d*/?$", re.I)
ADDRESS = re.compile(r"//|@|^www\.|\.(?:com|org|net)\b", re.I)


def authors_of(page: Page, site: str | None) -> list[str]:
    """The people a page names as its authors, else the agency or desk it names, the site itself last of all."""
    names = people_of(page, site)
    if names and not _is_of_account(page):
        return names
    if shown := shown_byline(page, site, passed_over=names):
        return shown
    desks = organisations_of(page)
    others = next(filter(None, (_without_site(group, page, site) for group in desks)), [])
    return names or others or next(iter(desks), [])


def people_of(page: Page, site: str | None) -> list[str]:
    """The people the page's head names."""
    declared = [
        item
        for key in ("author", "creator")
        for item in resolved(page.article.get(key), page.nodes)
    ]
    if names := _persons(declared, page, site):
        return names
    organisations = _organisations(page)
    for name in AUTHOR_METAS:
        said = [text for text in page.meta(name) if not _names_host(text, page.url)]
        names = _persons(said, page, site)
        if names and organisations.isdisjoint(map(fold, names)):
            return names
    return []


def organisations_of(page: Page) -> list[list[str]]:
    """The agencies or desks a page names as its authors, each place's apart: JSON-LD's first."""
    declared = resolved(page.article.get("author"), page.nodes)
    places = (
        [text_of(item) for item in declared],
        *(page.metas.get(name, ()) for name in DESK_METAS),
    )
    return [names for place in places if (names := unique(filter(None, map(_desk, place))))]


def _organisations(page: Page) -> frozenset[str]:
    """What JSON-LD calls an organisation, folded: in a meta tag it is no person either."""
    return frozenset(
        fold(name)
        for node in page.nodes
        if any("organization" in kind for kind in types_of(node)) and (name := text_of(node))
    )


def _names_host(text: str, url: str | None) -> bool:
    """Whether an author's name has the page's own host beside it: "Harbour Wave (www.wave.example)"."""
    host = host_of(url)
    beside = re.compile(rf"(?<![\w@-]){re.escape(host)}(?![\w/-])")
    return "." in host and "@" not in text and beside.search(text.casefold()) is not None


def _is_of_account(page: Page) -> bool:
    """Whether the author in JSON-LD is who set the site up: the page may show who wrote it."""
    declared = resolved(page.article.get("author"), page.nodes)
    addresses = (
        one.get(key) for one in declared if isinstance(one, Mapping) for key in ("@id", "url")
    )
    return any(isinstance(one, str) and ACCOUNT.search(one) for one in addresses)


def _desk(text: str | None) -> str | None:
    line = one_line(text or "")
    is_desk = 1 < len(line) <= LONGEST_DESK and not ADDRESS.search(line) and not is_nobody(line)
    return line if is_desk else None


def _persons(value: object, page: Page, site: str | None) -> list[str]:
    """The people in an author field, with the agency some of them wrote for; [] where it names agencies alone."""
    names = _without_site(people(value), page, site)
    return [] if all(map(is_agency, names)) else names


def _without_site(names: Iterable[str], page: Page, site: str | None) -> list[str]:
    """The names that are not the site's own, or those of its sections: "Harbour Post Business"."""
    return [name for name in names if not is_site_name(name, site, page.url)]
