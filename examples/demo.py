"""`make demo`: ingest the example articles, search them three times, and say what to try next."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

ARTICLES = Path(__file__).parent / "articles"
SEARCHES = (
    ("By meaning: no article says it in these words", ("rising cost of buying fuel abroad",)),
    ("By word", ("dengue vaccine", "--mode", "words")),
    ("By entity: only paragraphs that mention Rotterdam", ("strike", "--entity", "Rotterdam")),
)
NEXT = """
Next, with .venv/bin on your PATH:
  copydesk show 1 --db {db}                      an article with its marks and what was dropped
  copydesk figures --kind money --min 1e9 --sort value --db {db}
  copydesk entities --label ORG --db {db}
  copydesk similar 4 --db {db}                   the articles most like one
  copydesk ingest YOUR-ARTICLE.txt               into ./copydesk.db
"""


def main(db: str) -> int:
    """Run the calls; returns the worst exit code."""
    codes = [copydesk("ingest", relative(ARTICLES), "--db", db)]
    for title, arguments in SEARCHES:
        sys.stdout.write(f"\n# {title}\n")
        codes.append(copydesk("search", *arguments, "-k", "2", "--db", db))
    sys.stdout.write(NEXT.format(db=db))
    return max(codes)


def copydesk(*arguments: str) -> int:
    """Run one call as a user would, and show it."""
    sys.stdout.write(f"$ copydesk {shlex.join(arguments)}\n")
    sys.stdout.flush()
    call = [sys.executable, "-m", "copydesk", *arguments]
    return subprocess.run(call, check=False).returncode  # noqa: S603  our own command


def relative(path: Path) -> str:
    """The path as a user would type it from here."""
    here = Path.cwd()
    return str(path.resolve().relative_to(here) if path.resolve().is_relative_to(here) else path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[sys.argv.index("--db") + 1] if "--db" in sys.argv else "demo.db"))
