"""copydesk sources: the places that news comes from, in the settings file and in the database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.options import (
    Config,
    Csv,
    Db,
    Json,
    JsonLines,
    examples,
    format_of,
    open_existing,
    settings_of,
)
from copydesk.present import (
    Format,
    columns_of,
    day,
    say,
    write,
    write_json,
    write_rows,
    write_table,
)
from copydesk.settings import Settings, seconds
from schemas.errors import DatabaseError, UsageError

if TYPE_CHECKING:
    from copydesk.source_lists import ListedSource
    from schemas.web import SourceSpec
    from storage.sqlite import Store

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The places that news comes from.",
    epilog=examples(
        "copydesk sources add https://www.example.org/feed.xml", "copydesk sources list"
    ),
)

Headers = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME:VALUE", help="VALUE is env:NAME or file:PATH (repeatable)."),
]
CookiesEnv = Annotated[
    str | None, typer.Option(metavar="NAME", help="The variable that holds the cookies.")
]
Kind = Annotated[
    str | None,
    typer.Option(
        help="page, feed, sitemap, site, list, archive, folder, or a plug-in's (default: guessed)."
    ),
]
FetcherName = Annotated[
    str | None, typer.Option("--fetcher", metavar="NAME", help="A plug-in that loads its pages.")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A name from the list.")]


@app.command(
    epilog=examples(
        "copydesk sources add https://www.example.org/feed.xml --name Example --pause 5s",
        'copydesk sources add example.net --header "Authorization: env:EXAMPLE_TOKEN"',
    )
)
def add(
    place: Annotated[
        str, typer.Argument(metavar="URL|PATH", help="An address, or a folder or file here.")
    ],
    *,
    name: Annotated[str | None, typer.Option(help="A name (default: the host).")] = None,
    kind: Kind = None,
    language: Annotated[
        str | None, typer.Option("--language", "--lang", metavar="CODE", help="en, de ...")
    ] = None,
    pause: Annotated[
        str | None, typer.Option(metavar="TIME", help='Between two requests: "5s", "1m".')
    ] = None,
    header: Headers = None,
    cookies_env: CookiesEnv = None,
    proxy: Annotated[str | None, typer.Option(help="http://HOST:PORT, or env:NAME.")] = None,
    user_agent: Annotated[str | None, typer.Option(help="Another User-Agent.")] = None,
    fetcher: FetcherName = None,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Add a place that news comes from.

    It is kept in the database, which is made where there is none. Nothing is asked of the place yet.
    """
    from copydesk.source_lists import list_sources, with_free_name
    from copydesk.source_places import source_at
    from flows.plugins import check_plugins
    from storage.sources import check_no_secrets, check_source

    settings = settings_of(db, config)
    spec = replace(
        source_at(place, kind=kind, name=name),
        language=language,
        pause=_seconds(pause),
        headers=tuple(_header(text) for text in header or ()),
        cookies_env=cookies_env,
        proxy=proxy,
        user_agent=user_agent,
        fetcher=fetcher,
    )
    check_plugins(spec)
    check_source(spec)
    check_no_secrets(spec)
    with open_or_make(settings) as store:
        listed = list_sources(settings, store.sources())
        spec = with_free_name(spec, listed, is_named=name is not None)
        store.add_source(spec)
    _tell_added(spec, settings, json=json)


def _tell_added(spec: SourceSpec, settings: Settings, *, json: bool) -> None:
    from copydesk.source_lists import list_sources, record_of_source

    found = list_sources(settings, [spec])[-1]
    if json:
        write_json({"added": record_of_source(found)})
    else:
        write(f"added {spec.name} ({spec.kind}) {spec.url or spec.path}")
    if found.overridden:
        say(_overridden_note(found, settings))


def _overridden_note(found: ListedSource, settings: Settings) -> str:
    file = settings.origins.get("source", "the settings")
    return f"{found.spec.name!r} stands in {file} too, and what stands there counts"


@app.command(
    "list", epilog=examples("copydesk sources list --jsonl", "copydesk sources list --learned")
)
def list_(
    *,
    learned: Annotated[
        bool, typer.Option("--learned", help="The lines that sites repeat, masked as template.")
    ] = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> None:
    """List the sources of the settings file and of the database."""
    from copydesk.source_lists import COLUMNS, list_sources, record_of_source

    form = format_of(json=json, jsonl=jsonl, csv=csv)
    settings = settings_of(db, config)
    if learned:
        _list_learned(settings, form)
        return
    listed = list_sources(settings, kept_sources(settings))
    records = [record_of_source(found) for found in listed]
    if form == "json":
        write_json({"total": len(records), "sources": records})
    elif form != "text":
        write_rows(records, form, COLUMNS)
    elif not records:
        write("There are no sources. Add one with: copydesk sources add URL")
    else:
        rows = [
            [
                str(r["name"]),
                str(r["kind"]),
                _state(found),
                str(r["url"] or r["path"]),
                found.origin,
            ]
            for found, r in zip(listed, records, strict=True)
        ]
        write_table(rows, ("name", "kind", "state", "place", "from"))
    for found in listed:
        if found.overridden:
            say(_overridden_note(found, settings))


def _list_learned(settings: Settings, form: Format) -> None:
    from schemas.stored import LearnedLine
    from storage import site_memory

    with open_existing(settings) as store:
        learned, is_on = store.learned_lines(), site_memory.is_on(store.connection)
    if form == "json":
        write_json({"site_memory": is_on, "total": len(learned), "learned": learned})
    elif form != "text":
        write_rows(learned, form, columns_of(LearnedLine))
    elif not is_on:
        write("The site memory is off: [clean] site_memory = false.")
    elif not learned:
        write("No site repeats a line that could be learned yet.")
    else:
        rows = [
            [line.site, str(line.articles), f"{line.share:.0%}", day(line.since), line.text]
            for line in learned
        ]
        write_table(rows, ("site", "articles", "share", "since", "line"))


def _state(found: ListedSource) -> str:
    if found.overridden:
        return "overridden"
    return "on" if found.spec.enabled else "off"


@app.command(
    epilog=examples(
        "copydesk sources remove example.org", 'copydesk sources remove "Example Times" --json'
    )
)
def remove(name: Name, *, db: Db = None, config: Config = None, json: Json = False) -> None:
    """Remove a source from the database; its articles stay."""
    settings = settings_of(db, config)
    with open_existing(settings, "w") as store:
        if not store.remove_source(name):
            raise _not_kept(name, settings, store, "take it out there")
    if json:
        write_json({"removed": name})
    else:
        write(f"removed {name}")


@app.command(
    epilog=examples("copydesk sources enable example.org", "copydesk sources enable Example --json")
)
def enable(name: Name, *, db: Db = None, config: Config = None, json: Json = False) -> None:
    """Let a source be fetched again."""
    _switch(name, settings_of(db, config), enabled=True, json=json)


@app.command(
    epilog=examples(
        "copydesk sources disable example.org", "copydesk sources disable Example --json"
    )
)
def disable(name: Name, *, db: Db = None, config: Config = None, json: Json = False) -> None:
    """Leave a source out of every fetch until it is enabled."""
    _switch(name, settings_of(db, config), enabled=False, json=json)


def _switch(name: str, settings: Settings, *, enabled: bool, json: bool) -> None:
    with open_existing(settings, "w") as store:
        is_written = any(place.name == name for place in settings.source)
        if is_written or not store.set_source_enabled(name, enabled=enabled):
            value = str(enabled).lower()
            raise _not_kept(name, settings, store, f"write enabled = {value} there")
    if json:
        write_json({"name": name, "enabled": enabled})
    else:
        write(f"{'enabled' if enabled else 'disabled'} {name}")


def _not_kept(name: str, settings: Settings, store: Store, remedy: str) -> UsageError:
    from copydesk.source_lists import list_sources, unknown_source

    if any(place.name == name for place in settings.source):
        file = settings.origins.get("source", "the settings")
        return UsageError(
            f"source {name!r} stands in {file}, which is yours to edit",
            remedy=remedy,
            code="source_in_settings",
        )
    listed = list_sources(settings, store.sources())
    return unknown_source(name, [found.spec.name for found in listed])


def kept_sources(settings: Settings) -> list[SourceSpec]:
    """The database's sources; none where it is missing and the settings have some."""
    try:
        with open_existing(settings) as store:
            return store.sources()
    except DatabaseError as error:
        if error.code != "database_missing":
            raise
        if settings.source:
            return []
        raise DatabaseError(
            error.message,
            remedy="make one with: copydesk sources add URL, or name another with --db",
            code=error.code,
        ) from error


def open_or_make(settings: Settings) -> Store:
    """The store, made and said so where it is missing."""
    from copydesk.api import open_store_with

    there = Path(settings.db).exists()
    store = open_store_with(settings.db, "a", settings)
    if not there:
        say(f"made the database {settings.db}")
    return store


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    found = seconds(text)
    if found is None:
        raise UsageError(
            f"--pause {text!r} is no time",
            remedy='write seconds, or a duration such as "5s" or "1m"',
        )
    return found


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:  # not shown: it may be the secret itself
        raise UsageError(
            "a --header has no colon", remedy='write it as "Authorization: env:EXAMPLE_TOKEN"'
        )
    return name.strip(), value.strip()
