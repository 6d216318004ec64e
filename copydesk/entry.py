"""The front door: says in one sentence what is missing where copydesk cannot even start."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, if this Python and its packages can."""
    if sys.version_info < (3, 11):  # noqa: UP036  said to whoever runs it with an older one
        version = ".".join(str(part) for part in sys.version_info[:3])
        sys.exit(f"copydesk needs Python 3.11 or 3.12, and this is {version}. Run: make setup")
    try:
        from copydesk.cli import main as run
    except ImportError as error:
        sys.exit(missing_package(error))
    run()


def missing_package(error: ImportError) -> str:
    """What to do about a package that is not there, or does not load.

    >>> missing_package(ImportError("No module named 'typer'", name="typer"))
    "copydesk: the package typer is missing or broken (No module named 'typer'). Run: make setup"
    """
    name = (error.name or "of something").partition(".")[0]
    return f"copydesk: the package {name} is missing or broken ({error}). Run: make setup"
