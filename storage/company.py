"""Whose a surname or an acronym is in an article that does not spell it out: told by the company it keeps.

Evidence is what the article mentions and what also stands beside a full name in other articles. Where two bearers of a
name are found in such company, or one of so many that company proves nothing, the name stays by itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence, Set
from itertools import combinations
from typing import NamedTuple

from schemas.entity_names import NameForm, differ_in_the_middle, form_of, may_be_short_for
from storage.entity_corrections import Pair
from storage.values import dump

MOST_BEARERS = 12
"""A surname that so many people of the store have is anybody's."""
MOST_COMPANY = 24
"""Names of an article that are looked at as company, the most mentioned first: a list of hundreds says no more."""
NEEDED = 2
SURNAME = "surname, in the same company"
MIDDLE_NAME = "middle name, in the same company"
ACRONYM = "acronym, in the same company"
SEVERAL = "several of that name in the same company"
BESIDE = "several of that name in the article"
KEPT_APART = (SEVERAL, BESIDE)
"""Why a name stays by itself; what else comes does not change that."""

# Where news comes from says nothing of whom it is about.
_EVERYWHERE = frozenset(
    [
        "afp agence france-presse",
        "ap",
        "associated press",
        "bbc",
        "bloomberg",
        "cnn",
        "dpa",
        "facebook",
        "google",
        "guardian",
        "new york times",
        "reuters",
        "twitter",
        "wall street journal",
        "washington post",
        "x",
        "xinhua",
        "youtube",
    ]
)
_TELLS_NOTHING = frozenset({"NORP", "LANGUAGE"})

_TOGETHER = "SELECT 1 FROM appearances x JOIN appearances p ON p.rendering_id = x.rendering_id"
_FEW = 60
MOST_NAMES = 400
"""More names in one article are a list: those who stand in it keep no company there, and none is taken for another."""


class Found(NamedTuple):
    """The entity of a name in one article, and why it is not the one of its own name (else empty)."""

    entity_id: int
    reason: str


class _Companion(NamedTuple):
    ids: tuple[int, ...]
    """The name, and what is the same: a country and its people."""
    acronym: str
    """The name where it may be an acronym that another article explains, else empty."""
    is_strong: bool
    """Not a country: half of the world's news is told of some."""


class _Bearer(NamedTuple):
    id: int
    key: str
    form: NameForm


def is_list(connection: sqlite3.Connection, rendering_id: int) -> bool:
    """Whether an article has so many names that it tells nothing of whose they are."""
    row = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM appearances WHERE rendering_id = ? LIMIT ?)",
        (rendering_id, MOST_NAMES + 1),
    ).fetchone()
    return bool(row[0] > MOST_NAMES)


def find_home(
    connection: sqlite3.Connection,
    rendering_id: int,
    name_id: int,
    pair: Pair,
    apart: Set[Pair],
) -> Found:
    """Whose name it is in one article; its own where that cannot be told. Nothing is joined to those of `apart`."""
    key, label = pair
    form = form_of(key, label)
    own = Found(name_id, "")
    if form.form not in ("short", "long"):
        return own
    if label == "ORG":
        groups = [[one] for one in _explained(connection, key, name_id)]
        reason = ACRONYM
    else:
        bearers = _bearers(connection, form.block)
        if form.form == "long":
            groups, reason = _base_of(bearers, key, form), MIDDLE_NAME
        else:
            groups, reason = _groups(bearers, key), SURNAME
    if not groups:
        return own
    home = _in_company(connection, rendering_id, name_id, groups, lax=label == "ORG")
    if isinstance(home, str):
        return Found(name_id, home)
    if home is None or (home.key, label) in apart:
        return own
    return Found(home.id, reason)


def _explained(connection: sqlite3.Connection, acronym: str, name_id: int) -> list[_Bearer]:
    """The organisations that some article gives this acronym."""
    rows = connection.execute(
        """SELECT DISTINCT e.id, e.name_key FROM appearances a JOIN entities e ON e.id = a.name_id
           WHERE a.acronym = ? AND e.label = 'ORG' AND e.id <> ?""",
        (acronym, name_id),
    )
    return [_Bearer(row[0], row[1], form_of(row[1], "ORG")) for row in rows]


def _bearers(connection: sqlite3.Connection, surname: str) -> list[_Bearer]:
    """The people of the store that have a full name with this surname, in order of their names."""
    rows = connection.execute(
        """SELECT e.id, e.name_key FROM entities e WHERE e.block = ? AND e.label = 'PERSON'
           AND e.form IN ('full', 'long') AND EXISTS (SELECT 1 FROM appearances a WHERE a.name_id = e.id)
           ORDER BY e.name_key""",
        (surname,),
    ).fetchall()
    return [_Bearer(row[0], row[1], form_of(row[1], "PERSON")) for row in rows]


def _base_of(bearers: Sequence[_Bearer], key: str, form: NameForm) -> list[list[_Bearer]]:
    """Whom a name with a middle name may be without it; nobody where others have that name with another one."""
    same = [one for one in bearers if _is_like(one.form, form)]
    if any(differ_in_the_middle(key, one.key) for one in same):
        return []
    return [[one] for one in same if one.form.form == "full"]


def _is_like(one: NameForm, other: NameForm) -> bool:
    return (one.base, one.suffix) == (other.base, other.suffix)


def _groups(bearers: Sequence[_Bearer], surname: str) -> list[list[_Bearer]]:
    """The people whom a surname may be, each with all the forms of the full name; the plainest form first."""
    by_base: dict[tuple[str, str], list[_Bearer]] = {}
    for one in bearers:
        if may_be_short_for(surname, one.key):
            by_base.setdefault((one.form.base, one.form.suffix), []).append(one)
    groups: list[list[_Bearer]] = []
    for found in by_base.values():
        found.sort(key=lambda one: (one.form.form == "long", len(one.key), one.key))
        if any(differ_in_the_middle(a.key, b.key) for a, b in combinations(found, 2)):
            groups += [[one] for one in found]
        else:
            groups.append(found)
    return groups


def is_accompanied(connection: sqlite3.Connection, rendering_id: int, name_id: int) -> bool:
    """Whether another article has the very same name in the same company."""
    key = connection.execute("SELECT name_key FROM entities WHERE id = ?", (name_id,)).fetchone()[0]
    group = [_Bearer(name_id, str(key), form_of(str(key), "PERSON"))]
    companions = list(_companions(connection, rendering_id, name_id))
    shared = _shared(connection, rendering_id, companions, group)
    return len(shared) >= NEEDED and any(one.is_strong for one in shared)


def _in_company(
    connection: sqlite3.Connection,
    rendering_id: int,
    name_id: int,
    groups: Sequence[Sequence[_Bearer]],
    *,
    lax: bool,
) -> _Bearer | str | None:
    """The one whose company the article has: two names or (`lax`) one that says much, and of no other bearer any such.

    None where nobody is near enough yet, and why it is nobody's where that is settled.
    """
    beside = connection.execute(
        """SELECT 1 FROM json_each(?) c CROSS JOIN appearances a
           ON a.rendering_id = ? AND a.name_id = c.value LIMIT 1""",
        (dump([one.id for group in groups for one in group]), rendering_id),
    )
    if beside.fetchone():
        return BESIDE
    if len(groups) > MOST_BEARERS:
        return SEVERAL
    companions = list(_companions(connection, rendering_id, name_id))
    near: list[tuple[_Bearer, int]] = []
    for group in groups:
        shared = _shared(connection, rendering_id, companions, group)
        if any(one.is_strong for one in shared) or (lax and len(shared) >= NEEDED):
            near.append((group[0], len(shared)))
        if len(near) > 1:
            return SEVERAL
    return near[0][0] if near and (lax or near[0][1] >= NEEDED) else None


def _shared(
    connection: sqlite3.Connection,
    rendering_id: int,
    companions: Sequence[_Companion],
    group: Sequence[_Bearer],
) -> list[_Companion]:
    """Of the company that an article has, what others mention beside one of the group."""
    found = _beside(connection, rendering_id, companions, dump([one.id for one in group]))
    return [one for one in companions if not found.isdisjoint((*one.ids, one.acronym))]


def _beside(
    connection: sqlite3.Connection,
    rendering_id: int,
    companions: Sequence[_Companion],
    bearers: str,
) -> set[object]:
    """Those of the company, by id or as an acronym, that other articles have beside one of the bearers."""
    ids = [one_id for one in companions for one_id in one.ids]
    acronyms = [one.acronym for one in companions if one.acronym]
    found: set[object] = set(_names_beside(connection, rendering_id, ids, bearers))
    if acronyms:
        rows = connection.execute(
            f"""SELECT c.value FROM json_each(?) c WHERE EXISTS ({_TOGETHER} WHERE x.acronym = c.value
                AND p.name_id IN (SELECT value FROM json_each(?)) AND x.rendering_id <> ?)""",
            (dump(acronyms), bearers, rendering_id),
        ).fetchall()
        found.update(row[0] for row in rows)
    return found


def _names_beside(
    connection: sqlite3.Connection, rendering_id: int, names: Sequence[int], bearers: str
) -> list[int]:
    """Those of `names` that other articles have beside one of the bearers.

    The articles of seldom bearers are read once for all names. Of frequent ones' and each name's, those are read that are
    fewer, until one has both.
    """
    articles = connection.execute(
        "SELECT count(*) FROM appearances WHERE name_id IN (SELECT value FROM json_each(?))",
        (bearers,),
    ).fetchone()[0]
    if articles <= _FEW:
        rows = connection.execute(
            """SELECT DISTINCT x.name_id FROM appearances p CROSS JOIN appearances x ON x.rendering_id = p.rendering_id
               WHERE p.name_id IN (SELECT value FROM json_each(?1)) AND p.rendering_id <> ?2
               AND x.name_id IN (SELECT value FROM json_each(?3))""",
            (bearers, rendering_id, dump(list(names))),
        ).fetchall()
        return [int(row[0]) for row in rows]
    both = """p.name_id IN (SELECT value FROM json_each(?1)) AND x.rendering_id = p.rendering_id
        AND x.rendering_id <> ?2 AND x.name_id = c.value"""
    rows = connection.execute(
        f"""SELECT c.value FROM json_each(?3) c WHERE CASE WHEN ?4 > (
                SELECT count(*) FROM (SELECT 1 FROM appearances WHERE name_id = c.value LIMIT ?4))
            THEN EXISTS (SELECT 1 FROM appearances x CROSS JOIN appearances p WHERE {both})
            ELSE EXISTS (SELECT 1 FROM appearances p CROSS JOIN appearances x WHERE {both}) END""",
        (bearers, rendering_id, dump(list(names)), articles),
    ).fetchall()
    return [int(row[0]) for row in rows]


def names_beside(
    connection: sqlite3.Connection, rendering_id: int, bearer: int, names: Sequence[int]
) -> set[int]:
    """Those of `names` that another article than this one has beside the bearer."""
    return set(_names_beside(connection, rendering_id, names, dump([bearer])))


def names_beside_twice(
    connection: sqlite3.Connection, rendering_id: int, bearer: int, names: Sequence[int]
) -> set[int]:
    """Those of `names` that two articles or more, other than this one, have beside the bearer."""
    rows = connection.execute(
        """SELECT x.name_id FROM appearances p CROSS JOIN appearances x ON x.rendering_id = p.rendering_id
           WHERE p.name_id = ?1 AND p.rendering_id <> ?2 AND x.name_id IN (SELECT value FROM json_each(?3))
           GROUP BY x.name_id HAVING count(*) > 1""",
        (bearer, rendering_id, dump(list(names))),
    ).fetchall()
    return {int(row[0]) for row in rows}


def _companions(
    connection: sqlite3.Connection, rendering_id: int, name_id: int
) -> Iterator[_Companion]:
    rows = connection.execute(
        """SELECT e.id, e.name_key, e.label, e.form, e.country FROM appearances a JOIN entities e ON e.id = a.name_id
           WHERE a.rendering_id = ? AND a.name_id <> ? ORDER BY a.mentions DESC, e.name_key, e.label LIMIT ?""",
        (rendering_id, name_id, MOST_COMPANY),
    ).fetchall()
    countries: set[str] = set()
    for companion_id, key, label, form, country in rows:
        if country is not None:
            if country not in countries:
                countries.add(country)
                yield _Companion(names_of_country(connection, country), "", is_strong=False)
            continue
        if label in _TELLS_NOTHING or key in _EVERYWHERE or (label == "PERSON" and form == "short"):
            continue
        is_acronym = label == "ORG" and form == "short"
        yield _Companion((companion_id,), key if is_acronym else "", is_strong=True)


def names_of_country(connection: sqlite3.Connection, country: str) -> tuple[int, ...]:
    """A country and its people."""
    rows = connection.execute("SELECT id FROM entities WHERE country = ? ORDER BY id", (country,))
    return tuple(int(row[0]) for row in rows)
