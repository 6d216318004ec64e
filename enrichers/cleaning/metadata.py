"""What a page says of itself: title, authors, times, site, address, language, and the standfirst it shows.

Each field has its candidates in the order that did best on real pages; what was hinted from outside is `clean`'s.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from enrichers.cleaning.draft import Claims, Published
from enrichers.cleaning.html import PARSER_ERRORS
from enrichers.cleaning.json_ld import Node, article_of, nodes_of, resolved, text_of
from enrichers.cleaning.lines import fold, one_line
from enrichers.cleaning.metadata_dates import believe
from enrichers.cleaning.people import people, unique

PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "parsely-pub-date", "sailthru.date",
    "article.published", "cxenseparse:recs:publishtime", "publish-date", "publishdate", "publication_date", "pubdate", "pub_date",
    "dc.date.issued", "dcterms.created", "dcterms.date", "dc.date", "article_date_original", "originalpublicationdate", "date",
)  # fmt: skip
MODIFIED_METAS = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "article.updated",
    "dcterms.modified",
    "last-modified",
)
AUTHOR_METAS = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "cxenseparse:author",
)
TITLE_METAS = ("og:title", "twitter:title", "parsely-title", "dc.title")
SUFFIX = re.compile(r"\s*(?:\s[-–—|·•:»*~/]\s|[|｜ㅣ：]|,\s)\s*")
QUOTE = re.compile(r"[\"']")
SEPARATOR = re.compile(r"\s*[-–—|·•:»*~｜ㅣ：,]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A parsed page with what its head says: meta tags by lower-case name (first one wins) and JSON-LD."""

    tree: HtmlElement
    url: str | None
    metas: Mapping[str, Sequence[str]]
    nodes: Sequence[Node]
    article: Node
    window_title: str
    teasers: int

    def meta(self, *names: str) -> Iterator[str]:
        """What the meta tags of these names say, in the order of the names."""
        return (value for name in names for value in self.metas.get(name, ()))


def read_page(tree: HtmlElement, url: str | None) -> Page:
    """The page's head, read once."""
    metas: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = one_line(element.get("content") or "")
        if name and content:
            metas.setdefault(name.strip().lower(), []).append(content)
    nodes = nodes_of(tree)
    return Page(
        tree=tree,
        url=url,
        metas=metas,
        nodes=nodes,
        article=article_of(nodes) or {},
        window_title=one_line(tree.findtext(".//title") or ""),
        teasers=int(tree.xpath("count(.//article[.//a[@href]])")),
    )


def claims_of(page: Page, *, fetched_at: datetime) -> Claims:
    """Everything the page says of itself, but for the standfirst."""
    site = site_of(page)
    authors = authors_of(page, site)
    published = published_of(page, fetched_at)
    title = title_of(page, site)
    authors = authors or organisations_of(page) or _shown_authors(page, site)
    if published is None or not title:
        guessed = _guessed(page)
        published = published or believe(
            getattr(guessed, "date", None), "trafilatura", not_after=fetched_at
        )
        title = title or one_line(getattr(guessed, "title", None) or "") or None
    return Claims(
        title=title,
        headlines=tuple(headlines_of(page)),
        authors=tuple(authors),
        published=published,
        modified_at=_modified_of(page, fetched_at),
        site=site or _host(page.url),
        canonical_url=canonical_of(page),
        page_language=language_of(page),
    )


def title_of(page: Page, site: str | None) -> str | None:
    """The headline: what is shared (og:title), else JSON-LD, h1, <title>; without the site's name at its end."""
    shared = next(page.meta(*TITLE_METAS), None)
    declared = text_of(page.article.get("headline")) or text_of(page.article.get("name"))
    shown = headline_of(page.tree)
    window = one_line(page.tree.findtext(".//title") or "")
    if (
        shared
        and shown
        and QUOTE.match(shown.removeprefix(shared).lstrip())
        and shown.startswith(shared)
    ):
        shared = shown  # an unescaped quote ended the attribute
    for candidate in (shared, declared, shown, window):
        text = one_line(html.unescape(candidate or ""))
        if text and not _is_site_name(text, site, page.url):
            return without_suffix(text, site=site, url=page.url, known=(shown, declared))
    return None


def headline_of(tree: HtmlElement) -> str | None:
    """The text of the page's h1, the longest if there are several."""
    texts = [one_line(" ".join(element.itertext())) for element in tree.iter("h1")]
    return max(texts, key=len, default="") or None


def headlines_of(page: Page) -> list[str]:
    """Every form of the title the page shows or declares."""
    shown = [" ".join(element.itertext()) for element in page.tree.iter("h1")]
    found = (*page.meta(*TITLE_METAS), text_of(page.article.get("headline")), *shown)
    return [line for text in found if text and (line := one_line(html.unescape(text)))]


def without_suffix(
    title: str, *, site: str | None, url: str | None, known: Iterable[str | None]
) -> str:
    """`title` without a name of the site behind its last separators.

    >>> without_suffix("Oil prices rise - The Daily Example", site="The Daily Example", url=None, known=())
    'Oil prices rise'
    """
    for shorter in known:
        if (
            shorter
            and len(shorter) > 15
            and title.startswith(shorter)
            and SEPARATOR.match(title[len(shorter) :])
        ):
            return shorter
    for match in reversed(list(SUFFIX.finditer(title))):
        if _is_site_name(title[match.end() :], site, url):
            return title[: match.start()].strip()
    return title


def authors_of(page: Page, site: str | None) -> list[str]:
    """The people named as authors: JSON-LD, else meta tags."""
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
    """The agency or desk a page names as its author, for where it names no people."""
    declared = resolved(page.article.get("author"), page.nodes)
    named = [text_of(item) for item in declared] or list(page.meta("author"))
    return unique(
        line
        for text in named
        if text and "//" not in text and 1 < len(line := one_line(text)) <= 60
    )


def published_of(page: Page, fetched_at: datetime) -> Published | None:
    """JSON-LD, else meta tags, else <time>; an instant of the same day is better than the day alone."""
    best: Published | None = None
    for value, source in _time_candidates(page):
        found = believe(value, source, not_after=fetched_at)
        if found is None:
            continue
        if found.precision == "instant" and (
            best is None or abs((found.at - best.at).total_seconds()) < 86_400
        ):
            return found
        best = best or found
    return best


def _time_candidates(page: Page) -> Iterator[tuple[object, str]]:
    for key in ("datePublished", "dateCreated", "uploadDate"):
        yield text_of(page.article.get(key)), "json-ld"
    yield from ((value, "meta") for value in page.meta(*PUBLISHED_METAS))
    times = list(page.tree.iter("time"))
    marked = [
        element
        for element in times
        if element.get("pubdate") is not None
        or "published" in (element.get("itemprop") or "").lower()
    ]
    for element in (*marked, *times[:1]):
        yield element.get("datetime") or " ".join(element.itertext()), "time"


def _modified_of(page: Page, fetched_at: datetime) -> datetime | None:
    candidates = (text_of(page.article.get("dateModified")), *page.meta(*MODIFIED_METAS))
    found = (believe(value, "page", not_after=fetched_at) for value in candidates)
    return next((one.at for one in found if one), None)


def site_of(page: Page) -> str | None:
    """The publication's name as the page gives it: og:site_name, JSON-LD's publisher."""
    named = next(page.meta("og:site_name", "application-name"), None)
    publisher = text_of(resolved(page.article.get("publisher"), page.nodes))
    name = one_line(html.unescape(named or publisher or ""))
    return name if name and not name.startswith(("http", "@")) else None


def canonical_of(page: Page) -> str | None:
    """The address the page calls its own: absolute, http(s), on the document's host, never a bare front page."""
    links = (
        link.get("href")
        for link in page.tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    )
    for candidate in (*links, *page.meta("og:url")):
        address = _absolute(candidate, page.url)
        if address:
            return address
    return None


def language_of(page: Page) -> str | None:
    """The two letters of <html lang>, else of the content language a meta tag names."""
    declared = page.tree.get("lang") or next(
        page.meta("content-language", "language", "og:locale"), ""
    )
    match = re.match(r"\s*([A-Za-z]{2})(?:[-_].*)?$", declared or "")
    return match[1].lower() if match else None


def body_size(page: Page) -> int:
    """How long the page's JSON-LD says the article is, in characters; 0 where it does not say."""
    return len(text_of(page.article.get("articleBody")) or "")


def descriptions_of(page: Page) -> list[str]:
    """What the head gives as a description, without repeats."""
    found = (
        text_of(page.article.get("description")),
        *page.meta("og:description", "description", "twitter:description"),
    )
    return list(dict.fromkeys(one_line(html.unescape(text)) for text in found if text))


def _shown_authors(page: Page, site: str | None) -> list[str]:
    """The people in the byline the page shows, as trafilatura finds it."""
    from trafilatura.metadata import extract_author

    try:
        return _without_site(people(extract_author(page.tree) or ""), site)
    except PARSER_ERRORS:
        return []


def _guessed(page: Page) -> object:
    """The metadata trafilatura finds, for what nothing else told: it reads dates in the visible text."""
    from trafilatura import extract_metadata

    try:
        return extract_metadata(page.tree, default_url=page.url, extensive=False)
    except PARSER_ERRORS:
        return None


def _without_site(names: Iterable[str], site: str | None) -> list[str]:
    return [name for name in names if not site or fold(name) != fold(site)]


def _is_site_name(text: str, site: str | None, url: str | None) -> bool:
    folded = fold(text)
    if (
        site
        and folded
        and (folded == fold(site) or fold(site).endswith(folded) or folded.startswith(fold(site)))
    ):
        return len(folded) <= 2 * len(fold(site)) + 10
    host = _host(url) or ""
    labels = host.split(".")[:-1]
    return len(folded) > 1 and (
        folded == fold(host) or any(folded == fold(label) for label in labels)
    )


def _absolute(candidate: str | None, base: str | None) -> str | None:
    try:
        address = urljoin(base or "", (candidate or "").strip())
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or (parts.path in ("", "/") and not parts.query)
    ):
        return None
    if base and _host(address) != _host(base):
        return None
    return address


def _host(url: str | None) -> str | None:
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return None
    return host.removeprefix("www.") or None
