"""copydesk ingest: files, folders and standard input into the database."""

from __future__ import annotations

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
    is_there,
    settings_of,
)
from copydesk.cli.web_options import (
    AllowHost,
    MaxBytes,
    Pause,
    Timeout,
    size_limit,
    web_options,
)
from copydesk.present import say
from copydesk.reporting import Teller
from copydesk.settings import Settings
from copydesk.webhooks import deliver_after_run, told_of_run
from schemas.errors import UsageError
from schemas.languages import language_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.pipeline import IngestOptions
    from schemas.stored import IngestReport, Outcome
    from sources.files import ReadOptions
    from sources.web import FetchOptions


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        epilog=examples(
            "copydesk ingest article.txt",
            "copydesk ingest stories.jsonl archive/ --source Example --lang en",
        )
    )(ingest)


def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH|URL", help="Files, folders, addresses, or - for stdin."),
    ],
    *,
    url: Annotated[str | None, typer.Option(help="The article's address (one document).")] = None,
    published: Annotated[
        str | None, typer.Option(metavar="DATE", help="When it was published: a day or an instant.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="The site's name.")] = None,
    lang: Annotated[
        str | None, typer.Option(metavar="CODE", help="The language (en, de ...).")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="The charset of the files.")] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", help="txt, md, html, json, jsonl, csv, eml, zip ...")
    ] = None,
    max_bytes: MaxBytes = None,
    allow_host: AllowHost = None,
    pause: Pause = None,
    timeout: Timeout = None,
    force: Annotated[bool, typer.Option("--force", help="Do again what is unchanged.")] = False,
    keep_all: KeepAll = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Processes that clean and tag (default: as many as pay)."),
    ] = None,
    track: Track = False,
    quiet: Quiet = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> int:
    """Bring articles in from files, folders or the web.

    Reads pages, texts, records, mail, PDF, archives of them, standard input and addresses. They are cleaned, tagged, embedded and stored. The same input twice changes nothing.
    """
    settings = settings_of(db, config)
    from flows.inputs import is_address

    addresses = [path for path in paths if is_address(path)]
    if addresses and (track or url or published or source or encoding or format_name):
        raise UsageError(
            f"{addresses[0]} is an address: what is known of it comes with the page",
            remedy="leave out --url, --published, --source, --encoding, --format and --track",
        )
    if track and (dry_run or "-" in paths):
        raise UsageError("--track goes with stored runs over files", remedy="leave one of them out")
    from flows.pipeline import IngestOptions
    from sources.files import ReadOptions

    reading = ReadOptions(
        format=format_name,
        url=url,
        published=_checked_date(published),
        site=source,
        language=None if lang is None else language_code(lang, "--lang"),
        encoding=encoding,
        max_bytes=size_limit(settings, max_bytes),
    )
    web = web_options(settings, allow_host, pause, timeout, max_bytes) if addresses else None
    options = IngestOptions(force=force, dry_run=dry_run, keep_all=keep_all, workers=workers)
    show = Teller(quiet=quiet, json=json)
    if track:
        from copydesk.api import open_store_with
        from copydesk.tracking import run_tracked

        if is_there(settings) or not settings.clean.site_memory:
            # A flow knows no settings: what they say of every writer stands in the database.
            open_store_with(settings.db, "a", settings).close()
        with told_of_run(settings, say=show.note):
            report = run_tracked(paths, settings, reading, options)
        for outcome in report.articles:
            show.tell(outcome)
        return _tell_end(report, paths, settings, show, dry_run=dry_run)
    return ingest_and_tell(paths, settings, reading, options, show, web=web)


def ingest_and_tell(
    paths: list[str],
    settings: Settings,
    reading: ReadOptions,
    options: IngestOptions,
    show: Teller,
    *,
    web: FetchOptions | None = None,
    schedule: str | None = None,
) -> int:
    """Bring them in, tell of each and of the whole; returns the exit code. Whoever names a schedule holds its lock."""
    report = _run(paths, settings, reading, options, web, show, schedule=schedule)
    return _tell_end(report, paths, settings, show, dry_run=options.dry_run)


def _tell_end(
    report: IngestReport, paths: list[str], settings: Settings, show: Teller, *, dry_run: bool
) -> int:
    show.close(report, before="would be: " if dry_run else "", after=f" · {settings.db}")
    without = paths if not report.counts["found"] else _empty_folders(paths)
    if without:
        say(
            f"copydesk: no articles in {', '.join(without)}. Files read are texts, pages, records, mail, PDF, "
            "and archives of them: .txt .md .html .json .jsonl .csv .eml .mbox .mhtml .pdf .warc .wacz .zip .tar .gz"
        )
    if report.counts["quarantined"] and not dry_run:
        show.note("What could not be used is kept with its error: copydesk quarantine list")
    if report.counts["quarantined"]:
        return 3
    return 1 if without else 0


def _empty_folders(paths: list[str]) -> list[str]:
    from flows.inputs import is_address
    from sources.files import STDIN, is_empty_folder

    return [
        path
        for path in dict.fromkeys(paths)
        if path != STDIN and not is_address(path) and is_empty_folder(path)
    ]


def _run(
    paths: list[str],
    settings: Settings,
    reading: ReadOptions,
    options: IngestOptions,
    web: FetchOptions | None,
    show: Teller,
    *,
    schedule: str | None,
) -> IngestReport:
    from copydesk.api import check_models, make_engines, open_store_with
    from copydesk.progress import Progress
    from flows.inputs import ingest_inputs, is_address, page_sources
    from sources.files import count_documents, open_documents

    engines = make_engines(settings, notify=show.note)
    addresses = page_sources(paths, language=reading.language)
    paths = [path for path in paths if not is_address(path)]
    documents = open_documents(paths, options=reading)
    bring = partial(
        ingest_inputs,
        documents,
        addresses,
        engines=engines,
        options=options,
        web=web,
        schedule=schedule,
    )
    there = is_there(settings)
    if not there:
        check_models(settings)
    if not there and (options.dry_run or (not addresses and _are_empty(paths))):
        return bring(store=None, tell=show.tell)
    store = open_store_with(
        settings.db, "r" if options.dry_run else "a", settings, encoder=engines.encoder
    )
    if not there:
        show.note(f"made the database {settings.db}")
    total = None if show.silent or web else count_documents(paths, reading)
    with store, Progress("ingest", total=total, silent=show.silent) as progress:

        def tell(outcome: Outcome) -> None:
            progress.step(lambda: show.tell(outcome))

        report = bring(store=store, tell=tell)
        if not options.dry_run:
            deliver_after_run(store, settings, say=show.note)
        return report


def _are_empty(paths: Sequence[str]) -> bool:
    from sources.files import STDIN, is_empty_folder

    return all(path != STDIN and is_empty_folder(path) for path in paths)


def _checked_date(text: str | None) -> str | None:
    if text is None:
        return None
    from enrichers.cleaning.metadata_dates import parse_time

    if parse_time(text) is None:
        raise UsageError(
            f"--published {text!r} is no date", remedy="write 2024-07-08 or 2024-07-08T10:00+02:00"
        )
    return text
