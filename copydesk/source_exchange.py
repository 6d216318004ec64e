"""Sources from and to OPML files: what is added, what was there, what is refused; and no secret on the way out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from copydesk.source_lists import ListedSource, place_key
from flows.plugins import check_plugins
from schemas.addresses import without_secrets
from schemas.errors import CopydeskError, UsageError
from schemas.web import SourceSpec

if TYPE_CHECKING:
    from sources.opml import OpmlSources
    from storage.sqlite import Store

Status = Literal["added", "unchanged", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtIn:
    """What became of one source of a file."""

    spec: SourceSpec
    status: Status
    problem: CopydeskError | None = None

    def record(self) -> dict[str, object]:
        """As `sources import --json` has it."""
        problem = self.problem
        return {
            "name": without_secrets(self.spec.name),
            "kind": self.spec.kind,
            "url": without_secrets(self.spec.url) if self.spec.url else None,
            "status": self.status,
            "error": problem
            and {"code": problem.code, "message": problem.message, "remedy": problem.remedy},
        }


def read_opml_file(name: str, *, max_bytes: int) -> OpmlSources:
    """The sources that a file names; "-" is standard input.

    Raises UsageError where there is no such file or it is too large, and the reader's own errors for what is no OPML.
    """
    if name == "-":
        content = sys.stdin.buffer.read(max_bytes + 1)
    else:
        path = Path(name)
        try:
            if not path.is_file():
                raise UsageError(f"there is no file {name}", remedy="check the path")
        except (OSError, ValueError) as error:  # a name too long, or with a NUL
            raise UsageError(f"there is no file {name!r}", remedy="check the path") from error
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise UsageError(
            f"{name} is larger than {max_bytes:,} bytes", remedy="raise max_bytes in the settings"
        )
    from sources.opml import read_opml

    return read_opml(content, origin="standard input" if name == "-" else name)


def bring_in(
    specs: Iterable[SourceSpec], listed: Sequence[ListedSource], store: Store
) -> list[BroughtIn]:
    """Add the sources that are not there yet, each under a name of its own; one that is refused stops no other."""
    places = {place_key(found.spec) for found in listed}
    names = _Names(found.spec.name for found in listed)
    brought = []
    for spec in specs:
        key = place_key(spec)
        if key in places:
            brought.append(BroughtIn(spec=spec, status="unchanged"))
            continue
        named = replace(spec, name=names.free(spec.name))
        try:
            check_plugins(named)
            store.add_source(named)
        except UsageError as error:
            brought.append(BroughtIn(spec=spec, status="refused", problem=error))
            continue
        places.add(key)
        names.take(named.name)
        brought.append(BroughtIn(spec=named, status="added"))
    return brought


class _Names:
    """Names that are taken, and the next free one: two feeds of one title are "News" and "News (2)"."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._next: dict[str, Iterator[int]] = {}

    def take(self, name: str) -> None:
        self._taken.add(name)

    def free(self, name: str) -> str:
        found = name
        while found in self._taken:
            count = self._next.setdefault(name, iter(range(2, sys.maxsize)))
            found = f"{name[:180]} ({next(count)})"
        return found


def as_opml(specs: Iterable[SourceSpec]) -> bytes:
    """The sources as OPML, without anything that only their reader here may know."""
    from sources.opml import write_opml

    return write_opml(
        [
            SourceSpec(
                name=without_secrets(spec.name),
                kind=spec.kind,
                url=without_secrets(spec.url) if spec.url else None,
                language=spec.language,
                enabled=spec.enabled,
            )
            for spec in specs
        ]
    )


def write_opml_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises UsageError rather than write over what is no XML."""
    if "\0" in str(path) or not path.name:
        raise UsageError(f"{str(path)!r} is no file to write", remedy="name a file")
    if path.exists() and not _is_replaceable(path):
        raise UsageError(
            f"{path} is there and is no OPML file", remedy="name another file, or remove it first"
        )
    part = path.with_name(f".copydesk-{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror})",
            remedy="check the folder, or name another",
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _is_replaceable(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        begins = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return begins.startswith((b"<?xml", b"<opml")) or not begins
