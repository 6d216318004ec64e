"""How a thing is read: the options, the safe opening, and what stands in the stream for what could not be read.

Nothing here knows a format; see `sources.files` for the door.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from schemas.document import Hints, RawDocument
from schemas.errors import CopydeskError, DocumentError
from sources.blocks import BLOCK_BYTES, Meter

# A pipe would block for ever without O_NONBLOCK, and a link put there after the look would be followed without O_NOFOLLOW.
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What the user said about the documents, and how much of them may be read.

    `format` (one of `sources.formats.FORMATS`) wins over the suffix of every file read. `url` is for exactly one
    document. `max_bytes` is for a file, or for one line of JSON Lines. `stdin` is what "-" reads, `now` the
    `fetched_at` of the run; None means the real ones.
    """

    format: str | None = None
    url: str | None = None
    published: str | None = None
    site: str | None = None
    language: str | None = None
    encoding: str | None = None
    max_bytes: int = 20_000_000
    stdin: BinaryIO | None = None
    now: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadDocument:
    """What stands in the stream in place of a document that cannot be read; the rest goes on.

    `payload` is what was read of it, where that may help whoever looks at the quarantine.
    """

    origin: str
    error: CopydeskError
    origin_id: str | None = None
    payload: bytes | None = None
    media_type: str | None = None


Outcome = RawDocument | BadDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file, a stream or a member of an archive that stands open.

    `path` is absolute, its folders resolved; None for a stream. `file` is the same bytes where they can be read in any
    order, for formats that begin at their end. `level` counts the archives it is in, `unpacked` says that it has just
    come out of a compression, and `meter` is that of the outermost file.
    """

    origin: str
    path: str | None
    blocks: Iterator[bytes]
    options: ReadOptions
    fetched_at: datetime
    meter: Meter
    file: BinaryIO | None = None
    level: int = 0
    unpacked: bool = False

    def bad(self, error: DocumentError, *, payload: bytes | None = None) -> BadDocument:
        """The whole source as one bad document."""
        return BadDocument(origin=self.origin, origin_id=self.path, error=error, payload=payload)

    def hints(self, *, charset: str | None = None) -> Hints:
        """What the options say of any document of this source, and its charset where they name none."""
        options = self.options
        return Hints(
            published=options.published,
            site=options.site,
            language=options.language,
            encoding=options.encoding or charset,
        )

    def read_whole(self) -> bytes:
        """All of it. Raises DocumentError: too_large, empty."""
        content = self.read_up_to(self.options.max_bytes + 1)
        if len(content) > self.options.max_bytes:
            raise too_large(self.origin, self.options.max_bytes)
        if not content.strip(b" \t\r\n\f\v\0\xef\xbb\xbf\xff\xfe"):
            raise DocumentError(
                f"{self.origin} is empty", remedy="give a file with text in it", code="empty"
            )
        return content

    def read_up_to(self, size: int) -> bytes:
        """The blocks joined until `size` bytes are there or the source ends; may be up to a block more."""
        read = bytearray()
        for block in self.blocks:
            read += block
            if len(read) >= size:
                break
        return bytes(read)

    def put_back(self, content: bytes) -> Source:
        """The same source with `content` before what is left of it."""
        return replace(self, blocks=chain([content], self.blocks))

    def measured(self) -> Source:
        """The same source, each block of it counted as taken from the outermost file."""
        return replace(self, blocks=_counted(self.blocks, self.meter))

    def unpack(self, blocks: Iterator[bytes]) -> Source:
        """The same source after its compression was undone."""
        return replace(self, blocks=blocks, file=None, unpacked=True)

    def member(self, name: str, blocks: Iterator[bytes]) -> Source:
        """What stands in this source under `name`, which is text to be shown (see `printable_name`)."""
        return replace(
            self,
            origin=f"{self.origin}!{name}",
            path=None if self.path is None else f"{self.path}!{name}",
            blocks=blocks,
            file=None,
            level=self.level + 1,
            unpacked=False,
        )


def too_large(origin: str, limit: int) -> DocumentError:
    """The error for a document over the limit."""
    return DocumentError(
        f"{origin} is over the limit of {limit:,} bytes",
        remedy="raise --max-bytes to read it",
        code="too_large",
    )


def printable(path: str) -> str:
    r"""The path as text that can be stored and shown: bytes that are not UTF-8 are written \xNN.

    >>> printable("news-\udcff.txt")
    'news-\\xff.txt'
    """
    try:
        return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # no file name could be that, but somebody may type it
        return path.encode("utf-8", "backslashreplace").decode()


def printable_name(name: str) -> str:
    r"""A name from inside a container as one line: what breaks lines, reorders or hides text is escaped as Python does.

    >>> print(printable_name("-a\nb\u202ehtml.exe"), printable_name("Straße 1.html"))
    -a\nb\u202ehtml.exe Straße 1.html
    """
    if name.isascii() and name.isprintable():
        return name
    return printable(
        "".join(
            character
            if character.isprintable() or character == " " or "\udc80" <= character <= "\udcff"
            else character.encode("unicode_escape").decode()
            for character in name
        )
    )


def absolute(path: str) -> str:
    """The absolute path with its folder part resolved, so that one file has one name; the last part is kept."""
    folder, name = os.path.split(path)
    try:
        return printable(str(Path(os.path.realpath(folder or "."), name)))
    except ValueError:  # a NUL in it: there is no such path
        return printable(path)


def look(path: str) -> os.stat_result:
    """The state of the thing itself, never of what a link points to. Raises DocumentError: not_found, unreadable."""
    try:
        return os.lstat(path)
    except (OSError, ValueError) as error:
        raise reading_error(path, error) from error


def open_regular(path: str) -> BinaryIO:
    """The file, opened to read; only ever a regular file.

    Raises DocumentError: symlink, special_file, not_found, unreadable.
    """
    refuse_special(path, look(path).st_mode)
    try:
        descriptor = os.open(path, _OPEN_FLAGS)
    except (OSError, ValueError) as error:
        raise reading_error(path, error) from error
    try:
        refuse_special(path, os.fstat(descriptor).st_mode)
    except DocumentError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb", buffering=BLOCK_BYTES)


def refuse_special(path: str, mode: int) -> None:
    """Raise DocumentError (symlink, special_file) unless `mode` is a regular file's."""
    if stat.S_ISLNK(mode):
        raise DocumentError(
            f"{printable(path)} is a symbolic link, and links are not followed",
            remedy="name the file it points to",
            code="symlink",
        )
    if not stat.S_ISREG(mode):
        raise DocumentError(
            f"{printable(path)} is a {_KINDS.get(stat.S_IFMT(mode), 'special file')}, not a regular file",
            remedy="pipe it in instead, with '-' for the path",
            code="special_file",
        )


_KINDS = {
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
    stat.S_IFDIR: "folder",
}


def reading_error(path: str, error: OSError | ValueError) -> DocumentError:
    """The operating system's error as ours."""
    if isinstance(error, FileNotFoundError | NotADirectoryError) or not isinstance(error, OSError):
        return DocumentError(
            f"there is no file {printable(path)!r}",
            remedy="check the path and the folder you are in",
            code="not_found",
        )
    if error.errno == errno.ELOOP:
        return DocumentError(
            f"{printable(path)} is a symbolic link, and links are not followed",
            remedy="name the file it points to",
            code="symlink",
        )
    reason = error.strerror or str(error)
    return DocumentError(
        f"{printable(path)} cannot be read: {reason}",
        remedy="let your user read it (chmod u+r), or copy it to where you may",
        code="unreadable",
    )


def _counted(blocks: Iterator[bytes], meter: Meter) -> Iterator[bytes]:
    for block in blocks:
        meter.taken_bytes += len(block)
        yield block


def blocks_of(stream: BinaryIO) -> Iterator[bytes]:
    """The stream's bytes as they come, never waiting for more than one block."""
    read = getattr(stream, "read1", stream.read)
    while block := read(BLOCK_BYTES):
        yield block
