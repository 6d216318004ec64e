"""copydesk saved: searches kept under a name, run again, and told of what is new."""

from __future__ import annotations

import json as json_module
import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from copydesk.cli.figure_options import (
    AboutWhat,
    Kind,
    Maximum,
    Minimum,
    Noun,
    Rates,
    Subject,
    Unit,
)
from copydesk.cli.finding import mode_of
from copydesk.cli.hit_options import Explain, Facet, Facets, Fold, Offset, Per, Recency, facets_of
from copydesk.cli.options import (
    Config,
    Csv,
    Db,
    Entity,
    FailEmpty,
    Include,
    Json,
    JsonLines,
    Label,
    Lang,
    Since,
    Source,
    Until,
    examples,
    format_of,
    named,
    open_existing,
    settings_of,
)
from copydesk.cli.query_file import query_of
from copydesk.cli.results import show_result
from copydesk.present import (
    columns_of,
    day,
    plain,
    say,
    write,
    write_json,
    write_rows,
    write_table,
)
from schemas.errors import CopydeskError, UsageError
from schemas.saved import DEFAULT_FLOOR, SavedSearch
from schemas.searching import SearchOptions, split_search_args

if TYPE_CHECKING:
    from schemas.filters import Filters
    from schemas.stored import SearchResult
    from storage.sqlite import Store

MOST_NEWS = 1_000
app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Searches kept under a name, and what is new to them.",
    epilog=examples(
        'copydesk saved add gas "gas deal" --entity Qatar', "copydesk saved run gas --new"
    ),
)


@app.command(
    epilog=examples(
        'copydesk saved add gas "gas deal" --entity Qatar',
        'copydesk saved add strikes "(strike OR walkout) NOT football" --mode words --lang en',
    )
)
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    query: Annotated[
        list[str], typer.Argument(metavar="QUERY", help="What to look for, or @FILE.")
    ],
    *,
    mode: Annotated[str, typer.Option(metavar="MODE", help="hybrid, meaning or words.")] = "hybrid",
    min_similarity: Annotated[
        float | None,
        named(
            "--min-similarity",
            "COSINE",
            f"Nothing less near (default {DEFAULT_FLOOR}; words mode has none).",
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    lang: Lang = None,
    entity: Entity = None,
    label: Label = None,
    include: Include = None,
    kind: Kind = None,
    minimum: Minimum = None,
    maximum: Maximum = None,
    unit: Unit = None,
    subject: Subject = None,
    noun: Noun = None,
    about: AboutWhat = None,
    rates: Rates = None,
    per: Per = "article",
    recency: Recency = None,
    fold: Fold = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Keep a search.

    What is stored already is not its news. A floor for the cosine keeps an alert silent where nothing is near.
    """
    typed = {
        "since": since, "until": until, "source": source, "lang": lang, "entity": entity, "label": label,
        "include": include, "kind": kind, "min": minimum, "max": maximum, "unit": unit, "subject": subject,
        "noun": noun, "about": about, "rates": None if rates is None else str(Path(rates).absolute()),
        "per": None if per == "article" else per, "recency": recency, "fold": fold or None,
    }  # fmt: skip
    search = SavedSearch(
        name=_name(name),
        query=query_of(query),
        mode=mode_of(mode),
        min_similarity=DEFAULT_FLOOR if min_similarity is None and mode != "words" else min_similarity,
        filters={key: value for key, value in typed.items() if value is not None},
        created_at=datetime.now(UTC),
    )  # fmt: skip
    if not search.query.strip():
        raise UsageError("nothing to look for", remedy="say what, in words")
    filters, _ = _parts(search)
    from storage.figures import asked_scales
    from storage.saved import add_saved_search

    with open_existing(settings_of(db, config), "w") as store:
        if filters.figure:  # what no run could find is said at once
            asked_scales(store.connection, filters.figure)
        add_saved_search(store.connection, search)
    if json:
        write_json(_record(search))
    else:
        say(f"kept; what comes from now on: copydesk saved run {shlex.quote(search.name)} --new")


@app.command("list", epilog=examples("copydesk saved list", "copydesk saved list --json"))
def list_(
    *,
    db: Db = None,
    config: Config = None,
    json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> None:
    """List the searches that are kept."""
    from storage.saved import read_saved_searches

    form = format_of(json=json, jsonl=jsonl, csv=csv)
    with open_existing(settings_of(db, config)) as store:
        found = read_saved_searches(store.connection)
    if form == "json":
        write_json({"total": len(found), "saved": [_record(search) for search in found]})
    elif form != "text":
        write_rows([_record(search) for search in found], form, _record_columns())
    elif not found:
        write('No searches are kept. Keep one with: copydesk saved add NAME "QUERY"')
    else:
        rows = [
            [one.name, one.mode, "" if one.min_similarity is None else f"{one.min_similarity:g}", day(one.last_run_at) if one.last_run_at else "never", one.query, _typed(one.filters)]
            for one in found
        ]  # fmt: skip
        write_table(rows, ("name", "mode", "floor", "news told", "query", "filters"))


@app.command(
    epilog=examples(
        "copydesk saved run gas",
        "copydesk saved run gas --new --command 'mail -s gas desk@example.org'",
    )
)
def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A search that is kept.")],
    *,
    new: Annotated[
        bool, typer.Option("--new", help="Only what came since its news was last asked for.")
    ] = False,
    k: Annotated[
        int, typer.Option("-k", "--limit", min=1, help="At most so many (without --new).")
    ] = 10,
    offset: Offset = 0,
    facets: Facets = False,
    facet: Facet = None,
    explain: Explain = False,
    webhook: Annotated[
        str | None, named("--webhook", "URL", "Post what is new there too, as JSON (or env:NAME).")
    ] = None,
    command: Annotated[
        str | None,
        named("--command", "PROGRAM", "Give what is new to a program too, as JSON on its input."),
    ] = None,
    fail_empty: FailEmpty = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> int:
    """Search again; with --new only in articles that came since the last such call.

    What a webhook or program did not take counts as not told: exit 1, and it is new again next time.
    """
    form = format_of(json=json, jsonl=jsonl, csv=csv)
    if (webhook or command) and not new:
        raise UsageError("--webhook and --command tell what is new", remedy="add --new")
    if offset and new:
        raise UsageError("--offset would leave news untold", remedy="leave out --offset, or --new")
    shown = {"offset": offset, "facets": facets_of(facet, facets=facets), "explain": explain}
    from storage.saved import note_saved_run, read_saved_search

    settings = settings_of(db, config)
    with open_existing(settings, "w" if new else "r") as store:
        search = read_saved_search(store.connection, name)
        result, told, options = _search(store, search, MOST_NEWS if new else k, shown, new=new)
        problems = _tell(search, result, webhook, command) if result.hits else []
        if problems:
            raise CopydeskError("; ".join(problems), remedy="it is told again by the next call")
        code = show_result(result, form, options, fail_empty=fail_empty)
        if new and len(result.hits) == MOST_NEWS:
            say(f"only the {MOST_NEWS:,} best are told; see more with: copydesk saved run {shlex.quote(name)} -k N")  # fmt: skip
        sys.stdout.flush()
        if new:
            note_saved_run(store.connection, told)
    return code


@app.command(epilog=examples("copydesk saved remove gas", "copydesk saved remove gas --json"))
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A search that is kept.")],
    *,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Forget a search."""
    from storage.saved import remove_saved_search

    with open_existing(settings_of(db, config), "w") as store:
        remove_saved_search(store.connection, name)
    if json:
        write_json({"removed": name})
    else:
        say(f"{name} is forgotten")


def _search(
    store: Store, search: SavedSearch, k: int, shown: Mapping[str, object], *, new: bool
) -> tuple[SearchResult, SavedSearch, SearchOptions]:
    """The result, the search as it is when that was told, and the options it went by."""
    from storage.saved import newest_article

    filters, options = _parts(search, shown)
    told = replace(
        search, last_run_at=datetime.now(UTC), last_article=newest_article(store.connection)
    )
    if new:
        filters = replace(filters, after_article=search.last_article)
    result = store.find(search.query, mode=search.mode, k=k, filters=filters, options=options)
    return result, told, options


def _parts(
    search: SavedSearch, shown: Mapping[str, object] = MappingProxyType({})
) -> tuple[Filters, SearchOptions]:
    """The filters and options of a search. Raises UsageError for what is none."""
    if search.mode == "words" and search.min_similarity is not None:
        raise UsageError("words mode has no cosine to compare", remedy="use mode hybrid or meaning")
    asked = {**search.filters, **shown, "min_similarity": search.min_similarity}
    return split_search_args(cast("Any", asked), spelled="--{}")


def _tell(
    search: SavedSearch, result: SearchResult, webhook: str | None, command: str | None
) -> list[str]:
    if not (webhook or command):
        return []
    from flows.notify import deliver

    body = json_module.dumps(
        {"event": "saved_search", "name": search.name, "query": search.query, "hits": plain(result.hits)}
    )  # fmt: skip
    problems = deliver(
        body,
        webhook=webhook,
        command=_split(command) if command else None,
        environment=os.environ,
        owner="saved run",
    )
    return [f"what is new was not taken by the {problem}" for problem in problems]


def _split(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--command {command!r}: {error}", remedy="close the quotation") from error
    if not words:
        raise UsageError("--command is blank", remedy="name a program")
    return words


def _name(name: str) -> str:
    if not name.strip() or name != name.strip() or not name.isprintable():
        raise UsageError(f"{name!r} is no name", remedy="give a short name, like: gas")
    return name


def _record(search: SavedSearch) -> Mapping[str, object]:
    names = (name for name in columns_of(SavedSearch) if name != "last_article")
    return {name: plain(getattr(search, name)) for name in names}


def _record_columns() -> list[str]:
    return [name for name in columns_of(SavedSearch) if name != "last_article"]


def _typed(filters: Mapping[str, object]) -> str:
    return " ".join(f"--{name} {plain(value)}" for name, value in filters.items())
