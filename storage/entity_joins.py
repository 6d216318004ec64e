"""Which names of different articles are one entity, and why.

A name that is the same in two articles is one entity there. What is only short for a name (a surname, an acronym), or
longer by a middle name, is the same only where the company it keeps says so: the article must mention what the articles
with that name mention, and nobody else of that name may be found in such company. That is asked of each article by
itself, of all articles there are, so that it never matters in which order they came. When an article comes or goes,
exactly those names elsewhere are judged again whose answer may be another now; where many do, all are joined anew.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator

from schemas.entity_names import form_of
from schemas.marks import Mention
from storage.company import Found, find_home, is_accompanied, is_list
from storage.entity_corrections import Corrections, read_corrections
from storage.entity_ripples import Place, ripples
from storage.entity_rows import (
    ALONE,
    Spelling,
    add_aliases,
    find_or_add,
    note_facts,
    note_spellings,
    pair_of,
    recount,
    rekey,
    stored_mentions,
    tidy_all_entities,
    tidy_entities,
)
from storage.joining_rules import are_keys_of_today, is_put_off, note_joined
from storage.salience import score_all
from storage.values import name_key

MERGED = "merged by hand"


def add_names(
    connection: sqlite3.Connection, rendering_id: int, mentions: Iterable[Mention]
) -> dict[tuple[str, str], int]:
    """Note which names a current rendering has; the entity that each (name, label) of its mentions is.

    Names in other articles that are judged otherwise now are put where they belong, unless that is put off.
    """
    corrections = read_corrections(connection)
    spellings = list(_spellings(connection, mentions, corrections))
    ids = {spelling.pair: spelling.id for spelling in spellings}
    _insert(connection, rendering_id, spellings)
    homes: dict[int, int] = {}
    for pair, name_id in ids.items():
        if form_of(*pair).form not in ("short", "long") and pair not in corrections.merged:
            homes[name_id] = name_id
            continue
        home = judge(connection, rendering_id, name_id, corrections)
        homes[name_id] = home.entity_id
        if home != (name_id, ""):
            _note_home(connection, rendering_id, name_id, home)
    note_spellings(connection, {s.id: (s.name, s.label) for s in spellings}, corrections)
    if not is_put_off(connection):
        _settle(connection, ripples(connection, rendering_id, spellings, homes), corrections)
    return {
        (mention.name, mention.label): homes[ids[pair_of(mention.name, mention.label)]]
        for mention in mentions
    }


def remove_names(connection: sqlite3.Connection, rendering_id: int) -> None:
    """Forget the names of a rendering that is current no more; what else is judged otherwise without it is moved."""
    rows = connection.execute(
        """SELECT a.name_id, e.name_key, e.label, a.name, a.label, a.mentions, a.acronym
           FROM appearances a JOIN entities e ON e.id = a.name_id WHERE a.rendering_id = ?""",
        (rendering_id,),
    ).fetchall()
    if not rows:
        return
    gone = [Spelling(row[0], (row[1], row[2]), *row[3:]) for row in rows]
    connection.execute("DELETE FROM appearances WHERE rendering_id = ?", (rendering_id,))
    corrections = read_corrections(connection)
    recount(connection, [spelling.id for spelling in gone], corrections)
    if not is_put_off(connection):
        _settle(connection, ripples(connection, rendering_id, gone), corrections)


def judge(
    connection: sqlite3.Connection, rendering_id: int, name_id: int, corrections: Corrections
) -> Found:
    """The entity that a name is in one article, and why it is not the name's own.

    A surname that is nobody's, and that no other article has in such company, is an entity of this article alone.
    """
    key, label = connection.execute(
        "SELECT name_key, label FROM entities WHERE id = ?", (name_id,)
    ).fetchone()
    found, listed = Found(name_id, ""), is_list(connection, rendering_id)
    if not listed:
        found = find_home(connection, rendering_id, name_id, (key, label), corrections.apart)
    pair = (key, label)
    if found.entity_id != name_id:
        pair = connection.execute(
            "SELECT name_key, label FROM entities WHERE id = ?", (found.entity_id,)
        ).fetchone()
    elif _may_stand_alone(pair, corrections) and (
        listed or not is_accompanied(connection, rendering_id, name_id)
    ):
        pair = (f"{key}{ALONE}{_article_key(connection, rendering_id)}", label)
    home = corrections.home((str(pair[0]), str(pair[1])))
    if home == (key, label):
        return found
    name = connection.execute(
        "SELECT name FROM appearances WHERE rendering_id = ? AND name_id = ?",
        (rendering_id, name_id),
    ).fetchone()[0]
    home_id = find_or_add(connection, home, name, home[1], corrections)
    return Found(home_id, found.reason if home == tuple(pair) else MERGED)


def _may_stand_alone(pair: tuple[str, str], corrections: Corrections) -> bool:
    is_surname = pair[1] == "PERSON" and form_of(*pair).form == "short"
    return is_surname and corrections.home(pair) == pair


def _article_key(connection: sqlite3.Connection, rendering_id: int) -> str:
    row = connection.execute(
        "SELECT a.key FROM renderings r JOIN articles a ON a.id = r.article_id WHERE r.id = ?",
        (rendering_id,),
    ).fetchone()
    return str(row[0])


def judge_again(
    connection: sqlite3.Connection, places: Iterable[Place], corrections: Corrections
) -> None:
    """Judge names anew and move those whose entity is another now."""
    _settle(connection, set(places), corrections)


def join_all(connection: sqlite3.Connection) -> None:
    """Join all articles' names anew from their mentions alone: what `add_names` makes of them one by one."""
    connection.execute("DELETE FROM appearances")
    corrections = read_corrections(connection)
    if not are_keys_of_today(connection):
        rekey(connection, corrections)
    rows = connection.execute("SELECT id FROM renderings WHERE current = 1 ORDER BY id").fetchall()
    for (rendering_id,) in rows:
        spellings = _spellings(connection, stored_mentions(connection, rendering_id), corrections)
        _insert(connection, rendering_id, spellings)
    ids = connection.execute("SELECT DISTINCT name_id FROM appearances").fetchall()
    recount(connection, [row[0] for row in ids], corrections)
    for rendering_id, name_id in connection.execute(
        "SELECT rendering_id, name_id FROM appearances ORDER BY rendering_id, name_id"
    ).fetchall():
        home = judge(connection, rendering_id, name_id, corrections)
        _note_home(connection, rendering_id, name_id, home)
    for (rendering_id,) in rows:
        _point_mentions(connection, rendering_id)
    tidy_all_entities(connection)
    score_all(connection)
    note_joined(connection)


def _spellings(
    connection: sqlite3.Connection, mentions: Iterable[Mention], corrections: Corrections
) -> Iterator[Spelling]:
    """The names of an article, each once, under its commonest spelling there."""
    by_pair: dict[tuple[str, str], list[Mention]] = {}
    for mention in mentions:
        by_pair.setdefault(pair_of(mention.name, mention.label), []).append(mention)
    for pair, found in by_pair.items():
        (name, label), _ = min(
            Counter((m.name, m.label) for m in found).items(), key=lambda item: (-item[1], item[0])
        )
        acronyms = {name_key(m.text) for m in found if m.joined_by == "acronym"}
        entity_id = find_or_add(connection, pair, name, label, corrections)
        for known in {(m.country, m.ref): m for m in found}.values():
            note_facts(connection, entity_id, known)
        yield Spelling(entity_id, pair, name, label, len(found), min(acronyms, default=None))


def _insert(
    connection: sqlite3.Connection,
    rendering_id: int,
    spellings: Iterable[Spelling],
) -> None:
    connection.executemany(
        """INSERT INTO appearances (rendering_id, name_id, entity_id, name, label, mentions, acronym)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        [(rendering_id, s.id, s.id, s.name, s.label, s.mentions, s.acronym) for s in spellings],
    )


def _settle(
    connection: sqlite3.Connection, places: Iterable[Place], corrections: Corrections
) -> None:
    left: set[int] = set()
    for rendering_id, name_id in sorted(places):
        row = connection.execute(
            "SELECT entity_id, reason FROM appearances WHERE rendering_id = ? AND name_id = ?",
            (rendering_id, name_id),
        ).fetchone()
        home = judge(connection, rendering_id, name_id, corrections)
        if row is None or tuple(row) == home:
            continue
        _note_home(connection, rendering_id, name_id, home)
        if row[0] != home.entity_id:
            _point_mentions(connection, rendering_id, name_id)
            left.add(int(row[0]))
    if left:
        tidy_entities(connection, sorted(left))


def _note_home(
    connection: sqlite3.Connection, rendering_id: int, name_id: int, home: Found
) -> None:
    connection.execute(
        "UPDATE appearances SET entity_id = ?, reason = ? WHERE rendering_id = ? AND name_id = ?",
        (home.entity_id, home.reason, rendering_id, name_id),
    )


def _point_mentions(
    connection: sqlite3.Connection, rendering_id: int, name_id: int | None = None
) -> None:
    """Have the mentions of a rendering, or those of one name in it, name the entities that their names are now."""
    homes = {
        (row[1], row[2]): row[3]
        for row in connection.execute(
            """SELECT a.name_id, e.name_key, e.label, a.entity_id FROM appearances a
               JOIN entities e ON e.id = a.name_id WHERE a.rendering_id = ?""",
            (rendering_id,),
        )
        if name_id is None or row[0] == name_id
    }
    rows = connection.execute(
        """SELECT m.id, m.text, m.name, m.label, m.entity_id FROM paragraphs p
           JOIN mentions m ON m.paragraph_id = p.id WHERE p.rendering_id = ?""",
        (rendering_id,),
    ).fetchall()
    moved = [
        (homes[pair], mention_id, text, name)
        for mention_id, text, name, label, entity_id in rows
        if (pair := pair_of(name, label)) in homes and homes[pair] != entity_id
    ]
    connection.executemany(
        "UPDATE mentions SET entity_id = ? WHERE id = ?", [(one[0], one[1]) for one in moved]
    )
    add_aliases(connection, {(one[0], alias) for one in moved for alias in one[2:]})
