"""What there is, counted, and what is still to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from schemas.filters import Filters, require_type
from schemas.provenance import Provenance
from storage.enrichments import count_enrichments
from storage.filters import ROWS, article_conditions
from storage.identity import provenance_of
from storage.values import dump


def row_limit(limit: int | None) -> int:
    """`limit` as SQLite takes it: None is no limit, less than nothing is nothing."""
    if limit is None:
        return -1
    require_type("limit", limit, int)
    return max(0, min(limit, 2**62))


def pending_renderings(
    connection: sqlite3.Connection, maker: Provenance, filters: Filters | None = None
) -> list[tuple[int, int]]:
    """(article id, rendering id) of what `maker` has still to do: its stage is missing or was done by another.

    Of `filters` the date, the source and the language of the article count.
    """
    which = article_conditions(filters or Filters())
    rows = connection.execute(
        f"""SELECT r.article_id, r.id FROM renderings r JOIN articles a ON a.id = r.article_id
           LEFT JOIN stage_done d ON d.rendering_id = r.id AND d.stage = ?
           LEFT JOIN stages s ON s.id = d.stage_id
           WHERE r.current = 1 AND NOT coalesce(s.name = ? AND s.version = ? AND s.sha256 = ?
                 AND s.precision = ? AND s.backend = ?, 0) AND {which.sql}
           ORDER BY r.article_id""",
        (
            *(maker.stage, maker.name, maker.version, maker.sha256 or ""),
            *(maker.precision or "", maker.backend or ""),
            *which.values,
        ),
    )
    return [(int(row[0]), int(row[1])) for row in rows]


def current_renderings(
    connection: sqlite3.Connection, article_ids: Iterable[int]
) -> dict[int, int]:
    """The current rendering of each of these articles, by article; none for one that was deleted."""
    rows = connection.execute(
        """SELECT r.article_id, r.id FROM json_each(?) AS given
           CROSS JOIN renderings r ON r.article_id = given.value AND r.current = 1""",
        (dump(list(article_ids)),),
    )
    return {int(row[0]): int(row[1]) for row in rows}


def pending_makers(
    connection: sqlite3.Connection, maker: Provenance, filters: Filters
) -> list[tuple[Provenance | None, int]]:
    """Who made what `maker` has still to do, and of how many articles; None for what nobody did. The most first."""
    pending = [rendering_id for _, rendering_id in pending_renderings(connection, maker, filters)]
    rows = connection.execute(
        """SELECT s.stage, s.name, s.version, s.sha256, s.precision, s.backend, count(*) FROM json_each(?) AS given
           LEFT JOIN stage_done d ON d.rendering_id = given.value AND d.stage = ?
           LEFT JOIN stages s ON s.id = d.stage_id GROUP BY s.id ORDER BY 7 DESC, s.id""",
        (dump(pending), maker.stage),
    )
    return [(provenance_of(row[:6]) if row[0] else None, int(row[6])) for row in rows]


def count_everything(connection: sqlite3.Connection) -> dict[str, object]:
    """What there is: counts by table, by language and by site, and the models whose vectors are stored."""
    counts: dict[str, object] = {}
    for name, sql in {
        "articles": "SELECT count(*) FROM articles",
        "versions": "SELECT count(*) FROM versions",
        "paragraphs": f"SELECT count(*) FROM {ROWS} WHERE p.n >= 0 AND p.masked = 0",
        "masked": f"SELECT count(*) FROM {ROWS} WHERE p.n >= 0 AND p.masked <> 0",
        "mentions": f"SELECT count(*) FROM {ROWS} JOIN mentions m ON m.paragraph_id = p.id WHERE p.masked = 0",
        "entities": "SELECT count(DISTINCT entity_id) FROM aliases",
        "figures": f"SELECT count(*) FROM {ROWS} JOIN figures f ON f.paragraph_id = p.id WHERE p.masked = 0",
        "quotations": f"SELECT count(*) FROM {ROWS} JOIN quotations q ON q.paragraph_id = p.id WHERE p.masked = 0",
        "embeddings": "SELECT count(*) FROM embeddings",
        "quarantined": "SELECT count(*) FROM quarantine",
        "deleted": "SELECT count(DISTINCT key) FROM tombstones",
    }.items():
        counts[name] = int(connection.execute(sql).fetchone()[0])
    for name, column in {"languages": "r.language", "sites": "r.site"}.items():
        rows = connection.execute(
            f"""SELECT coalesce({column}, 'unknown'), count(*) FROM renderings r WHERE r.current = 1
                GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20"""
        )
        counts[name] = {str(value): int(number) for value, number in rows}
    counts["enrichments"] = count_enrichments(connection)
    models = connection.execute("SELECT name, backend, precision, dim FROM models ORDER BY id")
    counts["models"] = [
        dict(zip(("name", "backend", "precision", "dim"), row, strict=True)) for row in models
    ]
    first, last = connection.execute(
        "SELECT min(published_at), max(published_at) FROM renderings WHERE current = 1"
    ).fetchone()
    counts["first_published"], counts["last_published"] = first, last
    return counts
