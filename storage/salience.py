"""How much each article is about each of its entities, kept with it. What the number means is said in `schemas.salience`.

It is kept by the name that the article has for the entity: which entity that name is may change with every article that
comes, what this article is about does not.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from schemas.article import TITLE_ROW
from schemas.provenance import Provenance
from schemas.salience import ArticleEntity, salience_of
from storage.entity_rows import pair_of

MAKER = Provenance(stage="salience", name="copydesk-salience", version="1")
"""Bump the version when the formula can give another number."""


def score_rendering(connection: sqlite3.Connection, rendering_id: int) -> None:
    """Keep the salience of the entities of a current rendering, by the mentions that stand there now."""
    connection.execute("DELETE FROM salience WHERE rendering_id = ?", (rendering_id,))
    ids = {
        (key, label): int(name_id)
        for name_id, key, label in connection.execute(
            """SELECT a.name_id, e.name_key, e.label FROM appearances a JOIN entities e ON e.id = a.name_id
               WHERE a.rendering_id = ?""",
            (rendering_id,),
        )
    }
    if not ids:
        return
    places: dict[int, list[int]] = defaultdict(list)
    for n, name, label in connection.execute(
        """SELECT p.n, m.name, m.label FROM paragraphs p JOIN mentions m ON m.paragraph_id = p.id
           WHERE p.rendering_id = ? AND p.masked = 0""",
        (rendering_id,),
    ):
        if (name_id := ids.get(pair_of(name, label))) is not None:
            places[name_id].append(n)
    rows = connection.execute(
        "SELECT n, kind FROM paragraphs WHERE rendering_id = ? AND masked = 0 ORDER BY n",
        (rendering_id,),
    ).fetchall()
    body = [n for n, kind in rows if n >= 0 and kind != "heading"]
    has_title = any(n == TITLE_ROW for n, _ in rows)
    most = max(map(len, places.values()), default=0)
    connection.executemany(
        "INSERT INTO salience (rendering_id, entity_id, mentions, score) VALUES (?, ?, ?, ?)",
        [
            (rendering_id, name_id, len(found), salience_of(found, most, body, has_title=has_title))
            for name_id, found in places.items()
        ],
    )


def score_all(connection: sqlite3.Connection) -> None:
    """Score every article anew, whose names have been given other rows; in the caller's transaction."""
    rows = connection.execute(
        "SELECT rendering_id FROM stage_done WHERE stage = ? ORDER BY 1", (MAKER.stage,)
    )
    for (rendering_id,) in rows.fetchall():
        score_rendering(connection, rendering_id)


def read_article_entities(connection: sqlite3.Connection, rendering_id: int) -> list[ArticleEntity]:
    """The entities of a rendering, the one that it is most about first."""
    rows = connection.execute(
        """SELECT e.id, e.name, e.usual_label, sum(s.mentions), max(s.score) FROM salience s
           JOIN appearances a ON a.rendering_id = s.rendering_id AND a.name_id = s.entity_id
           JOIN entities e ON e.id = a.entity_id
           WHERE s.rendering_id = ? AND e.hidden = 0 GROUP BY e.id ORDER BY 5 DESC, 4 DESC, e.name""",
        (rendering_id,),
    )
    return [
        ArticleEntity(id=row[0], name=row[1], label=row[2], mentions=row[3], salience=row[4])
        for row in rows
    ]
