"""copydesk schedule: what runs when, what ran, one run now, and pauses that last. `copydesk serve` runs them."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.options import (
    Config,
    Csv,
    Db,
    Json,
    JsonLines,
    Quiet,
    examples,
    format_of,
    is_there,
    open_existing,
    settings_of,
)
from copydesk.present import say, write, write_json, write_rows, write_table
from schemas.errors import CopydeskError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copydesk.reporting import Teller
    from copydesk.schedules import Schedule
    from copydesk.settings import Settings
    from schemas.runs import RunHistory
    from schemas.schedule import ScheduleSpec
    from schemas.web import SourceSpec
    from storage.sqlite import Store

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="What runs by itself, and when.",
    epilog=examples("copydesk schedule list", "copydesk schedule next wires"),
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A schedule of the settings.")]


@app.command("list", epilog=examples("copydesk schedule list", "copydesk schedule list --json"))
def list_(
    *,
    db: Db = None,
    config: Config = None,
    json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> None:
    """List the schedules, when each last ran and when it will."""
    from copydesk.schedule_lists import COLUMNS, HEADER, record_of_schedule, row_of_schedule

    form = format_of(json=json, jsonl=jsonl, csv=csv)
    settings = settings_of(db, config)
    schedules, history = _known(settings)
    now = datetime.now(UTC)
    records = [record_of_schedule(one, history.get(one.spec.name), now) for one in schedules]
    if form == "json":
        write_json({"total": len(records), "schedules": records})
    elif form != "text":
        write_rows(records, form, COLUMNS)
    elif not schedules:
        write(
            "There are no schedules. Write a [[schedule]] into the settings: see docs/schedules.md"
        )
    else:
        rows = [row_of_schedule(one, history.get(one.spec.name), now) for one in schedules]
        write_table(rows, HEADER)


@app.command(
    "next", epilog=examples("copydesk schedule next", "copydesk schedule next wires -n 10 --json")
)
def next_(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Only this one (default: all).")
    ] = None,
    *,
    number: Annotated[int, typer.Option("-n", "--limit", min=1, max=1000, help="So many.")] = 5,
    db: Db = None,
    config: Config = None,
    json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> None:
    """Say the coming times, by the schedule's clock and in UTC."""
    from copydesk.schedule_lists import TIME_COLUMNS, coming_times
    from copydesk.schedules import find_schedule

    form = format_of(json=json, jsonl=jsonl, csv=csv)
    schedules, _ = _known(settings_of(db, config))
    chosen = [find_schedule(name, schedules)] if name is not None else schedules
    times = coming_times(chosen, number)
    if form == "json":
        write_json({"total": len(times), "next": times})
    elif form != "text":
        write_rows(times, form, TIME_COLUMNS)
    elif not times:
        write("Nothing is coming")
    else:
        rows = [[row["name"], row["local"], row["timezone"], row["utc"]] for row in times]
        write_table(rows, ("name", "local time", "zone", "UTC"))
    for one in chosen:
        if one.state != "on":
            say(f"{one.spec.name} is {one.state}: it does not run")


@app.command(
    epilog=examples("copydesk schedule run wires", "copydesk schedule run wires --quiet --json")
)
def run(
    name: Name, *, quiet: Quiet = False, db: Db = None, config: Config = None, json: Json = False
) -> int:
    """Run one now, in this process, also one that is off or paused.

    Tells what the verb itself tells. Never runs beside another run of the same schedule.
    """
    from copydesk.schedules import find_schedule
    from flows.desk import state_folder
    from flows.liveness import sole_run

    settings = settings_of(db, config)
    spec = find_schedule(name, _known(settings)[0]).spec
    _check_database(spec, settings)
    with sole_run(state_folder(settings.db), spec.name) as is_alone:
        if not is_alone:
            raise CopydeskError(
                f"schedule {spec.name!r} is running already",
                remedy="wait until it has ended; copydesk status says what runs",
                code="schedule_running",
            )
        return _run(spec, settings, quiet=quiet, json=json)


@app.command(
    epilog=examples("copydesk schedule pause wires", "copydesk schedule pause wires --json")
)
def pause(name: Name, *, db: Db = None, config: Config = None, json: Json = False) -> None:
    """Let a schedule rest until it is resumed.

    A run under way goes on. It is kept in the database; a serving process takes it up within seconds.
    """
    _switch(name, settings_of(db, config), paused=True, json=json)


@app.command(
    epilog=examples("copydesk schedule resume wires", "copydesk schedule resume wires --json")
)
def resume(name: Name, *, db: Db = None, config: Config = None, json: Json = False) -> None:
    """Let a paused schedule run again, from its next time on."""
    _switch(name, settings_of(db, config), paused=False, json=json)


def _known(settings: Settings) -> tuple[list[Schedule], dict[str, RunHistory]]:
    """The schedules and what is known of their runs; nothing of these where there is no database yet."""
    from copydesk.schedules import resolve_schedules
    from copydesk.status import true_history

    opened: AbstractContextManager[Store | None] = nullcontext(None)
    if is_there(settings):
        opened = open_existing(settings)
    with opened as store:
        history = true_history(store, settings.db) if store else {}
        return resolve_schedules(settings, store), history


def _switch(name: str, settings: Settings, *, paused: bool, json: bool) -> None:
    from copydesk.schedules import find_schedule, resolve_schedules
    from storage.schedules import set_schedule_paused

    with open_existing(settings, "w") as store:
        spec = find_schedule(name, resolve_schedules(settings, store)).spec
        set_schedule_paused(store.connection, spec.name, paused=paused)
    if json:
        write_json({"name": spec.name, "paused": paused})
    else:
        write(f"{'paused' if paused else 'resumed'} {spec.name}")
    if not spec.enabled:
        say(f"{spec.name} is off in the settings (enabled = false): it does not run either way")


def _check_database(spec: ScheduleSpec, settings: Settings) -> None:
    """Raise DatabaseError where the run could not write, before anything is made beside the database."""
    from copydesk.api import open_store_with

    can_be_made = "://" not in settings.db and Path(settings.db).absolute().parent.is_dir()
    if is_there(settings) or spec.flow == "enrich" or not can_be_made:
        open_store_with(settings.db, "w" if spec.flow == "enrich" else "a", settings).close()


def _run(spec: ScheduleSpec, settings: Settings, *, quiet: bool, json: bool) -> int:
    if spec.flow == "enrich":
        from copydesk.cli.enrich import enrich_and_tell

        return enrich_and_tell([], settings, quiet=quiet, json=json, schedule=spec.name)
    from copydesk.reporting import Teller

    show = Teller(quiet=quiet, json=json)
    if spec.flow == "ingest":
        return _ingest(spec, settings, show)
    return _fetch(spec, settings, show)


def _ingest(spec: ScheduleSpec, settings: Settings, show: Teller) -> int:
    from copydesk.cli.ingest import ingest_and_tell
    from flows.pipeline import IngestOptions
    from sources.files import ReadOptions

    reading = ReadOptions(max_bytes=settings.fetch.max_bytes)
    options = IngestOptions(workers=None)
    return ingest_and_tell([str(spec.path)], settings, reading, options, show, schedule=spec.name)


def _fetch(spec: ScheduleSpec, settings: Settings, show: Teller) -> int:
    from copydesk.cli.fetch import fetch_and_tell, sources_of
    from copydesk.cli.web_options import web_options
    from copydesk.schedules import find_schedule, resolve_schedules
    from flows.fetching import FetchRun

    def choose(store: Store | None) -> Sequence[SourceSpec]:
        if not spec.sources:
            return sources_of([], settings, store)
        return find_schedule(spec.name, resolve_schedules(settings, store)).sources

    web = web_options(settings, None, None, None, None)
    return fetch_and_tell(choose, settings, FetchRun(web=web), show, schedule=spec.name)
