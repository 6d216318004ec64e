"""A query from a file: `copydesk search @terms.txt --mode words`."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.cli.options import existing_file
from copydesk.present import say
from schemas.errors import DocumentError, UsageError

LONGEST = 1_000_000
_SHOWN = 80


def query_of(arguments: Sequence[str]) -> str:
    """What was typed, or what stands in the file that is named by @FILE: its lines are alternatives.

    Blank lines and those that begin with # are left out. What begins with @ and names no file is text, and that is said. Raises UsageError
    for a file that is no text, too long or blank.
    """
    text = " ".join(arguments)
    path = existing_file(text[1:]) if text.startswith("@") else None
    if path is None:
        if text.startswith("@"):
            say(f"there is no file {text[1:_SHOWN]!r}: searched as text")
        return text
    try:
        content = path.read_bytes()
        said = content.decode("utf-8-sig") if len(content) <= LONGEST else None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text", remedy="save it as UTF-8") from error
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror}", remedy="see that you may read it", code="unreadable") from error  # fmt: skip
    if said is None:
        raise UsageError(f"{path} is over {LONGEST:,} bytes", remedy="give one term a line")
    lines = [line.strip() for line in said.splitlines()]
    terms = [line for line in lines if line and not line.startswith("#")]
    if not terms:
        raise UsageError(f"{path} holds no terms", remedy="give one term a line")
    return terms[0] if len(terms) == 1 else " OR ".join(f"({term})" for term in terms)
