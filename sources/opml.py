"""Lists of sources as feed readers exchange them: OPML 2.0, in and out.

What goes out is what anybody may see: name, kind, address, language. Headers, cookies, proxies, user agents and
passwords in addresses never do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, get_args
from urllib.parse import urlsplit

from schemas.addresses import without_secrets
from schemas.errors import DocumentError
from schemas.web import SourceKind, SourceSpec
from sources.feed_text import absolute_url, kept, language_tag
from sources.feed_xml import BrokenXmlError, elements, open_xml

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MOST_SOURCES = 50_000
_LONGEST_NAME = 200
_KINDS: dict[str, SourceKind] = {kind: kind for kind in get_args(SourceKind)}


def read_opml(content: bytes, *, origin: str) -> list[SourceSpec]:
    """The sources that the outlines name, those in folders too, in the file's order; one address once, names unique.

    An outline with xmlUrl is a feed; one with url is of the kind that its type says ("page" where it says none of ours).
    isComment="true" (OPML 2.0) is a source that is switched off.

    Raises DocumentError: not_opml, malformed, refused_xml, too_large (over 50,000 sources).

    >>> opml = b'<opml><body><outline text="Wire" xmlUrl="https://example.org/feed"/></body></opml>'
    >>> [(source.name, source.kind) for source in read_opml(opml, origin="feeds.opml")]
    [('Wire', 'feed')]
    """
    document = open_xml(content, url=origin)
    if document is None or document.root != "opml":
        raise DocumentError(
            f"{origin} is not OPML: it does not begin with <opml>",
            remedy="export the list from the feed reader as OPML",
            code="not_opml",
        )
    sources: dict[str, SourceSpec] = {}
    names: dict[str, int] = {}
    try:
        # Inner outlines end before the folder around them, so folders may be emptied and the order stays.
        for outline in elements(document, ("outline",)):
            source = _source(outline, names)
            if source is not None and source.url is not None and source.url not in sources:
                sources[source.url] = source
                names.setdefault(source.name.casefold(), 1)
            if len(sources) > _MOST_SOURCES:
                raise DocumentError(
                    f"{origin} names more than {_MOST_SOURCES:,} sources",
                    remedy="split it into several files",
                    code="too_large",
                )
    except BrokenXmlError as error:
        raise DocumentError(
            f"{origin} is not valid XML: {error}",
            remedy="export it again, or repair it there",
            code="malformed",
        ) from error
    return list(sources.values())


def _source(outline: Element, names: dict[str, int]) -> SourceSpec | None:
    attributes = {str(key).lower(): kept(str(value)) for key, value in outline.attrib.items()}
    feed = attributes.get("xmlurl")
    url = absolute_url(feed or attributes.get("url"), "")
    if url is None:
        return None
    kind = "feed" if feed else _KINDS.get(attributes.get("type", "").lower(), "page")
    name = attributes.get("title") or attributes.get("text") or ""
    return SourceSpec(
        name=_unique(
            " ".join(name.split())[:_LONGEST_NAME] or urlsplit(url).hostname or url, names
        ),
        kind=kind,
        url=url,
        language=language_tag(attributes.get("language")),
        enabled=attributes.get("iscomment", "").lower() != "true",
    )


def _unique(name: str, names: dict[str, int]) -> str:
    """The name, numbered where it is taken; `names` remembers the last number, or a thousand of one name take a million steps."""
    wanted, first = name, name.casefold()
    while wanted.casefold() in names:
        names[first] = number = names.get(first, 1) + 1
        wanted = f"{name} {number}"
    return wanted


def write_opml(sources: Iterable[SourceSpec]) -> bytes:
    """The sources that have an address, as OPML 2.0 in UTF-8; `read_opml` gives them back, but for what is secret.

    >>> b"secret" in write_opml([SourceSpec(name="Wire", kind="feed", url="https://ann:secret@example.org/feed")])
    False
    """
    from lxml import etree

    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "copydesk sources"
    body = etree.SubElement(root, "body")
    for source in sources:
        url = absolute_url(without_secrets(source.url), "") if source.url else None
        if url is None:
            continue
        outline = etree.SubElement(body, "outline", text=_xml_text(source.name))
        outline.set("type", "rss" if source.kind == "feed" else source.kind)
        outline.set("xmlUrl" if source.kind == "feed" else "url", _xml_text(url))
        if source.language:
            outline.set("language", _xml_text(source.language))
        if not source.enabled:
            outline.set("isComment", "true")
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return written


def _xml_text(text: str) -> str:
    return " ".join(kept(text).split())
