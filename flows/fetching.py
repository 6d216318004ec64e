"""From sources to stored articles: what is new is asked for, politely, and goes the way of every document.

The asking runs on an event loop in a thread of its own; cleaning, tagging and storing stay in the calling thread, which
alone writes. Imports no Prefect.
"""

from __future__ import annotations

import queue
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256

from flows.asking import Events, asking
from flows.engines import Engines
from flows.events import Arrived, Event, Failed, Finished, GatherOptions, Reached, Unchanged
from flows.pipeline import STATUSES, IngestOptions, Told, ingest_documents
from flows.prepare import problem_of
from flows.stories import ASK_AGAIN_AFTER
from flows.workers import kept_workers
from schemas.addresses import masked_address
from schemas.document import HTML, RawDocument
from schemas.errors import FetchError
from schemas.stored import FetchReport, Outcome, Problem, SourceReport
from schemas.web import SourceSpec
from sources.web import FetchOptions
from storage.fetches import FetchState
from storage.sqlite import Store

_AT_ONCE = 64
_SKIPPED = ("robots",)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRun:
    """How a run goes: how the web is asked, what is wanted, what is written, how many processes clean."""

    web: FetchOptions = field(default_factory=FetchOptions)
    wanted: GatherOptions = field(default_factory=GatherOptions)
    dry_run: bool = False
    force: bool = False
    keep_all: bool = False
    workers: int | None = None


def fetch_sources(
    sources: Sequence[SourceSpec],
    store: Store | None,
    engines: Engines,
    *,
    run: FetchRun | None = None,
    tell: Told = lambda _: None,
) -> FetchReport:
    """Bring in what is new at `sources` and say what was made of each document, in the order they came.

    An address that fails never stops the others. What was told as stored is stored, whatever ends the run; what a
    listing named and was not dealt with is named again by the next run. Only a dry run may go without a store.
    Raises ModelUnavailableError, DatabaseError.
    """
    began = time.perf_counter()
    intake = _Intake(store, engines, run or FetchRun(), tell)
    with kept_workers(engines), asking(sources, store, intake.run.web, intake.run.wanted) as events:
        intake.take(events)
    return intake.report(sources, round(time.perf_counter() - began, 3))


class _Intake:
    """The storing side of a run."""

    def __init__(self, store: Store | None, engines: Engines, run: FetchRun, tell: Told) -> None:
        self.run = run
        self._store, self._engines, self._tell = store, engines, tell
        self._arrived: list[Arrived] = []
        self._outcomes: list[Outcome] = []
        self._counts: dict[str, Counter[str]] = {}
        self._errors: dict[str, Problem] = {}
        self._kinds: dict[str, str] = {}
        self._failed_at: set[str] = set()

    def take(self, events: Events) -> None:
        """Store what comes in batches as large as what is waiting, at once where nothing more is."""
        while True:
            try:
                event = events.get_nowait()
            except queue.Empty:
                self._flush()
                event = events.get()
            if event is None:
                self._flush()
                return
            if isinstance(event, BaseException):
                self._flush()
                raise event
            self._note(event)
            if len(self._arrived) >= _AT_ONCE:
                self._flush()

    def report(self, sources: Sequence[SourceSpec], took_s: float) -> FetchReport:
        """The totals, over all and by source."""
        return FetchReport(
            counts=_totals(sum(self._counts.values(), Counter())),
            took_s=took_s,
            articles=tuple(self._outcomes),
            sources=tuple(
                SourceReport(
                    source=source.name,
                    kind=self._kinds.get(source.name, source.kind),
                    counts=_totals(self._counts.get(source.name, Counter())),
                    error=self._errors.get(source.name),
                )
                for source in sources
            ),
        )

    def _note(self, event: Event) -> None:
        if isinstance(event, Arrived):
            self._arrived.append(event)
        elif isinstance(event, Unchanged):
            found = self._store.article_id(url=event.url) if self._store else None
            self._count(
                event.source, Outcome(status="unchanged", origin=event.url, url=event.url, id=found)
            )
        elif isinstance(event, Failed):
            self._failed(event)
        elif isinstance(event, Reached):
            self._flush()
            if self._store and not self.run.dry_run:
                self._store.set_cursor(event.source.name, event.cursor)
        elif isinstance(event, Finished):
            self._finished(event)

    def _flush(self) -> None:
        """Bring in what has arrived, then note what its addresses answered: never before it is stored."""
        arrived, self._arrived = self._arrived, []
        if not arrived:
            return
        report = ingest_documents(
            [event.document for event in arrived],
            self._store,
            self._engines,
            options=IngestOptions(
                dry_run=self.run.dry_run,
                force=self.run.force,
                keep_all=self.run.keep_all,
                workers=self.run.workers,
            ),
            tell=self._tell,
        )
        states = []
        for event, outcome in zip(arrived, report.articles, strict=True):
            self._add(event.source, outcome)
            if event.state and isinstance(event.document, RawDocument):
                digest = sha256(event.document.content).hexdigest()
                states.append(_after(event.state, digest, outcome))
        self._remember(states)

    def _failed(self, event: Failed) -> None:
        problem = problem_of(event.error)
        put_off = isinstance(event.error, FetchError) and event.error.put_off
        skipped = problem.code in _SKIPPED
        outcome = Outcome(
            status="put_off" if put_off else "skipped" if skipped else "quarantined",
            origin=event.origin,
            url=event.origin if "://" in event.origin else None,
            error=problem,
        )
        self._failed_at.add(event.origin)
        if event.whole_source:
            self._errors[event.source.name] = problem
        if self._store and outcome.status == "quarantined" and not self.run.dry_run:
            self._store.quarantine(_nothing_at(event.origin), "fetch", problem)
        self._remember([event.state] if event.state else [])
        self._count(event.source, outcome)

    def _finished(self, event: Finished) -> None:
        self._flush()
        if event.kind is not None:
            self._kinds[event.source.name] = event.kind
        if not event.is_cut:
            self._remember(event.states)
        self._release(event)

    def _release(self, event: Finished) -> None:
        """A listing that could be read again is in quarantine no more; what became of a page or file was said of that."""
        source, kind = event.source, event.kind or event.source.kind
        if kind == "list" and source.path:
            place = source.path
        elif kind in ("page", "archive") or not source.url or not (kind != "list" or event.states):
            return  # a list that is unchanged still has the lines that it had
        else:
            place = masked_address(source.url)
        if source.name in self._errors or place in self._failed_at:
            return
        if self._store and not self.run.dry_run:
            self._store.release(_nothing_at(place))

    def _remember(self, states: Sequence[FetchState]) -> None:
        if self._store and states and not self.run.dry_run:
            self._store.note_fetches(states)

    def _count(self, source: SourceSpec, outcome: Outcome) -> None:
        self._add(source, outcome)
        self._tell(outcome)

    def _add(self, source: SourceSpec, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        self._counts.setdefault(source.name, Counter())[outcome.status] += 1


def _after(state: FetchState, digest: str, outcome: Outcome) -> FetchState:
    """What is noted of a page that came: what could not be used is not asked for again at once."""
    if outcome.error is None:
        return replace(state, raw_sha256=digest)
    again = state.fetched_at + ASK_AGAIN_AFTER
    return replace(state, raw_sha256=digest, error=outcome.error.code, next_try=again)


def _nothing_at(origin: str) -> RawDocument:
    is_address = "://" in origin
    return RawDocument(
        content=b"",
        media_type=HTML,
        origin=origin,
        url=origin if is_address else None,
        fetched_at=datetime.now(UTC),
    )


def _totals(counts: Counter[str]) -> dict[str, int]:
    return {"found": sum(counts.values()), **{status: counts[status] for status in STATUSES}}
