"""copydesk db: what is done to the database as a whole."""

from __future__ import annotations

from typing import Annotated

import typer

from copydesk.cli import export
from copydesk.cli.options import Config, Db, Json, examples, open_existing, settings_of
from copydesk.present import count_of, write, write_json
from schemas.errors import UsageError
from schemas.filters import Filters, make_filters

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="What is done to the database as a whole.",
    epilog=examples("copydesk db export news.jsonl", "copydesk db delete 3"),
)


@app.callback()
def database() -> None:
    """Work on the database as a whole."""


export.register(app)


@app.command(
    epilog=examples("copydesk db delete 3", 'copydesk db delete --source "Example Times" --dry-run')
)
def delete(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Articles by id or key.")
    ] = None,
    *,
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="Every article of this site.")
    ] = None,
    before: Annotated[
        str | None, typer.Option(metavar="DATE", help="Every article published before that day.")
    ] = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Leave no tombstone, and lift one that is there.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed.")] = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Remove articles whole, with all that was made of them.

    Text, raw document, words, marks and vectors go. A tombstone stays, so that nothing brings them back, until the same call with --forget.
    """
    filters = _filters(source, before)
    if bool(names) == (filters is not None):
        said = "both ids and a filter are given" if names else "no article is named"
        raise UsageError(said, remedy="give ids or keys, or else --source or --before")
    lifted = 0
    with open_existing(settings_of(db, config), "r" if dry_run else "w") as store:
        if filters is not None:
            chosen = store.select(filters)
        else:
            wanted = list(dict.fromkeys(names or []))
            lifting = forget and not dry_run
            gone = [name for name in wanted if lifting and store.forget(name)]
            lifted = len(gone)
            chosen = [store.article(name).id for name in wanted if name not in gone]
        if chosen and not dry_run:
            store.delete(chosen, tombstone=not forget)
    if json:
        write_json({"deleted": chosen, "forgotten": lifted, "dry_run": dry_run})
        return
    if chosen or not lifted:
        write(f"{count_of(len(chosen), 'article')} {'would be ' if dry_run else ''}removed")
    if lifted:
        write(f"{count_of(lifted, 'article')} may come in again")


def _filters(source: str | None, before: str | None) -> Filters | None:
    if source is None and before is None:
        return None
    for name, value in (("source", source), ("before", before)):
        # A script's empty variable must not come to mean every article there is.
        if value is not None and not value.strip():
            raise UsageError(f"--{name} is blank", remedy="say what is to be removed")
    # "before" a day leaves that day alone; make_filters' since is that day's beginning.
    try:
        bound = make_filters(since=before).since
    except UsageError as error:
        raise UsageError(f"--before {before!r} is no date", remedy=error.remedy) from error
    return Filters(source=(source or "").strip() or None, before=bound)
