"""Patterns of scripts with thousands of letters, compiled when a text is met that may have some.

Their classes take 2 to 6 ms each to compile, and a cold ingest of one English article needs none of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class WidePattern:
    """A pattern that no text of ASCII alone can match.

    >>> WidePattern("[가-힣]+").search("기자 Kim"), WidePattern("[가-힣]+").search("Kim")
    (<re.Match object; span=(0, 2), match='기자'>, None)
    """

    source: str

    def search(self, text: str) -> re.Match[str] | None:
        """As of a compiled pattern."""
        return None if text.isascii() else _compiled(self.source).search(text)

    def match(self, text: str) -> re.Match[str] | None:
        """As of a compiled pattern."""
        return None if text.isascii() else _compiled(self.source).match(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """As of a compiled pattern."""
        return None if text.isascii() else _compiled(self.source).fullmatch(text)


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)
