"""Files and addresses brought in by one call, each by its own way. Imports no Prefect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flows.batch import totals
from flows.engines import Engines
from flows.pipeline import Incoming, IngestOptions, Told, ingest_documents
from flows.recording import recorded
from schemas.addresses import without_credentials
from schemas.stored import IngestReport
from schemas.web import SourceSpec
from storage.sqlite import Store

if TYPE_CHECKING:
    from sources.web import FetchOptions


def is_address(name: str) -> bool:
    """Whether it is a web address rather than a path.

    >>> is_address("https://example.org/a"), is_address("http.txt")
    (True, False)
    """
    return name.lower().startswith(("http://", "https://"))


def ingest_inputs(
    documents: Iterable[Incoming],
    addresses: Sequence[SourceSpec],
    store: Store | None,
    engines: Engines,
    *,
    options: IngestOptions,
    web: FetchOptions | None = None,
    tell: Told = lambda _: None,
    schedule: str | None = None,
) -> IngestReport:
    """Bring in documents, then what is asked of the web; one report of all, in that order, noted as one run.

    Whoever names a schedule holds its lock.
    """
    kept = None if options.dry_run else store
    with recorded(kept, "ingest", schedule=schedule) as recording:
        return recording.done(
            _bring_in(documents, addresses, store, engines, options=options, web=web, tell=tell)
        )


def _bring_in(
    documents: Iterable[Incoming],
    addresses: Sequence[SourceSpec],
    store: Store | None,
    engines: Engines,
    *,
    options: IngestOptions,
    web: FetchOptions | None,
    tell: Told,
) -> IngestReport:
    report = ingest_documents(documents, store, engines, options=options, tell=tell)
    if not addresses:
        return report
    from flows.fetching import FetchRun, fetch_sources
    from sources.web import FetchOptions

    run = FetchRun(
        web=web or FetchOptions(),
        dry_run=options.dry_run,
        force=options.force,
        keep_all=options.keep_all,
    )
    found = fetch_sources(addresses, store, engines, run=run, tell=tell)
    fetched = IngestReport(counts=found.counts, took_s=found.took_s, articles=found.articles)
    return totals([report, fetched])


def page_sources(names: Iterable[str], *, language: str | None = None) -> list[SourceSpec]:
    """The addresses among `names`, each as a source of one page, in order and once."""
    return [
        SourceSpec(name=without_credentials(name), kind="page", url=name, language=language)
        for name in dict.fromkeys(names)
        if is_address(name)
    ]
