"""What a page says of itself: title, authors, times, site, address, language, section, lead image.

Each field has its candidates in the order that did best on real pages; what was hinted from outside is `clean`'s.
"""

from __future__ import annotations

import html
import re
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from enrichers.cleaning.authors import authors_of
from enrichers.cleaning.draft import Claims
from enrichers.cleaning.headline import headlines_of, title_of
from enrichers.cleaning.html import PARSER_ERRORS
from enrichers.cleaning.json_ld import resolved, text_of, types_of
from enrichers.cleaning.lead_image import caption_of, image_of
from enrichers.cleaning.lines import one_line
from enrichers.cleaning.metadata_dates import believe
from enrichers.cleaning.page_head import Page
from enrichers.cleaning.page_times import page_times
from enrichers.cleaning.section import section_of
from schemas.article import DateCandidate

SAME_SITE = re.compile(r"^(?:www|m|mobile|amp)\.")
"""Labels before a host that lead to the same pages."""


def claims_of(page: Page, *, fetched_at: datetime) -> Claims:
    """Everything the page says of itself, but for the standfirst."""
    site = site_of(page)
    times = page_times(page, fetched_at=fetched_at)
    published, candidates = times.published, times.candidates
    title = title_of(page, site)
    if published is None or not title:
        day = _guessed_day(page) if published is None else None
        if day is not None:
            published = believe(day, "trafilatura", not_after=fetched_at)
            candidates = (*candidates, DateCandidate(value=day, source="trafilatura"))
        title = title or _guessed_title(page)
    image_url, headlines = image_of(page), headlines_of(page)
    return Claims(
        title=title,
        headlines=tuple(headlines),
        authors=tuple(authors_of(page, site)),
        published=published,
        published_candidates=candidates,
        modified_at=times.modified.at if times.modified else None,
        modified_precision=times.modified.precision if times.modified else None,
        section=section_of(page, site=site, title=title),
        site=site or _host(page.url),
        canonical_url=canonical_of(page),
        page_language=language_of(page),
        image_url=image_url,
        image_caption=caption_of(page, image_url, titles=headlines),
    )


def site_of(page: Page) -> str | None:
    """The publication's name as the page gives it: og:site_name, JSON-LD's publisher or website."""
    for text in _site_names(page):
        name = one_line(html.unescape(text))
        if name and not name.startswith(("http", "@")):
            return name
    return None


def canonical_of(page: Page) -> str | None:
    """The address the page calls its own: absolute, http(s), on the document's site, never a bare front page."""
    for candidate in (*page.links.get("canonical", ()), *page.meta("og:url")):
        address = _absolute(candidate, page.url)
        if address:
            return address
    return None


def language_of(page: Page) -> str | None:
    """The two letters of <html lang>, else of the language that JSON-LD or a meta tag names."""
    named = (
        page.tree.get("lang"),
        text_of(page.article.get("inLanguage")),
        *page.meta("content-language", "language", "og:locale"),
    )
    for declared in named:
        match = re.match(r"\s*([A-Za-z]{2})(?:[-_].*)?$", declared or "")
        if match:
            return match[1].lower()
    return None


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


def _site_names(page: Page) -> list[str]:
    websites = (text_of(node.get("name")) for node in page.nodes if "website" in types_of(node))
    named = (
        *page.meta("og:site_name", "application-name"),
        text_of(resolved(page.article.get("publisher"), page.nodes)),
        *websites,
    )
    return [name for name in named if name]


def _guessed_day(page: Page) -> str | None:
    """The day trafilatura finds, for a page whose head tells none: in its address and its visible text."""
    from htmldate import find_date
    from trafilatura.settings import set_date_params

    try:
        return find_date(
            page.tree, url=canonical_of(page) or page.url, **set_date_params(extensive=False)
        )
    except PARSER_ERRORS:
        return None


def _guessed_title(page: Page) -> str | None:
    from trafilatura.metadata import extract_title

    try:
        return one_line(html.unescape(extract_title(page.tree) or "")) or None
    except PARSER_ERRORS:
        return None


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
    if base and _site_host(address) != _site_host(base):
        return None
    return address


def _host(url: str | None) -> str | None:
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return None
    return host.removeprefix("www.") or None


def _site_host(url: str) -> str:
    return SAME_SITE.sub("", _host(url) or "")
