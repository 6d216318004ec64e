"""Names that mean the same in every article: countries, peoples, places, and what else news takes as known.

The lists are data (`data/`). What a name means in one article is for `names`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from enrichers.entities.spans import Phrases

DATA_FILES = (
    "demonyms.toml",
    "places.toml",
    "well_known.toml",
    "countries.toml",
    "given_names.txt",
    "generic_words.txt",
    "calendar_words.txt",
    "also_words.txt",
)
_DATA = Path(__file__).parent / "data"


class Place(NamedTuple):
    """What a listed name stands for. `certain` is False for names that are as often something else (Jordan, Chad)."""

    label: str
    name: str
    certain: bool = True


class Gazetteer:
    """All listed names. Build it with `gazetteer()`; it is read once a process."""

    __slots__ = ("_phrases", "by_text")

    def __init__(self, by_text: dict[str, Place]) -> None:
        self.by_text = by_text
        self._phrases = Phrases(text for text, place in by_text.items() if place.certain)

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and label of each certain name in `text`."""
        for start, end in self._phrases.find(text):
            yield start, end, self.by_text[text[start:end]].label


def read_data() -> bytes:
    """The lists as they are on disk: the rules' data, for the provenance."""
    return b"".join((_DATA / name).read_bytes() for name in DATA_FILES)


@cache
def gazetteer() -> Gazetteer:
    """Every listed name with its label and canonical name.

    >>> gazetteer().by_text["Britain"].name, gazetteer().by_text["Danes"].label
    ('United Kingdom', 'NORP')
    """
    peoples, places, known = (_read(name) for name in DATA_FILES[:3])
    by_text = dict(_well_known(known))
    for label in ("LOC", "GPE"):
        for names in places[label].values():
            by_text.update((name, Place(label, name)) for name in names)
    by_text.update(_countries(peoples))
    for form in _people_forms(peoples["people"], peoples["others"]["NORP"]):
        by_text.setdefault(form, Place("NORP", _singular(form, by_text)))
    for name in by_text.keys() & places["ambiguous"]["names"]:
        by_text[name] = by_text[name]._replace(certain=False)
    return Gazetteer(by_text)


def country_code(name: str, label: str) -> str | None:
    """The ISO code of the country that a canonical name is, or whose people.

    >>> country_code("Russia", "GPE"), country_code("Russian", "NORP"), country_code("Oslo", "GPE")
    ('RU', 'RU', None)
    """
    return _codes().get((name, label)) if label in ("GPE", "NORP") else None


@cache
def _codes() -> dict[tuple[str, str], str]:
    codes = {(name, "GPE"): code for name, code in _read("countries.toml").items()}
    people = _read("demonyms.toml")["people"]
    for country, forms in people.items():
        if (country, "GPE") in codes:
            for form in _people_forms({country: forms}, []):
                codes.setdefault((form, "NORP"), codes[country, "GPE"])
    return codes


def _well_known(known: dict[str, Any]) -> Iterator[tuple[str, Place]]:
    for label in ("ORG", "PERSON"):
        yield from ((name, Place(label, name)) for name in known[label]["names"])
    for full, names in known["same"].items():
        yield from ((name, Place("ORG", full)) for name in names)


def _countries(peoples: dict[str, Any]) -> Iterator[tuple[str, Place]]:
    for country in (*peoples["people"], *peoples["also"]):
        yield country, Place("GPE", country)
    for country, names in peoples["also"].items():
        yield from ((name, Place("GPE", country)) for name in names)


def given_names() -> frozenset[str]:
    """Given names common in the news of many countries."""
    return word_list("given_names")


@cache
def word_list(name: str) -> frozenset[str]:
    """The words of one list.

    `generic_words` name nobody ("the Company"), `also_words` are names and plain words (Grace), `calendar_words` are
    months and days.
    """
    return frozenset((_DATA / f"{name}.txt").read_text(encoding="utf-8").split())


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_DATA / name).read_text(encoding="utf-8"))


def _people_forms(people: dict[str, list[str]], others: list[str]) -> Iterator[str]:
    for form in (form for forms in (*people.values(), others) for form in forms):
        yield form
        if form.endswith(("n", "i", "o")):
            yield f"{form}s"


def _singular(form: str, by_text: dict[str, Place]) -> str:
    singular = form.removesuffix("s")
    return singular if singular in by_text and by_text[singular].label == "NORP" else form
