"""How XML from strangers is read: one element at a time, in bounded memory, and never with a DOCTYPE before the parser.

Knows nothing of feeds or sitemaps. What stands before the first tag is taken off (that is where entities are declared),
the rest is made UTF-8, and a well-formed document is parsed as a stream. In a broken one each element asked for is cut
out and mended on its own, so that no fault reaches the next. Whatever is read, nothing is ever opened or fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html.entities import name2codepoint
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from schemas.errors import DocumentError
from sources.feed_encoding import as_utf8

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_CHUNK_BYTES = 65_536
# An element takes some 120 bytes, an attribute up to 220: what may be in memory at once stays under 80 MB.
_MOST_MARKS = 400_000
_LONGEST_PIECE = 8_000_000
_HEAD_BYTES = 262_144
_SAFE = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "remove_comments": True,
    "remove_pis": True,
}
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# What these prefixes mean where a broken document forgot to say so.
_USUAL_PREFIXES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "atom": "http://www.w3.org/2005/Atom",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
}

# Before the root: comments and instructions, each to its end in one pass; then a tag, or a "<" of no use.
_PROLOGUE = re.compile(
    rb"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!doctype\b|<[A-Za-z_][\w.:-]*|<", re.DOTALL | re.I
)
_PROLOGUE_BYTES = 1_048_576
_REPAIRED = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)"
    rb"|&(?!(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)(?:([A-Za-z][A-Za-z0-9]{1,31});)?"
    rb"|<[A-Za-z_][\w:.-]{0,99}\s[^<>]{1,4000}>"
    rb"|<(?![A-Za-z_/!?])",
    re.DOTALL,
)
_AND = re.compile(rb"&(?!(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)(?:([A-Za-z][A-Za-z0-9]{1,31});)?")
_ATTRIBUTE = re.compile(rb"\"[^\"]*\"|'[^']*'|=\s{0,9}([^\s\"'<>=]+)")
_CDATA = b"<![CDATA["
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 13))
_ROOT_CLOSED = re.compile(
    rb"</\s*(?:[\w.-]+:)?(?:rss|rdf|feed|channel|urlset|sitemapindex)\s*>", re.I
)


class BrokenXmlError(Exception):
    """The stream is not well-formed; `is_excess` where it is nested too deeply or an element is larger than any of ours."""

    def __init__(self, reason: str, *, is_excess: bool = False) -> None:
        super().__init__(reason)
        self.is_excess = is_excess


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """UTF-8 whose root begins at `start`; `name` is the root's local name as written, `root` in lower case."""

    content: bytes
    start: int
    name: str

    @property
    def root(self) -> str:
        """The root's local name in lower case."""
        return self.name.lower()


def open_xml(content: bytes, *, url: str, charset: str | None = None) -> XmlDocument | None:
    """The document without what stands before its root, or None where no tag is in it.

    Raises DocumentError (refused_xml) where a DOCTYPE declares entities: told from the decoded bytes, before any parser.

    >>> open_xml(b"<?xml version='1.0'?><!-- hi --><rss/>", url="https://example.org/feed").root
    'rss'
    """
    content = as_utf8(content, charset)
    position, doctype = 0, -1
    while found := _PROLOGUE.search(content, position, _PROLOGUE_BYTES):
        token = found.group()
        if token[1:2].isalpha() or token.startswith(b"<_"):
            if doctype >= 0 and b"<!entity" in content[doctype : found.start()].lower():
                raise _refused(url)
            name = token[1:].rpartition(b":")[2].decode("ascii", "replace")
            return XmlDocument(content, found.start(), name)
        if token.lower() == b"<!doctype" and doctype < 0:
            doctype = found.start()
        position = found.end()
    if doctype >= 0 and b"<!entity" in content[doctype:_PROLOGUE_BYTES].lower():
        raise _refused(url)
    return None


def seek_root(document: XmlDocument, names: tuple[str, ...]) -> XmlDocument | None:
    """The document from the first tag of these names on, if one is near: some servers print warnings before a feed.

    >>> seek_root(XmlDocument(b"<b>Warning</b><rss/>", 0, "b"), ("rss",)).start
    14
    """
    pattern = re.compile(rb"<(?:[\w.-]+:)?(" + "|".join(names).encode() + rb")(?=[\s/>])", re.I)
    found = pattern.search(document.content, document.start, document.start + _CHUNK_BYTES)
    if found is None:
        return None
    return XmlDocument(document.content, found.start(), found.group(1).decode())


def elements(document: XmlDocument, names: tuple[str, ...]) -> Iterator[Element]:
    """Each element of these local names, in the order they end; empty again as soon as the next is asked for.

    Its ancestors (with their attributes) are there; its siblings may not be.

    Raises BrokenXmlError at the first fault; `pieces` then reads what is good.
    """
    from lxml import etree

    parser = etree.XMLPullParser(
        events=("start", "end"), tag=[f"{{*}}{name}" for name in (document.name, *names)], **_SAFE
    )
    root: Element | None = None
    marks = 0
    try:
        for place in range(document.start, len(document.content), _CHUNK_BYTES):
            chunk = document.content[place : place + _CHUNK_BYTES]
            parser.feed(chunk)
            freed = 0
            for event, element in parser.read_events():
                if root is None and _local(element) == document.root:
                    root = element
                if event == "end" and _local(element) in names:
                    yield element
                    _empty(element, names)
                    freed += 1
            freed += _prune(root, names)
            marks = 0 if freed else marks + chunk.count(b"<") + chunk.count(b"=")
            if marks > _MOST_MARKS:
                reason = f"over {_MOST_MARKS:,} tags and attributes in one element"
                raise BrokenXmlError(reason, is_excess=True)
        parser.close()
    except etree.XMLSyntaxError as error:
        is_excess = error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT
        raise BrokenXmlError(str(error), is_excess=is_excess) from error


def _empty(element: Element, names: tuple[str, ...]) -> None:
    element.clear(keep_tail=True)
    parent = element.getparent()
    if (
        parent is not None and _local(parent) in names
    ):  # folders of folders, which `_prune` lets stand
        while (previous := element.getprevious()) is not None:
            parent.remove(previous)


def _prune(root: Element | None, names: tuple[str, ...]) -> int:
    """Drop all that has ended beside the element still open, so that a document of any size leaves no tree behind."""
    node, freed = root, 0
    while node is not None and len(node) and _local(node) not in names:
        freed += len(node) - 1
        del node[:-1]
        node = node[-1]
    return freed


def pieces(document: XmlDocument, names: tuple[str, ...], *, most: int) -> Iterator[Element]:
    """Each element of these names, cut out by its start tag and mended alone: at most `most`, in the document's order.

    One that has no end because the document was cut off in it is left out. Nothing here raises.
    """
    from lxml import etree

    parser = etree.XMLParser(recover=True, **_SAFE)
    opening = _wrapper(document, names)
    for number, piece in enumerate(_cut(document, names)):
        if number >= most:
            return
        if len(piece) > _LONGEST_PIECE or piece.count(b"<") + piece.count(b"=") > _MOST_MARKS:
            continue
        try:
            root = etree.fromstring(opening + _mended(piece) + b"</wrapper>", parser)
        except etree.XMLSyntaxError:
            continue
        if root is not None and len(root):
            yield root[0]


def mended(document: XmlDocument) -> XmlDocument:
    """The document with bare "&" escaped and HTML's entities as letters; tags that do not fit stay as they are.

    >>> mended(XmlDocument(b"<opml>R&D &eacute;</opml>", 0, "opml")).content
    b'<opml>R&#38;D &#233;</opml>'
    """
    return XmlDocument(_mended(document.content[document.start :]), 0, document.name)


def head(document: XmlDocument, names: tuple[str, ...]) -> Element | None:
    """The root with what stands before the first (and after the last) element of these names: what a feed says of itself."""
    from lxml import etree

    found = _start_tag(names).search(document.content, document.start)
    end = found.start() if found else len(document.content)
    said = document.content[document.start : min(end, document.start + _HEAD_BYTES)]
    said += b"" if found is None else _tail(document, names)
    parser = etree.XMLParser(recover=True, **_SAFE)
    try:
        root: Element | None = etree.fromstring(_mended(said), parser)
    except etree.XMLSyntaxError:
        return None
    return root


def _tail(document: XmlDocument, names: tuple[str, ...]) -> bytes:
    last = document.content[max(document.start, len(document.content) - _CHUNK_BYTES) :]
    ends = list(_end_tag(names).finditer(last))
    return last[ends[-1].end() :] if ends else b""


def _cut(document: XmlDocument, names: tuple[str, ...]) -> Iterator[bytes]:
    content, end_tag = document.content, _end_tag(names)
    starts = _start_tag(names).finditer(content, document.start + 1)
    current = next(starts, None)
    while current is not None:
        following = next(starts, None)
        piece = content[current.start() : following.start() if following else len(content)]
        ends = [found.end() for found in end_tag.finditer(piece)]
        if ends:
            piece = piece[: ends[-1]]
        if ends or following or _ROOT_CLOSED.search(piece):
            yield piece
        current = following


def _start_tag(names: tuple[str, ...]) -> re.Pattern[bytes]:
    return re.compile(rb"<(?:[\w.-]{1,40}:)?(?:" + "|".join(names).encode() + rb")(?=[\s/>])", re.I)


def _end_tag(names: tuple[str, ...]) -> re.Pattern[bytes]:
    return re.compile(rb"</(?:[\w.-]{1,40}:)?(?:" + "|".join(names).encode() + rb")\s{0,99}>", re.I)


def _wrapper(document: XmlDocument, names: tuple[str, ...]) -> bytes:
    """A start tag that gives a piece the namespaces, base and language it had in its document."""
    declared: dict[str | None, str] = dict(_USUAL_PREFIXES.items())
    inherited: dict[str, str] = {}
    node = head(document, names)
    while node is not None:
        declared.update(node.nsmap)
        for key, name in ((XML_BASE, "xml:base"), (XML_LANG, "xml:lang")):
            if value := node.get(key):
                inherited[name] = value
        node = node[0] if len(node) and _local(node[0]) == "channel" else None
    declared.pop("xml", None)
    attributes = [
        f"xmlns{':' + prefix if prefix else ''}={quoteattr(uri)}"
        for prefix, uri in declared.items()
    ]
    attributes += [f"{name}={quoteattr(value)}" for name, value in inherited.items()]
    return f"<wrapper {' '.join(attributes)}>".encode("utf-8", "replace")


def _mended(piece: bytes) -> bytes:
    """The piece with bare "&" and "<" escaped, HTML's entities as letters, no control characters, no endless CDATA."""
    return _REPAIRED.sub(_mend, piece.translate(None, _CONTROLS))


def _mend(found: re.Match[bytes]) -> bytes:
    token = found.group()
    if token.startswith(_CDATA):
        # A section that never ends, or takes the next one's beginning in: what is in it is markup again.
        last = token.rindex(_CDATA)
        before = token[len(_CDATA) : last].replace(_CDATA, b"") if last else b""
        section = token[last:]
        if not section.endswith(b"]]>"):
            before, section = before + section[len(_CDATA) :], b""
        return _REPAIRED.sub(_mend, before) + section
    if token.startswith(b"<") and token.endswith(b">"):
        inside, end = (token[:-2], b"/>") if token.endswith(b"/>") else (token[:-1], b">")
        return _ATTRIBUTE.sub(_quoted, _AND.sub(_mend_reference, inside)) + end
    if token == b"<":
        return b"&#60;"
    return _mend_reference(found)


def _mend_reference(found: re.Match[bytes]) -> bytes:
    """HTML's entities by number; a bare "&" and unknown names as text.

    By number also XML's own five: libxml2 drops named references, "&amp;" too, behind the first fault it recovers from.
    """
    name = (found.group(1) or b"").decode()
    code = 39 if name == "apos" else name2codepoint.get(name)
    return b"&#%d;" % code if code else b"&#38;" + found.group()[1:]


def _quoted(found: re.Match[bytes]) -> bytes:
    return b'="' + found.group(1) + b'"' if found.group(1) else found.group()


def _local(element: Element) -> str:
    tag = element.tag
    return _local_name(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=256)
def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def _refused(url: str) -> DocumentError:
    return DocumentError(
        f"{url} declares XML entities, which can be made to grow without bound or to name files",
        remedy="no feed or sitemap of news needs them; ask its publisher for one without a DOCTYPE",
        code="refused_xml",
    )
