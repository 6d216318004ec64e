"""An enricher for copydesk: articles are tagged with the words of a list, wherever these stand in them.

The package that holds this file, and the list beside it (keywords.txt, a word or phrase a line), says in its pyproject.toml:

    [project]
    name = "keyword-enricher"
    version = "1.0"
    dependencies = ["copydesk"]

    [project.entry-points."copydesk.enrichers"]
    keywords = "keyword_enricher:KeywordEnricher"

    [tool.setuptools]
    py-modules = ["keyword_enricher"]
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from copydesk import Article, Provenance

LIST = Path(__file__).with_name("keywords.txt")


class KeywordEnricher:
    """A row for each keyword in the title, the summary or the body, with the span where it stands."""

    def __init__(self) -> None:
        lines = (line.strip() for line in LIST.read_text(encoding="utf-8").splitlines())
        self._words = sorted({line for line in lines if line}, key=len, reverse=True)
        either = "|".join(re.escape(word) for word in self._words)
        self._pattern = re.compile(rf"\b(?:{either})\b" if either else r"(?!)", re.IGNORECASE)

    @property
    def provenance(self) -> Provenance:
        """Another version, or another list, makes what was tagged before out of date."""
        digest = hashlib.sha256("\n".join(self._words).encode()).hexdigest()
        return Provenance(stage="keywords", name="keyword-list", version="1", sha256=digest)

    def enrich(self, batch: Sequence[Article]) -> list[list[dict[str, object]]]:
        """The rows of each article, in reading order."""
        return [
            [
                {
                    "paragraph": row.index,
                    "start": match.start(),
                    "end": match.end(),
                    "keyword": match[0].casefold(),
                }
                for row in article.rows
                for match in self._pattern.finditer(row.text)
            ]
            for article in batch
        ]
