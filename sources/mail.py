"""Which document a mail is, and which mails a mailbox file holds. Attachments are never opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from schemas.document import FLOWED_TEXT, FLOWED_TEXT_DELSP, HTML, PLAIN_TEXT, RawDocument
from schemas.errors import DocumentError
from sources.mime import Part, cut_off, headers_and_body, parts_of, value_of
from sources.reading import BadDocument, Outcome, Source, printable_name, too_large

_HEADERS_OF_A_MAIL = ("From", "Subject", "Date", "To", "Message-ID", "Content-Type", "Received")
_QUOTED_FROM = re.compile(rb"(?m)^>(>*From )")
# "From ada@example.org Mon Jan  1 00:00:00 2024": prose that begins with the word has no time of day.
_FROM_LINE = re.compile(
    rb"\n\r?\nFrom (?:[^\s]{1,500}[ \t]*|[^\n]{0,500}\b[0-9]{1,2}:[0-9]{2}\b[^\n]{0,500})\n"
)
_LONGEST_FROM_LINE = 2_000


def read_mail(source: Source) -> RawDocument:
    """The mail as one document: its part of HTML, else of text; subject and date as hints, the sender's name as what a listing says.

    Raises DocumentError: malformed (no mail at all), empty (neither of the two parts), too_large.
    """
    return _document(source, source.read_whole())


def read_mailbox(source: Source) -> Iterator[Outcome]:
    """One outcome a mail; its origin counts from 1. A mail over `max_bytes` is one bad document and never in memory.

    The mails begin at the "From " lines after blank ones (RFC 4155, appendix A), and ">From " is taken back.
    """
    limit = source.options.max_bytes
    number = 0
    for number, content in enumerate(_mails(source, limit), start=1):
        place = replace(source, origin=f"{source.origin}:{number}", path=None)
        try:
            if content is None:
                raise too_large(place.origin, limit)
            document = _document(place, _QUOTED_FROM.sub(rb"\1", content))
            yield replace(document, origin_id=_mail_id(source, content))
        except DocumentError as error:
            yield BadDocument(origin=place.origin, error=error, payload=content)
    if not number:
        raise DocumentError(f"{source.origin} holds no mail", code="empty")


def _mails(source: Source, limit: int) -> Iterator[bytes | None]:
    """The mails without their "From " lines; None for one over the limit."""
    splitter = _Splitter(source.origin, limit)
    for block in source.blocks:
        yield from splitter.split(block)
    yield from splitter.rest()


class _Splitter:
    """The mailbox from the end of the last "From " line on; no byte is looked at twice but the last few."""

    def __init__(self, origin: str, limit: int) -> None:
        self._origin = origin
        self._limit = limit
        # Line feeds before it make the first line of the file one that follows a blank line.
        self._buffer = bytearray(b"\n\n")
        self._looked = 0
        self._begun = False
        self._over = False

    def split(self, block: bytes) -> Iterator[bytes | None]:
        """The mails that end in the block."""
        self._buffer += block
        start, place = 0, max(0, self._looked - _LONGEST_FROM_LINE)
        while found := _FROM_LINE.search(self._buffer, place):
            yield from self._mail(start, found.start() + 1)
            self._begun, self._over = True, False
            start = place = found.end() - 1
        del self._buffer[:start]
        if len(self._buffer) > self._limit + _LONGEST_FROM_LINE:
            self._check_begun(len(self._buffer))
            self._over = True
            del self._buffer[:-_LONGEST_FROM_LINE]
        self._looked = len(self._buffer)

    def rest(self) -> Iterator[bytes | None]:
        """The last mail."""
        yield from self._mail(0, len(self._buffer))

    def _mail(self, start: int, end: int) -> Iterator[bytes | None]:
        if not self._begun:
            self._check_begun(end)
        elif self._over or end - start - 1 > self._limit:
            yield None
        else:
            yield bytes(self._buffer[start + 1 : end])

    def _check_begun(self, end: int) -> None:
        if not self._begun and self._buffer[:end].strip():
            raise DocumentError(
                f"{self._origin} is no mailbox: it does not begin with a From line",
                remedy="name a single mail .eml",
                code="malformed",
            )


def _document(source: Source, content: bytes) -> RawDocument:
    headers, body = headers_and_body(content)
    if not any(name in headers for name in _HEADERS_OF_A_MAIL):
        raise DocumentError(
            f"{source.origin} is no mail: it has none of a mail's headers",
            remedy="name what it is with --format",
            code="malformed",
        )
    part = _readable_part(headers, body, source.origin)
    content = b"" if part is None else part.decoded()
    if part is None or not content.strip():
        raise DocumentError(
            f"{source.origin} has neither HTML nor text in it",
            remedy="give what is attached to it as a file",
            code="empty",
        )
    hints = source.hints(charset=part.charset)
    return RawDocument(
        content=content,
        media_type=_kind_of(part),
        origin=source.origin,
        origin_id=source.path,
        fetched_at=source.fetched_at,
        hints=replace(
            hints,
            title=value_of(headers, "Subject") or None,
            # A byline in the text says better who wrote it: the sender may have passed it on.
            listed_authors=_author(headers),
            published=hints.published or _date(headers),
        ),
    )


def _readable_part(headers: Message, body: bytes, origin: str) -> Part | None:
    """The first part of HTML that is no attachment, else the first of text. Raises DocumentError (truncated)."""
    text: Part | None = None
    is_cut = False
    for part in parts_of(headers, body):
        if part.is_attachment or part.media_type not in (HTML, PLAIN_TEXT) or not part.body.strip():
            continue
        if part.is_cut:
            is_cut = True
        elif part.media_type == HTML:
            return part
        else:
            text = text or part
    if text is None and is_cut:
        raise cut_off(origin)
    return text


def _kind_of(part: Part) -> str:
    """The part's media type, with what it says of how its text was wrapped (RFC 3676)."""
    if part.media_type == HTML:
        return HTML
    if part.parameter("format") != "flowed":
        return PLAIN_TEXT
    return FLOWED_TEXT_DELSP if part.parameter("delsp") == "yes" else FLOWED_TEXT


def _author(headers: Message) -> tuple[str, ...]:
    name, _ = parseaddr(value_of(headers, "From"))
    return (name,) if name else ()


def _date(headers: Message) -> str | None:
    try:
        moment = parsedate_to_datetime(value_of(headers, "Date"))
        # "-0000" says UTC of unknown place (RFC 5322, section 3.3), and comes without a zone.
        return moment.replace(tzinfo=moment.tzinfo or UTC).isoformat()
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _mail_id(source: Source, content: bytes) -> str | None:
    headers, _ = headers_and_body(content)
    name = value_of(headers, "Message-ID").strip("<> ")
    return f"{source.path}#{printable_name(name)}" if source.path and name else None
