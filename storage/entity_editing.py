"""Putting right by hand what entities are: merged, taken apart, renamed, hidden. It holds for articles still to come."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Protocol

from schemas.entities import EntityChange, EntityCorrection
from schemas.errors import UsageError
from schemas.filters import require_type
from storage.connection import transaction
from storage.entity_corrections import Pair, read_corrections
from storage.entity_joins import judge_again
from storage.entity_lists import find_named
from storage.entity_rows import ALONE, add_aliases, pair_of, tidy_entities
from storage.faults import Connection
from storage.values import name_key, to_instant, to_text

_LONGEST_NAME = 200


class EntityEditing(Protocol):
    """What can be put right about the entities of an open database. `storage.sqlite.Store` is one."""

    @property
    def connection(self) -> Connection:
        """The open connection."""
        ...

    def merge_entities(self, name: str | int, other: str | int) -> EntityChange:
        """Have all that is `other` be `name`, now and in articles still to come.

        Names may be ids. Raises UsageError where a name is nobody's or several entities', or both are one already.
        """
        with transaction(self.connection):
            return _merge(self.connection, name, other)

    def split_entity(self, name: str | int) -> EntityChange:
        """Undo the latest merge of an entity; of one that nobody merged, have its own name alone count as it.

        Raises UsageError where there is nothing to take apart.
        """
        with transaction(self.connection):
            return _split(self.connection, name)

    def rename_entity(self, name: str | int, new_name: str) -> EntityChange:
        """Call an entity by another name, by which it is then found as well.

        Raises UsageError where another entity has that name.
        """
        with transaction(self.connection):
            return _rename(self.connection, name, new_name)

    def hide_entity(self, name: str | int, *, hidden: bool = True) -> EntityChange:
        """Leave an entity out of lists and company, or take it in again. Its mentions stay."""
        with transaction(self.connection):
            return _hide(self.connection, name, hidden=hidden)

    def entity_corrections(self) -> list[EntityCorrection]:
        """What was put right by hand, in the order in which it was."""
        rows = self.connection.execute(
            """SELECT kind, name_key, label, other_key, other_label, name, made_at
               FROM entity_corrections ORDER BY id"""
        )
        return [
            EntityCorrection(
                kind=row[0],
                name=row[1],
                label=row[2],
                into=row[3],
                into_label=row[4],
                new_name=row[5],
                made_at=to_instant(row[6]),
            )
            for row in rows
        ]


def _merge(connection: sqlite3.Connection, name: str | int, other: str | int) -> EntityChange:
    into = _one(connection, name)
    gone = _all_of_a_surname(connection, other) or [_one(connection, other)]
    key, label = _pair(connection, gone[0])
    pair = (key.split(ALONE)[0], label) if len(gone) > 1 else (key, label)
    # Named by its id, a name that was merged before is still a row of its own.
    corrections = read_corrections(connection)
    if into in gone or corrections.home(_pair(connection, into)) == corrections.home(pair):
        raise UsageError(
            f"{name} and {other} are one entity already", remedy="nothing is to be done"
        )
    _correct(connection, "merge", pair, into=_pair(connection, into))
    return _judged(connection, into, gone)


def _all_of_a_surname(connection: sqlite3.Connection, name: str | int) -> list[int]:
    """The entities of a bare surname in all articles where it is nobody's, if they alone go by the name."""
    ids = find_named(connection, name)
    keys = {_pair(connection, entity_id)[0].split(ALONE)[0] for entity_id in ids}
    return sorted(ids) if len(ids) > 1 and keys == {name_key(str(name))} else []


def _split(connection: sqlite3.Connection, name: str | int) -> EntityChange:
    entity_id = _one(connection, name)
    pair = _pair(connection, entity_id)
    latest = connection.execute(
        """SELECT max(id) FROM entity_corrections WHERE kind = 'merge' AND other_key = ? AND other_label = ?""",
        pair,
    ).fetchone()[0]
    if latest is not None:
        connection.execute("DELETE FROM entity_corrections WHERE id = ?", (latest,))
    elif connection.execute(
        "SELECT 1 FROM appearances WHERE entity_id = ?1 AND name_id <> ?1 LIMIT 1", (entity_id,)
    ).fetchone():
        _correct(connection, "apart", pair)
    else:
        raise UsageError(
            f"{_name(connection, entity_id)} stands under this one name alone: there is nothing to take apart",
            remedy="see its names with: copydesk entities NAME",
        )
    return _judged(connection, entity_id, [entity_id])


def _rename(connection: sqlite3.Connection, name: str | int, new_name: str) -> EntityChange:
    entity_id = _one(connection, name)
    pair = _pair(connection, entity_id)
    require_type("the new name", new_name, str)
    called = " ".join(new_name.split())
    if not called or not called.isprintable() or len(called) > _LONGEST_NAME:
        raise UsageError(
            f"{new_name[:_LONGEST_NAME]!r} is no name", remedy="give the name as it is to be shown"
        )
    # A name that counts as this entity wherever it stands, after a merge, is nobody else's.
    taken = connection.execute(
        """SELECT 1 FROM appearances WHERE entity_id <> ?
           AND entity_id IN (SELECT id FROM entities WHERE name_key = ? AND label = ?) LIMIT 1""",
        (entity_id, *pair_of(called, pair[1])),
    )
    if taken.fetchone():
        raise UsageError(
            f"another entity is called {called}",
            remedy="have both be one with: copydesk entities --merge NAME OTHER",
        )
    connection.execute(
        "DELETE FROM entity_corrections WHERE kind = 'rename' AND name_key = ? AND label = ?", pair
    )
    _correct(connection, "rename", pair, name=called)
    tidy_entities(connection, [entity_id])
    add_aliases(connection, [(entity_id, called)])
    return _change(connection, entity_id, 0)


def _hide(connection: sqlite3.Connection, name: str | int, *, hidden: bool) -> EntityChange:
    entity_id = _one(connection, name)
    pair = _pair(connection, entity_id)
    connection.execute(
        "DELETE FROM entity_corrections WHERE kind = 'hide' AND name_key = ? AND label = ?", pair
    )
    if hidden:
        _correct(connection, "hide", pair)
    connection.execute("UPDATE entities SET hidden = ? WHERE id = ?", (hidden, entity_id))
    return _change(connection, entity_id, 0)


def _one(connection: sqlite3.Connection, name: str | int) -> int:
    """The id of the one entity that a name or an id is. Raises UsageError where it is none or several."""
    ids = find_named(connection, name)
    if not ids:
        raise UsageError(
            f"no entity goes by {name!r}", remedy="see who there is with: copydesk entities NAME"
        )
    if len(ids) > 1:
        called = ", ".join(
            f"{entity_id} ({_name(connection, entity_id)}, {_pair(connection, entity_id)[1]})"
            for entity_id in sorted(ids)[:8]
        )
        raise UsageError(
            f"{len(ids)} entities go by {name!r}", remedy=f"name one by its id: {called}"
        )
    return ids[0]


def _pair(connection: sqlite3.Connection, entity_id: int) -> Pair:
    row = connection.execute(
        "SELECT name_key, label FROM entities WHERE id = ?", (entity_id,)
    ).fetchone()
    return str(row[0]), str(row[1])


def _name(connection: sqlite3.Connection, entity_id: int) -> str:
    row = connection.execute("SELECT name FROM entities WHERE id = ?", (entity_id,)).fetchone()
    return str(row[0])


def _correct(
    connection: sqlite3.Connection,
    kind: str,
    pair: Pair,
    *,
    into: Pair | None = None,
    name: str | None = None,
) -> None:
    connection.execute(
        """INSERT INTO entity_corrections (kind, name_key, label, other_key, other_label, name, made_at)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (kind, *pair, *(into or (None, None)), name, to_text(datetime.now(UTC))),
    )


def _judged(connection: sqlite3.Connection, entity_id: int, moved: list[int]) -> EntityChange:
    """The entity after all names that were counted as one of `moved` are judged anew."""
    places = [
        (int(row[0]), int(row[1]))
        for moved_id in moved
        for row in connection.execute(
            "SELECT rendering_id, name_id FROM appearances WHERE entity_id = ?", (moved_id,)
        )
    ]
    before = _homes(connection, moved)
    judge_again(connection, places, read_corrections(connection))
    tidy_entities(connection, [entity_id])
    return _change(connection, entity_id, len(before - _homes(connection, moved)))


def _homes(connection: sqlite3.Connection, ids: list[int]) -> set[tuple[int, int]]:
    return {
        (int(row[0]), int(row[1]))
        for entity_id in ids
        for row in connection.execute(
            "SELECT rendering_id, name_id FROM appearances WHERE entity_id = ?", (entity_id,)
        )
    }


def _change(connection: sqlite3.Connection, entity_id: int, moved: int) -> EntityChange:
    row = connection.execute(
        "SELECT name, usual_label, hidden FROM entities WHERE id = ?", (entity_id,)
    ).fetchone()
    return EntityChange(
        id=entity_id, name=row[0], label=row[1], hidden=bool(row[2]), names_moved=moved
    )
