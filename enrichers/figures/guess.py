"""In which language's words a text without a known language is read: English unless the detector plainly says otherwise."""

from __future__ import annotations

import re

from enrichers.figures.foreign_words import foreign_languages
from schemas.errors import ModelUnavailableError

_LEAST_WORDS = 3
_LOOKED_AT = 1000
_SHORT = 100
_FOREIGN_LETTER = re.compile(r"[^\W\d_\x00-\x7f]")
_LEAST_LETTERS = 3
_FOREIGN_SHARE = 50  # one letter in so many characters
_SMALL_WORDS = frozenset(
    ["der", "die", "das", "den", "dem", "und", "ein", "eine", "im", "am", "auf", "mit", "von", "zu", "ist", "um", "für",
     "bis", "le", "la", "les", "des", "du", "un", "une", "est", "en", "et", "au", "aux", "sur", "pour", "par", "dans",
     "el", "los", "las", "del", "de", "una", "y", "que", "por", "con", "es", "al", "se", "su"]
)  # fmt: skip
"""Little words of the languages there are data files for: the detector is asked only where some of them stand."""


def language_of(text: str) -> str:
    """ISO 639-1 code: "en", unless its little words or its letters are another language's and the detector agrees.

    >>> language_of("Der Umsatz stieg um 3 Prozent auf 5 Milliarden Euro."), language_of("Die Hard cost $28 million.")
    ('de', 'en')
    """
    if not _may_be_foreign(text):
        return "en"
    from enrichers.language import detect_language

    try:
        language = detect_language(text)
    except ModelUnavailableError:  # figures need no model: the text is read as it always was
        return "en"
    if language in foreign_languages() or (language and _has_foreign_letters(text)):
        return language
    return "en"


def _may_be_foreign(text: str) -> bool:
    if _has_foreign_letters(text):
        return True
    found = sum(word in _SMALL_WORDS for word in text[:_LOOKED_AT].lower().split())
    return found >= _LEAST_WORDS or (found > 0 and len(text) < _SHORT)


def _has_foreign_letters(text: str) -> bool:
    """Whether letters that English does not write are more than names with accents could bring."""
    if text.isascii():
        return False
    start = text[:_LOOKED_AT]
    count = len(_FOREIGN_LETTER.findall(start))
    return count >= _LEAST_LETTERS and count * _FOREIGN_SHARE > len(start)
