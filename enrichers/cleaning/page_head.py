"""What a page's tree holds beside its text, read in one walk: meta tags, links, headlines, times, figures and JSON-LD.

What it means is left to the modules that ask: `headline`, `authors`, `page_times`, `lead_image`, `section`, `metadata`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile

from lxml.html import HtmlElement

from enrichers.cleaning.json_ld import Node, article_of, nodes_in
from enrichers.cleaning.lines import one_line

LOOKED_FOR = ("meta", "link", "script", "title", "h1", "time", "figure", "article")
NAMING = ("property", "name", "itemprop")
MOST_OF_A_KIND = 200
MOST_METAS = 1000
MOST_ELEMENTS = 20_000
LONGEST_CONTENT = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A parsed page with its head: meta tags by lower-case name, links by relation, elements in the page's order."""

    tree: HtmlElement
    url: str | None
    metas: Mapping[str, Sequence[str]]
    links: Mapping[str, Sequence[str]]
    nodes: Sequence[Node]
    article: Node
    window_title: str
    headings: Sequence[HtmlElement]
    times: Sequence[HtmlElement]
    figures: Sequence[HtmlElement]
    teasers: int
    elements: Sequence[HtmlElement] = field(repr=False)
    """Held so that lxml makes the object of each element once, not at every walk."""

    def meta(self, *names: str) -> Iterator[str]:
        """What the meta tags of these names say, in the order of the names."""
        return (value for name in names for value in self.metas.get(name, ()))

    def after_headline(self, *tags: str) -> Iterator[HtmlElement]:
        """The elements of these tags behind the first h1, in the page's order; none where it has no h1."""
        elements = self.tree.iter("h1", *tags)
        return (one for one in dropwhile(lambda one: one.tag != "h1", elements) if one.tag != "h1")


def read_page(tree: HtmlElement, url: str | None) -> Page:
    """The page's head, read once."""
    found: dict[str, list[HtmlElement]] = {name: [] for name in LOOKED_FOR}
    elements = list(tree.iter())
    for element in elements:
        if element.tag in found:
            found[element.tag].append(element)
    scripts = (
        script.text or ""
        for script in found["script"]
        if "ld+json" in (script.get("type") or "").lower()
    )
    nodes = nodes_in(scripts)
    return Page(
        tree=tree,
        url=url,
        metas=_metas(found["meta"]),
        links=_links(found["link"]),
        nodes=nodes,
        article=article_of(nodes, url) or {},
        window_title=next(filter(None, map(_said, found["title"])), ""),
        headings=found["h1"][:MOST_OF_A_KIND],
        times=found["time"][:MOST_OF_A_KIND],
        figures=found["figure"][:MOST_OF_A_KIND],
        teasers=sum(next(one.iter("a"), None) is not None for one in found["article"]),
        elements=elements[:MOST_ELEMENTS],
    )


def _metas(elements: Sequence[HtmlElement]) -> dict[str, list[str]]:
    metas: dict[str, list[str]] = {}
    for element in elements[:MOST_METAS]:
        raw = element.get("content") or ""
        if len(raw) > LONGEST_CONTENT:
            # trafilatura reads the tree after us, and took minutes over one author of 400,000 brackets.
            element.set("content", raw := raw[:LONGEST_CONTENT])
        content = one_line(raw)
        if not content:
            continue
        # One tag may carry two vocabularies: property="og:title" name="twitter:title".
        for name in dict.fromkeys(
            name for key in NAMING for name in (element.get(key) or "").lower().split()
        ):
            metas.setdefault(name, []).append(content)
    return metas


def _links(elements: Sequence[HtmlElement]) -> dict[str, list[str]]:
    links: dict[str, list[str]] = {}
    for element in elements:
        for relation in (element.get("rel") or "").lower().split():
            links.setdefault(relation, []).append(element.get("href") or "")
    return links


def _said(element: HtmlElement) -> str:
    return one_line(element.text or "")
