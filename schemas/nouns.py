"""What is counted, by name: which noun phrases a person means who asks for "soldiers"."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_IRREGULAR = {
    "people": "person", "children": "child", "feet": "foot", "teeth": "tooth", "geese": "goose", "mice": "mouse",
    "oxen": "ox", "criteria": "criterion", "phenomena": "phenomenon", "men": "man", "women": "woman",
}  # fmt: skip
_NO_MEN = ("specimen", "regimen", "abdomen", "omen", "yemen", "turkmen")
_SHORT = 3


def names_noun(asked: str, noun: str) -> bool:
    """Whether `noun` is what is asked for: the phrase itself, or one with that head; number and case do not count.

    >>> names_noun("soldier", "Indian soldiers"), names_noun("Indian soldiers", "soldiers")
    (True, False)
    >>> names_noun("barrels", "barrels of oil"), names_noun("oil", "barrels of oil")
    (True, False)
    """
    wanted = noun_key(asked)
    whole, head = noun_key(noun), noun_key(noun.partition(" of ")[0])
    return bool(wanted) and (whole == wanted or head[-len(wanted) :] == wanted)


@lru_cache(maxsize=65_536)
def noun_key(phrase: str) -> tuple[str, ...]:
    """The words of a phrase as they are compared, the same for singular and plural."""
    return tuple(_key(_folded(word)) for word in phrase.casefold().replace("’", "'").split())


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word)
    # An accent that stands alone folds to nothing, and stays what it is.
    return "".join(c for c in plain if not unicodedata.combining(c)).strip() or word


def _key(word: str) -> str:
    """One key for a noun's singular and plural; no word of any language, and only to be compared."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("men") and not word.endswith(_NO_MEN):
        return f"{word[:-3]}man"
    stem = word
    if word.endswith("sis"):  # crisis, crises
        stem = word[:-2]
    elif word.endswith("s") and len(word) > _SHORT and not word.endswith(("us", "ss")):
        stem = word[:-1]
    stem = stem.removesuffix("e")
    if stem.endswith("i"):  # cities, movies
        return f"{stem[:-1]}y"
    return f"{stem[:-1]}f" if stem.endswith("v") else stem  # wives
