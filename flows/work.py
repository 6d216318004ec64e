"""Units of work that can be run again: what the tasks of the flows do. Imports no Prefect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.engines import Engines
from flows.fetching import FetchRun, fetch_sources
from flows.pipeline import Incoming, IngestOptions, ingest_documents
from flows.redo import Redone, out_of_date, redo
from flows.stages import Stage
from schemas.stored import FetchReport, IngestReport
from schemas.web import SourceSpec
from storage.sqlite import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestWork:
    """Documents and where they go. Running it twice stores nothing twice."""

    documents: Sequence[Incoming]
    db: str
    engines: Engines
    options: IngestOptions

    def run(self) -> IngestReport:
        """Bring the batch in."""
        with Store(Path(self.db), encoder=self.engines.encoder, mode="a") as store:
            return ingest_documents(self.documents, store, self.engines, options=self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchWork:
    """Sources and where what they have goes; without any, those kept there that are on.

    Running it twice asks for what is left, and stores nothing twice.
    """

    sources: Sequence[SourceSpec]
    db: str
    engines: Engines
    how: FetchRun

    def run(self) -> FetchReport:
        """Ask the sources and store what is new."""
        with Store(Path(self.db), encoder=self.engines.encoder, mode="a") as store:
            sources = self.sources or [source for source in store.sources() if source.enabled]
            return fetch_sources(sources, store, self.engines, run=self.how)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichWork:
    """A stage to be brought up to date. What was done stays done when it is run again."""

    stage: Stage
    db: str
    engines: Engines

    def run(self) -> Redone:
        """Do what is out of date."""
        with Store(Path(self.db), encoder=self.engines.encoder, mode="w") as store:
            return redo(store, self.engines, [self.stage])


def stages_to_do(db: str, engines: Engines, stages: Sequence[Stage]) -> dict[Stage, int]:
    """The stages with articles out of date, and how many; cleaning makes what comes after it anew."""
    with Store(Path(db), encoder=engines.encoder, mode="w") as store:
        numbers = out_of_date(store, engines, stages)
    return {stage: number for stage, number in numbers.items() if number}
