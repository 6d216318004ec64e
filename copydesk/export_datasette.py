"""Stored articles as a plain SQLite file that Datasette serves as it is, with the words that explain it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from decimal import Decimal
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from copydesk.export_tables import TABLES, Kind, Row
from copydesk.present import plain
from schemas.stored import StoredArticle

_ARTICLES_AT_ONCE = 200
_TYPES: dict[Kind, type] = {
    "text": str, "integer": int, "real": float, "instant": str, "day": str, "boolean": int, "list": str,
}  # fmt: skip
_FACETS = {
    "articles": ["site", "language", "section", "page_kind"],
    "paragraphs": ["kind"],
    "mentions": ["label", "name"],
    "figures": ["kind", "unit", "noun"],
    "entities": ["label", "name"],
    "quotations": ["kind", "name"],
}


def write_datasette(articles: Iterable[StoredArticle], target: Path) -> None:
    """All tables in one new SQLite file, with full-text search over articles and paragraphs."""
    waiting = iter(articles)
    with closing(Database(target)) as database:
        for table in TABLES.values():
            database.table(table.name).create(
                {name: _TYPES[kind] for name, kind in table.columns.items()},
                pk="id" if table.name == "articles" else None,
                foreign_keys=[("article_id", "articles", "id")] if "article_id" in table.columns else [],
            )  # fmt: skip
        while part := list(islice(waiting, _ARTICLES_AT_ONCE)):
            for table in TABLES.values():
                rows = [row for article in part for row in table.rows(article)]
                database.table(table.name).insert_all(map(_plain, rows))
        _index(database)


def metadata_of(name: str) -> dict[str, object]:
    """What Datasette is told of a database called `name`: what each table is, and what to count by."""
    tables: dict[str, dict[str, object]] = {
        table.name: {"description": table.description, "facets": _FACETS[table.name]}
        for table in TABLES.values()
    }
    tables["articles"]["label_column"] = "title"
    return {"title": name, "databases": {name: {"tables": tables}}}


def write_metadata(database: Path) -> Path:
    """The metadata file beside `database`: serve both with `datasette NAME.db -m NAME.metadata.json`."""
    target = database.with_suffix(".metadata.json")
    text = json.dumps(metadata_of(database.stem), ensure_ascii=False, indent=2)
    target.write_text(text + "\n", encoding="utf-8")
    return target


def _index(database: Database) -> None:
    database.table("articles").enable_fts(["title", "summary", "text"], tokenize="porter")
    database.table("paragraphs").enable_fts(["text"], tokenize="porter")
    for name in ("paragraphs", "mentions", "figures", "entities", "quotations"):
        database.table(name).create_index(["article_id"])
    for name in ("mentions", "entities", "quotations"):
        database.table(name).create_index(["name"])
    database.table("figures").create_index(["kind", "unit", "value"])


def _plain(row: Row) -> dict[str, object]:
    # As a float: SQLite has no integer of more than 64 bits, and the columns of numbers are REAL.
    found = {
        name: float(value) if isinstance(value, Decimal) else plain(value)
        for name, value in row.items()
    }
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
        for name, value in found.items()
    }
