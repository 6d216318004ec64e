"""Which records a JSON or JSON Lines file holds. JSON Lines is streamed: one line is in memory at a time."""

from __future__ import annotations

import codecs
import json
import math
from collections.abc import Iterable, Iterator, Mapping

from schemas.errors import DocumentError
from schemas.record_keys import BODY, pick
from sources.reading import Outcome, Source, too_large
from sources.records import Place, bad_record, record_outcome
from sources.sniffing import decode, wide_encoding

_WRAPPERS = ("articles", "items", "docs", "data", "results", "hits", "response", "@graph")
_DEEPEST_WRAPPER = (
    3  # {"response": {"docs": [...]}}, {"hits": {"hits": [...]}}, with room for one more
)
_SOURCE = "_source"  # where Elasticsearch keeps the record itself


def read_json(source: Source) -> Iterator[Outcome]:
    """The records of a JSON file: an object is one, a list is many, so is a list under articles, items, docs or data.

    Interfaces of search nest such a list ({"response": {"docs": [...]}}) and its records ({"_source": {...}}).
    Places in a list count from 0, as in `jq '.[3]'`. A file that is JSON Lines in truth is read as that.
    """
    content = source.read_whole()
    text = decode(content, source.options.encoding)
    if text is None:
        yield source.bad(undecodable(source.origin, source.options.encoding), payload=content)
        return
    try:
        value = _parse(text)
    except _NotJsonError as error:
        if error.more_follows:
            yield from read_json_lines(source.put_back(content))
        else:
            yield source.bad(
                _malformed(source.origin, f"line {error.line} {error}"), payload=content
            )
        return
    records = _records(value)
    if records is None:
        yield record_outcome(
            value, Place(source=source, origin=source.origin, payload=content, alone=True)
        )
        return
    if not records:
        raise DocumentError(
            f"{source.origin} is a list without articles",
            remedy="give a file with at least one record",
            code="empty",
        )
    for index, record in enumerate(records):
        yield record_outcome(record, Place(source=source, origin=f"{source.origin}[{index}]"))


def read_json_lines(source: Source) -> Iterator[Outcome]:
    """One outcome a line that is not blank. A line over `max_bytes` is one bad document and never held in memory."""
    encoding, blocks = _as_lines_encoding(source)
    limit = source.options.max_bytes
    some = False
    for number, line in enumerate(split_lines(blocks, limit), start=1):
        if line is not None and not line.strip(b" \t\r\0\xef\xbb\xbf"):
            continue
        some = True
        place = Place(source=source, origin=f"{source.origin}:{number}", payload=line)
        if line is None:
            yield bad_record(too_large(place.origin, limit), place)
        else:
            yield _line_outcome(line, encoding, place)
    if not some:
        raise DocumentError(
            f"{source.origin} is empty", remedy="give a file with text in it", code="empty"
        )


def split_lines(blocks: Iterable[bytes], limit: int) -> Iterator[bytes | None]:
    r"""The lines without their ends; None for one of more than `limit` bytes, of which no more than that was kept.

    >>> list(split_lines([b"one\ntw", b"o\nthree"], 4))
    [b'one', b'two', None]
    """
    line, over = bytearray(), False
    for block in blocks:
        for place, piece in enumerate(block.split(b"\n")):
            if place:
                yield None if over else bytes(line)
                line, over = bytearray(), False
            if not over:
                line += piece
            if len(line) > limit:
                line, over = bytearray(), True
    if line or over:
        yield None if over else bytes(line)


def undecodable(origin: str, encoding: str | None) -> DocumentError:
    """The error for bytes that are no text in the declared encoding, or in any that could be told."""
    if encoding:
        return DocumentError(
            f"{origin} is not in {encoding}",
            remedy="name the right encoding, or leave --encoding out to have it found",
            code="malformed",
        )
    return DocumentError(
        f"{origin} is text in an encoding that cannot be told",
        remedy="name it with --encoding",
        code="malformed",
    )


def _line_outcome(line: bytes, encoding: str | None, place: Place) -> Outcome:
    text = decode(line, encoding)
    if text is None:
        return bad_record(undecodable(place.origin, encoding), place)
    try:
        value = _parse(text)
    except _NotJsonError as error:
        return bad_record(_malformed(place.origin, str(error)), place)
    return record_outcome(value, place)


def _as_lines_encoding(source: Source) -> tuple[str | None, Iterable[bytes]]:
    """The encoding of single lines, and the bytes to split at each line feed.

    An encoding in which a line's end is not that one byte (UTF-16, UTF-32, EBCDIC) is made UTF-8 on the way.
    """
    head = source.read_up_to(1)
    blocks = source.put_back(head).blocks
    declared = source.options.encoding
    encoding = wide_encoding(head) if declared is None or head.startswith(_MARKS) else declared
    if encoding == "utf-8-sig":
        return "utf-8", blocks
    if encoding in {"utf-16", "utf-32"} and not head.startswith(_MARKS):
        # Unlike bytes.decode, the incremental decoder insists on the mark.
        encoding = wide_encoding(head) or f"{encoding}-le"
    if encoding is None or "\n".encode(encoding) == b"\n":
        return encoding, blocks
    return "utf-8", _as_utf8(blocks, encoding)


_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


def _as_utf8(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


class _NotJsonError(Exception):
    def __init__(self, reason: str, *, line: int = 1, more_follows: bool = False) -> None:
        super().__init__(reason)
        self.line = line
        self.more_follows = more_follows


def _parse(text: str) -> object:
    """The value. NaN and infinity, which JSON does not have, become null; bare line ends in strings are let through."""
    try:
        value: object = json.loads(
            text.lstrip("\ufeff"), strict=False, parse_constant=_null, parse_float=_finite
        )
    except json.JSONDecodeError as error:
        more = (
            error.msg == "Extra data"
            and text[: error.pos].endswith("\n")
            and error.doc[error.pos] == "{"
        )
        reason = f"column {error.colno}: {error.msg}"
        raise _NotJsonError(reason, line=error.lineno, more_follows=more) from error
    except RecursionError as error:
        raise _NotJsonError("column 1: nested too deeply") from error
    except ValueError as error:
        raise _NotJsonError(f"column 1: {error}") from error
    return value


def _null(_name: str) -> None:
    return None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _malformed(origin: str, reason: str) -> DocumentError:
    return DocumentError(
        f"{origin} is not valid JSON: {reason}", remedy="repair it there", code="malformed"
    )


def _records(value: object) -> list[object] | None:
    """The records of a list or of an object that only wraps one; None where the value is a record itself."""
    for _ in range(_DEEPEST_WRAPPER + 1):
        if isinstance(value, list):
            return [_unwrapped(record) for record in value]
        if not isinstance(value, Mapping) or pick(value, BODY):
            return None
        value = _wrapped(value)
    return None


def _wrapped(record: Mapping[str, object]) -> object | None:
    """What stands under the first wrapper's name: a list before an object, for only one of them can hold the other."""
    found = [pick(record, (name,)) for name in _WRAPPERS]
    lists = [inner for inner in found if isinstance(inner, list)]
    return next(iter([*lists, *(inner for inner in found if isinstance(inner, Mapping))]), None)


def _unwrapped(record: object) -> object:
    if isinstance(record, Mapping) and not pick(record, BODY):
        inner = record.get(_SOURCE)
        return inner if isinstance(inner, Mapping) else record
    return record
