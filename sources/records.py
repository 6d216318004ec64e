"""How a record (an object with a title, a text, an address ...) becomes a RawDocument with its hints.

The keys are those of `schemas.record_keys`; which bytes hold which records is known to `sources.json_files` and
`sources.tables`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas import record_keys
from schemas.addresses import canonical_address
from schemas.document import RECORD, Hints, RawDocument
from schemas.errors import DocumentError
from schemas.record_keys import pick
from sources.bylines import author_names
from sources.reading import BadDocument, Outcome, Source

_INNER_TEXT = ("rendered", *record_keys.BODY, "value", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record stands: `origin` for people; `alone` where it is all there is in its file."""

    source: Source
    origin: str
    payload: bytes | None = None
    alone: bool = False


def record_outcome(value: object, place: Place) -> Outcome:
    """The record as a document, or why it is none (malformed: no object; empty: no body)."""
    if not isinstance(value, Mapping):
        error = DocumentError(
            f"{place.origin} is {_kind(value)}, not an object with a title and a text",
            remedy="give one JSON object for each article",
            code="malformed",
        )
        return bad_record(error, place)
    try:
        record, content = _encoded({**value, **_flat_bodies(value)})
    except (RecursionError, ValueError):
        error = DocumentError(f"{place.origin} is nested too deeply", code="malformed")
        return bad_record(error, place)
    origin_id = _origin_id(record, place)
    if not _says_something(pick(record, record_keys.BODY)):
        error = DocumentError(
            f"{place.origin} has no text",
            remedy=f"put it under one of the keys {', '.join(record_keys.BODY)}",
            code="empty",
        )
        return bad_record(error, place, origin_id=origin_id, content=content)
    return RawDocument(
        content=content,
        media_type=RECORD,
        origin=place.origin,
        origin_id=origin_id,
        url=_address(record),
        fetched_at=place.source.fetched_at,
        hints=_hints(record, place.source),
    )


def bad_record(
    error: DocumentError,
    place: Place,
    *,
    origin_id: str | None = None,
    content: bytes | None = None,
) -> BadDocument:
    """The record as a bad document; its payload is `content`, else the bytes it stood in."""
    payload = place.payload if content is None else content
    return BadDocument(
        origin=place.origin, origin_id=origin_id, error=error, payload=payload, media_type=RECORD
    )


def _encoded(record: dict[str, object]) -> tuple[dict[str, object], bytes]:
    text = json.dumps(record, ensure_ascii=False)
    try:
        return record, text.encode()
    except UnicodeEncodeError:
        # A lone half of a surrogate pair (from "\ud800" in the JSON) has no UTF-8; title and names may hold one too.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return json.loads(text), text.encode()


def _flat_bodies(record: Mapping[str, object]) -> dict[str, object]:
    return {
        key: _text(value, joint="\n\n")
        for key, value in record.items()
        if key.strip().lower() in record_keys.BODY and not isinstance(value, str)
    }


def _text(value: object, *, joint: str = ", ") -> str:
    """The text of a value that should have been a string: of a list its parts joined, of an object its inner text.

    Nested only so far as news tools do ({"rendered": "..."}, [{"text": "..."}]), so that no depth matters.
    """
    parts = value if isinstance(value, list) else [value]
    texts = [pick(part, _INNER_TEXT) if isinstance(part, Mapping) else part for part in parts]
    return joint.join(str(text).strip() for text in texts if _says_something(text))


def _says_something(value: object) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    return isinstance(value, int | float) and not isinstance(value, bool)


def _hints(record: Mapping[str, object], source: Source) -> Hints:
    options = source.options
    title = pick(record, record_keys.TITLE)
    return Hints(
        title=None if title is None else " ".join(_text(title).split()),
        published=options.published or _moment(pick(record, record_keys.PUBLISHED)),
        authors=author_names(pick(record, record_keys.AUTHORS)),
        site=options.site or _text(pick(record, record_keys.SITE)) or None,
        language=options.language or _text(pick(record, record_keys.LANGUAGE)) or None,
        encoding="utf-8",
    )


def _moment(value: object) -> str | None:
    """The date as it is written; seconds or milliseconds since 1970 as an ISO instant.

    >>> _moment(1709294400), _moment("2024-03-01")
    ('2024-03-01T12:00:00+00:00', '2024-03-01')
    """
    text = _text(value)
    # Ten digits are seconds between 2001 and 2286, thirteen milliseconds; eight are a day (20240301).
    if found := re.fullmatch(r"(\d{10})(?:\d{3})?(?:\.\d*)?", text):
        return datetime.fromtimestamp(int(found[1]), UTC).isoformat()
    return text or None


def _address(record: Mapping[str, object]) -> str | None:
    for name in record_keys.URL:
        url = _text(pick(record, (name,)))
        if canonical_address(url) is not None:
            return url
    return None


def _origin_id(record: Mapping[str, object], place: Place) -> str | None:
    path = place.source.path
    if path is None:
        return None
    identity = _text(pick(record, record_keys.IDENTITY))
    if identity:
        return f"{path}#{identity}"
    return path if place.alone else None


def _kind(value: object) -> str:
    kinds = {list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
