"""What can be said of a document at sight, before anything is made of it: known and unchanged, or deleted once."""

from __future__ import annotations

import sqlite3

from schemas.document import RawDocument
from schemas.stored import Outcome
from storage import identity, write


def find_known(connection: sqlite3.Connection, document: RawDocument) -> Outcome | None:
    """Unchanged, or skipped for its tombstone; None for what has to be cleaned first."""
    if key := identity.find_tombstone(connection, identity.identify(document, None)):
        return write.tombstone_outcome(document, key)
    place = identity.find_same_input(connection, document)
    return None if place is None else _unchanged(connection, document, place)


def _unchanged(
    connection: sqlite3.Connection, document: RawDocument, place: identity.Place
) -> Outcome:
    row = connection.execute(
        """SELECT a.url, r.title,
           (SELECT count(*) FROM paragraphs p WHERE p.rendering_id = r.id AND p.n >= 0),
           (SELECT count(*) FROM mentions m JOIN paragraphs p ON p.id = m.paragraph_id WHERE p.rendering_id = r.id),
           (SELECT count(*) FROM figures f JOIN paragraphs p ON p.id = f.paragraph_id WHERE p.rendering_id = r.id),
           (SELECT count(*) FROM dropped d WHERE d.rendering_id = r.id)
           FROM renderings r JOIN articles a ON a.id = r.article_id WHERE r.id = ?""",
        (place.rendering_id,),
    ).fetchone()
    return Outcome(
        status="unchanged",
        origin=document.origin,
        id=place.article_id,
        key=place.key,
        url=row[0],
        title=row[1],
        paragraphs=row[2],
        mentions=row[3],
        figures=row[4],
        dropped=row[5],
    )
