"""The rows of enrichers that are plug-ins: what a package found in an article, kept as JSON under its stage's name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from schemas.enrichments import Enrichment, FoundEnrichment
from storage.values import dump, load

_COLUMNS = 'x.stage, x.n, x.start, x."end", x.data'


def add_enrichments(
    connection: sqlite3.Connection, rendering_id: int, rows: Iterable[Enrichment]
) -> None:
    """Store what a plug-in found in a rendering."""
    connection.executemany(
        'INSERT INTO enrichments (rendering_id, stage, n, start, "end", data) VALUES (?, ?, ?, ?, ?, ?)',
        [
            (rendering_id, row.stage, row.paragraph, row.start, row.end, dump(dict(row.data)))
            for row in rows
        ],
    )


def replace_enrichments(
    connection: sqlite3.Connection, rendering_id: int, stage: str, rows: Iterable[Enrichment]
) -> None:
    """A plug-in's rows of one rendering in the place of those it had: they serve until this transaction commits."""
    connection.execute(
        "DELETE FROM enrichments WHERE rendering_id = ? AND stage = ?", (rendering_id, stage)
    )
    add_enrichments(connection, rendering_id, rows)


def read_enrichments(connection: sqlite3.Connection, rendering_id: int) -> list[Enrichment]:
    """All rows of a rendering, by stage, in the order that its enricher gave them."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM enrichments x WHERE x.rendering_id = ? ORDER BY x.stage, x.id",
        (rendering_id,),
    )
    return [_of_row(row) for row in rows]


def list_enrichments(
    connection: sqlite3.Connection, stage: str, *, limit: int
) -> tuple[int, list[FoundEnrichment]]:
    """How many rows a stage has in the current renderings, and the first of them, by article; a limit below 0 is none."""
    source = """enrichments x JOIN renderings r ON r.id = x.rendering_id AND r.current = 1
        JOIN articles a ON a.id = r.article_id
        LEFT JOIN paragraphs p ON p.rendering_id = r.id AND p.n = x.n"""
    total = connection.execute(
        f"SELECT count(*) FROM {source} WHERE x.stage = ?", (stage,)
    ).fetchone()[0]
    rows = connection.execute(
        f"""SELECT {_COLUMNS}, a.id, a.key, r.title, p.text FROM {source}
            WHERE x.stage = ? ORDER BY a.id, x.id LIMIT ?""",
        (stage, limit),
    )
    return int(total), [
        FoundEnrichment(
            enrichment=_of_row(row[:5]),
            article_id=row[5],
            key=row[6],
            title=row[7],
            text=None if row[8] is None else row[8][row[2] : row[3]],
        )
        for row in rows
    ]


def count_enrichments(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows each plug-in has in the current renderings."""
    rows = connection.execute(
        """SELECT x.stage, count(*) FROM enrichments x
           JOIN renderings r ON r.id = x.rendering_id AND r.current = 1 GROUP BY 1 ORDER BY 1"""
    )
    return {str(stage): int(number) for stage, number in rows}


def _of_row(row: tuple[str, int | None, int | None, int | None, str]) -> Enrichment:
    stage, n, start, end, data = row
    return Enrichment(stage=stage, paragraph=n, start=start, end=end, data=load(data))
