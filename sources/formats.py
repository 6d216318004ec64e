"""Which reader reads which format: one table, and the way from a name or a look to it.

Containers hand their members back to `read_source`; how deep that goes is theirs to limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches

from schemas.document import HTML, MARKDOWN, PLAIN_TEXT, RawDocument
from schemas.errors import DocumentError, UsageError
from sources.compressed import inner_name, read_compressed
from sources.json_files import read_json, read_json_lines, undecodable
from sources.mail import read_mail, read_mailbox
from sources.mhtml import read_mhtml
from sources.pdf import read_pdf
from sources.reading import Outcome, Source
from sources.sniffing import binary_kind, head_text, is_wrong_encoding, sniff_format
from sources.tables import looks_like_table, read_csv
from sources.tars import read_tar
from sources.walk import COMPRESSIONS, format_of
from sources.zips import read_zip

TEXT_FORMATS = ("txt", "md", "html", "json", "jsonl", "csv")
FORMATS = (
    *TEXT_FORMATS,
    "eml",
    "mbox",
    "mhtml",
    "pdf",
    "warc",
    "wacz",
    "zip",
    "tar",
    *COMPRESSIONS,
)

_FORMAT_BY_NAME = {
    **{name: name for name in FORMATS},
    "text": "txt",
    "markdown": "md",
    "htm": "html",
    "xhtml": "html",
    "ndjson": "jsonl",
    "mht": "mhtml",
    "mail": "eml",
    "wacz": "zip",
    "warc.gz": "warc",
    "tgz": "tar",
    "tar.gz": "tar",
    "gzip": "gz",
    "bzip2": "bz2",
    "zstd": "zst",
}
_MEDIA_TYPES = {"txt": PLAIN_TEXT, "md": MARKDOWN, "html": HTML}
_RECORD_READERS: dict[str, Callable[[Source], Iterator[Outcome]]] = {
    "json": read_json,
    "jsonl": read_json_lines,
    "csv": read_csv,
    "mbox": read_mailbox,
}
_ONE_DOCUMENT = frozenset((*_MEDIA_TYPES, "eml", "mhtml", "pdf"))
_OPENED = frozenset(("zip", "tar", *COMPRESSIONS))
# These have no limit on the whole, only on each line, message, record or member.
_LIMITED_BY_PART = frozenset(("jsonl", "mbox", "warc", *_OPENED))


def known_format(name: str | None) -> str | None:
    """The format a user means, None for None. Raises UsageError (unknown_format).

    >>> known_format(".NDJSON"), known_format("tar.gz")
    ('jsonl', 'tar')
    """
    if name is None:
        return None
    asked = name.strip().lower().lstrip(".")
    if found := _FORMAT_BY_NAME.get(asked):
        return found
    near = get_close_matches(asked, _FORMAT_BY_NAME, n=1)
    raise UsageError(
        f"no format {name!r}",
        remedy=f"use {near[0]}" if near else f"use one of {', '.join(FORMATS)}",
        code="unknown_format",
    )


def chosen_format(suffix_format: str | None, forced: str | None) -> str | None:
    """The format to read in: the forced one, but a zip, tar or compressed file is opened and what is inside forced.

    >>> chosen_format("txt", "html"), chosen_format("zip", "html"), chosen_format("zip", "warc")
    ('html', 'zip', 'warc')
    """
    opened = suffix_format in _OPENED and forced in TEXT_FORMATS
    return suffix_format if opened else forced or suffix_format


def is_one_document(format_name: str | None) -> bool:
    """Whether a file of the format is one document for sure; None is a format that is yet to be found by looking."""
    return format_name is None or format_name in _ONE_DOCUMENT


def is_limited_as_a_whole(format_name: str | None) -> bool:
    """Whether `max_bytes` is for the whole file. None may yet turn out to be JSON Lines."""
    return format_name is not None and format_name not in _LIMITED_BY_PART


def read_source(source: Source, format_name: str | None) -> Iterator[Outcome]:
    """What the source holds, in the format named, or in the text format it looks like.

    Raises DocumentError for what is wrong with the source as a whole.
    """
    head = source.read_up_to(1)
    source = source.put_back(head)
    if format_name in _OPENED or format_name in {"warc", "pdf"}:
        yield from _read_binary(source, format_name, head)
        return
    kind = binary_kind(head)
    if format_name is None:
        format_name = _looks_like(head, source.options.encoding)
        if format_name is None:
            raise _unsupported(source.origin, kind)
    elif kind:
        raise DocumentError(
            f"{source.origin} is {kind}, not text", remedy="give the text itself", code="binary"
        )
    if format_name in _RECORD_READERS:
        yield from _RECORD_READERS[format_name](source)
    elif format_name == "eml":
        yield read_mail(source)
    elif format_name == "mhtml":
        yield read_mhtml(source)
    else:
        yield _text_document(source, _MEDIA_TYPES[format_name])


def _looks_like(head: bytes, encoding: str | None) -> str | None:
    found = sniff_format(head, encoding)
    return "csv" if found == "txt" and looks_like_table(head_text(head, encoding)) else found


def _read_binary(source: Source, format_name: str, head: bytes) -> Iterator[Outcome]:
    if not head:
        raise DocumentError(
            f"{source.origin} is empty", remedy="give a file with something in it", code="empty"
        )
    if format_name == "pdf":
        yield read_pdf(source)
    elif format_name == "warc":
        from sources.warc import read_warc  # only those who read one need fastwarc

        yield from read_warc(source)
    elif format_name == "zip":
        yield from read_zip(source, _read_member)
    elif format_name == "tar":
        yield from read_tar(source, _read_member)
    else:
        forced = source.options.format
        inner = format_of(inner_name(source.path or ""))
        yield from read_compressed(source, read_source, forced if forced in TEXT_FORMATS else inner)


def _read_member(source: Source, format_name: str | None) -> Iterator[Outcome]:
    forced = source.options.format
    inner_forced = forced if forced in TEXT_FORMATS else None
    yield from read_source(source, chosen_format(format_name, inner_forced))


def _text_document(source: Source, media_type: str) -> Outcome:
    content, named = source.read_whole(), source.options.encoding
    if named and is_wrong_encoding(content, named):
        return source.bad(undecodable(source.origin, named), payload=content)
    return RawDocument(
        content=content,
        media_type=media_type,
        origin=source.origin,
        origin_id=source.path,
        fetched_at=source.fetched_at,
        hints=source.hints(),
    )


def _unsupported(origin: str, kind: str | None) -> DocumentError:
    return DocumentError(
        f"{origin} is {kind or 'no text that is known'}, which cannot be read",
        remedy=f"formats: {', '.join(FORMATS)}; name one with --format if it is one of them",
        code="unsupported",
    )
