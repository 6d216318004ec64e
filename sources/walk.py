"""Which files a path stands for: itself, or everything with a known suffix below a folder, in sorted order.

Opens no file; see `sources.reading` for that.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from schemas.errors import DocumentError
from sources.reading import BadDocument, absolute, look, printable, reading_error, refuse_special

FORMAT_BY_SUFFIX = {
    ".txt": "txt",
    ".text": "txt",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".eml": "eml",
    ".mbox": "mbox",
    ".mht": "mhtml",
    ".mhtml": "mhtml",
    ".pdf": "pdf",
    ".warc": "warc",
    ".wacz": "zip",
    ".zip": "zip",
    ".tar": "tar",
    ".tgz": "tar",
    ".tbz2": "tar",
    ".txz": "tar",
    ".tzst": "tar",
}
COMPRESSIONS = ("gz", "bz2", "xz", "zst")
SUPPORTED_SUFFIXES = frozenset((*FORMAT_BY_SUFFIX, *(f".{name}" for name in COMPRESSIONS)))
# These undo the compression themselves: a damaged place costs a record, not the rest of the file.
_READ_COMPRESSED = frozenset(("tar", "warc"))


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read. `format` is what its suffix says, None for a suffix that says nothing (only when named)."""

    path: str
    format: str | None


def find_files(path: str) -> Iterator[Found | BadDocument]:
    """The file itself, or the supported files below a folder, sorted by name at each level.

    Hidden entries and unsupported suffixes in a folder are passed over. Links and special files come as BadDocument,
    as do folders that cannot be listed.
    """
    # lstat("link/") looks through the link; without the slash it does not.
    path = _without_trailing_slash(path)
    try:
        mode = look(path).st_mode
        if stat.S_ISDIR(mode):
            yield from _below(path)
            return
        refuse_special(path, mode)
    except DocumentError as error:
        yield _bad(path, error)
        return
    yield Found(path, format_of(path))


def format_of(path: str) -> str | None:
    """The format the suffix names, or None.

    >>> format_of("News.HTM"), format_of("pages.tar.gz"), format_of("page.html.gz"), format_of("news.docx")
    ('html', 'tar', 'gz', None)
    """
    name = PurePath(path)
    suffix = name.suffix.lower()
    if suffix.removeprefix(".") in COMPRESSIONS and suffix:
        inner = FORMAT_BY_SUFFIX.get(PurePath(name.stem).suffix.lower())
        return inner if inner in _READ_COMPRESSED else suffix.removeprefix(".")
    return FORMAT_BY_SUFFIX.get(suffix)


def is_supported(path: str) -> bool:
    """Whether a file of that name is read where it was not named by itself: in a folder or an archive.

    >>> is_supported("page.html.gz"), is_supported("dump.sql.gz"), is_supported("news.gz")
    (True, False, True)
    """
    name = PurePath(path)
    if name.suffix.lower().removeprefix(".") in COMPRESSIONS:
        inner = PurePath(name.stem).suffix.lower()
        return inner in FORMAT_BY_SUFFIX or not inner
    return format_of(path) is not None


def is_folder(path: str) -> bool:
    """Whether the path is a folder itself (a link to one is not)."""
    try:
        return stat.S_ISDIR(look(_without_trailing_slash(path)).st_mode)
    except DocumentError:
        return False


def _without_trailing_slash(path: str) -> str:
    while path.endswith(("/", "/.")) and path.strip("/."):
        path = path.removesuffix("/.").rstrip("/")
    return path


def _below(top: str) -> Iterator[Found | BadDocument]:
    # A stack, so that no depth of folders reaches Python's recursion limit.
    waiting: list[tuple[str, int]] = [(top, stat.S_IFDIR)]
    while waiting:
        path, kind = waiting.pop()
        try:
            if kind == stat.S_IFDIR:
                waiting.extend(reversed(_entries(path)))
                continue
            refuse_special(path, kind)
        except DocumentError as error:
            yield _bad(path, error)
            continue
        if is_supported(path):
            yield Found(path, format_of(path))


def _entries(folder: str) -> list[tuple[str, int]]:
    try:
        with os.scandir(folder) as entries:
            seen = sorted(
                (entry.name, stat.S_IFMT(entry.stat(follow_symlinks=False).st_mode))
                for entry in entries
                if not entry.name.startswith(".")
            )
    except (OSError, ValueError) as error:
        raise reading_error(folder, error) from error
    return [(os.path.join(folder, name), kind) for name, kind in seen]  # noqa: PTH118  a Path drops "./" from what the user typed


def _bad(path: str, error: DocumentError) -> BadDocument:
    return BadDocument(origin=printable(path), origin_id=absolute(path), error=error)
