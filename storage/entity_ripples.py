"""Which names of other articles may be another entity now that an article came or went.

Only what is new to some bearer of a name can change who else is taken for him: company that other articles have beside
him too says nothing more. What is left is judged by `storage.entity_joins`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from schemas.entity_names import form_of
from storage.company import KEPT_APART, MOST_BEARERS, MOST_NAMES, names_beside, names_beside_twice
from storage.entity_rows import Spelling
from storage.filters import Conditions
from storage.values import dump

Place = tuple[int, int]
"""A name in an article: the rendering's id and the name's."""

_DEPENDENT = "e.form IN ('short', 'long')"
_HAS_COMPANY = """EXISTS (SELECT 1 FROM appearances x WHERE x.rendering_id = a.rendering_id
    AND x.name_id IN (SELECT value FROM json_each(?)))"""
_IS_KEPT_APART = f"a.reason IN ({', '.join('?' * len(KEPT_APART))})"


class _Block(NamedTuple):
    """Names that may be short for one that came or went."""

    key: str
    label: str
    regroups: bool
    """Whether those who are told from each other are others now, so that it matters in any company."""


def ripples(
    connection: sqlite3.Connection,
    rendering_id: int,
    changed: Sequence[Spelling],
    came_to: Mapping[int, int] | None = None,
) -> set[Place]:
    """The names in other articles whose answer may be another, now that these came or went together.

    `came_to` are the entities of those that came; None where they went.
    """
    affected: set[Place] = set()
    for one in changed:
        for block in _blocks(connection, rendering_id, one):
            which = Conditions(
                [f"e.block = ? AND e.label = ? AND {_DEPENDENT}"], [block.key, block.label]
            )
            which.add("a.rendering_id <> ?", rendering_id)
            if came_to is not None:
                _add_movable(which, one, came_to[one.id], block)
            # Of a list, to judge all that a name may matter to is less than to look for its company.
            narrows = not block.regroups and len(changed) <= MOST_NAMES
            if narrows and _places(connection, which, limit=1):
                which.add(_HAS_COMPANY, _new_company(connection, rendering_id, changed, one))
            affected |= _places(connection, which)
    return affected


def _places(connection: sqlite3.Connection, which: Conditions, *, limit: int = -1) -> set[Place]:
    rows = connection.execute(
        f"""SELECT a.rendering_id, a.name_id FROM entities e JOIN appearances a ON a.name_id = e.id
            WHERE {which.sql} LIMIT {int(limit)}""",
        which.values,
    ).fetchall()
    return {(int(row[0]), int(row[1])) for row in rows}


def _add_movable(which: Conditions, one: Spelling, home: int, block: _Block) -> None:
    """Only names that more company can move.

    It takes none away from whom it was joined to, nor does it tell whose a name is that several have in such company; and
    to a bare surname it matters only where that stood alone.
    """
    if _is_surname(one):
        which.add("a.entity_id <> a.name_id")
        which.add(f"(a.reason = '' OR {_IS_KEPT_APART})", *KEPT_APART)
    elif block.regroups:
        which.add(f"(e.form = 'long' OR NOT {_IS_KEPT_APART})", *KEPT_APART)
    else:
        which.add(f"NOT {_IS_KEPT_APART}", *KEPT_APART)
        which.add("a.entity_id NOT IN (?, ?)", one.id, home)


def _is_surname(one: Spelling) -> bool:
    return one.pair[1] == "PERSON" and form_of(*one.pair).form == "short"


def _blocks(connection: sqlite3.Connection, rendering_id: int, one: Spelling) -> Iterator[_Block]:
    """What names that depend on this one share."""
    form = form_of(*one.pair)
    if one.pair[1] == "PERSON":
        regroups = form.form != "short" and _regroups(connection, rendering_id, one)
        yield _Block(form.block, "PERSON", regroups)
    if one.pair[1] != "ORG":
        return
    acronyms = connection.execute(
        "SELECT DISTINCT acronym FROM appearances WHERE name_id = ? AND acronym IS NOT NULL",
        (one.id,),
    ).fetchall()
    for acronym in sorted({one.acronym or "", *(row[0] for row in acronyms)} - {""}):
        other = connection.execute(
            "SELECT 1 FROM appearances WHERE acronym = ? AND name_id = ? AND rendering_id <> ? LIMIT 1",
            (acronym, one.id, rendering_id),
        ).fetchone()
        yield _Block(acronym, "ORG", regroups=other is None)


def _regroups(connection: sqlite3.Connection, rendering_id: int, one: Spelling) -> bool:
    """Whether a full name is in no other article and, with it, others of the surname are told from each other anew.

    They are where one differs from it by a middle name alone, or where they are too many for company to tell.
    """
    if connection.execute(
        "SELECT 1 FROM appearances WHERE name_id = ? AND rendering_id <> ? LIMIT 1",
        (one.id, rendering_id),
    ).fetchone():
        return False
    form = form_of(*one.pair)
    others = connection.execute(
        """SELECT e.name_key FROM entities e WHERE e.block = ? AND e.label = 'PERSON' AND e.form IN ('full', 'long')
           AND e.id <> ? AND EXISTS (SELECT 1 FROM appearances a WHERE a.name_id = e.id)""",
        (form.block, one.id),
    ).fetchall()
    forms = (form_of(row[0], "PERSON") for row in others)
    return len(others) >= MOST_BEARERS or any(
        (other.base, other.suffix) == (form.base, form.suffix) for other in forms
    )


def _new_company(
    connection: sqlite3.Connection, rendering_id: int, changed: Sequence[Spelling], one: Spelling
) -> str:
    """The names among those that came or went that stand beside one in no other article, as a JSON list.

    With what is the same to company: a country's people, an acronym that stands by itself. Where the one is a surname, an
    article that has it may be the very one that is asked about, so that a name counts that one other article has there.
    """
    known = names_beside_twice if _is_surname(one) else names_beside
    beside = known(connection, rendering_id, one.id, [other.id for other in changed])
    new = [
        other for other in changed if other.id == one.id or other.acronym or other.id not in beside
    ]
    rows = connection.execute(
        """SELECT value FROM json_each(?1)
           UNION SELECT id FROM entities WHERE country IN (
               SELECT country FROM entities WHERE id IN (SELECT value FROM json_each(?1)))
           UNION SELECT id FROM entities WHERE label = 'ORG' AND name_key IN (SELECT value FROM json_each(?2))""",
        (
            dump([other.id for other in new]),
            dump([other.acronym for other in new if other.acronym]),
        ),
    )
    return dump(sorted(int(row[0]) for row in rows))
