"""The front door: says in one sentence what is missing where copydesk cannot even start."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress

INTERRUPTED = 130
"""The exit code after Ctrl-C."""


def main() -> None:
    """Run the command line, if this Python and its packages can."""
    if sys.version_info < (3, 11):  # noqa: UP036  said to whoever runs it with an older one
        version = ".".join(str(part) for part in sys.version_info[:3])
        sys.exit(f"copydesk needs Python 3.11 or 3.12, and this is {version}. Run: make setup")
    ending = _Ending()
    atexit.register(ending.leave)  # the first to be registered, and so the last to be called
    try:
        _run()
    except SystemExit as end:
        ending.code = end.code if isinstance(end.code, int) else int(end.code is not None)
        raise


def _run() -> None:
    try:
        from copydesk.cli import main as run
    except ImportError as error:
        sys.exit(missing_package(error))
    except KeyboardInterrupt:
        sys.stderr.write("copydesk: interrupted before it began\n")
        sys.exit(INTERRUPTED)
    run()


class _Ending:
    """The last step of the process, after every other has been taken."""

    def __init__(self) -> None:
        self.code = 1

    def leave(self) -> None:
        """Go at once where a daemon thread still works: Python tears it out, and in the middle of C++ code that aborts.

        A model's first conversion is such work; Ctrl-C does not wait 20 s for it. After Ctrl-C always: Python ends itself
        by the signal, whatever code it was told, where it came in an `exec` of somebody's module.
        """
        if self.code == INTERRUPTED or any(
            t.daemon and t.is_alive() for t in threading.enumerate()
        ):
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError, AttributeError):
                    stream.flush()
            os._exit(self.code)


def missing_package(error: ImportError) -> str:
    """What to do about a package that is not there, or does not load.

    >>> missing_package(ImportError("No module named 'typer'", name="typer"))
    "copydesk: the package typer is missing or broken (No module named 'typer'). Run: make setup"
    """
    name = (error.name or "of something").partition(".")[0]
    return f"copydesk: the package {name} is missing or broken ({error}). Run: make setup"
