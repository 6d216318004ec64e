"""The command line: one short function a verb. Here they are put together, and errors become one line and an exit code.

Exit codes: 0 done, 1 failed, 2 usage or database, 3 documents in quarantine, 4 nothing found with --fail-empty,
130 interrupted.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Sequence

import typer
from typer._click.exceptions import ClickException

from copydesk.cli import articles, database, finding, ingest, keeping, quarantine
from copydesk.present import say
from schemas.errors import CopydeskError, DatabaseError, UsageError

app = typer.Typer(
    name="copydesk",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    help="A news desk's memory in one SQLite file: articles in, and found again by meaning, word, entity or number.",
    epilog="First steps: copydesk ingest article.txt, then copydesk search QUERY.",
)
for module in (ingest, finding, articles, keeping):
    module.register(app)
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(database.app, name="db")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Run one call; errors are told in one line on stderr. Returns the exit code."""
    try:
        code = app(arguments, standalone_mode=False, prog_name="copydesk")
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        say(
            "copydesk: interrupted; what was told as done is stored, the same call goes on from there"
        )
        return 130
    except BrokenPipeError:
        # Whoever read our output has enough. Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ClickException, CopydeskError, sqlite3.Error, OSError) as error:
        return _told(error)
    return code if isinstance(code, int) else 0


def _told(error: Exception) -> int:
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
