"""An ingest as a Prefect flow run: against the server of PREFECT_API_URL, else a temporary one of our own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from copydesk.present import say
from copydesk.settings import Settings

if TYPE_CHECKING:
    from flows.pipeline import IngestOptions
    from schemas.stored import IngestReport
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
