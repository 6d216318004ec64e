"""How files, folders and standard input give documents: the door of this room.

Which file is safe to open is known to `sources.reading`, which files a folder holds to `sources.walk`, how each format
is read to `sources.formats`. Nothing here cleans.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import BinaryIO

from schemas.addresses import canonical_address
from schemas.errors import DocumentError, UsageError
from sources.blocks import Meter
from sources.formats import (
    FORMATS,
    chosen_format,
    is_limited_as_a_whole,
    is_one_document,
    known_format,
    read_source,
)
from sources.reading import (
    BadDocument,
    Outcome,
    ReadOptions,
    Source,
    absolute,
    blocks_of,
    open_regular,
    printable,
    reading_error,
    too_large,
)
from sources.sniffing import encodings_like, known_encoding
from sources.walk import SUPPORTED_SUFFIXES, find_files, is_folder

__all__ = [
    "FORMATS",
    "STDIN",
    "SUPPORTED_SUFFIXES",
    "BadDocument",
    "ReadOptions",
    "count_documents",
    "is_empty_folder",
    "open_documents",
]

STDIN = "-"
_MOST_BAD = 2_000
_MOST_BAD_FOR_EACH_GOOD = 10


def open_documents(paths: Sequence[str], *, options: ReadOptions) -> Iterator[Outcome]:
    """The documents at `paths` as they are read, in the order given; a folder's in sorted order, all levels.

    Whatever cannot be read stands in the stream as a BadDocument, and the rest goes on. "-" is standard input.

    Raises UsageError, before any work: unknown_format, unknown_encoding, or a `url` for what is no single document.

    >>> list(open_documents(["no-such-file.txt"], options=ReadOptions()))[0].error.code
    'not_found'
    """
    if isinstance(paths, str):
        paths = [paths]
    named = [os.fsdecode(path) for path in paths]
    options = _checked(options, named)
    outcomes = _all_outcomes(named, options, options.now or datetime.now(UTC))
    return outcomes if options.url is None else _with_url(outcomes, options.url)


def is_empty_folder(path: str) -> bool:
    """Whether the path is a folder in which nothing is to be read: no supported file, and nothing to report either.

    >>> is_empty_folder("no-such-folder")
    False
    """
    return is_folder(path) and next(find_files(path), None) is None


def count_documents(paths: Sequence[str], options: ReadOptions) -> int | None:
    """How many documents `open_documents` will give, or None where only reading would tell (records, standard input).

    Lists folders, opens no file. A path that cannot be read counts as the one BadDocument it will give.

    >>> count_documents(["no-such-file.txt"], ReadOptions()), count_documents(["-"], ReadOptions())
    (1, None)
    """
    count, forced = 0, known_format(options.format)
    for path in paths:
        if path == STDIN:
            return None
        for found in find_files(path):
            if not isinstance(found, BadDocument) and not is_one_document(
                chosen_format(found.format, forced)
            ):
                return None
            count += 1
    return count


def _checked(options: ReadOptions, paths: Sequence[str]) -> ReadOptions:
    if options.max_bytes < 1:
        raise UsageError(f"the limit of {options.max_bytes} bytes lets nothing in", code="usage")
    if options.url is not None:
        _check_url(options.url, paths)
    return replace(
        options, format=known_format(options.format), encoding=_known_encoding(options.encoding)
    )


def _known_encoding(name: str | None) -> str | None:
    if name is None:
        return None
    if found := known_encoding(name):
        return found
    near = encodings_like(name)
    raise UsageError(
        f"no encoding {name!r}",
        remedy=f"use {', '.join(near)}" if near else "use a name such as utf-8 or windows-1252",
        code="unknown_encoding",
    )


def _check_url(url: str, paths: Sequence[str]) -> None:
    if canonical_address(url) is None:
        raise UsageError(f"{url!r} is not an http or https address", code="bad_url")
    if len(paths) > 1 or any(path != STDIN and is_folder(path) for path in paths):
        raise UsageError(
            "--url is the address of one document, and more than one was given",
            remedy="give one file a call, or put the address into each record",
            code="url_for_many",
        )


def _with_url(outcomes: Iterator[Outcome], url: str) -> Iterator[Outcome]:
    for index, outcome in enumerate(outcomes):
        if isinstance(outcome, BadDocument):
            yield outcome
        elif index == 0:
            yield replace(outcome, url=url)
        else:
            error = DocumentError(
                f"{outcome.origin} is not the first document, and --url is the address of one",
                remedy="put the address into each record",
                code="url_for_many",
            )
            yield BadDocument(
                origin=outcome.origin,
                origin_id=outcome.origin_id,
                error=error,
                payload=outcome.content,
                media_type=outcome.media_type,
            )


def _all_outcomes(paths: Sequence[str], options: ReadOptions, now: datetime) -> Iterator[Outcome]:
    for path in paths:
        if path == STDIN:
            yield from _read_stdin(options, now)
            continue
        for found in find_files(path):
            if isinstance(found, BadDocument):
                yield found
            else:
                format_name = chosen_format(found.format, options.format)
                yield from _read_file(found.path, format_name, options, now)


def _read_file(
    path: str, format_name: str | None, options: ReadOptions, now: datetime
) -> Iterator[Outcome]:
    origin, full_path = printable(path), absolute(path)
    try:
        with open_regular(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            if is_limited_as_a_whole(format_name) and size > options.max_bytes:
                raise too_large(origin, options.max_bytes)
            source = Source(
                origin=origin,
                path=full_path,
                blocks=blocks_of(stream),
                options=options,
                fetched_at=now,
                meter=Meter(origin),
                file=stream,
            )
            yield from _until_noise(read_source(source.measured(), format_name), origin)
    except DocumentError as error:
        yield BadDocument(origin=origin, origin_id=full_path, error=error)
    except OSError as error:
        yield BadDocument(origin=origin, origin_id=full_path, error=reading_error(path, error))


def _until_noise(outcomes: Iterator[Outcome], origin: str) -> Iterator[Outcome]:
    """The outcomes, as long as there is something in them; each bad one takes memory in the report, and a row.

    Raises DocumentError (malformed) where a file gives mostly what cannot be read: a megabyte can hold a million of that.
    """
    good = bad = 0
    for outcome in outcomes:
        yield outcome
        if not isinstance(outcome, BadDocument):
            good += 1
            continue
        bad += 1
        if bad > _MOST_BAD and bad > _MOST_BAD_FOR_EACH_GOOD * good:
            raise DocumentError(
                f"{origin} is read no further: of {good + bad:,} documents {bad:,} cannot be read",
                remedy="check what it is, or give the parts that are wanted by themselves",
                code="malformed",
            )


def _read_stdin(options: ReadOptions, now: datetime) -> Iterator[Outcome]:
    origin = "stdin"
    try:
        source = Source(
            origin=origin,
            path=None,
            blocks=blocks_of(options.stdin or _process_stdin()),
            options=options,
            fetched_at=now,
            meter=Meter(origin),
        ).measured()
        if options.format is None:
            # Only the whole tells JSON from JSON Lines for sure; what is over the limit can only be lines.
            source = source.put_back(source.read_up_to(options.max_bytes + 1))
        yield from _until_noise(read_source(source, options.format), origin)
    except DocumentError as error:
        yield BadDocument(origin=origin, error=error)
    except (OSError, ValueError) as error:  # ValueError: the stream is closed
        reason = DocumentError(
            f"standard input cannot be read: {error}",
            remedy="pipe the text in, or name a file",
            code="unreadable",
        )
        yield BadDocument(origin=origin, error=reason)


def _process_stdin() -> BinaryIO:
    buffer: BinaryIO | None = getattr(sys.stdin, "buffer", None)
    if buffer is None:
        raise DocumentError(
            "this process has no standard input", remedy="name a file", code="unreadable"
        )
    return buffer
