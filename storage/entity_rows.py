"""The rows of entities: one for each name there is, what it is called and labelled most, and the names it goes by.

Which article's name is counted under which row is for `storage.entity_joins`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from schemas.entity_names import NameForm, entity_key, form_of, kind_of
from schemas.marks import Mention
from storage.entity_corrections import Corrections, Pair, read_corrections
from storage.values import name_key

ALONE = " @ "
"""Between a surname and the key of the article in whose company alone it stands: the key of an entity of that article."""


class Spelling(NamedTuple):
    """One name as an article has it: its row, and how it is spelled and labelled there."""

    id: int
    pair: Pair
    name: str
    label: str
    mentions: int
    acronym: str | None


def pair_of(name: str, label: str) -> Pair:
    """What the row of a name is found by."""
    return entity_key(name, label), kind_of(label)


def find_or_add(
    connection: sqlite3.Connection, pair: Pair, name: str, label: str, corrections: Corrections
) -> int:
    """The id of a name's row."""
    row = connection.execute(
        "SELECT id FROM entities WHERE name_key = ? AND label = ?", pair
    ).fetchone()
    if row:
        return int(row[0])
    form = NameForm("other", "", "") if ALONE in pair[0] else form_of(*pair)
    cursor = connection.execute(
        """INSERT INTO entities (name, label, name_key, usual_label, form, block, hidden)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (
            *(corrections.names.get(pair, name), pair[1], pair[0], label, form.form, form.block),
            pair in corrections.hidden,
        ),
    )
    entity_id = int(cursor.lastrowid or 0)
    if pair in corrections.names:
        add_aliases(connection, [(entity_id, corrections.names[pair])])
    return entity_id


def note_facts(connection: sqlite3.Connection, entity_id: int, mention: Mention) -> None:
    """Keep what the tagger knows of a name whatever the article: its country, its number elsewhere."""
    if mention.country or mention.ref:
        connection.execute(
            """UPDATE entities SET country = coalesce(?2, country), ref = coalesce(?3, ref) WHERE id = ?1
               AND (country IS NOT coalesce(?2, country) OR ref IS NOT coalesce(?3, ref))""",
            (entity_id, mention.country, mention.ref),
        )


def add_aliases(connection: sqlite3.Connection, names: Iterable[tuple[int, str]]) -> None:
    """Note that entities go by these names."""
    connection.executemany(
        "INSERT OR IGNORE INTO aliases (entity_id, alias, alias_key) VALUES (?, ?, ?)",
        [(entity_id, alias, name_key(alias)) for entity_id, alias in names],
    )


def note_spellings(
    connection: sqlite3.Connection, came: Mapping[int, tuple[str, str]], corrections: Corrections
) -> None:
    """Keep each row under its commonest spelling and label, where those of an article may have changed which that is."""
    for name_id, (name, label) in came.items():
        row = connection.execute(
            "SELECT name, usual_label FROM entities WHERE id = ?", (name_id,)
        ).fetchone()
        if row and tuple(row) != (name, label):
            recount(connection, [name_id], corrections)


def recount(connection: sqlite3.Connection, ids: Iterable[int], corrections: Corrections) -> None:
    """Each row under the spelling and label that most articles have; of equals the one with the fewest capitals."""
    for name_id in ids:
        spelled = connection.execute(
            "SELECT name, count(*) FROM appearances WHERE name_id = ? GROUP BY name", (name_id,)
        ).fetchall()
        labelled = connection.execute(
            "SELECT label, count(*) FROM appearances WHERE name_id = ? GROUP BY label", (name_id,)
        ).fetchall()
        pair = connection.execute(
            "SELECT name_key, label FROM entities WHERE id = ?", (name_id,)
        ).fetchone()
        if pair is None:
            continue
        called = corrections.names.get(tuple(pair))
        if not spelled and called:
            connection.execute("UPDATE entities SET name = ? WHERE id = ?", (called, name_id))
        if not spelled:
            continue
        name = min(spelled, key=lambda row: (-row[1], sum(map(str.isupper, row[0])), row[0]))[0]
        connection.execute(
            "UPDATE entities SET name = ?, usual_label = ? WHERE id = ?",
            (
                called or name,
                min(labelled, key=lambda row: (-row[1], row[0]))[0],
                name_id,
            ),
        )


def tidy_entities(connection: sqlite3.Connection, entity_ids: Iterable[int]) -> None:
    """Entities as their mentions have them: names that no mention has go, and entities without one."""
    listed = list(entity_ids)
    ids = [(entity_id,) for entity_id in listed]
    connection.executemany(
        """DELETE FROM entities WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM mentions WHERE entity_id = ?1)
           AND NOT EXISTS (SELECT 1 FROM appearances WHERE name_id = ?1)
           AND NOT EXISTS (SELECT 1 FROM appearances WHERE entity_id = ?1)""",
        ids,
    )
    connection.executemany(
        """UPDATE entities SET name = (SELECT m.name FROM mentions m WHERE m.entity_id = ?1 ORDER BY m.id LIMIT 1)
           WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM appearances WHERE name_id = ?1)
           AND EXISTS (SELECT 1 FROM mentions WHERE entity_id = ?1)
           AND name NOT IN (SELECT m.name FROM mentions m WHERE m.entity_id = ?1)""",
        ids,
    )
    recount(connection, listed, read_corrections(connection))
    connection.executemany(
        """DELETE FROM aliases WHERE entity_id = ?1 AND alias NOT IN
           (SELECT text FROM mentions WHERE entity_id = ?1 UNION SELECT name FROM mentions WHERE entity_id = ?1
            UNION SELECT name FROM entities WHERE id = ?1
                  AND EXISTS (SELECT 1 FROM mentions WHERE entity_id = ?1))""",
        ids,
    )


def tidy_all_entities(connection: sqlite3.Connection) -> None:
    """As `tidy_entities`, for every entity there is."""
    rows = connection.execute("SELECT id FROM entities").fetchall()
    tidy_entities(connection, [int(row[0]) for row in rows])


def rekey(connection: sqlite3.Connection, corrections: Corrections) -> None:
    """Every row under the key and kind that these rules give its name; rows that are one by them become one.

    What somebody called otherwise keeps its key: the name it shows is no spelling of it.
    """
    ids_by_pair: dict[Pair, list[int]] = {}
    rows = connection.execute(
        "SELECT id, name, name_key, label, usual_label, block FROM entities WHERE instr(name_key, ?) = 0 ORDER BY id",
        (ALONE,),
    ).fetchall()
    for entity_id, name, key, label, usual_label, _ in rows:
        is_called = (key, label) in corrections.names
        pair = (key, label) if is_called else pair_of(name, usual_label or label)
        ids_by_pair.setdefault(pair, []).append(entity_id)
    for first, *others in ids_by_pair.values():
        for other in others:
            connection.execute(
                "UPDATE mentions SET entity_id = ? WHERE entity_id = ?", (first, other)
            )
            connection.execute("DELETE FROM entities WHERE id = ?", (other,))
    stored = {row[0]: row[2:] for row in rows}
    changed = [
        (entity_id, pair, form)
        for pair, (entity_id, *_) in ids_by_pair.items()
        for form in (form_of(*pair),)
        if (stored[entity_id][0], stored[entity_id][1], stored[entity_id][3]) != (*pair, form.block)
        or not stored[entity_id][2]
    ]
    aliases = connection.execute("SELECT alias, alias_key, entity_id FROM aliases").fetchall()
    connection.executemany(
        "UPDATE aliases SET alias_key = ? WHERE entity_id = ? AND alias = ?",
        [(name_key(one[0]), one[2], one[0]) for one in aliases if name_key(one[0]) != one[1]],
    )
    # The keys are unique at any moment: first out of each other's way.
    connection.executemany(
        "UPDATE entities SET name_key = '~' || id WHERE id = ?", [(one[0],) for one in changed]
    )
    connection.executemany(
        """UPDATE entities SET name_key = ?, label = ?, form = ?, block = ?,
           usual_label = CASE usual_label WHEN '' THEN label ELSE usual_label END WHERE id = ?""",
        [(*pair, form.form, form.block, entity_id) for entity_id, pair, form in changed],
    )


def stored_mentions(connection: sqlite3.Connection, rendering_id: int) -> list[Mention]:
    """The mentions of a rendering as far as their names go, in the order in which they were stored."""
    rows = connection.execute(
        """SELECT m.text, m.label, m.name, m.joined_by FROM paragraphs p
           JOIN mentions m ON m.paragraph_id = p.id WHERE p.rendering_id = ? ORDER BY m.id""",
        (rendering_id,),
    )
    return [
        Mention(paragraph=0, start=0, end=0, text=text, label=label, name=name, joined_by=joined_by)
        for text, label, name, joined_by in rows
    ]
