"""copydesk fetch: what is new at the sources, into the database."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.options import (
    Config,
    Db,
    Json,
    KeepAll,
    Quiet,
    Track,
    examples,
    filters_of,
    is_there,
    settings_of,
)
from copydesk.cli.web_options import AllowHost, MaxBytes, Pause, Timeout, web_options
from copydesk.present import write
from copydesk.reporting import Teller
from copydesk.settings import Settings
from copydesk.webhooks import deliver_after_run, told_of_run
from schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flows.events import GatherOptions
    from flows.fetching import FetchRun
    from schemas.stored import FetchReport, Outcome
    from schemas.web import SourceSpec
    from storage.connection import Access
    from storage.sqlite import Store

    Choose = Callable[[Store | None], Sequence[SourceSpec]]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        epilog=examples(
            "copydesk fetch",
            "copydesk fetch https://www.example.org/feed.xml --since 2d --limit 20",
        )
    )(fetch)


def fetch(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE", help="Names of sources, or addresses; without any, all that are on."
        ),
    ] = None,
    *,
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE", help='Only stories dated since: a day, an instant, or "2d".'),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only stories dated until that day.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many stories of each source.")
    ] = None,
    keep_all: KeepAll = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Ask and clean, but store nothing.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 3 if any address could not be used.")
    ] = False,
    allow_host: AllowHost = None,
    pause: Pause = None,
    timeout: Timeout = None,
    max_bytes: MaxBytes = None,
    track: Track = False,
    quiet: Quiet = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> int:
    """Bring in what is new at your sources.

    Pages, feeds, sitemaps, sites, lists, archives. Asks politely (robots.txt, a pause for each host) and only for what is new. A page that fails never stops the others.
    """
    settings = settings_of(db, config)
    if track and dry_run:
        raise UsageError("--track goes with stored runs", remedy="leave out --dry-run")
    from flows.fetching import FetchRun

    web = web_options(settings, allow_host, pause, timeout, max_bytes)
    run = FetchRun(web=web, wanted=_wanted(since, until, limit), dry_run=dry_run, keep_all=keep_all)
    show = Teller(quiet=quiet, json=json)
    choose = partial(sources_of, names or [], settings)
    return fetch_and_tell(choose, settings, run, show, track=track, strict=strict)


def fetch_and_tell(
    choose: Choose,
    settings: Settings,
    run: FetchRun,
    show: Teller,
    *,
    track: bool = False,
    strict: bool = False,
    schedule: str | None = None,
) -> int:
    """Ask the sources, tell of each story and of the whole; returns the exit code.

    `choose` says which sources, given the store where there is one. Whoever names a schedule holds its lock.
    """
    report = _run(choose, settings, run, show, track=track, schedule=schedule)
    _show_totals(report, show, settings.db, dry_run=run.dry_run)
    return 3 if strict and _has_failed(report) else 0


def _wanted(since: str | None, until: str | None, limit: int | None) -> GatherOptions:
    from flows.events import GatherOptions

    dates = filters_of(since, until)
    return GatherOptions(since=dates.since, before=dates.before, limit=limit)


def _run(
    choose: Choose,
    settings: Settings,
    run: FetchRun,
    show: Teller,
    *,
    track: bool,
    schedule: str | None,
) -> FetchReport:
    from copydesk.api import check_models, make_engines, open_store_with
    from copydesk.progress import Progress
    from flows.fetching import fetch_sources
    from flows.recording import recorded

    engines = make_engines(settings, notify=show.note)
    with ExitStack() as open_things:
        store = None
        if there := is_there(settings):
            mode: Access = "r" if run.dry_run else "a"
            store = open_things.enter_context(
                open_store_with(settings.db, mode, settings, encoder=engines.encoder)
            )
        chosen = choose(store)
        if not there:
            check_models(settings)
        if not there and not run.dry_run:
            store = open_things.enter_context(
                open_store_with(settings.db, "a", settings, encoder=engines.encoder)
            )
            show.note(f"made the database {settings.db}")
        if track:
            from copydesk.tracking import run_fetch_tracked

            with told_of_run(settings, say=show.note):
                report = run_fetch_tracked(chosen, settings, run)
            for outcome in report.articles:
                show.tell(outcome)
            return report
        progress = open_things.enter_context(Progress("fetch", total=None, silent=show.silent))

        def tell(outcome: Outcome) -> None:
            progress.step(lambda: show.tell(outcome))

        kept = None if run.dry_run else store
        with recorded(kept, "fetch", schedule=schedule) as recording:
            report = recording.done(fetch_sources(chosen, store, engines, run=run, tell=tell))
        if kept is not None:
            deliver_after_run(kept, settings, say=show.note)
        return report


def sources_of(names: Sequence[str], settings: Settings, store: Store | None) -> list[SourceSpec]:
    """The sources that are meant. Raises UsageError for a name that is none, or where there are none at all."""
    from copydesk.source_lists import list_sources, unknown_source
    from flows.entries import as_source

    listed = list_sources(settings, store.sources() if store else ())
    known = {one.spec.name: one.spec for one in listed if not one.overridden}
    if not names and not known:
        raise UsageError(
            "there are no sources yet",
            remedy="add one: copydesk sources add https://www.example.org/feed.xml, or fetch an address",
        )
    if not names:
        return [spec for spec in known.values() if spec.enabled]
    chosen = []
    for name in dict.fromkeys(names):
        if name in known:
            chosen.append(known[name])
        elif name.lower().startswith(("http://", "https://")):
            chosen.append(as_source(name))
        else:
            raise unknown_source(name, list(known))
    return chosen


def _has_failed(report: FetchReport) -> bool:
    return bool(report.counts["quarantined"]) or any(source.error for source in report.sources)


def _show_totals(report: FetchReport, show: Teller, db: str, *, dry_run: bool) -> None:
    for source in () if show.silent else report.sources:
        counts = [f"{n} {name}" for name, n in source.counts.items() if n and name != "found"]
        write(f"  {source.source} ({source.kind}): {', '.join(counts) or 'nothing new'}")
    show.close(report, before="would be: " if dry_run else "", after=f" · {db}")
    if report.counts["quarantined"] and not dry_run:
        show.note("What could not be used is kept with its error: copydesk quarantine list")
