"""Which pages a web archive (WARC 1.0 and 1.1, ISO 28500) holds: its records of HTML answers with status 200.

fastwarc reads the records. It believes each record's length, so this module keeps what it was fed since the record
began, tells a false length by what follows the record, and goes on at the next beginning of a record.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import BinaryIO, cast

from fastwarc.warc import ArchiveIterator, HeaderMap, WarcHeader, WarcRecord, WarcRecordType

from schemas.addresses import canonical_address
from schemas.document import HTML, RawDocument
from schemas.errors import DocumentError
from sources.compressed import decoded_body
from sources.reading import BadDocument, Outcome, Source, printable_name, too_large
from sources.sniffing import known_encoding, sniff_format
from sources.tape import Tape

_HTML_TYPES = frozenset((HTML, "application/xhtml+xml"))
_HEADER_BYTES = 65_536
# A file with more damaged places than this is noise, and each look for the next record costs time.
_MOST_DAMAGES = 10_000
# What nearly all addresses are like, told in a fiftieth of the time that their canonical form takes.
_PLAIN_ADDRESS = re.compile(
    r"https?://[a-z0-9]{1,60}(?:\.[a-z0-9]{1,60}){1,3}/[A-Za-z0-9/._~=&?-]{0,1000}"
)
_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")


def read_warc(source: Source) -> Iterator[Outcome]:
    """One outcome for each answer of HTML with status 200, and one for each place that is damaged.

    An origin names the byte of the file, compressed as it is, at which the record begins. Records of other kinds, types
    and statuses are passed over. At most one record is in memory, its length limited by `max_bytes`.
    """
    tape = Tape(source)
    for _ in range(_MOST_DAMAGES):
        at_end = yield from _read_on(source, tape)
        if at_end:
            return
    raise DocumentError(
        f"{source.origin} is damaged in more than {_MOST_DAMAGES:,} places",
        remedy="get the file again",
        code="malformed",
    )


def _read_on(source: Source, tape: Tape) -> Generator[Outcome, None, bool]:
    """The outcomes from where the tape stands to the next damaged place, and whether the file ended there."""
    # A record's outcome is held until the next one begins well: only that shows that its length was true.
    held: Outcome | None = None
    try:
        for record in _records(source, tape):
            if held is not None:
                yield held
            held = None
            tape.begin(record.stream_pos)
            held = _outcome(record, source)
    except _OversizeError as oversize:
        if oversize.outcome is not None:
            yield oversize.outcome
        return tape.find_record() is None
    except _DamageError as damage:
        yield from _after_damage(held, source, tape, damage)
        return tape.at_end
    yield from _last(held, source, tape)
    return True


class _DamageError(Exception):
    """Here is no record, or one that cannot be read; `code` is that of the error it becomes."""

    def __init__(self, reason: str, *, code: str = "malformed") -> None:
        super().__init__(reason)
        self.code = code


class _OversizeError(Exception):
    """A record says that it is over the limit; true or false, it is not worth reading on to its end."""

    def __init__(self, outcome: Outcome | None) -> None:
        super().__init__()
        self.outcome = outcome


def _records(source: Source, tape: Tape) -> Iterator[WarcRecord]:
    try:
        yield from ArchiveIterator(cast("BinaryIO", tape), parse_http=False)
    except DocumentError as error:
        if source.meter.spent:
            raise
        raise _DamageError(error.message, code=error.code) from error
    except OSError as error:
        raise _DamageError(str(error)) from error
    except BaseException as error:
        # A panic of the Rust library derives from BaseException, as Ctrl-C does.
        if type(error).__name__ != "PanicException":
            raise
        raise _DamageError("the record cannot be parsed") from error


def _outcome(record: WarcRecord, source: Source) -> Outcome | None:
    """The record's page; None for a record of something else. Raises _DamageError, _OversizeError."""
    place = record.stream_pos
    declared = (record.headers.get(WarcHeader.CONTENT_LENGTH) or "").strip()
    if not (declared.isascii() and declared.isdigit() and len(declared) < 20):
        raise _DamageError(f"its Content-Length is {declared[:40]!r}")
    is_page = _is_page(record)
    if int(declared) > source.options.max_bytes + _HEADER_BYTES:
        error = too_large(f"{source.origin}:{place}", source.options.max_bytes)
        raise _OversizeError(_bad(source, place, error, record) if is_page else None)
    source.meter.give(int(declared))
    try:
        content = record.reader.read(record.content_length)
    except OSError as error:
        raise _DamageError(str(error)) from error
    if len(content) < record.content_length:
        raise _DamageError("it ends before its Content-Length", code="truncated")
    if not is_page:
        return None
    try:
        document = _document(record, content, source)
    except DocumentError as error:
        if source.meter.spent:
            raise
        return _bad(source, place, error, record, payload=content)
    typed = record.http_content_type is not None
    return document if typed or sniff_format(document.content[:4096], None) == "html" else None


def _is_page(record: WarcRecord) -> bool:
    if not record.is_http or record.record_type != WarcRecordType.response:
        return False
    try:
        record.parse_http()
    except OSError as error:
        raise _DamageError(str(error)) from error
    headers = record.http_headers
    return (
        headers is not None
        and headers.status_code == 200
        # Without a type it is a page where it looks like one, as browsers have it.
        and (record.http_content_type or HTML).lower() in _HTML_TYPES
    )


def _document(record: WarcRecord, content: bytes, source: Source) -> RawDocument:
    place = f"{source.origin}:{record.stream_pos}"
    _check_whole(record, content, place)
    headers = record.http_headers
    if headers is not None and b"-encoding" in _names(headers):
        content = _uncoded(headers, content, replace(source, origin=place))
    if len(content) > source.options.max_bytes:
        raise too_large(place, source.options.max_bytes)
    if not content or content.isspace():
        raise DocumentError(f"{place} has no content", code="empty")
    charset = known_encoding((record.http_charset or "").strip("\"' "))
    return RawDocument(
        content=content,
        media_type=HTML,
        origin=place,
        origin_id=_origin_id(source, record),
        url=_address(record),
        fetched_at=_moment(record.headers.get(WarcHeader.WARC_DATE)) or source.fetched_at,
        hints=source.hints(charset=charset),
    )


def _names(headers: HeaderMap) -> bytes:
    """The names that are there, in a tenth of the time that asking for one takes."""
    return b" ".join(headers.keys_bytes()).lower()


def _check_whole(record: WarcRecord, content: bytes, place: str) -> None:
    """Raise DocumentError (truncated) for a page of which the crawler kept, or got, the beginning alone."""
    of_record = _names(record.headers)
    if b"warc-truncated" in of_record or b"warc-segment-number" in of_record:
        raise _cut(place, "the archive says that it holds a part of the page")
    http = record.http_headers
    if http is None or content[-64:].rstrip().lower().endswith(b"</html>"):
        return
    names = _names(http)
    # A coding that was undone, or is yet to be, makes the length one of other bytes.
    if b"content-length" not in names or b"-encoding" in names:
        return
    declared = (http.get("Content-Length") or "").strip()
    if declared.isascii() and declared.isdigit() and len(content) < int(declared[:20]):
        raise _cut(place, f"the answer has {len(content):,} of {declared[:20]} bytes")


def _cut(place: str, reason: str) -> DocumentError:
    return DocumentError(
        f"{place} is not the whole page: {reason}",
        remedy="fetch the page itself",
        code="truncated",
    )


def _uncoded(headers: HeaderMap, content: bytes, source: Source) -> bytes:
    if "chunked" in (headers.get("Transfer-Encoding") or "").lower():
        content = _without_chunks(content)
    return decoded_body(source, content, headers.get("Content-Encoding") or "")


def _without_chunks(body: bytes) -> bytes:
    """The body without the framing of RFC 9112, section 7.1; as it is where it has none (many crawlers take it off)."""
    parts: list[bytes] = []
    place = 0
    while found := _CHUNK.match(body, place):
        size = int(found[1], 16)
        if not size:
            return b"".join(parts)
        parts.append(body[found.end() : found.end() + size])
        place = found.end() + size + 2
    if not parts:
        return body
    raise DocumentError("the chunks of the answer have no end", code="truncated")


def _address(record: WarcRecord) -> str | None:
    url = (record.headers.get(WarcHeader.WARC_TARGET_URI) or "").strip("<> \t")
    return url if _PLAIN_ADDRESS.fullmatch(url) or canonical_address(url) is not None else None


def _origin_id(source: Source, record: WarcRecord) -> str | None:
    name = (record.record_id or "").strip("<> ")
    return f"{source.path}#{printable_name(name)}" if source.path and name else None


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat((text or "").strip())
        if found.tzinfo is UTC:
            return found
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _bad(
    source: Source,
    place: int,
    error: DocumentError,
    record: WarcRecord | None = None,
    *,
    payload: bytes | None = None,
) -> BadDocument:
    return BadDocument(
        origin=f"{source.origin}:{place}",
        origin_id=None if record is None else _origin_id(source, record),
        error=error,
        payload=payload,
        media_type=None if payload is None else HTML,
    )


def _after_damage(
    held: Outcome | None, source: Source, tape: Tape, damage: _DamageError
) -> Iterator[Outcome]:
    """What stood there, with the tape moved on to the next record (or the end)."""
    began, ended = tape.record_place, tape.record_end()
    found = tape.find_record()
    if ended is not None:
        # The record is whole: what failed stands behind it, and if that begins as a record does, it is tried by itself.
        if held is not None:
            yield held
        if found == ended:
            return
        began = ended
    place = f"{source.origin}:{began}"
    error = DocumentError(
        f"{place} is no whole WARC record: {str(damage).rstrip('.')}",
        remedy="get the file again",
        code=damage.code,
    )
    yield _bad(source, began, error)


def _last(held: Outcome | None, source: Source, tape: Tape) -> Iterator[Outcome]:
    """The last record; a bad one instead where the compressed data has no end."""
    if not tape.is_cut():
        if tape.records == 0:
            raise DocumentError(
                f"{source.origin} has no records", remedy="get the whole file", code="empty"
            )
        if held is not None:
            yield held
        return
    ended = tape.record_end()
    if held is not None and ended is not None:
        yield held
    began = tape.record_place if ended is None else ended
    yield _bad(
        source,
        began,
        DocumentError(
            f"{source.origin}:{began} is not all there: the file is cut off",
            remedy="get the whole file",
            code="truncated",
        ),
    )
