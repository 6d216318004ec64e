"""What an <item> of RSS or an <entry> of Atom says. Elements are told by the namespace, never by the prefix.

RSS 0.9x, 1.0 (RDF) and 2.0 with content, dc, dcterms and feedburner; Atom 0.3 and 1.0.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from schemas.web import Entry
from sources.bylines import author_names
from sources.feed_dates import iso_date
from sources.feed_roles import role_of
from sources.feed_text import (
    absolute_url,
    joined_base,
    kept,
    language_tag,
    plain_paragraphs,
    plain_title,
)
from sources.feed_xml import XML_BASE, XML_LANG

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_LONG_DESCRIPTION = (
    1_000  # characters of text: a teaser is shorter, and what is longer may be the article
)
_LONGEST_SUMMARY = 5_000
_LONGEST_ID = 2_000
_MOST_AUTHORS = 50
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_TITLES = ("rss:title", "atom:title", "dc:title")
_IDS = ("rss:guid", "atom:id", "dc:identifier")
_PUBLISHED = (
    "rss:pubdate",
    "atom:published",
    "atom:issued",
    "dc:date",
    "dcterms:issued",
    "dcterms:created",
)
_UPDATED = ("atom:updated", "atom:modified", "dcterms:modified")
_AUTHORS = ("atom:author", "rss:author", "dc:creator")
_SUMMARIES = ("atom:summary", "rss:description", "dc:description", "dcterms:abstract")
_FIELDS = frozenset(
    (
        *("rss:link", "atom:link", "rss:description", "atom:summary"),
        *("content:encoded", "atom:content", *_IDS, *_PUBLISHED, *_UPDATED, *_AUTHORS),
    )
)
_DECLARATIONS = re.compile(r'^(<[\w:.-]+)(?:\sxmlns(?::[\w.-]+)?="[^"]*")+')
_LINK_TYPES = {"", "text/html", "application/xhtml+xml", "text/plain"}

Parts = dict[str, list["Element"]]


class Context(NamedTuple):
    """What is known from outside an element: the feed's address, the time, and what holds where an entry says nothing.

    `is_plain` where xml:base and xml:lang stand nowhere in the document, so that no ancestor need be asked for them;
    `is_broken` where a tag left open may hold what belongs beside it.
    """

    url: str
    now: datetime
    language: str | None = None
    authors: tuple[str, ...] = ()
    is_plain: bool = False
    is_broken: bool = False


def parts_of(element: Element) -> Parts:
    """The children by role, in order."""
    parts: Parts = {}
    for child in element:
        tag = child.tag
        if not isinstance(tag, str) or not (role := role_of(tag)):
            continue
        if role in parts:
            parts[role].append(child)
        else:
            parts[role] = [child]
    return parts


def read_item(element: Element, context: Context) -> Entry:
    """The entry that an <item> or <entry> stands for."""
    parts = parts_of(element)
    if context.is_broken:
        for inner in element.iterdescendants():
            if isinstance(inner.tag, str) and (role := role_of(inner.tag)):
                parts.setdefault(role, [inner])
    base = context.url if context.is_plain else base_of(element, context.url)
    html, summary = _content(parts)
    identifier = text_of(_first(parts, _IDS)).strip()
    return Entry(
        url=_link(element, parts, base),
        entry_id=kept(identifier[:_LONGEST_ID]) or None,
        title=_title(_first(parts, _TITLES)),
        published=_date(parts, _PUBLISHED, context.now),
        updated=_date(parts, _UPDATED, context.now),
        authors=authors_of(parts) or context.authors,
        language=_language(element, parts, context),
        site=_site(parts),
        summary=summary,
        html=html,
    )


def text_of(element: Element | None) -> str:
    """All text in the element; "" where there is none."""
    if element is None:
        return ""
    return "".join(element.itertext()) if len(element) else element.text or ""


def base_of(element: Element, url: str) -> str:
    """What links in the element are relative to: each xml:base around it (XML Base, section 4.2), then the feed's address."""
    bases = [value for value in (element.get(XML_BASE), *_inherited(element, XML_BASE)) if value]
    return joined_base(url, tuple(reversed(bases))) if bases else url


def authors_of(parts: Parts) -> tuple[str, ...]:
    """The names; mail addresses and links are left out."""
    names: dict[str, None] = {}
    for role in _AUTHORS:
        for element in parts.get(role, ())[:_MOST_AUTHORS]:
            text = text_of(_named(element)) if role == "atom:author" else text_of(element)
            names.update(dict.fromkeys(_author_names(text[:500])))
    return tuple(names)


@lru_cache(maxsize=1_024)
def _author_names(text: str) -> tuple[str, ...]:
    plain = plain_title(text)
    # RSS 2.0 writes "desk@example.org (Ann Lee)".
    if plain and "@" in plain and plain.endswith(")") and "(" in plain:
        plain = plain[plain.index("(") + 1 : -1]
    return author_names(plain) if plain else ()


def _named(author: Element) -> Element:
    return next((child for child in author if str(child.tag).endswith("name")), author)


def _first(parts: Parts, roles: tuple[str, ...]) -> Element | None:
    for role in roles:
        for element in parts.get(role, ()):
            if len(element) or (element.text and not element.text.isspace()):
                return element
    return None


def _title(element: Element | None) -> str | None:
    if element is None:
        return None
    has_markup = len(element) > 0
    is_text = has_markup or (role_of(element.tag) == "atom:title" and _kind(element) == "text")
    return plain_title(_title_text(element), is_text=is_text)


def _title_text(element: Element) -> str:
    """The text up to a field of the item, which can only be in its title where the title was never closed."""
    if not len(element):
        return element.text or ""
    texts = [element.text or ""]
    for child in element:
        if role_of(str(child.tag)) in _FIELDS:
            break
        texts += [text_of(child), child.tail or ""]
    return "".join(texts)


def _date(parts: Parts, roles: tuple[str, ...], now: datetime) -> str | None:
    for role in roles:
        for element in parts.get(role, ())[:3]:
            if found := iso_date(text_of(element), now=now):
                return found
    return None


def _inherited(element: Element, key: str) -> list[str | None]:
    return [ancestor.get(key) for ancestor in element.iterancestors()]


def _language(element: Element, parts: Parts, context: Context) -> str | None:
    said = _first(parts, ("dc:language", "rss:language"))
    if said is not None and (tag := language_tag(text_of(said))):
        return tag
    if context.is_plain:
        return context.language
    tags = map(language_tag, (element.get(XML_LANG), *_inherited(element, XML_LANG)))
    return next((tag for tag in tags if tag), context.language)


def _site(parts: Parts) -> str | None:
    """Where the story was first, as the feed of somebody else says; a feed's own title is no name of a site."""
    if source := parts.get("rss:source"):
        return plain_title(text_of(source[0]))
    if source := parts.get("atom:source"):
        return _title(_first(parts_of(source[0]), ("atom:title",)))
    return None


def _link(element: Element, parts: Parts, base: str) -> str | None:
    """The page of the story: its address before a counter was put in between, the link, or an id that is one."""
    for role in ("feedburner:origlink", "rss:link"):
        for found in parts.get(role, ())[:3]:
            if url := absolute_url(text_of(found), base):
                return url
    for text in _atom_links(parts.get("atom:link", ())[:50]):
        if url := absolute_url(text, base):
            return url
    return _permalink(element, parts)


def _atom_links(links: list[Element] | tuple[Element, ...]) -> list[str]:
    pages: list[str] = []
    others: list[str] = []
    for link in links:
        if (link.get("rel") or "alternate").strip().lower() in {"alternate", _IANA_ALTERNATE}:
            kind = (link.get("type") or "").partition(";")[0].strip().lower()
            (pages if kind in _LINK_TYPES else others).append(link.get("href") or "")
    return pages + others


_IANA_ALTERNATE = "http://www.iana.org/assignments/relation/alternate"


def _permalink(element: Element, parts: Parts) -> str | None:
    for guid in parts.get("rss:guid", ())[:1]:
        text = text_of(guid).strip()
        if (guid.get("isPermaLink") or "true").lower() != "false" and text[:4].lower() == "http":
            return absolute_url(text, "")
    for identifier in (text_of(_first(parts, ("atom:id",))), element.get(_RDF_ABOUT) or ""):
        if identifier.strip()[:4].lower() == "http":
            return absolute_url(identifier, "")
    return None


def _content(parts: Parts) -> tuple[str | None, str | None]:
    """The content as HTML and the summary as plain text; either may be None.

    A description is content only where it is long and nothing else is.
    """
    html = _carried(parts)
    described = _first(parts, _SUMMARIES)
    markup = _html(described) if described is not None else None
    if not markup:
        return html, None
    text = " ".join(plain_paragraphs(markup))
    if html is None and len(text) >= _LONG_DESCRIPTION:
        return markup, None
    return html, kept(text[:_LONGEST_SUMMARY]) or None


def _carried(parts: Parts) -> str | None:
    for role in ("content:encoded", "atom:content"):
        for part in parts.get(role, ())[:3]:
            if html := _html(part):
                return html
    return None


def _kind(element: Element) -> str:
    """text, html, xhtml or "" for what is no text: RFC 4287 section 4.1.3, and mode="escaped" of Atom 0.3."""
    said = element.get("type") or ""
    if said:
        said = said.partition(";")[0].strip().lower()
    if role_of(element.tag).startswith("atom:"):
        if element.get("src") or element.get("mode", "").lower() == "base64":
            return ""
        return _KINDS.get(said or "text", "")
    return "text" if said in {"text", "text/plain"} else "html"


_KINDS = {
    "text": "text",
    "text/plain": "text",
    "html": "html",
    "text/html": "html",
    "xhtml": "xhtml",
    "application/xhtml+xml": "xhtml",
}


def _html(element: Element) -> str | None:
    kind = _kind(element)
    if not kind:
        return None
    if len(element):
        return kept(_inner_html(element)).strip() or None
    text = kept(element.text or "").strip()
    if kind == "text" and role_of(element.tag).endswith(":content"):
        return html_of_text(text)
    return (escape(text, quote=False) if kind == "text" else text) or None


def html_of_text(text: str) -> str | None:
    r"""Paragraphs of plain text as HTML.

    >>> html_of_text("Oil < gas.\n\nAgain.")
    '<p>Oil &lt; gas.</p>\n<p>Again.</p>'
    """
    blocks = (" ".join(block.split()) for block in text.replace("\r", "").split("\n\n"))
    return "\n".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks if block) or None


def _inner_html(element: Element) -> str:
    from lxml import etree

    for node in list(element.iterdescendants()):
        if isinstance(node.tag, str) and node.tag.startswith("{http://www.w3.org/1999/xhtml}"):
            node.tag = node.tag.rpartition("}")[2]
    inner = [
        etree.tostring(child, encoding="unicode", method="html", with_tail=True)
        for child in element
    ]
    # The serializer repeats what namespaces are in force; in a fragment of HTML they say nothing.
    bare = (_DECLARATIONS.sub(r"\1", markup) for markup in inner)
    return escape(element.text or "", quote=False) + "".join(bare)
