"""What a task of the flows is given, and what came of several as one report and as rows of a table. Light to import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flows.pipeline import STATUSES, Incoming, batches
from flows.redo import Redone
from flows.stages import Stage
from schemas.errors import DatabaseError
from schemas.stored import IngestReport, Problem

if TYPE_CHECKING:
    from schemas.stored import FetchReport

TASK_DOCUMENTS = 64
"""A task costs Prefect 40 to 70 ms of CPU on both sides together: it is to be worth some seconds of work."""
_TASK_BYTES = 8_000_000

Row = Mapping[str, object]


def task_batches(documents: Iterable[Incoming]) -> Iterator[list[Incoming]]:
    """Documents in lists that are worth a task each, bounded in number and bytes."""
    waiting: list[Incoming] = []
    size = 0
    for batch in batches(documents):
        waiting += batch
        size += sum(len(getattr(document, "content", b"")) for document in batch)
        if len(waiting) >= TASK_DOCUMENTS or size >= _TASK_BYTES:
            yield waiting
            waiting, size = [], 0
    if waiting:
        yield waiting


def can_pass(error: BaseException) -> bool:
    """Whether trying again can help: the database was busy. Anything else would fail the same way."""
    return isinstance(error, DatabaseError) and error.code == "database_busy"


def totals(reports: Sequence[IngestReport]) -> IngestReport:
    """Several batches' reports as one."""
    counts = {name: sum(report.counts[name] for report in reports) for name in ("found", *STATUSES)}
    return IngestReport(
        counts=counts,
        took_s=round(sum(report.took_s for report in reports), 3),
        articles=tuple(outcome for report in reports for outcome in report.articles),
    )


def ingest_row(name: str, counts: Mapping[str, int], error: str = "") -> Row:
    """What came of a source in a run, in the words of a news desk.

    >>> counts = {"found": 3, "stored": 2, "updated": 0, "unchanged": 1, "skipped": 0, "quarantined": 0, "put_off": 0}
    >>> row = ingest_row("wires", counts)
    >>> row["source"], row["fetched"], row["new"], row["unchanged"]
    ('wires', 3, 2, 1)
    """
    return {
        "source": name,
        "fetched": counts["found"] - counts["put_off"],
        "new": counts["stored"],
        "changed": counts["updated"],
        "unchanged": counts["unchanged"],
        "skipped": counts["skipped"],
        "quarantined": counts["quarantined"],
        "put off": counts["put_off"],
        "error": error,
    }


def fetch_rows(report: FetchReport) -> list[Row]:
    """A row for each source."""
    return [
        ingest_row(one.source, one.counts, one.error.message if one.error else "")
        for one in report.sources
    ]


def run_name(verb: str, things: Sequence[str]) -> str:
    """What a run is about, for a list of runs.

    >>> run_name("ingest", ["news/a.txt"]), run_name("fetch", ["ap", "bbc", "https://dw.com/feed"])
    ('ingest a.txt', 'fetch ap and 2 more')
    """
    if not things:
        return f"{verb} nothing"
    first = things[0] if "://" in things[0] else Path(things[0]).name or things[0]
    return f"{verb} {first}" + (f" and {len(things) - 1} more" if len(things) > 1 else "")


def all_redone(parts: Sequence[Redone]) -> Redone:
    """Several stages' results as one."""
    done: dict[Stage, int] = {}
    failed: dict[int, Problem] = {}
    for part in parts:
        done.update(part.done)
        failed.update(part.failed)
    return Redone(done=done, failed=failed)


def enrich_rows(parts: Sequence[Redone]) -> list[Row]:
    """A row for each stage."""
    return [
        {"stage": stage, "done": number, "failed": len(part.failed)}
        for part in parts
        for stage, number in part.done.items()
    ]
