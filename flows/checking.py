"""What is at a source, without storing anything: its kind, its stories, and which of them a run would fetch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows.asking import Events, asking
from flows.events import Arrived, Event, Failed, Finished, Named
from flows.fetching import FetchRun
from flows.prepare import problem_of
from schemas.addresses import masked_address
from schemas.document import RawDocument
from schemas.stored import Problem
from schemas.web import Entry, SourceSpec
from storage.sqlite import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck:
    """What was found at a source. `stories` and `new` count what it names; `first` are the first of the new.

    `kind` is what an address given on the spot showed itself to be; `listings` are the feeds, sitemaps and lists read for it.
    """

    source: str
    kind: str
    url: str | None
    stories: int
    new: int
    first: tuple[Entry, ...]
    error: Problem | None
    listings: tuple[str, ...] = ()


def check_sources(
    sources: Sequence[SourceSpec], store: Store | None, run: FetchRun, *, first: int = 5
) -> list[SourceCheck]:
    """Ask each source for its listing (a page or archive for itself) and say what is there; nothing is stored."""
    events: dict[str, list[Event]] = {source.name: [] for source in sources}
    wanted = replace(run.wanted, names_only=True)
    with asking(sources, store, run.web, wanted) as waiting:
        for event in _until_done(waiting):
            events[event.source.name].append(event)
    return [_check(source, events[source.name], first) for source in sources]


def _until_done(waiting: Events) -> list[Event]:
    found = []
    while (event := waiting.get()) is not None:
        if isinstance(event, BaseException):
            raise event
        found.append(event)
    return found


def _check(source: SourceSpec, events: list[Event], first: int) -> SourceCheck:
    named = [event for event in events if isinstance(event, Named)]
    arrived = [event for event in events if isinstance(event, Arrived)]
    new = [event.entry for event in named if event.is_new]
    new += [_entry_of(event) for event in arrived]
    finished = [event for event in events if isinstance(event, Finished)]
    kinds = [event.kind for event in finished if event.kind]
    errors = [event.error for event in events if isinstance(event, Failed)]
    errors += [e.document.error for e in arrived if not isinstance(e.document, RawDocument)]
    return SourceCheck(
        source=source.name,
        kind=kinds[0] if kinds else source.kind,
        url=masked_address(source.url) if source.url else source.path,
        stories=len(named) + len(arrived),
        new=len(new),
        first=tuple(new[:first]),
        error=problem_of(errors[0]) if errors else None,
        listings=tuple(masked_address(url) for event in finished for url in event.listings),
    )


def _entry_of(event: Arrived) -> Entry:
    url = event.document.url if isinstance(event.document, RawDocument) else None
    return Entry(url=url, title=None, entry_id=event.document.origin)
