"""The text of a PDF, as paragraphs, by the extra copydesk[pdf] (pypdf). Pictures of text are not read."""

from __future__ import annotations

import io
import logging
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from schemas.document import PLAIN_TEXT, RawDocument
from schemas.errors import DocumentError
from sources.reading import Source

if TYPE_CHECKING:
    from pypdf import PdfReader

_MOST_PAGES = 2_000
_LONGEST_S = 60.0
# Fewer letters than this a page is a scan with a stamp or a page number on it.
_LEAST_LETTERS = 20
_HYPHEN = re.compile(r"(\w)[-\u00ad]$")
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’»)]*$")


def read_pdf(source: Source) -> RawDocument:
    """The text of all pages as one text document, a blank line between paragraphs.

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
    text = "\n\n".join(
        paragraph for page in _without_running_lines(pages) for paragraph in _paragraphs(page)
    )
    return RawDocument(
        content=text.encode("utf-8", "replace"),
        media_type=PLAIN_TEXT,
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
        with _quiet():
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


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """The lines joined to paragraphs: one ends at a blank line, or where a sentence ends in a line that is clearly short."""
    lengths = sorted(len(line) for line in lines if line)
    full = lengths[len(lengths) * 3 // 4] if lengths else 0
    paragraph = ""
    for line in lines:
        if line:
            paragraph = _joined(paragraph, line)
        ends = not line or (len(line) < 0.85 * full and _SENTENCE_END.search(line) is not None)
        if ends and paragraph:
            yield paragraph
            paragraph = ""
    if paragraph:
        yield paragraph


def _joined(paragraph: str, line: str) -> str:
    if not paragraph:
        return line
    if _HYPHEN.search(paragraph) and line[:1].islower():
        return paragraph[:-1] + line
    return f"{paragraph} {line}"


def _damaged(origin: str, reason: str) -> DocumentError:
    return DocumentError(
        f"{origin} is a damaged PDF ({reason})", remedy="get the file again", code="malformed"
    )
