"""A record: one JSON object with the keys news tools write, its body text or HTML."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from datetime import datetime

from enrichers.cleaning.draft import Claims
from enrichers.cleaning.lines import one_line
from enrichers.cleaning.metadata_dates import believe
from enrichers.cleaning.people import people
from schemas import record_keys
from schemas.errors import DocumentError

LONGEST_SECTION = 60


def read_record(text: str) -> dict[str, object]:
    """The object in `text`; DocumentError "malformed" for anything else.

    >>> read_record('{"title": "Oil"}')
    {'title': 'Oil'}
    """
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError) as problem:
        raise _malformed(f"the record is not valid JSON ({problem})") from problem
    if not isinstance(value, dict):
        raise _malformed(f"the record is a JSON {type(value).__name__}, not an object")
    return value


def body_of(record: Mapping[str, object]) -> str:
    """The record's text; a list is taken as its paragraphs, which may be objects with a text ("paragraphs" of an export)."""
    value = record_keys.pick(record, record_keys.BODY)
    if isinstance(value, list):
        return "\n\n".join(_paragraph(item) or "" for item in value)
    return _string(value) or ""


def _paragraph(item: object) -> str | None:
    return (
        _string(item.get("text")) if isinstance(item, Mapping) and "text" in item else _string(item)
    )


def record_claims(record: Mapping[str, object], *, fetched_at: datetime) -> Claims:
    """What the record's keys say; front matter of a text file is read the same way."""
    title = _string(record_keys.pick(record, record_keys.TITLE))
    summary = _string(record_keys.pick(record, record_keys.SUMMARY))
    modified = believe(
        record_keys.pick(record, record_keys.MODIFIED), "record", not_after=fetched_at
    )
    return Claims(
        title=None if title is None else _label(title),
        authors=tuple(people(record_keys.pick(record, record_keys.AUTHORS) or "")),
        published=believe(
            record_keys.pick(record, record_keys.PUBLISHED), "record", not_after=fetched_at
        ),
        site=_label(_string(record_keys.pick(record, record_keys.SITE)) or "") or None,
        url=_address(record_keys.pick(record, record_keys.URL)),
        language=_string(record_keys.pick(record, record_keys.LANGUAGE)) or None,
        summary=summary,
        modified_at=modified.at if modified else None,
        modified_precision=modified.precision if modified else None,
        section=_section(record_keys.pick(record, record_keys.SECTION)),
        image_url=_image(record_keys.pick(record, record_keys.IMAGE)),
        image_caption=_label(_string(record_keys.pick(record, record_keys.IMAGE_CAPTION)) or "")
        or None,
    )


def _section(value: object) -> str | None:
    """One label; the first of a list."""
    first = next(iter(value), None) if isinstance(value, list) else value
    text = _label(_string(first) or "")
    is_label = 1 < len(text) <= LONGEST_SECTION and not text.isdigit()
    return text if is_label else None


def _image(value: object) -> str | None:
    """The address of one picture; of a list or an object the first that has one."""
    first = next(iter(value), None) if isinstance(value, list) else value
    if isinstance(first, Mapping):
        first = first.get("url") or first.get("src") or first.get("contentUrl")
    return _address(first)


def _string(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return _string(value.get("name") or value.get("value") or value.get("rendered"))
    return None if isinstance(value, bool | list) else str(value)


def _label(text: str) -> str:
    return one_line(html.unescape(text))


def _address(value: object) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return (
        text
        if text.lower().startswith(("http://", "https://")) and not any(map(str.isspace, text))
        else None
    )


def _malformed(message: str) -> DocumentError:
    return DocumentError(
        message,
        remedy="give one JSON object a document, with a text, body or content",
        code="malformed",
    )
