"""Lists of sources as feed readers exchange them: OPML 2.0, in and out.

What goes out is what anybody may see: name, kind, address, language. Headers, cookies, proxies, user agents and
passwords in addresses never do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import get_args
from urllib.parse import urlsplit

from schemas.addresses import without_secrets
from schemas.errors import DocumentError
from schemas.web import SourceKind, SourceSpec
from sources.feed_text import absolute_url, kept, language_tag
from sources.feed_xml import BrokenXmlError, XmlDocument, elements, mended, open_xml

_MOST_SOURCES = 50_000
_LONGEST_NAME = 200
_FEED_SCHEME = re.compile(r"^\s*feed:(?=//|https?:)", re.IGNORECASE)
# OPML 2.0 leaves room for what is ours in a namespace: a plug-in's kind, which another reader's type might be taken for.
_NAMESPACE = "urn:copydesk:opml"
_KIND = f"{{{_NAMESPACE}}}kind"
_KINDS: dict[str, SourceKind] = {kind: kind for kind in get_args(SourceKind)}


class OpmlSources(list[SourceSpec]):
    """The sources of a file, and the names of its feeds that have no address to fetch."""

    def __init__(self, sources: Iterable[SourceSpec], *, left_out: Iterable[str] = ()) -> None:
        super().__init__(sources)
        self.left_out = tuple(left_out)


def read_opml(content: bytes, *, origin: str) -> OpmlSources:
    """The sources that the outlines name, those in folders too, in the file's order; one address once, names unique.

    An outline with xmlUrl is a feed; one with url is of the kind that its type says ("page" where it says none of ours).
    A bare "&" and HTML's entities, which some readers write, are read as what they mean.
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
    try:
        return _sources(document, origin)
    except BrokenXmlError as first:
        try:
            return _sources(mended(document), origin)
        except BrokenXmlError:
            raise DocumentError(
                f"{origin} is not valid XML: {first}",
                remedy="export it again, or repair it there",
                code="malformed",
            ) from first


def _sources(document: XmlDocument, origin: str) -> OpmlSources:
    sources: dict[str, SourceSpec] = {}
    names: dict[str, int] = {}
    left_out: list[str] = []
    # Inner outlines end before the folder around them, so folders may be emptied and the order stays.
    for outline in elements(document, ("outline",)):
        attributes = {str(key).lower(): kept(str(value)) for key, value in outline.attrib.items()}
        source = _source(attributes, names)
        if source is None and ("xmlurl" in attributes or attributes.get("type") == "rss"):
            left_out.append(_name(attributes) or "an outline without a name")
        if source is not None and source.url is not None and source.url not in sources:
            sources[source.url] = source
            names.setdefault(source.name.casefold(), 1)
        if len(sources) > _MOST_SOURCES:
            raise DocumentError(
                f"{origin} names more than {_MOST_SOURCES:,} sources",
                remedy="split it into several files",
                code="too_large",
            )
    return OpmlSources(sources.values(), left_out=left_out)


def _source(attributes: dict[str, str], names: dict[str, int]) -> SourceSpec | None:
    feed = attributes.get("xmlurl")
    # "feed://host" stands for http, "feed:https://host" for what follows.
    address = _FEED_SCHEME.sub("", feed or attributes.get("url", "")).strip()
    url = absolute_url(f"http:{address}" if address.startswith("//") else address, "")
    if url is None:
        return None
    known = _KINDS.get(attributes.get("type", "").lower(), "page")
    kind = "feed" if feed else attributes.get(_KIND.lower()) or known
    name = _name(attributes)
    return SourceSpec(
        name=_unique(name or urlsplit(url).hostname or url, names),
        kind=kind,
        url=url,
        language=language_tag(attributes.get("language")),
        enabled=attributes.get("iscomment", "").lower() != "true",
    )


def _name(attributes: dict[str, str]) -> str:
    name = attributes.get("title") or attributes.get("text") or ""
    return " ".join(name.split())[:_LONGEST_NAME]


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

    root = etree.Element("opml", version="2.0", nsmap={"copydesk": _NAMESPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "copydesk sources"
    body = etree.SubElement(root, "body")
    for source in sources:
        url = absolute_url(without_secrets(source.url), "") if source.url else None
        if url is None:
            continue
        outline = etree.SubElement(body, "outline", text=_xml_text(source.name))
        outline.set("type", "rss" if source.kind == "feed" else source.kind)
        if source.kind not in _KINDS:
            outline.set(_KIND, _xml_text(source.kind))
        outline.set("xmlUrl" if source.kind == "feed" else "url", _xml_text(url))
        if source.language:
            outline.set("language", _xml_text(source.language))
        if not source.enabled:
            outline.set("isComment", "true")
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return written


def _xml_text(text: str) -> str:
    return " ".join(kept(text).split())
