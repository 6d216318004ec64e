"""The flows' parameters as the settings and a call's options have them: for tracked runs and for schedules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from copydesk.settings import Settings

if TYPE_CHECKING:
    from flows.fetching import FetchRun
    from flows.parameters import (
        EnrichParameters,
        FetchParameters,
        IngestParameters,
        ModelParameters,
        RunContext,
    )
    from flows.pipeline import IngestOptions
    from flows.stages import Stage
    from schemas.web import SourceSpec
    from sources.files import ReadOptions


def fetch_parameters(
    settings: Settings, run: FetchRun, context: RunContext | None = None
) -> FetchParameters:
    """What the fetch flow is asked to do. Secrets do not stand in it: sources name where theirs are."""
    from flows.parameters import FetchParameters, RunContext

    return FetchParameters(
        contact=run.web.contact,
        allow_hosts=run.web.allow_hosts,
        pause=run.web.pause,
        timeout=run.web.timeout,
        max_bytes=run.web.max_bytes,
        since=run.wanted.since,
        before=run.wanted.before,
        limit=run.wanted.limit,
        keep_all=run.keep_all,
        workers=run.workers,
        models=_models(settings),
        run=context or RunContext(),
    )


def ingest_parameters(
    settings: Settings,
    reading: ReadOptions,
    options: IngestOptions,
    context: RunContext | None = None,
) -> IngestParameters:
    """What the ingest flow is asked to do."""
    from flows.parameters import IngestParameters, RunContext

    return IngestParameters(
        format=reading.format,
        url=reading.url,
        published=reading.published,
        source=reading.site,
        language=reading.language,
        encoding=reading.encoding,
        max_bytes=reading.max_bytes,
        force=options.force,
        keep_all=options.keep_all,
        workers=options.workers,
        models=_models(settings),
        run=context or RunContext(),
    )


def enrich_parameters(
    settings: Settings, stages: Iterable[Stage] = (), context: RunContext | None = None
) -> EnrichParameters:
    """What the enrich flow is asked to do; no stage named means all."""
    from flows.parameters import EnrichParameters, RunContext

    return EnrichParameters(
        stages=tuple(stages), models=_models(settings), run=context or RunContext()
    )


def check_no_secrets(sources: Iterable[SourceSpec]) -> None:
    """Raise UsageError for a source with a secret in the settings themselves: Prefect keeps a run's parameters."""
    from storage import sources as descriptions

    for source in sources:
        descriptions.check_no_secrets(source, told="and Prefect would keep it")


def _models(settings: Settings) -> ModelParameters:
    from flows.parameters import ModelParameters

    models = settings.models
    return ModelParameters(
        embedding=models.embedding,
        precision=models.precision,
        model_cache=models.cache,
        query_prefix=models.query_prefix,
        passage_prefix=models.passage_prefix,
        taggers=dict(models.tagger),
        names=models.names,
    )
