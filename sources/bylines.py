"""The names in a byline, however a news tool writes it: one string, a list, or objects with a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

# "Von Anna Schmidt" is a byline, "von der Leyen" a name: the words of other languages go only before two capitals.
_BY = re.compile(
    r"^\s*(?:[Bb][Yy]\s*:?\s+|(?:[Vv]on|VON|[Pp]ar|[Pp]or)\s+(?=[A-ZÀ-Þ]\S*\s+[A-ZÀ-Þ]))"
)
_SURE_BREAK = re.compile(r"\s*[;|\n]\s*")
_WORD_BREAK = re.compile(r"\s*,?\s+(?:and|und|et|y|e|&)\s+|\s*,\s+")
_CONTACT = re.compile(r"[(<\[]?\s*(?:[\w.+-]+@[\w-]+\.[\w.-]+|https?://\S+)\s*[)>\]]?")
_PARTICLES = frozenset(
    [
        "al",
        "bin",
        "da",
        "das",
        "de",
        "del",
        "den",
        "der",
        "di",
        "dos",
        "du",
        "el",
        "ibn",
        "la",
        "le",
        "ten",
        "ter",
        "van",
        "von",
        "zu",
    ]
)
_ROLES = frozenset(["bureau", "correspondent", "desk", "editor", "reporter", "staff", "writer"])


def author_names(value: object) -> tuple[str, ...]:
    """The names, each once, in order; () where none is there.

    A string is split at ";" and "|" always, at "and" and "," only where every part reads as a full name, so that
    "Smith, John" and "Department of Trade and Industry" stay whole.

    >>> author_names("By Ana Bell, Tom Reed and Li Wei"), author_names([{"name": "Ana Bell"}, "Tom Reed"])
    (('Ana Bell', 'Tom Reed', 'Li Wei'), ('Ana Bell', 'Tom Reed'))
    """
    return tuple(dict.fromkeys(name for text in _texts(value) for name in _split(text)))


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [name] if isinstance(name := value.get("name"), str) else []
    if isinstance(value, Sequence):
        items = [item.get("name") if isinstance(item, Mapping) else item for item in value]
        return [item for item in items if isinstance(item, str)]
    return []


def _split(text: str) -> list[str]:
    # A byline is short; what is longer is an article in the wrong place, and patterns are slow on it.
    text = _BY.sub("", _CONTACT.sub(" ", text[:500]))
    names: list[str] = []
    for piece in _SURE_BREAK.split(text):
        parts = [part.strip(" ,\t") for part in _WORD_BREAK.split(piece)]
        if all(_is_full_name(part) for part in parts):
            names += [part for part in parts if not _is_role(part)] or parts
        else:
            names.append(piece.strip(" ,\t"))
    return [" ".join(name.split()) for name in names if any(map(str.isalpha, name))]


def _is_full_name(text: str) -> bool:
    words = [word for word in text.split() if word.lower() not in _PARTICLES]
    return 2 <= len(words) <= 4 and all(word[0].isupper() for word in words)


def _is_role(text: str) -> bool:
    return text.rsplit(maxsplit=1)[-1].lower() in _ROLES
