"""The section of the paper an article stands in: JSON-LD, else meta tags, else the breadcrumb's first step."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

from enrichers.cleaning.headline import is_site_name
from enrichers.cleaning.json_ld import types_of
from enrichers.cleaning.lines import fold, one_line
from enrichers.cleaning.page_head import Page

SECTION_METAS = ("article:section", "parsely-section", "sailthru.section", "cxenseparse:section", "og:section", "section", "articlesection", "category")  # fmt: skip
HOME = frozenset(
    (
        "home", "homepage", "homepagina", "start", "startseite", "startpage", "accueil", "inicio", "início", "página inicial", "portada",
        "hjem", "hem", "forside", "forsiden", "etusivu", "strona główna", "główna", "главная", "головна", "anasayfa", "ana sayfa",
        "beranda", "front page", "frontpage", "all", "news home", "you are here", "articles", "article", "post", "posts", "page", "story", "artikel", "uncategorized",
        "trang chủ", "首页", "首頁", "ホーム", "トップ", "홈", "الرئيسية", "होम", "úvod", "domů", "αρχική", "voorpagina",
    )
)  # fmt: skip
TRAIL = "//*[self::nav or self::ol or self::ul or self::div][contains(@class,'readcrumb') or contains(@id,'readcrumb') or contains(@aria-label,'readcrumb')]"
ARROWS = re.compile(r"^[\s>»›/|·•-]+|[\s>›/|·•-]+$")
ADDRESS = re.compile(r"//|^(?:www\.\S+|[\w-]+\.[a-z]{2,6})$", re.I)
LONGEST = 60
MOST_STEPS = 20


def section_of(page: Page, *, site: str | None, title: str | None) -> str | None:
    """The broadest section the page names for its article; never its home page, the site or the article itself."""
    unwanted = {fold(text) for text in (site, title) if text}
    for text in _candidates(page):
        label = ARROWS.sub("", one_line(html.unescape(text[: 4 * LONGEST])))
        if label.count(",") > 1:
            label = label.partition(",")[0]
        if (
            1 < len(label) <= LONGEST
            and label.casefold() not in HOME
            and not ADDRESS.search(label)
            and not label.isdigit()
            and fold(label) not in unwanted
            and not is_site_name(label, None, page.url)
        ):
            return label
    return None


def _candidates(page: Page) -> Iterator[str]:
    yield from _strings(page.article.get("articleSection"))
    yield from page.meta(*SECTION_METAS)
    for node in page.nodes:
        if "breadcrumblist" in types_of(node):
            yield from _steps(node.get("itemListElement"))
            break
    # Looked for last: no other candidate has to walk the tree again.
    for trail in page.tree.xpath(TRAIL)[:1]:
        for element in list(trail.iter("a", "li", "span"))[:MOST_STEPS]:
            yield "".join(element.itertext())


def _strings(value: object) -> Iterator[str]:
    listed = value if isinstance(value, list) else [value]
    for item in listed[:MOST_STEPS]:
        if isinstance(item, str):
            yield item
        elif isinstance(item, Mapping):
            yield from (text for text in (item.get("name"),) if isinstance(text, str))


def _steps(value: object) -> Iterator[str]:
    listed = value if isinstance(value, list) else [value]
    steps = [item for item in listed[:MOST_STEPS] if isinstance(item, Mapping)]
    yield from _strings([_name(step) for step in sorted(steps, key=_position)[:-1]])


def _name(step: Mapping[str, object]) -> object:
    item = step.get("item")
    return step.get("name") or (item.get("name") if isinstance(item, Mapping) else None)


def _position(step: Mapping[str, object]) -> int:
    position = step.get("position")
    try:
        return int(position) if isinstance(position, int | str) else 0
    except ValueError:
        return 0
