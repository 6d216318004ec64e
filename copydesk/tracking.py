"""An ingest or a fetch as a Prefect flow run: against the server of PREFECT_API_URL, else a temporary one of our own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from copydesk.flow_parameters import check_no_secrets, fetch_parameters, ingest_parameters
from copydesk.present import say
from copydesk.settings import Settings

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
        from flows.parameters import RunContext

        context = RunContext(link=settings.notify.link)
        parameters = ingest_parameters(settings, reading, options, context)
        # Without a schedule a run is never skipped: what comes is the report.
        return cast("IngestReport", ingest(paths=paths, db=settings.db, parameters=parameters))


def run_fetch_tracked(
    sources: Sequence[SourceSpec], settings: Settings, run: FetchRun
) -> FetchReport:
    """Run the fetch flow and return its report. Prefect's own messages go to stderr.

    Raises UsageError for a source with a secret in the settings themselves: a flow run's parameters are kept by Prefect.
    """
    check_no_secrets(sources)
    with _prefect_environment():
        from flows.fetch import NothingReadError, fetch
        from flows.parameters import RunContext, source_parameters

        parameters = fetch_parameters(settings, run, RunContext(link=settings.notify.link))
        forms = [source_parameters(source) for source in sources]
        state = fetch(sources=forms, db=settings.db, parameters=parameters, return_state=True)
        found = state.result(raise_on_failure=False)
        if isinstance(found, NothingReadError):
            return found.report
        if isinstance(found, BaseException):
            raise found
        return cast("FetchReport", found)


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
