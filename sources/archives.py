"""Which members of a zip or tar archive are read, and how each becomes a source of its own; nothing is ever extracted.

The same rules as for a folder hold: members of unknown suffix and hidden ones are passed over, links and special files
refused. What a member holds is read by whoever is handed in as `read`.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from schemas.errors import DocumentError
from sources.compressed import Read
from sources.reading import BadDocument, Outcome, Source, printable_name
from sources.walk import format_of, is_supported

# An archive in an archive is opened (a zip of WARCs, a month of daily tars); what is in there yet another time is not.
_DEEPEST_LEVEL = 1
# The names are remembered, about 70 bytes each, to tell apart members of one name.
_MOST_MEMBERS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of an archive: its name as written there, its kind as in `st_mode` (0: not said), and its bytes.

    `problem` is why it cannot be read, where the archive's own format shows that.
    """

    name: str
    blocks: Iterator[bytes]
    kind: int = stat.S_IFREG
    problem: DocumentError | None = None


@dataclass(slots=True)
class MemberReader:
    """Reads the members of one archive, one after the other."""

    source: Source
    read: Read
    found_something: bool = False
    _seen: dict[int, int] = field(default_factory=dict)

    def check_level(self) -> None:
        """Raise DocumentError (nested) for an archive that is too deep in others."""
        if self.source.level > _DEEPEST_LEVEL:
            raise DocumentError(
                f"{self.source.origin} is an archive in an archive in an archive",
                remedy="unpack the outermost one and give what is inside",
                code="nested",
            )

    def read_members(self, members: Iterable[Member]) -> Iterator[Outcome]:
        """What each member holds, a bad document where it cannot be read. Raises DocumentError: empty, too_large."""
        for count, member in enumerate(members):
            if count >= _MOST_MEMBERS:
                raise DocumentError(
                    f"{self.source.origin} has more than {_MOST_MEMBERS:,} members",
                    remedy="split it",
                    code="too_large",
                )
            yield from self._outcomes(member)
        if not self.found_something:
            raise DocumentError(
                f"{self.source.origin} holds nothing that can be read",
                remedy="give an archive with at least one page, text or record in it",
                code="empty",
            )

    def _outcomes(self, member: Member) -> Iterator[Outcome]:
        if stat.S_ISDIR(member.kind) and not _is_unsafe(member.name):
            return
        error = _refusal(member)
        if error is None and not _is_wanted(member.name):
            return
        self.found_something = True
        inner = self.source.member(self._shown(member.name), member.blocks)
        try:
            if error or member.problem:
                raise error or member.problem or AssertionError
            yield from self.read(inner, format_of(member.name))
        except DocumentError as reason:
            if self.source.meter.spent:
                raise
            yield BadDocument(
                origin=inner.origin, origin_id=inner.path, error=_named(reason, inner.origin)
            )

    def _shown(self, name: str) -> str:
        """The name to show, numbered from the second of that name on."""
        shown = printable_name(name)
        count = self._seen[hash(shown)] = self._seen.get(hash(shown), 0) + 1
        return shown if count == 1 else f"{shown}#{count}"


def _refusal(member: Member) -> DocumentError | None:
    if _is_unsafe(member.name):
        return DocumentError(
            "the member's name leads out of the archive",
            remedy="pack it again with names below one folder",
            code="unsafe_path",
        )
    if stat.S_ISLNK(member.kind):
        return DocumentError(
            "the member is a link, and links are not followed",
            remedy="pack the file it points to",
            code="symlink",
        )
    if member.kind and not stat.S_ISREG(member.kind):
        return DocumentError(
            "the member is a special file, not a regular one",
            remedy="pack regular files alone",
            code="special_file",
        )
    return None


def _is_unsafe(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return (
        not parts[0]
        or ".." in parts
        or "\0" in name
        or re.match(r"[A-Za-z]:[\\/]", name) is not None
    )


def _is_wanted(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return is_supported(name) and not any(part.startswith(".") for part in parts)


def _named(error: DocumentError, origin: str) -> DocumentError:
    """The error with the member in its message."""
    if origin in error.message:
        return error
    return DocumentError(f"{origin}: {error.message}", remedy=error.remedy, code=error.code)
