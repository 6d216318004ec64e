"""A list of names of the user's own: what takes precedence over everything that rules or a model say of a name."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from enrichers.entities.spans import Phrases, Span
from schemas.entity_names import fold_name
from schemas.errors import SettingsError
from schemas.filters import ENTITY_LABELS

_KEYS = frozenset({"name", "aliases", "type", "id"})
_MOST_BYTES = 20_000_000
_SHORTEST, _LONGEST = 2, 200


class UserName(NamedTuple):
    """An entity of the list: its name, its label, and its number elsewhere."""

    name: str
    label: str
    ref: str | None


@dataclass(frozen=True, slots=True)
class UserNames:
    """The names of a list, by what they are compared by, and as they are looked for in texts."""

    by_key: Mapping[str, UserName] = field(default_factory=dict)
    phrases: Phrases = field(default_factory=lambda: Phrases(()))
    sha256: str = ""

    def find(self, text: str) -> Iterator[Span]:
        """Where names of the list stand, written as there, the longest first."""
        for start, end in self.phrases.find(text):
            yield Span(start, end, self.by_key[fold_name(text[start:end])].label)


NO_NAMES = UserNames()


def read_user_names(path: str | Path) -> UserNames:
    """The names of a TOML file: [[entity]] with name, type (PERSON, ORG, GPE ...), and if wanted aliases and id.

    Raises SettingsError for a file that is not there, is no such file, or gives one name to two entities.
    """
    place = Path(path)
    try:
        with place.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise _wrong(place, f"has over {_MOST_BYTES:,} bytes", "keep the names that matter")
        tables = tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise _wrong(place, f"cannot be read ({said})", "mend the file there") from error
    listed = tables.get("entity")
    if not isinstance(listed, list) or set(tables) != {"entity"}:
        raise _wrong(
            place,
            "holds no [[entity]] alone",
            'write [[entity]] with name = "..." and type = "PERSON"',
        )
    by_key: dict[str, UserName] = {}
    texts: list[str] = []
    for number, table in enumerate(listed, 1):
        entry, names = _entry(place, number, table)
        for name in names:
            if by_key.setdefault(fold_name(name), entry) != entry:
                raise _wrong(place, f"gives {name!r} to two entities", "leave it to one of them")
            texts.append(name)
    return UserNames(by_key, Phrases(texts), hashlib.sha256(content).hexdigest())


def _entry(place: Path, number: int, table: object) -> tuple[UserName, list[str]]:
    where = f"entity {number}"
    if not isinstance(table, dict) or not {"name", "type"} <= set(table) <= _KEYS:
        raise _wrong(
            place,
            f"{where} has not the keys name, type, aliases, id",
            "name and type must be there",
        )
    label, ref = table["type"], table.get("id")
    names = [
        " ".join(one.split()) for one in _texts([table["name"]]) + _texts(table.get("aliases", []))
    ]
    if not names or any(
        not _SHORTEST <= len(one) <= _LONGEST or not fold_name(one) for one in names
    ):
        raise _wrong(place, f"{where} has a name that is none", "give texts of 2 to 200 letters")
    if not isinstance(label, str) or label.upper() not in ENTITY_LABELS:
        raise _wrong(place, f"{where} is of type {label!r}", f"known: {', '.join(ENTITY_LABELS)}")
    if ref is not None and not (
        isinstance(ref, str) and 0 < len(ref) <= _LONGEST and ref.isprintable()
    ):
        raise _wrong(place, f"{where} has an id that is no text", 'write it like id = "Q1058"')
    return UserName(names[0], label.upper(), ref), names


def _texts(listed: object) -> list[str]:
    """The texts of a list; what is no text stands as an empty one, which no name is."""
    if not isinstance(listed, list):
        return [""]
    return [one if isinstance(one, str) else "" for one in listed]


def _wrong(place: Path, what: str, remedy: str) -> SettingsError:
    return SettingsError(f"the list of names {place} {what}", remedy=remedy)
