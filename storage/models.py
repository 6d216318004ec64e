"""The models whose vectors a store has, and which of them serves: what searches compare, and new articles are given.

Another model's vectors come in beside it, and take its place in one transaction when every article has them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path

from schemas.models import ModelChoice, StoredModel
from schemas.provenance import Provenance
from storage.browse import pending_renderings
from storage.connection import transaction

_COLUMNS = "m.id, m.name, m.version, m.sha256, m.backend, m.precision, m.dim, m.opened_as, m.serves"
_REMOVED_AT_ONCE = 2000
"""Rows a transaction: other writers wait for less than a tenth of a second."""


def serving_model(connection: sqlite3.Connection) -> StoredModel | None:
    """The model that serves; None where no vector is stored by one."""
    row = connection.execute(
        f"""SELECT {_COLUMNS} FROM models m WHERE m.serves = 1
            AND EXISTS (SELECT 1 FROM embeddings e WHERE e.model_id = m.id)"""
    ).fetchone()
    return None if row is None else _model(row)


def serving_model_in(path: Path) -> StoredModel | None:
    """The model that serves in a file that is not open yet; None too where the file is missing or cannot be read.

    What is wrong with the file is told by whoever opens it: this is a look ahead.
    """
    # Not mode=ro: what closes last as a mere reader leaves its -wal and -shm files behind.
    for mode in ("rw", "ro"):
        with suppress(sqlite3.Error, OSError, ValueError):
            if path.is_file():
                uri = f"{path.absolute().as_uri()}?mode={mode}"
                with closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
                    connection.execute("PRAGMA query_only = ON")
                    return serving_model(connection)
    return None


def stored_models(connection: sqlite3.Connection) -> list[StoredModel]:
    """Every model with vectors, the one that serves first: how many texts it has, and how many current articles in full."""
    rows = connection.execute(
        f"""SELECT {_COLUMNS},
            (SELECT count(*) FROM embeddings e WHERE e.model_id = m.id AND e.part = 0),
            (SELECT count(*) FROM stages s JOIN stage_done d ON d.stage_id = s.id AND d.stage = 'vectors'
             JOIN renderings r ON r.id = d.rendering_id AND r.current = 1
             WHERE s.stage = 'vectors' AND s.name = m.name AND s.version = m.version AND s.sha256 = m.sha256
             AND s.precision = m.precision AND s.backend = m.backend)
            FROM models m ORDER BY m.serves DESC, m.id"""
    )
    return [found for row in rows if (found := _model(row)).texts]


def has_others(connection: sqlite3.Connection) -> bool:
    """Whether there are models beside the one that serves."""
    return connection.execute("SELECT 1 FROM models WHERE serves = 0").fetchone() is not None


def _model(row: tuple[object, ...]) -> StoredModel:
    number, name, version, sha256, backend, precision, dim, opened_as, serves, *counts = row
    texts, articles = counts or (0, 0)
    return StoredModel(
        id=int(str(number)),
        maker=Provenance(
            stage="vectors",
            name=str(name),
            version=str(version),
            sha256=str(sha256) or None,
            backend=str(backend) or None,
            precision=str(precision) or None,
        ),
        dim=int(str(dim)),
        choice=_choice(opened_as),
        serves=bool(serves),
        texts=int(str(texts)),
        articles=int(str(articles)),
    )


def _choice(text: object) -> ModelChoice | None:
    with suppress(ValueError, TypeError):
        found = json.loads(str(text))
        if isinstance(found, dict) and all(v is None or isinstance(v, str) for v in found.values()):
            return ModelChoice(**found)
    return None


def serve_if_none(connection: sqlite3.Connection, model_id: int) -> None:
    """Let a model serve where none with vectors does, inside the caller's transaction."""
    if serving_model(connection) is None:
        _serve(connection, model_id)


def _serve(connection: sqlite3.Connection, model_id: int) -> None:
    connection.execute("UPDATE models SET serves = 0 WHERE serves = 1")
    connection.execute("UPDATE models SET serves = 1 WHERE id = ?", (model_id,))


def note_choices(connection: sqlite3.Connection, choices: Mapping[Provenance, ModelChoice]) -> None:
    """Keep how models were opened, so that they can be again under other settings; writes only what is news."""
    if not choices:
        return
    rows = connection.execute(f"SELECT {_COLUMNS} FROM models m").fetchall()
    news = [
        (json.dumps(asdict(choices[known.maker])), known.id)
        for known in map(_model, rows)
        if known.maker in choices and known.choice != choices[known.maker]
    ]
    if news:
        with transaction(connection):
            connection.executemany("UPDATE models SET opened_as = ? WHERE id = ?", news)


def change_serving(connection: sqlite3.Connection, maker: Provenance) -> bool:
    """Let `maker`'s vectors serve, in one transaction, where every article has them; whether they serve now."""
    with transaction(connection):
        if pending_renderings(connection, maker):
            return False
        rows = connection.execute(f"SELECT {_COLUMNS} FROM models m").fetchall()
        found = [known for known in map(_model, rows) if known.maker == maker]
        if found and not found[0].serves:
            _serve(connection, found[0].id)
        return bool(found)


def remove_others(connection: sqlite3.Connection) -> int:
    """Remove the vectors of all models but the one that serves, a part at a time; how many rows went.

    What is cut off goes on with the next call.
    """
    kept = serving_model(connection)
    others = [
        int(row[0])
        for row in connection.execute(
            "SELECT id FROM models WHERE id <> ?", (-1 if kept is None else kept.id,)
        )
    ]
    removed = 0
    for other in others if kept else ():
        while number := _remove_some(connection, other):
            removed += number
    return removed


def _remove_some(connection: sqlite3.Connection, model_id: int) -> int:
    with transaction(connection):
        # It may have come to serve since.
        number = connection.execute(
            """DELETE FROM embeddings WHERE model_id = ?1
               AND (SELECT serves FROM models WHERE id = ?1) = 0 AND text_sha256 IN
               (SELECT text_sha256 FROM embeddings WHERE model_id = ?1 LIMIT ?2)""",
            (model_id, _REMOVED_AT_ONCE),
        ).rowcount
        if not number:
            connection.execute(
                """DELETE FROM models WHERE id = ?1 AND serves = 0
                   AND NOT EXISTS (SELECT 1 FROM embeddings WHERE model_id = ?1)""",
                (model_id,),
            )
        return number
