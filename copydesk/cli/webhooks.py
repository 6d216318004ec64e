"""copydesk webhooks: what was not taken by the webhooks, and trying it again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

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
from copydesk.present import columns_of, count_of, say, write, write_json, write_rows, write_table
from schemas.errors import UsageError

if TYPE_CHECKING:
    from schemas.webhooks import WebhookMessage
    from storage.sqlite import Store

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Messages that webhooks did not take.",
    epilog=examples("copydesk webhooks list", "copydesk webhooks retry --all"),
)

_LONGEST_TITLE = 60


@app.command(
    "list", epilog=examples("copydesk webhooks list", "copydesk webhooks list --given-up --json")
)
def list_(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Of this webhook (default: all).")
    ] = None,
    *,
    given_up: Annotated[
        bool, typer.Option("--given-up", help="Only what nobody tries any more.")
    ] = False,
    number: Annotated[int, typer.Option("-n", "--limit", min=1, help="So many.")] = 100,
    db: Db = None,
    config: Config = None,
    json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> None:
    """List what waits to be sent and what was given up, oldest first."""
    from schemas.webhooks import WebhookMessage
    from storage.messages import count_messages, read_messages

    form = format_of(json=json, jsonl=jsonl, csv=csv)
    with open_existing(settings_of(db, config)) as store:
        if name is not None:
            _check_known([name], store)
        total = count_messages(store.connection, name, given_up=given_up)
        found = read_messages(store.connection, name, given_up=given_up, limit=number)
    if form == "json":
        write_json({"total": total, "messages": found})
    elif form != "text":
        write_rows(found, form, columns_of(WebhookMessage))
    elif not found:
        write("Nothing was given up." if given_up else "Nothing waits.")
    else:
        header = ("webhook", "event", "article", "title", "written", "tries", "state", "error")
        write_table([_row(one) for one in found], header)
        if total > len(found):
            say(f"{total:,} in all: -n {total}")


def _row(one: WebhookMessage) -> list[str]:
    return [
        *(one.webhook, one.event, str(one.article_id), (one.title or "")[:_LONGEST_TITLE]),
        *(f"{one.written_at:%Y-%m-%d %H:%M}", str(one.attempts)),
        *("given up" if one.given_up else "waits", one.last_error or ""),
    ]


@app.command(
    epilog=examples("copydesk webhooks retry --all", "copydesk webhooks retry --all --json")
)
def retry(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Webhooks of the settings.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every webhook.")] = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Send again what was not taken, and what was given up.

    For a few seconds from here; what is left then, the next run or copydesk serve sends.
    """
    from copydesk.webhooks import deliver_after_run, watch_webhooks
    from storage.messages import count_messages, try_again

    if bool(names) == everything:
        said = "both names and --all are given" if names else "no webhook is named"
        raise UsageError(said, remedy="name webhooks of the settings, or give --all")
    settings = settings_of(db, config)
    with open_existing(settings, "w") as store:
        watch_webhooks(store, settings)
        known = _known(store)
        chosen = known if everything else list(dict.fromkeys(names or []))
        _check_known(chosen, store)
        with store.transaction():
            now = datetime.now(UTC)
            tried = sum(try_again(store.connection, name, now) for name in chosen)
        deliver_after_run(store, settings, say=say)
        left = sum(count_messages(store.connection, name) for name in chosen)
    if json:
        write_json({"tried": tried, "left": left})
    else:
        write(f"{count_of(tried, 'message')} tried again, {left:,} left")


def _known(store: Store) -> list[str]:
    from storage.outbox import read_webhooks

    return [state.name for state in read_webhooks(store.connection)]


def _check_known(names: list[str], store: Store) -> None:
    from difflib import get_close_matches

    known = _known(store)
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            there = (
                f"there are: {', '.join(known)}"
                if known
                else "write a [[webhook]] into the settings"
            )
            raise UsageError(
                f"there is no webhook {name!r}",
                remedy=f"did you mean {near[0]}?" if near else there,
                code="webhook_missing",
            )
