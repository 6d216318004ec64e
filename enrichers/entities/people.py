"""Whose a surname or first name is in an article, read in order.

A name that only one full name of the article can be short for is that person's. One that several can be goes to whom its title
was given ("President Bush"), else to whom it meant when only one of them had been named, else to the one named last in the same
paragraph; where nothing tells, it stays by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from enrichers.entities.boundaries import TITLE_BEFORE
from schemas.entity_names import NameForm, differ_in_the_middle, entity_key, form_of

SPELLING = "spelling"
_TITLE_REACH = 40
_PLAIN_TITLES = frozenset({"mr", "mrs", "ms", "miss"})


class Named(NamedTuple):
    """A mention of a person: its row and number there, the name, the row's text and where the name stands in it."""

    place: tuple[int, int]
    name: str
    text: str
    start: int


class _Full(NamedTuple):
    key: str
    name: str
    form: NameForm


class People:
    """The people of one article; mentions in reading order."""

    def __init__(self, mentions: Iterable[Named]) -> None:
        self._mentions = list(mentions)
        self._keys = {m.place: entity_key(m.name, "PERSON") for m in self._mentions}
        self._fulls = self._full_names()
        self._bearers: dict[str, list[str]] = defaultdict(list)
        for full in self._fulls.values():
            for part in dict.fromkeys(_parts(full)):
                self._bearers[part].append(full.key)
        self._titled = self._title_owners()

    def names(self) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
        """The full name of each mention, and why it is that."""
        named: dict[str, set[str]] = defaultdict(set)
        settled: dict[str, str] = {}
        latest: dict[str, tuple[str, int]] = {}
        for mention in self._mentions:
            key, row = self._keys[mention.place], mention.place[0]
            owner, reason = (
                (key, "") if key in self._fulls else self._owner(mention, named, settled, latest)
            )
            if owner is None:
                continue
            full = self._fulls[owner]
            for part in _parts(full):
                latest[part] = (owner, row)
                if owner == key:
                    named[part].add(key)
            yield mention.place, (full.name, reason)

    def _owner(
        self,
        mention: Named,
        named: dict[str, set[str]],
        settled: dict[str, str],
        latest: dict[str, tuple[str, int]],
    ) -> tuple[str | None, str]:
        """Whose short name a mention is, and by what. `named` are those named in full so far, by what they are called."""
        key, row = self._keys[mention.place], mention.place[0]
        bearers = self._bearers.get(key, [])
        if len(bearers) < 2 or _is_full(key):
            return (bearers[0], _how(key, bearers[0])) if len(bearers) == 1 else (None, "")
        title = _title_before(mention)
        titled = self._titled.get((title, key), set()) if title else set()
        if len(titled) == 1:
            return next(iter(titled)), "title and name"
        known = named.get(key, set())
        if len(known) == 1:
            (settled[key],) = known
        if key in settled:
            return settled[key], "surname, of the one named first"
        owner, when = latest.get(key, (None, -1))
        if owner in known and when == row:
            return owner, "surname, of the one named last"
        return None, ""

    def _full_names(self) -> dict[str, _Full]:
        """The full names that are not short for another of them, by key, each as it is spelled first."""
        found: dict[str, _Full] = {}
        for mention in self._mentions:
            key = self._keys[mention.place]
            if key not in found and _is_full(key):
                found[key] = _Full(key, mention.name, form_of(key, "PERSON"))
        longer_by_part: dict[str, list[str]] = defaultdict(list)
        for one in found.values():
            for part in dict.fromkeys(_parts(one)):
                longer_by_part[part].append(one.key)
        short: set[str] = set()
        for key, full in found.items():
            longer = [one for one in longer_by_part.get(key, ()) if len(one) > len(key)]
            clash = any(
                differ_in_the_middle(one, other)
                or found[one].form.suffix != found[other].form.suffix
                for one in longer
                for other in longer
            )
            if longer and not full.form.suffix and not clash:
                short.add(key)
        return {key: full for key, full in found.items() if key not in short}

    def _title_owners(self) -> dict[tuple[str, str], set[str]]:
        owners: dict[tuple[str, str], set[str]] = defaultdict(set)
        for mention in self._mentions:
            key = self._keys[mention.place]
            title = _title_before(mention) if key in self._fulls else ""
            if title:
                for part in _parts(self._fulls[key]):
                    owners[title, part].add(key)
        return owners


def _is_full(key: str) -> bool:
    return form_of(key, "PERSON").form in ("full", "long") and key.split()[1:] != ["jr"]


def _title_before(mention: Named) -> str:
    found = TITLE_BEFORE.search(mention.text[max(0, mention.start - _TITLE_REACH) : mention.start])
    title = found.group().strip().rstrip(".").casefold() if found else ""
    return "" if title in _PLAIN_TITLES else title


def _parts(full: _Full) -> Iterator[str]:
    """What a person of this full name is called for short: each ending of it, the first name, first and last."""
    words = full.key.split()
    suffix = [words.pop()] if full.form.suffix else []
    for start in range(1, len(words)):
        yield " ".join(words[start:])
        if suffix:
            yield " ".join((*words[start:], *suffix))
    yield words[0]
    if (
        full.form.block == words[0] and len(words) > 1
    ):  # Xi Jinping is Xi; Jinping is what his friends say
        return
    if len(words) > 2:
        yield " ".join((words[0], words[-1], *suffix))


def _how(short: str, full: str) -> str:
    words, whole = short.split(), full.split()
    if len(words) > 1 and words[0] == whole[0]:
        return "shorter full name"
    return (
        "first name"
        if words[0] == whole[0] and form_of(full, "PERSON").block != short
        else "surname"
    )
