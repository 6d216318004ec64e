"""copydesk serve: the schedules, run at their times until it is told to stop."""

from __future__ import annotations

import json as json_module
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.options import Config, Db, examples, is_there, settings_of
from copydesk.present import say, write
from copydesk.settings import Settings

if TYPE_CHECKING:
    from copydesk.serving import DeskKeeper
    from flows.desk import Desk
    from flows.local_server import LocalServer
    from flows.serving import ServeEvent

JsonEvents = Annotated[
    bool, typer.Option("--json", help="A JSON object a line for each thing that happens.")
]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=examples("copydesk serve", "copydesk serve --port 4200 --db news.db"))(serve)


def serve(
    *,
    port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65535,
            help="Port of the dashboard on this machine (default: the same as last time, at first a free one).",
        ),
    ] = None,
    db: Db = None,
    config: Config = None,
    json: JsonEvents = False,
) -> int:
    """Run the schedules until it is stopped.

    Starts a Prefect server of its own, on this machine only, with what it keeps beside the database; where PREFECT_API_URL is set, that server is used. SIGHUP takes up changed settings. Runs missed meanwhile are made up once.
    """
    settings = settings_of(db, config)
    _make_database(settings)
    from copydesk.serving import DeskKeeper
    from flows.desk import open_desk, sole_server

    desk = open_desk(settings.db)
    with sole_server(desk):
        keeper = DeskKeeper(desk, settings, db=db, config=config)
        keeper.plan()  # what cannot be served is said before anything starts
        return _serve(desk, keeper, _own_server(desk, port), json=json)


def _make_database(settings: Settings) -> None:
    from copydesk.api import check_models, open_store_with

    is_new = not is_there(settings)
    check_models(settings)
    with open_store_with(settings.db, "a", settings):  # an older one is brought up to date, once
        pass
    if is_new:
        say(f"made the database {settings.db}")


def _own_server(desk: Desk, port: int | None) -> LocalServer | None:
    from flows.local_server import LocalServer
    from schemas.errors import UsageError

    url = os.environ.get("PREFECT_API_URL")
    if not url:
        return LocalServer(desk.home, port=port)
    if not url.startswith(("http://", "https://")):
        raise UsageError(
            "PREFECT_API_URL is no address",
            remedy="make it one, as in http://prefect.example.org:4200/api; without it a server is started here",
        )
    if port is not None:
        raise UsageError(
            "--port is for a server of our own, and PREFECT_API_URL names another",
            remedy="leave out one of them",
        )
    return None


def _serve(desk: Desk, keeper: DeskKeeper, server: LocalServer | None, *, json: bool) -> int:
    import asyncio

    from copydesk.errands import Errands
    from copydesk.serving import enter_environment, prefect_environment
    from flows.serving import Serving

    enter_environment(prefect_environment(server, os.environ))
    if server is not None:
        server.start()

    with Errands(lambda: keeper.settings, say=say) as errands:

        def tell(event: ServeEvent) -> None:
            _tell(event, json=json)
            if event.name == "run_crashed":
                errands.run_crashed(str(event.facts["run"]), str(event.facts["run_name"]))

        return asyncio.run(Serving(desk, keeper, server=server, tell=tell).run())


def _tell(event: ServeEvent, *, json: bool) -> None:
    try:
        _write(event, json=json)
    except OSError:
        # Whoever read what we say is gone, and serving goes on.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(event: ServeEvent, *, json: bool) -> None:
    if json:
        line = {"event": event.name, "text": event.text, **event.facts}
        sys.stdout.write(json_module.dumps(line, ensure_ascii=True, default=str) + "\n")
    else:
        write(event.text)
    sys.stdout.flush()
