"""copydesk sources check: what is at the sources, and what a fetch would bring in."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.fetch import sources_of
from copydesk.cli.options import Config, Db, Json, examples, is_there, settings_of
from copydesk.cli.web_options import AllowHost, MaxBytes, Pause, Timeout, web_options
from copydesk.present import count_of, safe, say, write, write_json

if TYPE_CHECKING:
    from flows.checking import SourceCheck


def register(app: typer.Typer) -> None:
    """Add the verb to the group of sources."""
    app.command(
        epilog=examples("copydesk sources check", "copydesk sources check https://www.example.org/")
    )(check)


def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE", help="Names of sources, or addresses; without any, all that are on."
        ),
    ] = None,
    *,
    allow_host: AllowHost = None,
    pause: Pause = None,
    timeout: Timeout = None,
    max_bytes: MaxBytes = None,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> int:
    """Say what is at the sources, and store nothing.

    Says what a fetch would bring in. Asks for listings (feeds, sitemaps, front pages), and for pages only where a page is the source itself. Exits 1 if a source cannot be read.
    """
    settings = settings_of(db, config)
    from copydesk.api import open_store_with
    from flows.checking import check_sources
    from flows.fetching import FetchRun

    run = FetchRun(web=web_options(settings, allow_host, pause, timeout, max_bytes))
    with ExitStack() as open_things:
        store = None
        if is_there(settings):
            store = open_things.enter_context(open_store_with(settings.db, "r", settings))
        found = check_sources(sources_of(names or [], settings, store), store, run)
    if json:
        write_json({"sources": found})
    else:
        for one in found:
            _show(one)
    return 1 if any(one.error for one in found) else 0


def _show(found: SourceCheck) -> None:
    if found.error:
        said = f"{found.error.message}. {found.error.remedy[:1].upper()}{found.error.remedy[1:]}"
        say(f"! {safe(found.source)} ({found.kind}): {said}")
        if not found.stories:
            return
    stories = count_of(found.stories, "story")
    write(f"{found.source} ({found.kind}): {stories}, {found.new} would be fetched")
    elsewhere = [listing for listing in found.listings if listing != found.url]
    if elsewhere:
        more = f" and {len(elsewhere) - 1:,} more" if len(elsewhere) > 1 else ""
        write(f"   read from {elsewhere[0]}{more}")
    for entry in found.first:
        name = entry.title or entry.url or entry.entry_id or ""
        day = f"{entry.published[:10]}  " if entry.published else ""
        write(f"   {day}{name}")
