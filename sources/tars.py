"""The members of a tar archive, also a compressed one, in one pass; see `sources.archives` for which of them are read.

tarfile reads the headers. It goes where they say and reads what they say, so the file it is given only goes forward and
gives no header longer than a name may be.
"""

from __future__ import annotations

import re
import stat
import tarfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from schemas.errors import DocumentError
from sources.archives import Member, MemberReader
from sources.blocks import BLOCK_BYTES, BlockFile
from sources.compressed import Read, undone
from sources.reading import Outcome, Source

_HEADER_BYTES = 65_536
_MOST_PAX_HEADERS = 100
# tarfile looks for numbers in an extended header with a pattern that takes the square of a run of digits.
_LONG_NUMBER = re.compile(rb"[0-9]{256}")
_KINDS = {
    tarfile.DIRTYPE: stat.S_IFDIR,
    tarfile.SYMTYPE: stat.S_IFLNK,
    tarfile.LNKTYPE: stat.S_IFLNK,
    tarfile.FIFOTYPE: stat.S_IFIFO,
    tarfile.CHRTYPE: stat.S_IFCHR,
    tarfile.BLKTYPE: stat.S_IFBLK,
}
_ERRORS = (tarfile.TarError, ValueError, OverflowError, IndexError, RecursionError, EOFError)


def read_tar(source: Source, read: Read) -> Iterator[Outcome]:
    """What the members of a tar hold, in their order; a compression by gzip, bzip2, xz or zstd is undone on the way.

    A tar that is cut gives what came before, then one bad document for the member that was cut or for itself.

    Raises DocumentError: malformed, truncated, empty, nested, too_large.
    """
    reader = MemberReader(source, read)
    reader.check_level()
    plain, _ = undone(source)
    yield from reader.read_members(_members(plain))


def _members(source: Source) -> Iterator[Member]:
    file = _TarFileObject(source.blocks)
    archive: tarfile.TarFile | None = None
    while True:
        file.in_header = True
        try:
            if archive is None:
                archive = tarfile.open(  # noqa: SIM115  nothing to close: the blocks are not its
                    fileobj=cast("BinaryIO", file), mode="r:", errorlevel=0
                )
            info = archive.next()
        except _ERRORS as error:
            raise _damaged(source.origin, error) from error
        if info is None:
            _check_end(source, file)
            return
        archive.members = []  # type: ignore[attr-defined]  # it would keep them all
        if len(archive.pax_headers) > _MOST_PAX_HEADERS:
            archive.pax_headers = {}
        file.in_header = False
        yield _member(archive, info, file)
        if file.is_cut:
            return


def _member(archive: tarfile.TarFile, info: tarfile.TarInfo, file: _TarFileObject) -> Member:
    problem = None
    if info.issparse():
        problem = DocumentError("the member is a sparse file", code="unsupported")
    kind = _KINDS.get(info.type, stat.S_IFREG if info.isreg() else stat.S_IFSOCK)
    return Member(name=info.name, kind=kind, blocks=_blocks(archive, info, file), problem=problem)


def _blocks(
    archive: tarfile.TarFile, info: tarfile.TarInfo, file: _TarFileObject
) -> Iterator[bytes]:
    try:
        member = archive.extractfile(info)
        while member is not None and (block := member.read(BLOCK_BYTES)):
            yield block
    except DocumentError:
        file.is_cut = True
        raise
    except _ERRORS as error:
        file.is_cut = True
        raise DocumentError(
            f"the member is cut off: {error}", remedy="get the file again", code="truncated"
        ) from error


def _check_end(source: Source, file: _TarFileObject) -> None:
    # tarfile ends without a word at a damaged header, and where the mark of the end (a block of zeros) is missing.
    last = file.last_header
    if len(last) == tarfile.BLOCKSIZE and not last.strip(b"\0"):
        return
    whole = len(last) == tarfile.BLOCKSIZE
    raise DocumentError(
        f"{source.origin} {'has a damaged header' if whole else 'is cut off'} at byte {file.tell() - len(last):,}",
        remedy="get the file again",
        code="malformed" if whole else "truncated",
    )


def _damaged(origin: str, error: Exception) -> DocumentError:
    cut = "unexpected end" in str(error)
    return DocumentError(
        f"{origin} cannot be read as tar: {error}",
        remedy="get the file again",
        code="truncated" if cut else "malformed",
    )


class _TarFileObject(BlockFile):
    """A file that only goes forward, and in which a header has a limit."""

    in_header = True
    last_header = b""
    is_cut = False

    def read(self, size: int = -1) -> bytes:
        if self.in_header and size > _HEADER_BYTES:
            raise tarfile.ReadError(f"a header of {size:,} bytes")
        content = super().read(size)
        if self.in_header:
            self.last_header = content
        if self.in_header and size > tarfile.BLOCKSIZE and _LONG_NUMBER.search(content):
            raise tarfile.ReadError("a number of more than 255 digits in a header")
        return content
