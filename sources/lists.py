"""Lists of addresses: one a line, "#" for comments, as people keep them in a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from schemas.addresses import canonical_address
from schemas.errors import DocumentError
from schemas.web import Entry
from sources.feed_encoding import as_utf8
from sources.feed_text import absolute_url
from sources.sniffing import binary_kind

_MOST_ENTRIES = 500_000
_MOST_NUMBERS = 10
_COMMENT = re.compile(r"(?:^|\s)#.*")


def read_list(content: bytes, *, origin: str) -> tuple[Entry, ...]:
    r"""An entry for each address, the same one once, in the list's order; () for a list of blank lines and comments.

    What is neither an address nor blank is left out here and told by `bad_lines`, so that a typing error in one line
    does not cost the others. An address stands alone in its line, but for a comment after it.

    Raises DocumentError: unsupported (binary), not_a_list (lines, but not one address), too_large (over 500,000).

    >>> [entry.url for entry in read_list(b"# desk\nhttps://example.org/a # lead\n\nexample\n", origin="urls.txt")]
    ['https://example.org/a']
    """
    _refuse_binary(content, origin)
    found: dict[str, str] = {}
    some = False
    for _, text in _lines(content):
        some = True
        if url := _address(text):
            found.setdefault(canonical_address(url) or url, url)
        if len(found) > _MOST_ENTRIES:
            raise DocumentError(
                f"{origin} lists more than {_MOST_ENTRIES:,} addresses",
                remedy="split it into several lists",
                code="too_large",
            )
    if some and not found:
        raise DocumentError(
            f"{origin} is not a list of addresses: no line is one",
            remedy="write one address a line, with http:// or https://",
            code="not_a_list",
        )
    return tuple(Entry(url=url) for url in found.values())


def bad_lines(content: bytes, *, origin: str) -> list[tuple[int, str]]:
    r"""The lines that are no address, comment or blank, as (line number from 1, the first 200 characters of it).

    Raises DocumentError: unsupported (binary).

    >>> bad_lines(b"https://example.org/a\nexample.org/b\nftp://example.org/c\n", origin="urls.txt")
    [(2, 'example.org/b'), (3, 'ftp://example.org/c')]
    """
    _refuse_binary(content, origin)
    return [(number, text[:200]) for number, text in _lines(content) if _address(text) is None]


def bad_lines_error(lines: Sequence[tuple[int, str]], *, origin: str) -> DocumentError:
    """What to say of `bad_lines`: their numbers alone, since a broken address may hold a password.

    >>> print(bad_lines_error([(2, "example.org/b"), (3, "ftp://example.org/c")], origin="urls.txt"))
    urls.txt: no address in line 2, 3. Write one address a line, with http:// or https://
    """
    numbers = ", ".join(str(number) for number, _ in lines[:_MOST_NUMBERS])
    more = len(lines) - _MOST_NUMBERS
    return DocumentError(
        f"{origin}: no address in line {numbers}" + (f" and {more} more" if more > 0 else ""),
        remedy="write one address a line, with http:// or https://",
        code="bad_lines",
    )


def _lines(content: bytes) -> Iterator[tuple[int, str]]:
    text = as_utf8(content).decode("utf-8", "replace").removeprefix("\ufeff")
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if said := _COMMENT.sub("", line).strip("\0 \t\f\v"):
            yield number, said


def _address(text: str) -> str | None:
    if not text[:8].lower().startswith(("http://", "https://")) or len(text.split()) != 1:
        return None
    return absolute_url(text, "")


def _refuse_binary(content: bytes, origin: str) -> None:
    if kind := binary_kind(content[:512]):
        raise DocumentError(
            f"{origin} is {kind}, not a list of addresses",
            remedy="give a text file with one address a line",
            code="unsupported",
        )
