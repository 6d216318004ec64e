"""The picture an article is shared with: its address, and the caption the page puts under it. Logos are no picture of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from enrichers.cleaning.bylines import is_byline
from enrichers.cleaning.json_ld import resolved
from enrichers.cleaning.lines import fold, one_line
from enrichers.cleaning.metadata_dates import parse_time
from enrichers.cleaning.page_head import Page
from enrichers.cleaning.people import BY

IMAGE_METAS = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src", "parsely-image-url", "sailthru.image.full", "thumbnail", "image")  # fmt: skip
STAND_IN = re.compile(
    r"(?:^|[-_./])(?:logos?|\w{0,12}logo|placeholder|default|fallback|blank|spacer|avatar|favicon|icon|sprite|pixel|1x1|transparent|no[-_]?(?:image|photo|img|pic)\w*|"
    r"dummy|apple-touch-icon|(?:og|social|share|sharing|facebook|fb|twitter)[-_]?(?:image|img|default|share|card|logo|icon)s?)(?:[-_.@]|\d*$)",
    re.I,
)
BESIDE = frozenset(("aside", "nav", "footer", "form"))
TO_ANOTHER = re.compile(r"(?:related|read more|read also|see also|watch|listen)\b.{0,3}:", re.I)
SMALLEST = 100
LONGEST_ADDRESS = 2000
FEWEST, MOST = 8, 600
NAME_PART = re.compile(r"(?!20\d{6}(?!\d))[a-z0-9]{6,}", re.I)
SIZE = re.compile(r"[-_](?:\d{2,4}x\d{2,4}|\d{3,4}w?|scaled|e\d+)$", re.I)
LEAST_NAME = 10
LONG = 250
MOST_BETWEEN = 12
MOST_IMAGES = 20


def image_of(page: Page) -> str | None:
    """The absolute http(s) address of the lead image: JSON-LD, else Open Graph and its kin; None for a logo."""
    publisher = set(_addresses(resolved(page.article.get("publisher"), page.nodes)))
    for candidate in _candidates(page):
        address = _absolute(html.unescape(candidate), page.url)
        if address and candidate not in publisher and not _is_stand_in(address):
            return address
    return None


def caption_of(page: Page, image_url: str | None, *, titles: Iterable[str]) -> str | None:
    """What the page says under its lead image: that figure's caption, else what is declared with the image."""
    shown = (_caption(figure) for figure in _lead_figures(page, image_url))
    declared = (
        text
        for item in resolved(page.article.get("image"), page.nodes)[:MOST_IMAGES]
        if isinstance(item, Mapping)
        for key in ("caption", "description")
        if isinstance(text := item.get(key), str)
    )
    unwanted = set(map(fold, titles))
    for text in (*shown, *page.meta("og:image:alt"), *declared, *page.meta("twitter:image:alt")):
        line = one_line(html.unescape(text[: 4 * MOST]))
        is_sized = FEWEST <= len(line) <= MOST and " " in line
        if is_sized and fold(line) not in unwanted and not _is_no_caption(line):
            return line
    return None


def _is_no_caption(line: str) -> bool:
    """An author's portrait with a byline and a link to another story are figures as well."""
    is_signed = BY.match(line) and (is_byline(line) or parse_time(line))
    return bool(TO_ANOTHER.match(line) or is_signed)


def _candidates(page: Page) -> Iterator[str]:
    yield from _addresses(resolved(page.article.get("image"), page.nodes))
    yield from page.meta(*IMAGE_METAS)
    yield from page.links.get("image_src", ())
    yield from _addresses([page.article.get("thumbnailUrl")])


def _addresses(values: Iterable[object]) -> Iterator[str]:
    for value in list(values)[:MOST_IMAGES]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value[:MOST_IMAGES] if isinstance(item, str))
        elif isinstance(value, Mapping) and not _is_small(value):
            nested = [value.get(key) for key in ("url", "contentUrl", "logo", "image")]
            yield from (text for one in nested if isinstance(text := _address_in(one), str))


def _address_in(value: object) -> object:
    if isinstance(value, list):
        value = next(iter(value), None)
    return value.get("url") or value.get("contentUrl") if isinstance(value, Mapping) else value


def _is_small(image: Mapping[str, object]) -> bool:
    width = re.match(r"\d{1,6}", str(image.get("width") or ""))
    return width is not None and 0 < int(width[0]) < SMALLEST


def _is_stand_in(address: str) -> bool:
    name = urlsplit(address).path.rstrip("/").rpartition("/")[2]
    return STAND_IN.search(name) is not None or name.lower().endswith((".svg", ".ico"))


def _absolute(candidate: str, base: str | None) -> str | None:
    text = candidate.strip()
    if not text or len(text) > LONGEST_ADDRESS or any(map(str.isspace, text)):
        return None
    try:
        address = urljoin(base or "", text)
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    is_picture = parts.scheme in ("http", "https") and parts.hostname and parts.path.strip("/")
    return address if is_picture else None


def _lead_figures(page: Page, image_url: str | None) -> Iterator[HtmlElement]:
    """The figure that holds the image, else the first one between the headline and the text."""
    figures = [
        figure
        for figure in page.figures[:MOST_IMAGES]
        if not any(parent.tag in BESIDE for parent in figure.iterancestors())
    ]
    marks = _marks(image_url)
    matching = [figure for figure in figures if marks & _marks_in(figure)]
    yield from matching or _above_text(page, figures)


def _above_text(page: Page, figures: Sequence[HtmlElement]) -> Iterator[HtmlElement]:
    for element in islice(page.after_headline("p", "figure"), MOST_BETWEEN):
        if element.tag == "p":
            if len("".join(element.itertext())) > LONG:
                return
        elif element in figures and next(element.iter("img", "picture", "video"), None) is not None:
            yield element
            return


def _marks_in(figure: HtmlElement) -> set[str]:
    addresses = (
        image.get(key)
        for image in figure.iter("img", "source")
        for key in ("src", "data-src", "srcset", "data-srcset")
    )
    return {mark for address in addresses for mark in _marks(address)}


def _marks(address: str | None) -> set[str]:
    """What is left of an image's address in its other crops: the numbered parts of its path, and its name without a size."""
    path = (address or "")[:LONGEST_ADDRESS].partition("?")[0]
    name = SIZE.sub("", path.rpartition("/")[2].partition(".")[0])
    numbered = {part for part in NAME_PART.findall(path) if any(map(str.isdigit, part))}
    return numbered | ({name.lower()} if len(name) >= LEAST_NAME else set())


def _caption(figure: HtmlElement) -> str:
    return " ".join(
        one_line(" ".join(element.itertext())) for element in list(figure.iter("figcaption"))[:1]
    )
