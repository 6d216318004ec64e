"""The headline: which of the forms a page gives of its title is the one, and what of it is the site's name.

On 126 pages of publishers' test sets og:title is right on 110 and plain voting is no better; it gives way only where
two others agree and it is alone, or says no more than the window's title.

Some sites make the h1 the last step of their breadcrumb, in words for search engines, and set the headline as an h2:
which of the headings a reader takes for the headline is known here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from enrichers.cleaning.json_ld import text_of
from enrichers.cleaning.lines import fold, one_line
from enrichers.cleaning.page_head import Page

SHARED_METAS = (
    "og:title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "dcterms.title",
)
MOST_SUFFIXES = 12
SUFFIX = re.compile(r"\s*(?:\s[-–—|·•:»*~/]\s|[|｜ㅣ：]|,\s)\s*")
QUOTE = re.compile(r"[\"']")
SEPARATOR = re.compile(r"\s*[-–—|·•:»*~｜ㅣ：,]")
CUT = re.compile(r"\s*(?:…|\.\.\.|\[…\]|\[\.\.\.\])$")
LEAST_KNOWN = 15
MOST_PIECES = 12
BREADCRUMB = re.compile("bread-?_?crumb", re.I)
NAMED_BY = ("class", "id", "aria-label")
MOST_HEADINGS = 200
MOST_LEVELS = 8
LONGEST = 600
"""An h1 that is never closed holds the page."""


def title_of(page: Page, site: str | None) -> str | None:
    """The headline without the site's name at its end; None where the page gives none."""
    raw = next(page.meta(*SHARED_METAS), None)
    declared = _plain(text_of(page.article.get("headline")) or text_of(page.article.get("name")))
    shown = _shown(page, site, (declared, _plain(raw), page.window_title))
    window = _bare(page.window_title, page, site, known=(shown, declared))
    known = () if _plain(raw) == declared else (shown, declared)
    shared = _bare(_whole(_plain(raw), shown), page, site, known=known)
    declared = _bare(declared, page, site, known=(shown,))
    if _is_name_elsewhere(shared, shown, declared, window):
        return window
    if shared and shown and _gives_way(shared, shown, declared, window, page, site):
        return shown
    for candidate in (shared, declared, shown, window):
        if candidate:
            return _uncut(candidate, (declared, shown, window))
    return None


def headlines_of(page: Page) -> list[str]:
    """Every form of the title the page shows or declares."""
    shown = [" ".join(element.itertext()) for element in page.headings]
    found = (*page.meta(*SHARED_METAS), text_of(page.article.get("headline")), *shown)
    return [line for text in found if text and 0 < len(line := _plain(text)) <= LONGEST]


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
            and len(shorter) > LEAST_KNOWN
            and title.startswith(shorter)
            and SEPARATOR.match(title[len(shorter) :])
        ):
            return shorter
    for match in reversed(list(SUFFIX.finditer(title))[-MOST_SUFFIXES:]):
        if is_site_name(title[match.end() :], site, url):
            return title[: match.start()].strip()
    return title


def is_site_name(text: str, site: str | None, url: str | None) -> bool:
    """Whether `text` is the name of the site, an abbreviation or extension of it, or a label of its host."""
    folded, named = fold(text), fold(site or "")
    if named and folded and (named.endswith(folded) or folded.startswith(named)):
        return len(folded) <= 2 * len(named) + 10
    return _is_host(folded, url)


def _is_only_site(text: str, site: str | None, url: str | None) -> bool:
    """Whether a whole title is the site's name; one that begins with it may be news of the paper itself."""
    folded = fold(text)
    return folded == fold(site or "") or _is_host(folded, url)


def host_of(url: str | None) -> str:
    """The host of an address without "www."; "" where it has none."""
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _is_host(folded: str, url: str | None) -> bool:
    host = host_of(url)
    labels = (host, *host.split(".")[:-1])
    return len(folded) > 1 and any(folded == fold(label) for label in labels)


def _is_name_elsewhere(shared: str, shown: str, declared: str, window: str) -> bool:
    """Whether the page gives the site's name, in another script, where others give the title: the window knows better."""
    given = [form for form in (shared, declared, shown) if form]
    if not given or len(set(map(fold, given))) > 1:
        return False
    return len(given[0]) < LEAST_KNOWN < len(window) and fold(given[0]) not in fold(window)


def _gives_way(
    shared: str, shown: str, declared: str, window: str, page: Page, site: str | None
) -> bool:
    """Whether the title for sharing is the window's or nobody else's, where headline and JSON-LD agree on another."""
    ours, theirs = fold(shared), fold(shown)
    if ours == theirs or fold(declared) != theirs:
        return False
    if fold(window) == ours:
        return True
    other = _bare(_plain(next(page.meta("twitter:title"), None)), page, site, known=(shown,))
    return fold(other) == theirs != fold(window)


def _bare(text: str, page: Page, site: str | None, *, known: Sequence[str | None]) -> str:
    """`text` without the site's name; "" where it is nothing else."""
    if not text or _is_only_site(text, site, page.url):
        return ""
    return without_suffix(text, site=site, url=page.url, known=known)


def _whole(shared: str, shown: str) -> str:
    """`shared`, or the headline where an unescaped quote ended the attribute before its time."""
    if shared and shown.startswith(shared) and QUOTE.match(shown[len(shared) :].lstrip()):
        return shown
    return shared


def _uncut(title: str, others: Iterable[str]) -> str:
    """`title`, or the other form that goes on where this one ends in an ellipsis."""
    stem = CUT.sub("", title)
    if stem == title or len(stem) < LEAST_KNOWN:
        return title
    return next((one for one in others if len(one) > len(title) and one.startswith(stem)), title)


def _shown(page: Page, site: str | None, forms: Sequence[str]) -> str:
    """The headline the page shows: the h1 that another form repeats, else the longest that is no site's name."""
    wanted = [folded for form in forms if (folded := fold(form))]
    texts: list[str] = []
    for element in page.headings:
        text = one_line(_joined(list(element.itertext())))
        if 0 < len(text) <= LONGEST and not _is_only_site(text, site, page.url):
            texts.append(_without_kicker(element, text, wanted))
    headline = _below_breadcrumb(page, forms[0])
    if headline:
        return headline
    for form in wanted:
        for text in texts:
            if fold(text) == form:
                return text
    return max(texts, key=len, default="")


def _below_breadcrumb(page: Page, declared: str) -> str:
    """The h2 in JSON-LD's words where every h1 is a step of the way to the page; "" elsewhere.

    One that holds a kicker too is no headline by itself: the title for sharing is mostly the same without the kicker.
    """
    wanted = fold(declared)
    if len(declared) <= LEAST_KNOWN or not page.headings or not all(map(_is_step, page.headings)):
        return ""
    for element in islice(page.tree.iter("h2"), MOST_HEADINGS):
        pieces = [piece for piece in element.itertext() if piece.strip()]
        if len(pieces) == 1 and fold(pieces[0]) == wanted:
            return one_line(pieces[0])
    return ""


def _is_step(element: HtmlElement) -> bool:
    """Whether a heading stands in a breadcrumb: in a <nav>, or in what is named one."""
    return any(
        one.tag == "nav" or any(BREADCRUMB.search(one.get(key) or "") for key in NAMED_BY)
        for one in (element, *islice(element.iterancestors(), MOST_LEVELS))
    )


def _without_kicker(element: HtmlElement, text: str, wanted: Sequence[str]) -> str:
    """The headline alone where the h1 holds a kicker or a subtitle as well and another form of the title does not."""
    pieces = [piece for piece in element.itertext() if piece.strip()]
    if len(pieces) < 2 or len(pieces) > MOST_PIECES or fold(text) in wanted:
        return text
    for size in range(len(pieces) - 1, 0, -1):
        for start in range(len(pieces) - size + 1):
            part = one_line(_joined(pieces[start : start + size]))
            if len(part) > LEAST_KNOWN and fold(part) in wanted:
                return part
    return text


def _joined(pieces: Sequence[str]) -> str:
    return "".join(_spaced(pieces))


def _spaced(pieces: Sequence[str]) -> Iterator[str]:
    """The pieces, with a blank where one element's word or stop would run into the next one's word."""
    last = ""
    for piece in pieces:
        if not piece:
            continue
        if piece[0].isalnum() and (last.isalnum() or last in ":.!?,;»”)"):
            yield " "
        yield piece
        last = piece[-1]


def _plain(text: str | None) -> str:
    return one_line(html.unescape(text or ""))
