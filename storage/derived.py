"""The rows that a stage derives from an article's text (mentions, figures, vectors), and who made them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from schemas.marks import Figure, Mention
from schemas.protocols import Matrix
from schemas.provenance import Provenance
from storage.entity_joins import add_names, remove_names
from storage.entity_rows import add_aliases, tidy_entities
from storage.models import serve_if_none
from storage.salience import MAKER as SALIENCE
from storage.salience import score_rendering
from storage.values import dump, to_real

RowIds = Mapping[int, int]
"""Paragraph ids by the row's index in its article."""


def next_id(connection: sqlite3.Connection, table: str) -> int:
    """The first free id: the write transaction is ours alone, so rows can be numbered here and written in one go."""
    return int(connection.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])


def add_mentions(
    connection: sqlite3.Connection,
    rendering_id: int,
    mentions: Sequence[Mention],
    row_ids: RowIds,
) -> None:
    """Store mentions, with their entities and the names those go by."""
    entity_ids = add_names(connection, rendering_id, mentions)
    values = [
        (
            *(row_ids[m.paragraph], m.start, m.end, m.text, m.label, m.name),
            *(entity_ids[m.name, m.label], m.joined_by),
        )
        for m in mentions
    ]
    connection.executemany(
        """INSERT INTO mentions (paragraph_id, start, "end", text, label, name, entity_id, joined_by)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        values,
    )
    add_aliases(connection, {(v[6], alias) for v in values for alias in (v[3], v[5])})


def add_figures(connection: sqlite3.Connection, figures: Iterable[Figure], row_ids: RowIds) -> None:
    """Store figures. A value beyond a float's range stays empty; its text and span are kept."""
    connection.executemany(
        """INSERT INTO figures (paragraph_id, start, "end", text, kind, value, low, high, modifier, unit,
           base_value, base_unit, noun, change, role, date_start, date_end, time, about_start, about_end,
           subjects, sentence_start, sentence_end, rule)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (
                *(row_ids[f.paragraph], f.start, f.end, f.text, f.kind),
                *(to_real(f.value), to_real(f.low), to_real(f.high), f.modifier, f.unit),
                *(to_real(f.base_value), f.base_unit, f.noun, f.change, f.role),
                *(_day(f.date_start), _day(f.date_end), f.time, _day(f.about_start)),
                *(_day(f.about_end), dump(f.subjects), f.sentence_start, f.sentence_end, f.rule),
            )
            for f in figures
        ],
    )


def _day(day: object) -> str | None:
    return None if day is None else str(day)


def add_vectors(
    connection: sqlite3.Connection, maker: Provenance, vectors: Mapping[str, Matrix]
) -> None:
    """Store the windows of texts as float16, once a text and model; number the change of each article that has one of them."""
    if not vectors:
        return
    dim = next(iter(vectors.values())).shape[1]
    model = model_id(connection, maker, dim)
    connection.executemany(
        "INSERT OR IGNORE INTO embeddings (model_id, text_sha256, part, vector) VALUES (?, ?, ?, ?)",
        [
            (model, digest, part, window.astype(np.float16).tobytes())
            for digest, matrix in vectors.items()
            for part, window in enumerate(matrix)
        ],
    )
    connection.execute(
        """INSERT INTO article_changes (article_id) SELECT DISTINCT r.article_id FROM json_each(?) AS given
           CROSS JOIN paragraphs p ON p.text_sha256 = given.value
           CROSS JOIN renderings r ON r.id = p.rendering_id AND r.current = 1""",
        (dump(list(vectors)),),
    )
    serve_if_none(connection, model)


def model_id(connection: sqlite3.Connection, maker: Provenance, dim: int) -> int:
    """The id of the model behind `maker`, its precision and backend being part of what it is."""
    weights = (maker.name, maker.version, maker.sha256 or "")
    names = (*weights, maker.backend or "", maker.precision or "")
    where = "name = ? AND version = ? AND sha256 = ? AND backend = ? AND precision = ?"
    row = connection.execute(f"SELECT id FROM models WHERE {where}", names).fetchone()
    if row:
        return int(row[0])
    cursor = connection.execute(
        "INSERT INTO models (name, version, sha256, backend, precision, dim) VALUES (?, ?, ?, ?, ?, ?)",
        (*names, dim),
    )
    return int(cursor.lastrowid or 0)


def stage_id(connection: sqlite3.Connection, maker: Provenance) -> int:
    """The id of a maker's row."""
    rules = (maker.stage, maker.name, maker.version, maker.sha256 or "")
    values = (*rules, maker.precision or "", maker.backend or "")
    where = (
        "stage = ? AND name = ? AND version = ? AND sha256 = ? AND precision = ? AND backend = ?"
    )
    row = connection.execute(f"SELECT id FROM stages WHERE {where}", values).fetchone()
    if row:
        return int(row[0])
    cursor = connection.execute(
        "INSERT INTO stages (stage, name, version, sha256, precision, backend) VALUES (?, ?, ?, ?, ?, ?)",
        values,
    )
    return int(cursor.lastrowid or 0)


def mark_done(connection: sqlite3.Connection, rendering_id: int, maker: Provenance) -> None:
    """Say that `maker` did its stage for a rendering."""
    connection.execute(
        """INSERT INTO stage_done (rendering_id, stage, stage_id, done_at)
           VALUES (?, ?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
           ON CONFLICT (rendering_id, stage) DO UPDATE SET stage_id = excluded.stage_id,
           done_at = excluded.done_at""",
        (rendering_id, maker.stage, stage_id(connection, maker)),
    )


def replace_marks(
    connection: sqlite3.Connection,
    rendering_id: int,
    maker: Provenance,
    marks: Sequence[Mention] | Sequence[Figure],
) -> None:
    """A stage done again for one rendering: the old rows serve until this transaction commits.

    Entities that nothing mentions any more go with them, so that a run may end after any rendering.
    """
    rows = connection.execute(
        "SELECT n, id FROM paragraphs WHERE rendering_id = ?", (rendering_id,)
    ).fetchall()
    row_ids = {int(n): int(row_id) for n, row_id in rows}
    table = "mentions" if maker.stage == "entities" else "figures"
    before: set[int] = set()
    if maker.stage == "entities":
        before = _entities_of(connection, rendering_id)
        remove_names(connection, rendering_id)
    connection.execute(
        f"DELETE FROM {table} WHERE paragraph_id IN (SELECT id FROM paragraphs WHERE rendering_id = ?)",
        (rendering_id,),
    )
    if maker.stage == "entities":
        add_mentions(
            connection, rendering_id, [m for m in marks if isinstance(m, Mention)], row_ids
        )
        tidy_entities(connection, sorted(before))
        score_rendering(connection, rendering_id)
        mark_done(connection, rendering_id, SALIENCE)
    else:
        add_figures(connection, [f for f in marks if isinstance(f, Figure)], row_ids)
    mark_done(connection, rendering_id, maker)


def _entities_of(connection: sqlite3.Connection, rendering_id: int) -> set[int]:
    """The entities that a rendering mentions, and the names that it has for them."""
    rows = connection.execute(
        """SELECT m.entity_id FROM paragraphs p JOIN mentions m ON m.paragraph_id = p.id WHERE p.rendering_id = ?1
           UNION SELECT name_id FROM appearances WHERE rendering_id = ?1""",
        (rendering_id,),
    )
    return {int(row[0]) for row in rows}
