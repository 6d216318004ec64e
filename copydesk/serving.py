"""What `copydesk serve` serves: the schedules of settings and database, each with what its flow is given."""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from copydesk.schedules import Schedule, resolve_schedules
from copydesk.settings import Settings, load_settings
from schemas.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from flows.deployments import PlannedSchedule
    from flows.desk import Desk
    from flows.local_server import LocalServer


class DeskKeeper:
    """Reads what is to be served, from settings that can be read again and from the database."""

    def __init__(self, desk: Desk, settings: Settings, *, db: str | None, config: str | None):
        """`db` and `config` are what was typed."""
        self._desk = desk
        self._settings = settings
        self._db = db
        self._config = config

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    def plan(self) -> list[PlannedSchedule]:
        """The schedules as they are now.

        Raises SettingsError for a source that is not there, DatabaseError for a database that cannot be read.
        """
        return self._planned(self._settings)

    def reload(self) -> None:
        """Take up changed settings. Raises SettingsError for bad ones, and for another database."""
        settings = load_settings(db=self._db, config=self._config)
        if Path(settings.db).resolve() != self._desk.db:
            raise SettingsError(
                f"the settings name another database, {settings.db}",
                remedy="start copydesk serve anew to serve that one",
            )
        self._planned(settings)
        self._settings = settings

    def _planned(self, settings: Settings) -> list[PlannedSchedule]:
        from copydesk.api import open_store_with
        from flows.deployments import PlannedSchedule

        with open_store_with(settings.db, "r", settings) as store:
            schedules = resolve_schedules(settings, store)
        return [
            PlannedSchedule(
                spec=one.spec, state=one.state, arguments=_arguments(one, settings, self._desk)
            )
            for one in schedules
        ]


def _arguments(schedule: Schedule, settings: Settings, desk: Desk) -> dict[str, object]:
    from copydesk.cli.web_options import web_options
    from copydesk.flow_parameters import (
        check_no_secrets,
        enrich_parameters,
        fetch_parameters,
        ingest_parameters,
    )
    from flows.fetching import FetchRun
    from flows.parameters import Notify, RunContext
    from flows.pipeline import IngestOptions
    from sources.files import ReadOptions

    spec = schedule.spec
    notify = settings.notify
    context = RunContext(
        schedule=spec.name,
        state_folder=str(desk.folder),
        desk=desk.id,
        link=notify.link,
        notify=Notify(log=notify.log, webhook=notify.webhook, command=notify.command or None),
    )
    given: dict[str, object] = {"db": str(desk.db)}
    if spec.flow == "enrich":
        enrich = enrich_parameters(settings, context=context)
        return {**given, "parameters": enrich.model_dump(mode="json")}
    web = web_options(settings, None, None, None, None)
    if spec.flow == "ingest":
        reading = ReadOptions(max_bytes=web.max_bytes)
        ingest = ingest_parameters(settings, reading, IngestOptions(), context)
        path = str(Path(str(spec.path)).absolute())
        return {**given, "paths": [path], "parameters": ingest.model_dump(mode="json")}
    check_no_secrets(schedule.sources)
    from pydantic import TypeAdapter

    from schemas.web import SourceSpec

    sources = TypeAdapter(list[SourceSpec]).dump_python(list(schedule.sources), mode="json")
    fetch = fetch_parameters(settings, FetchRun(web=web), context)
    return {**given, "sources": sources, "parameters": fetch.model_dump(mode="json")}


def prefect_environment(server: LocalServer | None, present: Mapping[str, str]) -> dict[str, str]:
    """What this process and its children are to find in the environment, before Prefect is imported.

    With a server of ours nothing of the user's own Prefect is left in it; without one the user's stays as it is.
    """
    found = dict(present)
    if server is not None:
        found = server.environment(found)
    else:
        found.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "WARNING")
    found |= {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    root = str(Path(__file__).resolve().parents[1])
    if root not in site.getsitepackages():
        # From a clone: the children find the flows from whatever folder they are started in.
        found["PYTHONPATH"] = os.pathsep.join(filter(None, [root, found.get("PYTHONPATH")]))
    return found


def enter_environment(wanted: Mapping[str, str]) -> None:
    """Make the environment of this process exactly `wanted`. Raises UsageError where Prefect was imported already."""
    if "prefect" in sys.modules:
        raise UsageError("Prefect is loaded already, with other settings")
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    os.environ.update(wanted)
