"""One batch of documents as a unit of work that can be run again: what a task of the ingest flow does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flows.engines import Engines
from flows.pipeline import STATUSES, Incoming, IngestOptions, ingest_documents
from schemas.errors import DatabaseError
from schemas.stored import IngestReport
from storage.sqlite import Store

TASK_DOCUMENTS = 32
"""A task costs Prefect 40 to 70 ms of CPU on both sides together: it is to be worth some seconds of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchWork:
    """Documents and where they go. Running it twice stores nothing twice."""

    number: int
    documents: list[Incoming]
    db: str
    engines: Engines
    force: bool

    def run(self) -> IngestReport:
        """Bring the batch in."""
        with Store(Path(self.db), encoder=self.engines.encoder, mode="a") as store:
            options = IngestOptions(force=self.force)
            return ingest_documents(self.documents, store, self.engines, options=options)


def can_pass(error: BaseException) -> bool:
    """Whether trying again can help: the database was busy. Anything else would fail the same way."""
    return isinstance(error, DatabaseError) and error.code == "database_busy"


def totals(reports: list[IngestReport]) -> IngestReport:
    """Several batches' reports as one."""
    counts = {name: sum(report.counts[name] for report in reports) for name in ("found", *STATUSES)}
    return IngestReport(
        counts=counts,
        took_s=round(sum(report.took_s for report in reports), 3),
        articles=tuple(outcome for report in reports for outcome in report.articles),
    )


def run_name(paths: list[str]) -> str:
    """What is ingested, for a list of runs.

    >>> run_name(["news/a.txt"]), run_name(["a.txt", "b.txt", "c.txt"])
    ('ingest a.txt', 'ingest a.txt and 2 more')
    """
    first = Path(paths[0]).name or paths[0] if paths else "nothing"
    return f"ingest {first}" + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
