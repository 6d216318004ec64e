"""copydesk sources import, export: sources from other readers' OPML files, and to them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from copydesk.cli.options import Config, Db, Json, examples, settings_of
from copydesk.cli.sources import kept_sources, open_or_make
from copydesk.present import count_of, safe, say, write, write_json


def register(app: typer.Typer) -> None:
    """Add the verbs to the group."""
    app.command(
        "import",
        epilog=examples(
            "copydesk sources import feeds.opml", "copydesk sources import feeds.opml --json"
        ),
    )(import_)
    app.command(epilog=examples("copydesk sources export", "copydesk sources export feeds.opml"))(
        export
    )


def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An OPML file, or - for stdin.")],
    *,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> int:
    """Add the feeds that an OPML file names."""
    from copydesk.source_exchange import bring_in, read_opml_file
    from copydesk.source_lists import list_sources

    settings = settings_of(db, config)
    specs = read_opml_file(file, max_bytes=settings.fetch.max_bytes)
    for name in specs.left_out:
        say(
            f"! {safe(name)!r} has no address to fetch. Give its site: copydesk sources add ADDRESS"
        )
    if not specs:
        say(f"copydesk: no feeds in {file}. A feed is an outline with an xmlUrl")
        return 1
    with open_or_make(settings) as store:
        brought = bring_in(specs, list_sources(settings, store.sources()), store)
    for found in brought:
        if found.problem is not None:
            say(f"! {found.problem}")
    counts = {"found": len(brought), "added": 0, "unchanged": 0, "refused": 0}
    for found in brought:
        counts[found.status] += 1
    if json:
        write_json({"counts": counts, "sources": [found.record() for found in brought]})
    else:
        told = ", ".join(f"{n} {status}" for status, n in counts.items() if n and status != "found")
        write(f"{count_of(len(brought), 'source')} in {file}: {told} · {settings.db}")
    return 3 if counts["refused"] else 0


def export(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="Where to (default: stdout).")
    ] = None,
    *,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Write the sources as OPML, for other readers.

    Headers, cookies, proxies and passwords are never in it; nor is what lies on this machine.
    """
    from copydesk.source_exchange import as_opml, write_opml_file
    from copydesk.source_lists import list_sources

    settings = settings_of(db, config)
    listed = list_sources(settings, kept_sources(settings))
    chosen = [found.spec for found in listed if found.spec.url and not found.overridden]
    content = as_opml(chosen)
    if file is not None:
        write_opml_file(Path(file), content)
    if json:
        told = {"file": file} if file is not None else {"opml": content.decode()}
        write_json({"total": len(chosen), **told})
    elif file is None:
        sys.stdout.write(content.decode())
    else:
        write(f"{count_of(len(chosen), 'source')} written to {file}")
    if left := sum(not found.spec.url for found in listed):
        say(f"{count_of(left, 'source')} on this machine left out")
