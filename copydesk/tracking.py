"""An ingest or a fetch as a Prefect flow run: against the server of PREFECT_API_URL, else a temporary one of our own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from copydesk.present import say
from copydesk.settings import Settings
from schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.fetching import FetchRun
    from flows.pipeline import IngestOptions
    from schemas.stored import FetchReport, IngestReport
    from schemas.web import SourceSpec
    from sources.files import ReadOptions


def run_tracked(
    paths: list[str], settings: Settings, reading: ReadOptions, options: IngestOptions
) -> IngestReport:
    """Run the ingest flow and return its report. Prefect's own messages go to stderr."""
    with _prefect_environment():
        from flows.ingest import ingest
        from flows.parameters import IngestParameters

        models = settings.models
        parameters = IngestParameters(
            format=reading.format,
            url=reading.url,
            published=reading.published,
            source=reading.site,
            language=reading.language,
            encoding=reading.encoding,
            max_bytes=reading.max_bytes,
            force=options.force,
            embedding=models.embedding,
            precision=models.precision,
            model_cache=models.cache,
            taggers=dict(models.tagger),
        )
        return ingest(paths=paths, db=settings.db, parameters=parameters)


def run_fetch_tracked(
    sources: Sequence[SourceSpec], settings: Settings, run: FetchRun
) -> FetchReport:
    """Run the fetch flow and return its report. Prefect's own messages go to stderr.

    Raises UsageError for a source with a secret in the settings themselves: a flow run's parameters are kept by Prefect.
    """
    for source in sources:
        values = [value for _, value in source.headers]
        if any(not value.startswith(("env:", "file:")) for value in values) or "@" in (
            source.proxy or ""
        ):
            raise UsageError(
                f"source {source.name!r} has a header or proxy with its value in the settings, and Prefect would keep it",
                remedy='put the value into the environment and write "env:NAME", or leave out --track',
            )
    with _prefect_environment():
        from flows.fetch import fetch
        from flows.fetch_parameters import FetchParameters

        models = settings.models
        parameters = FetchParameters(
            contact=run.web.contact,
            allow_hosts=run.web.allow_hosts,
            pause=run.web.pause,
            timeout=run.web.timeout,
            max_bytes=run.web.max_bytes,
            since=run.wanted.since,
            before=run.wanted.before,
            limit=run.wanted.limit,
            embedding=models.embedding,
            precision=models.precision,
            model_cache=models.cache,
            taggers=dict(models.tagger),
        )
        return fetch(sources=list(sources), db=settings.db, parameters=parameters)


@contextmanager
def _prefect_environment() -> Iterator[None]:
    """What Prefect reads when it is imported: no telemetry, and no word in the user's own profile."""
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    say(
        "No PREFECT_API_URL is set: starting a temporary Prefect server, which takes some 20 seconds."
    )
    os.environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] = "120"
    with tempfile.TemporaryDirectory(
        prefix="copydesk-prefect-", ignore_cleanup_errors=True
    ) as home:
        os.environ["PREFECT_HOME"] = home
        yield
