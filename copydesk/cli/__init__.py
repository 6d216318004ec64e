"""The command line: one short function a verb. Here they are put together, and errors become one line and an exit code.

Exit codes: 0 done, 1 failed, 2 usage or database, 3 documents in quarantine, 4 nothing found with --fail-empty,
130 interrupted.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError

import copydesk
from copydesk.cli import (
    articles,
    database,
    enrich,
    entities,
    fetch,
    figures,
    finding,
    ingest,
    keeping,
    models,
    opml,
    quarantine,
    quotes,
    saved,
    schedule,
    serve,
    similar,
    source_check,
    sources,
    webhooks,
)
from copydesk.cli.options import examples
from copydesk.entry import INTERRUPTED, missing_package
from copydesk.present import say, write
from schemas.errors import CopydeskError, DatabaseError, UsageError

app = typer.Typer(
    name="copydesk",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
)


def _tell_version(wanted: bool) -> None:  # noqa: FBT001  typer hands the flag over so
    if wanted:
        write(f"copydesk {copydesk.__version__}")
        raise typer.Exit


@app.callback(epilog=examples("copydesk ingest article.txt", 'copydesk search "oil imports"'))
def everything(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """A news desk's memory in one SQLite file: articles in, and found again by meaning, word, entity or number."""


for module in (
    ingest,
    fetch,
    finding,
    similar,
    articles,
    entities,
    figures,
    quotes,
    enrich,
    keeping,
    serve,
):
    module.register(app)
source_check.register(sources.app)
opml.register(sources.app)
app.add_typer(sources.app, name="sources")
app.add_typer(saved.app, name="saved")
app.add_typer(schedule.app, name="schedule")
app.add_typer(models.app, name="models")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(database.app, name="db")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; a fault of ours is told in one line as well."""
    _open_streams()
    try:
        code = run(list(sys.argv[1:] if arguments is None else arguments))
    except ImportError as error:
        say(missing_package(error))
        code = 1
    except Exception as error:  # the last door: nobody meets a traceback who did not ask for it
        if os.environ.get("COPYDESK_TRACEBACK"):
            raise
        say(
            f"copydesk: this is a fault of copydesk ({type(error).__name__}: {error}). "
            "Please report it; COPYDESK_TRACEBACK=1 shows where it happened"
        )
        code = 1
    sys.exit(code)


def _open_streams() -> None:
    """Make stdout and stderr take any text, and stand in for one that the caller has closed."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  as long as the process
            setattr(sys, name, nowhere)
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def run(arguments: list[str]) -> int:
    """Run one call; errors are told in one line on stderr. Returns the exit code."""
    try:
        code = app(arguments, standalone_mode=False, prog_name="copydesk")
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except (BrokenPipeError, SystemExit) as end:
        if isinstance(end, SystemExit) and not isinstance(end.__context__, BrokenPipeError):
            raise
        # Whoever read our output has enough (typer makes an exit of it). Python would complain once more when it
        # closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ClickException, CopydeskError, sqlite3.Error, OSError) as error:
        return _told(error)
    if code == INTERRUPTED:  # typer, too, makes this code of Ctrl-C
        say(
            "copydesk: interrupted; what was told as done is stored, the same call goes on from there"
        )
    return code if isinstance(code, int) else 0


def _told(error: Exception) -> int:
    if isinstance(error, NoArgsIsHelpError):
        sys.stderr.write(error.format_message() + "\n")
        return 2
    if isinstance(error, ClickException):
        say(f"copydesk: {error.format_message().rstrip('.')}. See: {_help_call(error)}")
        return 2
    if isinstance(error, CopydeskError):
        say(f"copydesk: {error}")
        return 2 if isinstance(error, (UsageError, DatabaseError)) else 1
    if isinstance(error, OSError):
        place = f": {error.filename}" if error.filename else ""
        say(f"copydesk: {error.strerror or error}{place}")
        return 1
    say(f"copydesk: the database refused ({error}). See: copydesk doctor")
    return 1


def _help_call(error: ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path if context else 'copydesk'} --help"
