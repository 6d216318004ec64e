"""Archives made for a test, and how what comes of one is told."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import zstandard

from schemas.document import RawDocument
from sources.files import BadDocument, ReadOptions, open_documents

PAGE = b"<html><body><p>Oil prices rose on Monday.</p></body></html>"
Outcomes = list[RawDocument | BadDocument]


def read(path: Path, **options: object) -> Outcomes:
    return list(open_documents([str(path)], options=ReadOptions(**options)))  # type: ignore[arg-type]


def codes(outcomes: Outcomes) -> dict[str, str]:
    """The code of each outcome by its name in the archive."""
    return {
        outcome.origin.partition("!")[2]: outcome.error.code
        if isinstance(outcome, BadDocument)
        else "read"
        for outcome in outcomes
    }


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


PACKERS: list[tuple[str, Callable[[Mapping[str, bytes]], bytes]]] = [
    ("a.zip", zipped),
    ("a.zip", lambda members: zipped(members, zipfile.ZIP_STORED)),
    ("a.wacz", zipped),
    ("a.tar", tarred),
    ("a.tar.gz", lambda members: gzip.compress(tarred(members))),
    ("a.tgz", lambda members: gzip.compress(tarred(members))),
    ("a.tar.bz2", lambda members: bz2.compress(tarred(members))),
    ("a.tar.xz", lambda members: lzma.compress(tarred(members))),
    ("a.tar.zst", lambda members: zstandard.compress(tarred(members))),
]
both = pytest.mark.parametrize(("name", "pack"), [PACKERS[0], PACKERS[4]], ids=["zip", "tar.gz"])
