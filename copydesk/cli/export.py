"""copydesk db export: what is stored, for other programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Literal, get_args

import typer

from copydesk.cli.options import (
    Config,
    Db,
    Entity,
    Json,
    Label,
    Lang,
    Since,
    Source,
    Until,
    examples,
    filters_of,
    named,
    open_existing,
    settings_of,
)
from copydesk.present import count_of, say, write_json
from schemas.errors import UsageError

if TYPE_CHECKING:
    from copydesk.export_tables import Table
    from schemas.stored import StoredArticle
    from storage.sqlite import Store

ExportFormat = Literal["jsonl", "csv", "parquet", "datasette"]
_SUFFIXES: dict[str, ExportFormat] = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet", ".db": "datasette", ".sqlite": "datasette",
}  # fmt: skip
_STDOUT = "-"


def register(app: typer.Typer) -> None:
    """Add the verb to the group `db`."""
    app.command(
        epilog=examples(
            "copydesk db export news.jsonl --since 2024-01-01",
            "copydesk db export figures.csv --table figures",
        )
    )(export)


def export(
    to: Annotated[
        str, typer.Argument(metavar="FILE|-", help="Where it goes; - is standard output.")
    ],
    *,
    form: Annotated[
        str | None,
        named("--format", "FORMAT", "jsonl, csv, parquet or datasette (by FILE's ending)."),
    ] = None,
    table: Annotated[
        str | None,
        named("--table", "NAME", "Of csv and parquet: articles, mentions, figures, quotations ..."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace FILE if it is there.")
    ] = False,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    lang: Lang = None,
    entity: Entity = None,
    label: Label = None,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Write stored articles to a file.

    jsonl holds everything, an article a line, and can be ingested again; csv and parquet hold one table; datasette is an SQLite file
    with all of them. Pages of every kind are in it, and masked paragraphs are marked.
    """
    chosen = _format(form, to)
    one_table = _table(table, chosen)
    filters = filters_of(since, until, source, lang, entity, label)
    settings = settings_of(db, config)
    target = None if to == _STDOUT else _target(Path(to), Path(settings.db), overwrite=overwrite)
    from storage.connection import snapshot

    # The articles as they stand now, whatever is written or deleted meanwhile.
    with open_existing(settings) as store, snapshot(store.connection):
        ids = store.select(filters)
        articles = _articles(store, ids)
        if target is not None:
            _write_whole(target, chosen, one_table, articles)
        else:
            _write_text(sys.stdout, chosen, one_table, articles)
    if json and target is not None:
        write_json({"exported": len(ids), "format": chosen, "file": str(target)})
    else:
        say(f"{count_of(len(ids), 'article')} exported" + (f" to {target}" if target else ""))


def _format(name: str | None, to: str) -> ExportFormat:
    known: dict[str, ExportFormat] = {form: form for form in get_args(ExportFormat)}
    if name is None and to == _STDOUT:
        return "jsonl"
    found = known.get(name) if name is not None else _SUFFIXES.get(Path(to).suffix.lower())
    if found is None:
        said = f"unknown format {name!r}" if name else f"the ending of {to} says no format"
        raise UsageError(said, remedy=f"choose one with --format: {', '.join(known)}")
    if to == _STDOUT and found in ("parquet", "datasette"):
        raise UsageError(f"{found} cannot go to standard output", remedy="name a file")
    return found


def _table(name: str | None, form: ExportFormat) -> Table:
    from copydesk.export_tables import TABLES

    if name is not None and form not in ("csv", "parquet"):
        raise UsageError(f"{form} holds all tables", remedy="leave --table out")
    if name is not None and name not in TABLES:
        raise UsageError(f"unknown table {name!r}", remedy=f"choose one of: {', '.join(TABLES)}")
    return TABLES[name or "articles"]


def _target(to: Path, database: Path, *, overwrite: bool) -> Path:
    """The file to write. Raises UsageError for the database's own files, and for what must not be overwritten."""
    if to.is_dir() or _is_of(database, to):
        said = "is a folder" if to.is_dir() else "is the database itself"
        raise UsageError(f"{to} {said}", remedy="name another file")
    if to.exists() and not overwrite:
        raise UsageError(f"{to} is there already", remedy="name another file, or say --overwrite")
    if not to.parent.is_dir():
        raise UsageError(f"there is no folder {to.parent}", remedy="make it, or name another file")
    return to


def _is_of(database: Path, to: Path) -> bool:
    """Whether `to` is the database, or a file that SQLite or a search keeps beside it."""
    if database.exists() and to.exists() and to.samefile(database):
        return True
    own, path = database.resolve(), to.resolve()
    names = {f"{own.name}{ending}" for ending in ("", "-wal", "-shm", "-journal")}
    is_beside = path.parent == own.parent and path.name in names
    return is_beside or own.with_name(f"{own.name}.vectors") in path.parents


def _articles(store: Store, ids: Sequence[int]) -> Iterator[StoredArticle]:
    from copydesk.progress import Progress

    with Progress("export", total=len(ids)) as progress:
        for article_id in ids:
            yield store.article(article_id)
            progress.step()


def _write_text(
    stream: IO[str], form: ExportFormat, table: Table, articles: Iterable[StoredArticle]
) -> None:
    from copydesk.export_text import write_csv, write_json_lines

    if form == "csv":
        write_csv(articles, table, stream)
    else:
        write_json_lines(articles, stream)


def _write_whole(
    target: Path, form: ExportFormat, table: Table, articles: Iterable[StoredArticle]
) -> None:
    """Write beside the file's place and move it there when it is whole: nobody reads half of one."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        if form == "datasette":
            from copydesk.export_datasette import write_datasette, write_metadata

            write_datasette(articles, partial)
            write_metadata(target)
        elif form == "parquet":
            from copydesk.export_parquet import write_parquet

            write_parquet(articles, table, partial)
        else:
            with partial.open("w", encoding="utf-8", errors="replace", newline="") as stream:
                _write_text(stream, form, table, articles)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
