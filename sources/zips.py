"""The members of a zip archive, by its directory; see `sources.archives` for which of them are read.

zipfile reads them. It takes a directory of any size into memory and decodes bzip2 and LZMA without a limit, so the
first is limited here and the others are refused (zips of pages are stored or deflated).
"""

from __future__ import annotations

import io
import stat
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from schemas.errors import DocumentError
from sources.archives import Member, MemberReader
from sources.blocks import BLOCK_BYTES, Meter
from sources.compressed import Read
from sources.reading import Outcome, Source
from sources.walk import format_of

# The least entry takes 47 bytes there and about 700 as Python keeps it: 190 MB, and 30 MB for an archive in an archive.
_DIRECTORY_BYTES = 12_000_000
_INNER_DIRECTORY_BYTES = 2_000_000
# The JSON of a WACZ tells of the crawl, and its lists of pages repeat what the records hold.
_CATALOGUE = frozenset(("json", "jsonl"))
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_ERRORS = (
    OSError,  # it seeks where the directory says, before the beginning too
    BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    OverflowError,
)


def read_zip(source: Source, read: Read) -> Iterator[Outcome]:
    """What the members of a zip hold, in the order of its directory.

    A zip that is no file by itself (standard input, one in another archive) is held in memory, limited by `max_bytes`.

    Raises DocumentError: malformed, empty, nested, too_large.
    """
    reader = MemberReader(source, read)
    reader.check_level()
    file = io.BytesIO(source.read_whole()) if source.file is None else source.file
    if source.file is not None:
        source.meter.taken_bytes = file.seek(0, io.SEEK_END)
    limit = _INNER_DIRECTORY_BYTES if source.level else _DIRECTORY_BYTES
    try:
        archive = ZipFile(cast("BinaryIO", _Limited(file, source.origin, limit)))
    except _ERRORS as error:
        raise _damaged(source.origin, error) from error
    with archive:
        yield from reader.read_members(_members(archive, source))


def _members(archive: ZipFile, source: Source) -> Iterator[Member]:
    unread = _CATALOGUE if _is_wacz(archive) else frozenset[str]()
    for info in archive.infolist():
        if format_of(info.filename) in unread:
            continue
        kind = stat.S_IFMT(info.external_attr >> 16)
        yield Member(
            name=info.orig_filename,
            kind=stat.S_IFDIR if info.is_dir() else kind,
            blocks=_blocks(archive, info, source.meter),
            problem=_problem(info),
        )


def _is_wacz(archive: ZipFile) -> bool:
    """Whether it is a web archive in a zip: named so by its contents (WACZ 1.1.1, sections 5.1 and 5.2)."""
    return "datapackage.json" in archive.NameToInfo and any(
        name.startswith("archive/") and format_of(name) == "warc" for name in archive.NameToInfo
    )


def _problem(info: ZipInfo) -> DocumentError | None:
    if info.flag_bits & _ENCRYPTED:
        return DocumentError(
            "the member is encrypted", remedy="unpack it with its password", code="encrypted"
        )
    if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        return DocumentError(
            f"the member is compressed by method {info.compress_type}",
            remedy="pack it again the usual way (deflate)",
            code="unsupported",
        )
    return None


def _blocks(archive: ZipFile, info: ZipInfo, meter: Meter) -> Iterator[bytes]:
    try:
        with archive.open(info) as member:
            while block := member.read(BLOCK_BYTES):
                meter.give(len(block))
                yield block
    except _ERRORS as error:
        raise _damaged("the member", error) from error


def _damaged(what: str, error: Exception) -> DocumentError:
    if isinstance(error, EOFError):
        return DocumentError(f"{what} is cut off", remedy="get the file again", code="truncated")
    return DocumentError(
        f"{what} cannot be read as zip: {error}", remedy="get the file again", code="malformed"
    )


class _Limited:
    """A file of which no single read is longer than a directory may be: zipfile reads that in one piece."""

    def __init__(self, file: BinaryIO, origin: str, limit: int) -> None:
        self._file = file
        self._origin = origin
        self._limit = limit
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int = -1) -> bytes:
        if size > self._limit:
            raise DocumentError(
                f"{self._origin} has a directory of {size:,} bytes, over the limit of {self._limit:,}",
                remedy="split it, or unpack it into a folder and give that",
                code="too_large",
            )
        return self._file.read(self._limit if size < 0 else size)

    def seekable(self) -> bool:
        return True
