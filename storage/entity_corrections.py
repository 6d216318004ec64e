"""What people said of entities: these two are one, this one is none, it is called so. Kept for articles still to come.

A correction names entities by what their names are compared by, never by id: it holds whatever is stored, deleted and
made again. Putting them into force is for `storage.entity_editing`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

Pair = tuple[str, str]
"""The key and the kind of a name: what its row is found by."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """All corrections there are. `merged` maps a name to the one it was merged into."""

    merged: Mapping[Pair, Pair] = field(default_factory=dict)
    apart: Set[Pair] = frozenset()
    hidden: Set[Pair] = frozenset()
    names: Mapping[Pair, str] = field(default_factory=dict)

    def home(self, pair: Pair) -> Pair:
        """The name that a name counts as, in the end.

        >>> Corrections({("a", "ORG"): ("b", "ORG"), ("b", "ORG"): ("c", "ORG")}).home(("a", "ORG"))
        ('c', 'ORG')
        """
        seen = {pair}
        while pair in self.merged:
            pair = self.merged[pair]
            if pair in seen:  # a circle cannot be written, but may stand in a damaged file
                return min(seen)
            seen.add(pair)
        return pair


def read_corrections(connection: sqlite3.Connection) -> Corrections:
    """The corrections in force; the later of two that name one entity holds."""
    merged: dict[Pair, Pair] = {}
    apart, hidden, names = set[Pair](), set[Pair](), dict[Pair, str]()
    rows = connection.execute(
        "SELECT kind, name_key, label, other_key, other_label, name FROM entity_corrections ORDER BY id"
    )
    for kind, key, label, other_key, other_label, name in rows:
        pair = (str(key), str(label))
        if kind == "merge":
            merged[pair] = (str(other_key), str(other_label))
        elif kind == "rename":
            names[pair] = str(name)
        else:
            (apart if kind == "apart" else hidden).add(pair)
    return Corrections(merged, apart, hidden, names)
