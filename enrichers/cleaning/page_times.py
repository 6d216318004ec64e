"""When a page says it was published and changed: every candidate, which one is believed, why the others are not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from enrichers.cleaning.bylines import Stamp, read_byline, read_stamp
from enrichers.cleaning.draft import Published
from enrichers.cleaning.json_ld import Node, text_of, types_of
from enrichers.cleaning.lines import one_line
from enrichers.cleaning.metadata_dates import FIRST_WEB_YEAR, believe, is_local, parse_time, refusal
from enrichers.cleaning.page_head import Page
from schemas.article import DateCandidate

PUBLISHED_KEYS = ("datePublished", "dateCreated", "uploadDate")
PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "parsely-pub-date", "sailthru.date",
    "article.published", "cxenseparse:recs:publishtime", "publish-date", "publishdate", "publication_date", "pubdate", "pub_date",
    "dc.date.issued", "dcterms.issued", "dcterms.created", "dcterms.date", "dc.date", "article_date_original", "originalpublicationdate", "date",
)  # fmt: skip
MEDIA = frozenset(("videoobject", "imagegallery", "mediagallery"))
"""What a page that is no article is about, in JSON-LD."""
MODIFIED_METAS = ("article:modified_time", "og:updated_time", "datemodified", "article.updated", "dcterms.modified", "last-modified")  # fmt: skip
CLOCK = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)")
TOO_OLD = f"before {FIRST_WEB_YEAR}"
DAY_S = 86_400
STAMPED = ("p", "span", "div", "li", "small", "strong", "em", "b", "h5", "h6", "dd")
MOST_CANDIDATES = 24
MOST_LOOKED_AT = 80
MOST_PIECES = 12
LONG_PARAGRAPH = 250
LONGEST_VALUE = 80
LONGEST_SHOWN = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTimes:
    """What `page_times` found: the candidate that won, all of them in order of trust, and the last change."""

    published: Published | None
    candidates: tuple[DateCandidate, ...]
    modified: Published | None


def page_times(page: Page, *, fetched_at: datetime) -> PageTimes:
    """The publication by JSON-LD, else meta tags, else <time>; an instant of the same day is better than the day alone.

    A year before the web is believed only where the page has no other date: newspapers put their archives online.
    """
    found = [
        DateCandidate(value=value, source=source, refused=refusal(value, not_after=fetched_at))
        for value, source in islice(_once(_candidates(page)), MOST_CANDIDATES)
    ]
    shown = [] if any(_is_instant(one) for one in found) else list(_shown(page))
    found += [
        DateCandidate(value=value, source="text", refused=refusal(value, not_after=fetched_at))
        for value in dict.fromkeys(stamp.published for stamp in shown)
        if value
    ]
    if all(one.refused for one in found):
        found = [replace(one, refused=None) if one.refused == TOO_OLD else one for one in found]
    return PageTimes(
        published=_published([one for one in found if not one.refused]),
        candidates=tuple(found),
        modified=_modified(page, shown, fetched_at),
    )


def _published(found: Sequence[DateCandidate]) -> Published | None:
    best: Published | None = None
    for candidate in found:
        one = _read(candidate)
        if one is None:
            continue
        is_near = best is None or abs((one.at - best.at).total_seconds()) < DAY_S
        if one.precision == "instant" and is_near:
            return _zoned(candidate, one, found)
        best = best or one
    return best


def _zoned(candidate: DateCandidate, one: Published, found: Sequence[DateCandidate]) -> Published:
    """`one`, or where it is a clock's reading without a zone the candidate with a zone that shows the same clock."""
    clock = CLOCK.match(candidate.value)
    if not clock or not is_local(candidate.value):
        return one
    for other in found:
        same = CLOCK.match(other.value)
        if same and same.groups() == clock.groups() and not is_local(other.value):
            return _read(other) or one
    return one


def _read(candidate: DateCandidate) -> Published | None:
    found = parse_time(candidate.value)
    return found and Published(at=found[0], precision=found[1], source=candidate.source)


def _candidates(page: Page) -> Iterator[tuple[object, str]]:
    yield from _declared(page.article)
    yield from ((value, "meta") for value in page.meta(*PUBLISHED_METAS))
    marked = [
        element
        for element in page.times
        if element.get("pubdate") is not None
        or "published" in (element.get("itemprop") or "").lower()
    ]
    for element in (*marked, *page.times[:1]):
        yield element.get("datetime") or " ".join(element.itertext()), "time"
    # Believed last: the video on an article's page is older or younger than the article.
    media = (node for node in page.nodes if MEDIA.intersection(types_of(node)))
    yield from _declared({} if page.article else next(media, {}))


def _declared(node: Node) -> Iterator[tuple[object, str]]:
    for key in PUBLISHED_KEYS:
        value = node.get(key)
        yield text_of(value) or value, "json-ld"


def _is_instant(candidate: DateCandidate) -> bool:
    found = None if candidate.refused else _read(candidate)
    return found is not None and found.precision == "instant"


def _shown(page: Page) -> Iterator[Stamp]:
    """The stamps, alone or behind a byline, between the headline and the text, where the head gives no time of day."""
    for element in islice(page.after_headline(*STAMPED), MOST_LOOKED_AT):
        text = one_line("".join(islice(element.itertext(), MOST_PIECES)))
        if len(text) > LONG_PARAGRAPH and element.tag == "p":
            return
        if len(text) > LONGEST_SHOWN:
            continue
        if stamp := read_stamp(text) or _stamp_behind(text):
            yield stamp


def _stamp_behind(text: str) -> Stamp | None:
    """What a byline says of when: "By Ana Ruiz, 8 July 2024"."""
    byline = read_byline(text)
    if byline is None or byline.when is None:
        return None
    return read_stamp(text[text.find(byline.when) :]) or Stamp(published=byline.when)


def _once(candidates: Iterator[tuple[object, str]]) -> Iterator[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    for value, source in candidates:
        if isinstance(value, bool) or not isinstance(value, str | int):
            continue
        text = one_line(str(value)[: 4 * LONGEST_VALUE])[:LONGEST_VALUE]
        if text and (text, source) not in seen:
            seen.add((text, source))
            yield text, source


def _modified(page: Page, shown: Sequence[Stamp], fetched_at: datetime) -> Published | None:
    candidates = (
        text_of(page.article.get("dateModified")),
        *page.meta(*MODIFIED_METAS),
        *(stamp.modified for stamp in shown),
    )
    found = (believe(value, "page", not_after=fetched_at) for value in candidates)
    return next((one for one in found if one), None)
