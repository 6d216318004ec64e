"""copydesk quarantine: documents that could not be used, kept with their error."""

from __future__ import annotations

from typing import Annotated

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
from copydesk.cli.web_options import web_options
from copydesk.present import (
    columns_of,
    count_of,
    record_of,
    say,
    write,
    write_json,
    write_rows,
    write_table,
)
from copydesk.reporting import Teller
from schemas.errors import UsageError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Documents that could not be used, kept with their error.",
    epilog=examples("copydesk quarantine list", "copydesk quarantine retry --all"),
)

Ids = Annotated[list[int] | None, typer.Argument(metavar="ID", help="Numbers from the list.")]
All = Annotated[bool, typer.Option("--all", help="Everything in quarantine.")]


@app.command(
    "list", epilog=examples("copydesk quarantine list", "copydesk quarantine list --jsonl")
)
def list_(
    *,
    db: Db = None,
    config: Config = None,
    json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> None:
    """List what is in quarantine, oldest first."""
    form = format_of(json=json, jsonl=jsonl, csv=csv)
    with open_existing(settings_of(db, config)) as store:
        found = store.quarantined()
    if form == "json":
        write_json({"total": len(found), "quarantined": found})
    elif form != "text":
        from schemas.stored import QuarantinedDocument

        write_rows(found, form, columns_of(QuarantinedDocument))
    elif not found:
        write("Nothing is in quarantine.")
    else:
        rows = [[str(q.id), q.code, str(q.attempts), q.origin, q.message] for q in found]
        write_table(rows, ("id", "code", "tries", "origin", "what happened"))


@app.command(epilog=examples("copydesk quarantine show 1", "copydesk quarantine show 1 --json"))
def show(
    number: Annotated[int, typer.Argument(metavar="ID", help="A number from the list.")],
    *,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show one: its error, and the beginning of what came."""
    with open_existing(settings_of(db, config)) as store:
        found = store.quarantined(number)[0]
        document = store.quarantined_document(number)
    begins = document.content[:2000].decode("utf-8", "replace")
    record = {**record_of(found), "media_type": document.media_type, "begins": begins}
    if json:
        write_json(record)
        return
    for name, value in record.items():
        if name != "begins":
            write(f"{name.replace('_', ' '):<12} {value}")
    for line in begins.splitlines():
        write(f"   {line}")


@app.command(epilog=examples("copydesk quarantine retry 1 2", "copydesk quarantine retry --all"))
def retry(
    numbers: Ids = None,
    *,
    everything: All = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> int:
    """Try documents again.

    From their file or address, else from the bytes that were kept.
    """
    from copydesk.api import make_engines
    from copydesk.settings import source_specs
    from flows.retry import retry_quarantined

    settings = settings_of(db, config)
    with open_existing(settings, "w") as store:
        chosen = _chosen(numbers, [q.id for q in store.quarantined()], everything=everything)
        for number in chosen:
            store.quarantined(number)
        engines = make_engines(settings, notify=say)
        report = retry_quarantined(
            store,
            engines,
            chosen,
            max_bytes=settings.fetch.max_bytes,
            web=web_options(settings, None, None, None, None),
            sources=source_specs(settings),
        )
    teller = Teller(json=json)
    for outcome in report.articles:
        teller.tell(outcome)
    teller.close(report)
    return 3 if report.counts["quarantined"] else 0


@app.command(epilog=examples("copydesk quarantine drop 1", "copydesk quarantine drop --all"))
def drop(
    numbers: Ids = None,
    *,
    everything: All = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Forget quarantined documents and the bytes kept of them."""
    with open_existing(settings_of(db, config), "w") as store:
        chosen = _chosen(numbers, [q.id for q in store.quarantined()], everything=everything)
        for number in chosen:
            store.quarantined(number)
            store.drop_quarantined(number)
    if json:
        write_json({"dropped": chosen})
    else:
        write(f"{count_of(len(chosen), 'document')} dropped")


def _chosen(numbers: list[int] | None, there: list[int], *, everything: bool) -> list[int]:
    if bool(numbers) == everything:
        said = "both numbers and --all are given" if numbers else "no document is named"
        raise UsageError(said, remedy="give numbers from the list, or --all")
    return there if everything else list(dict.fromkeys(numbers or []))
