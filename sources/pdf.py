"""The text of a PDF, as paragraphs, by the extra copydesk[pdf] (pypdf). Pictures of text are not read."""

from __future__ import annotations

import io
import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from schemas.document import PAGED_TEXT, RawDocument
from schemas.errors import DocumentError
from sources.reading import Source

if TYPE_CHECKING:
    from pypdf import PdfReader

_MOST_PAGES = 2_000
_LONGEST_S = 60.0
# A page of text is 50 kB of it, a map full of lines some megabytes.
_MOST_STREAM_BYTES = 20_000_000
_MOST_OPERANDS = 500_000
_MOST_ASCII85_BYTES = 1_000_000
# Fewer letters than this a page is a scan with a stamp or a page number on it.
_LEAST_LETTERS = 20
# A column of a newspaper is hardly narrower, in characters.
_NARROWEST_LINE = 30
# pypdf's limits and its log are the whole process's, and sources are read in several threads.
_ONE_AT_A_TIME = threading.Lock()
_HYPHEN = re.compile(r"(\w)[-\u00ad]$")
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’»)]*$")


def read_pdf(source: Source) -> RawDocument:
    """The text of all pages as one text document: a form feed between pages, a blank line between paragraphs.

    A paragraph that runs over the end of a page stands whole on the page it begins on.

    Raises DocumentError: pdf_missing (the extra is not installed), encrypted, needs_ocr, malformed, too_large, empty.
    """
    content = source.read_whole()
    if b"%PDF-" not in content[:1024]:
        raise DocumentError(
            f"{source.origin} is no PDF",
            remedy="name what it is with --format, or give it its right name",
            code="malformed",
        )
    pages = _page_texts(content, source.origin)
    if sum(map(_letters, pages)) < _LEAST_LETTERS * min(len(pages), 5):
        raise DocumentError(
            f"{source.origin} is a scan: there is no text in its {len(pages)} pages",
            remedy="have its text recognised first, for instance by ocrmypdf",
            code="needs_ocr",
        )
    paragraphs = _paged_paragraphs(_without_running_lines(pages))
    return RawDocument(
        content=_paged_text(paragraphs).encode("utf-8", "replace"),
        media_type=PAGED_TEXT,
        origin=source.origin,
        origin_id=source.path,
        fetched_at=source.fetched_at,
        hints=replace(source.hints(), encoding="utf-8"),
    )


def _page_texts(content: bytes, origin: str) -> list[str]:
    try:
        from pypdf import PdfReader
    except ImportError as error:
        raise DocumentError(
            f"{origin} is a PDF, and what reads those is not installed",
            remedy="install it: pip install 'copydesk[pdf]'",
            code="pdf_missing",
        ) from error
    deadline = time.monotonic() + _LONGEST_S
    try:
        with _ONE_AT_A_TIME, _quiet(), _limited():
            reader = PdfReader(io.BytesIO(content))
            _unlock(reader, origin)
            return list(_texts(reader, origin, deadline))
    except DocumentError:
        raise
    except RecursionError as error:
        raise _damaged(origin, "nested too deeply") from error
    except Exception as error:  # a damaged PDF makes pypdf raise nearly anything
        raise _damaged(origin, f"{type(error).__name__}: {error}"[:200]) from error


def _unlock(reader: PdfReader, origin: str) -> None:
    """Open what is only locked against changes (its password is empty). Raises DocumentError: encrypted."""
    from pypdf.errors import DependencyError, PyPdfError

    try:
        if not reader.is_encrypted or reader.decrypt(""):
            return
    except (DependencyError, PyPdfError, NotImplementedError):
        pass
    raise DocumentError(
        f"{origin} is encrypted", remedy="save it without its password", code="encrypted"
    )


def _texts(reader: PdfReader, origin: str, deadline: float) -> Iterator[str]:
    def watch(*_: object) -> None:
        if time.monotonic() > deadline:
            raise DocumentError(
                f"{origin} takes longer than {_LONGEST_S:.0f} s to read",
                remedy="print it to a new PDF and give that",
                code="too_large",
            )

    for number, page in enumerate(reader.pages, start=1):
        if number > _MOST_PAGES:
            raise DocumentError(
                f"{origin} has more than {_MOST_PAGES:,} pages", remedy="split it", code="too_large"
            )
        watch()
        yield page.extract_text(visitor_operand_before=watch)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pypdf's warnings about damaged files from the terminal: what matters comes as an error."""
    log = logging.getLogger("pypdf")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


@contextmanager
def _limited() -> Iterator[None]:
    """Hold what a stream may unpack to, and what a page may draw, to what text takes.

    pypdf has a limit for each decoder but that of ASCII85, which takes 90 bytes of memory for each of its own.
    """
    from pypdf import apply_configuration, filters
    from pypdf.errors import LimitReachedError

    decode = filters.ASCII85Decode.decode

    def decode_little(data: str | bytes, *rest: Any, **named: Any) -> bytes:
        if len(data) > _MOST_ASCII85_BYTES:
            raise LimitReachedError(f"{len(data):,} bytes of ASCII85")
        return decode(data, *rest, **named)

    filters.ASCII85Decode.decode = decode_little  # type: ignore[method-assign]
    try:
        with apply_configuration(
            array_based_stream_maximum_output_length=_MOST_STREAM_BYTES,
            lzw_maximum_output_length=_MOST_STREAM_BYTES,
            run_length_maximum_output_length=_MOST_STREAM_BYTES,
            zlib_maximum_output_length=_MOST_STREAM_BYTES,
            stream_parsing_work_maximum_count=_MOST_OPERANDS,
        ):
            yield
    finally:
        filters.ASCII85Decode.decode = staticmethod(decode)  # type: ignore[method-assign]


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)


def _without_running_lines(pages: list[str]) -> list[list[str]]:
    """The lines of each page, without the first and last ones that most pages share (but for their number)."""
    lines = [[line.strip() for line in page.splitlines()] for page in pages]
    counts = Counter(
        _shape(line) for page in lines for line in {*_first_and_last(page)} if _shape(line)
    )
    running = {shape for shape, count in counts.items() if count >= max(3, len(pages) * 0.6)}
    return [_trimmed(page, running) for page in lines]


def _first_and_last(page: list[str]) -> list[str]:
    some = [line for line in page if line]
    return [*some[:1], *some[-1:]]


def _trimmed(page: list[str], running: set[str]) -> list[str]:
    kept = [index for index, line in enumerate(page) if line]
    if kept and _shape(page[kept[0]]) in running:
        kept = kept[1:]
    if kept and _shape(page[kept[-1]]) in running:
        kept = kept[:-1]
    return page[kept[0] : kept[-1] + 1] if kept else []


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def _paged_paragraphs(pages: Iterable[list[str]]) -> list[tuple[int, str]]:
    """(page, paragraph) in order; what runs over the end of a page is one paragraph, of the page it begins on."""
    found: list[tuple[int, list[str]]] = []
    for number, lines in enumerate(pages, start=1):
        for index, pieces in enumerate(_paragraphs(lines)):
            if index == 0 and found and _runs_on(found[-1][1], pieces):
                _add(found[-1][1], pieces[0])
                found[-1][1].extend(pieces[1:])
            else:
                found.append((number, pieces))
    return [(number, "".join(pieces)) for number, pieces in found]


def _runs_on(pieces: list[str], following: list[str]) -> bool:
    """Whether the last paragraph of a page goes on at the next; a short line is a heading or the page's number."""
    last = pieces[-1]
    is_whole_line = len(last) >= _NARROWEST_LINE
    return is_whole_line and following[0][:1].islower() and not _SENTENCE_END.search(last)


def _paged_text(paragraphs: Iterable[tuple[int, str]]) -> str:
    parts: list[str] = []
    page = 1
    for number, text in paragraphs:
        parts.append("\f" * (number - page) or ("\n\n" if parts else ""))
        parts.append(text)
        page = number
    return "".join(parts)


def _paragraphs(lines: list[str]) -> Iterator[list[str]]:
    """The lines joined to paragraphs: one ends at a blank line, or where a sentence ends in a line that is clearly short.

    A paragraph comes in pieces, for text that grows a line at a time takes the square of its length.
    """
    lengths = sorted(len(line) for line in lines if line)
    full = lengths[len(lengths) * 3 // 4] if lengths else 0
    pieces: list[str] = []
    for line in lines:
        if line:
            _add(pieces, line)
        ends = not line or (len(line) < 0.85 * full and _SENTENCE_END.search(line) is not None)
        if ends and pieces:
            yield pieces
            pieces = []
    if pieces:
        yield pieces


def _add(pieces: list[str], line: str) -> None:
    """Put a line to a paragraph: behind a blank, or to the first half of its word."""
    if pieces and _HYPHEN.search(pieces[-1]) and line[:1].islower():
        pieces[-1] = pieces[-1][:-1]
        pieces.append(line)
    else:
        pieces.append(f" {line}" if pieces else line)


def _damaged(origin: str, reason: str) -> DocumentError:
    return DocumentError(
        f"{origin} is a damaged PDF ({reason})", remedy="get the file again", code="malformed"
    )
