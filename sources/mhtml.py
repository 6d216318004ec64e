"""Which page an MHTML file is (RFC 2557): the root of what a browser saved as one file, without its pictures and styles."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from schemas.addresses import canonical_address
from schemas.document import HTML, RawDocument
from schemas.errors import DocumentError
from sources.mime import Part, cut_off, headers_and_body, parts_of, value_of
from sources.reading import Source

_HTML_TYPES = frozenset((HTML, "application/xhtml+xml"))


def read_mhtml(source: Source) -> RawDocument:
    """The page, under the address it was saved from and with the time it was saved at.

    Raises DocumentError: malformed (no part of HTML), truncated, empty, too_large.
    """
    headers, body = headers_and_body(source.read_whole())
    part = _root(headers, body)
    if part is None:
        raise DocumentError(
            f"{source.origin} is no MHTML: no page is in it",
            remedy="save the page again, or give it as .html",
            code="malformed",
        )
    if part.is_cut:
        raise cut_off(source.origin)
    content = part.decoded()
    if not content.strip():
        raise DocumentError(f"{source.origin} holds an empty page", code="empty")
    return RawDocument(
        content=content,
        media_type=HTML,
        origin=source.origin,
        origin_id=source.path,
        url=_address(headers, part),
        fetched_at=_saved_at(headers) or source.fetched_at,
        hints=source.hints(charset=part.charset),
    )


def _root(headers: Message, body: bytes) -> Part | None:
    """The part the "start" parameter names, else the first of HTML (RFC 2387, section 3.2)."""
    start = headers.get_param("start")
    first: Part | None = None
    for part in parts_of(headers, body):
        if part.media_type not in _HTML_TYPES:
            continue
        if not isinstance(start, str) or value_of(part.headers, "Content-ID") == start.strip():
            return part
        first = first or part
    return first


def _address(headers: Message, part: Part) -> str | None:
    for url in (
        value_of(headers, "Snapshot-Content-Location"),
        value_of(part.headers, "Content-Location"),
        value_of(headers, "Content-Location"),
    ):
        if canonical_address(url) is not None:
            return url
    return None


def _saved_at(headers: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value_of(headers, "Date"))
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
