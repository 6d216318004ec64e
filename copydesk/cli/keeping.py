"""copydesk status, doctor, settings: keeping the database and the installation in order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from copydesk.cli.options import Config, Db, Json, examples, open_existing, settings_of
from copydesk.present import record_of, say, write, write_json, write_table
from copydesk.settings import seconds
from schemas.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command(epilog=examples("copydesk status --json", "copydesk status --fail-stale 2h"))(
        status
    )
    app.command(epilog=examples("copydesk doctor", "copydesk doctor --json"))(doctor)
    app.command(
        epilog=examples("copydesk settings", "copydesk settings --config news.toml --json")
    )(settings)


def status(
    *,
    fail_stale: Annotated[
        str | None,
        typer.Option(
            "--fail-stale",
            metavar="TIME",
            help='Exit 1 if a source or schedule had no success in that time: "2h", "1d".',
        ),
    ] = None,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> int:
    """Say what there is, and how sources and schedules get on.

    What waits to be done is said by: copydesk enrich --dry-run
    """
    from copydesk.status import gather_status, json_of
    from copydesk.status_text import write_status

    limit = None if fail_stale is None else seconds(fail_stale)
    if fail_stale is not None and limit is None:
        raise UsageError(
            f"--fail-stale {fail_stale!r} is no time", remedy="write 30m, 2h or 1d, or seconds"
        )
    in_force, now = settings_of(db, config), datetime.now(UTC)
    with open_existing(in_force) as store:
        found = gather_status(in_force, store, stale_after_s=limit, now=now)
    if json:
        write_json(json_of(found))
    else:
        write_status(found, now)
    if found.stale:
        say(f"copydesk: no success in {fail_stale}: {', '.join(found.stale)}")
    return 1 if found.stale else 0


def doctor(*, db: Db = None, config: Config = None, json: Json = False) -> int:
    """Check what works here, and say what to do about the rest.

    Makes the embedding model ready on the way.
    """
    from copydesk.doctor import examine

    checks = examine(settings_of(db, config), notify=say)
    failed = [check for check in checks if not check.ok]
    if json:
        write_json({"ok": not failed, "checks": checks})
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            write(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<{width}}  {check.found}")
            if check.remedy and not check.ok:
                write(f"      {'':<{width}}  {check.remedy}")
    return 1 if failed else 0


def settings(*, db: Db = None, config: Config = None, json: Json = False) -> None:
    """Print each setting and where its value came from."""
    from copydesk.source_lists import list_sources, record_of_source
    from copydesk.webhooks import shown_address

    in_force = settings_of(db, config)
    values = record_of(in_force)
    values.pop("origins")
    # Of subscriptions only the names of headers are shown, never what stands in them.
    values["source"] = [record_of_source(listed) for listed in list_sources(in_force, ())]
    # The address of a webhook lets in whoever knows it.
    values["webhook"] = [
        {
            "name": hook.name,
            "url": shown_address(hook.url),
            "on": hook.on,
            "headers": list(hook.headers),
        }
        for hook in in_force.webhook
    ]
    values["notify"] = record_of(in_force.notify) | {
        "webhook": shown_address(in_force.notify.webhook) if in_force.notify.webhook else None
    }
    flat: dict[str, object] = {}
    for key, value in values.items():
        if key in ("fetch", "clean", "models", "notify") and isinstance(value, dict):
            flat.update({f"{key}.{name}": item for name, item in value.items()})
        else:
            flat[key] = value
    rows = {
        key: {
            "value": value,
            "from": in_force.origins.get(key)
            or in_force.origins.get(key.split(".")[0])
            or "default",
        }
        for key, value in flat.items()
    }
    if json:
        write_json(rows)
        return
    shown = [
        [key, "" if row["value"] is None else str(row["value"]), str(row["from"])]
        for key, row in rows.items()
    ]
    write_table(shown, ("setting", "value", "from"))
