"""copydesk ingest: files, folders and standard input into the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.options import Config, Db, Json, examples, settings_of
from copydesk.present import count_of, say, write, write_json
from copydesk.settings import Settings
from schemas.errors import UsageError

if TYPE_CHECKING:
    from flows.pipeline import IngestOptions
    from schemas.stored import IngestReport, Outcome
    from sources.files import ReadOptions

_SIGNS = {
    "stored": "+", "updated": "~", "unchanged": "=", "skipped": "-", "quarantined": "!", "put_off": ">",
}  # fmt: skip
_SIZES = {"k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


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
        typer.Argument(metavar="PATH...", help="Files, folders, or - for standard input."),
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
        str | None, typer.Option("--format", help="txt, md, html, json, jsonl or csv.")
    ] = None,
    max_bytes: Annotated[
        str | None, typer.Option(metavar="SIZE", help="The largest file taken (default 20M).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Do again what is unchanged.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Processes that clean and tag (default: as many as pay)."),
    ] = None,
    track: Annotated[
        bool, typer.Option("--track", help="Run as a Prefect flow run (takes longer).")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only errors.")] = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> int:
    """Read articles from files, folders or standard input; clean, tag, embed and store them.

    Reads .txt, .md, .html, .json, .jsonl and .csv. The same input twice changes nothing.
    """
    settings = settings_of(db, config)
    if addresses := [path for path in paths if path.startswith(("http://", "https://"))]:
        raise UsageError(
            f"{addresses[0]} is an address, and this version reads files only",
            remedy="save the page and give its address with --url",
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
        language=lang,
        encoding=encoding,
        max_bytes=_size(max_bytes) if max_bytes else settings.fetch.max_bytes,
    )
    options = IngestOptions(force=force, dry_run=dry_run, workers=workers)
    show = _Lines(quiet=quiet, json=json, dry_run=dry_run)
    if track:
        from copydesk.tracking import run_tracked

        report = run_tracked(paths, settings, reading, options)
        for outcome in report.articles:
            show.tell(outcome)
    else:
        report = _run(paths, settings, reading, options, show)
    return _close(paths, report, settings, show)


def _run(
    paths: list[str],
    settings: Settings,
    reading: ReadOptions,
    options: IngestOptions,
    show: _Lines,
) -> IngestReport:
    from pathlib import Path

    from copydesk.api import make_engines, open_store_with
    from copydesk.progress import Progress
    from flows.pipeline import ingest_documents
    from sources.files import count_documents, open_documents

    engines = make_engines(settings, notify=show.note)
    documents = open_documents(paths, options=reading)
    there = Path(settings.db).exists()
    if options.dry_run and not there:
        return ingest_documents(documents, None, engines, options=options, tell=show.tell)
    store = open_store_with(
        settings.db, "r" if options.dry_run else "a", settings, encoder=engines.encoder
    )
    if not there:
        show.note(f"made the database {settings.db}")
    total = count_documents(paths, reading) if not show.silent else None
    with store, Progress("ingest", total=total, silent=show.silent) as progress:

        def tell(outcome: Outcome) -> None:
            progress.step(lambda: show.tell(outcome))

        return ingest_documents(documents, store, engines, options=options, tell=tell)


class _Lines:
    """What is printed while a run goes: a line a document on stdout, unless quiet or JSON is asked for."""

    def __init__(self, *, quiet: bool, json: bool, dry_run: bool) -> None:
        self.quiet, self.json, self.dry_run = quiet, json, dry_run

    @property
    def silent(self) -> bool:
        return self.quiet or self.json

    def note(self, text: str) -> None:
        if not self.quiet:
            say(text)

    def tell(self, outcome: Outcome) -> None:
        if outcome.status == "quarantined" and outcome.error and self.quiet:
            say(_problem_line(outcome))
        if not self.silent:
            write(_line(outcome))


def _line(outcome: Outcome) -> str:
    sign = f"{_SIGNS[outcome.status]} {outcome.status:<11}"
    if outcome.error:
        return f"{sign} {_problem_line(outcome)}"
    made = ", ".join(
        (
            count_of(outcome.paragraphs, "paragraph"),
            count_of(outcome.mentions, "mention"),
            count_of(outcome.figures, "figure"),
            f"{outcome.dropped} dropped",
        )
    )
    name = f"{outcome.id}  " if outcome.id else ""
    note = f" ({outcome.note})" if outcome.note else ""
    return f"{sign} {name}{outcome.title or outcome.origin}: {made}{note}"


def _problem_line(outcome: Outcome) -> str:
    error = outcome.error
    if error is None:
        return outcome.origin
    text = (
        error.message if outcome.origin in error.message else f"{outcome.origin}: {error.message}"
    )
    return f"{text}. {error.remedy[:1].upper()}{error.remedy[1:]}" if error.remedy else text


def _close(paths: list[str], report: IngestReport, settings: Settings, show: _Lines) -> int:
    if show.json:
        articles = [
            {name: getattr(outcome, name) for name in _REPORTED} for outcome in report.articles
        ]
        write_json({"counts": report.counts, "took_s": report.took_s, "articles": articles})
    elif not show.quiet:
        parts = [f"{report.counts[name]} {name}" for name in _SIGNS if report.counts[name]]
        would = "would be: " if show.dry_run else ""
        write(
            f"{count_of(report.counts['found'], 'document')} in {report.took_s:.1f} s: "
            f"{would}{', '.join(parts) or 'nothing'} · {settings.db}"
        )
    if not report.counts["found"]:
        say(
            f"copydesk: no articles in {', '.join(paths)}. Files read are .txt, .md, .html, .json, .jsonl and .csv"
        )
        return 1
    if report.counts["quarantined"]:
        if not show.silent and not show.dry_run:
            say("What could not be read is kept with its error: copydesk quarantine list")
        return 3
    return 0


_REPORTED = (
    "id", "key", "status", "origin", "url", "title", "paragraphs", "mentions", "figures", "dropped", "error",
)  # fmt: skip


def _checked_date(text: str | None) -> str | None:
    if text is None:
        return None
    from enrichers.cleaning.metadata_dates import parse_time

    if parse_time(text) is None:
        raise UsageError(
            f"--published {text!r} is no date", remedy="write 2024-07-08 or 2024-07-08T10:00+02:00"
        )
    return text


def _size(text: str) -> int:
    number, unit = text.strip().lower().removesuffix("b"), 1
    if number[-1:] in _SIZES:
        number, unit = number[:-1], _SIZES[number[-1]]
    try:
        size = int(float(number) * unit)
    except (ValueError, OverflowError):
        size = 0
    if size < 1:
        raise UsageError(
            f"--max-bytes {text!r} is no size", remedy="write a number of bytes, 500k or 20M"
        )
    return size
