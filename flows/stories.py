"""Stories that listings name, each asked for if it is wanted and new; what fails is its own story's affair."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from enrichers.cleaning.decode import codec_of
from flows.cursor import Cursor
from flows.entries import (
    arrived_whole,
    instant,
    is_newer,
    is_rewritten,
    noted_state,
    refuse_put_off,
)
from flows.events import Arrived, Event, Failed, GatherOptions, Named, Unchanged
from schemas.addresses import address_key, masked_address, without_credentials
from schemas.document import HTML, Hints, RawDocument
from schemas.errors import CopydeskError, DocumentError, FetchError
from schemas.web import Entry, Fetched, SourceSpec, Validators
from sources.discovery import sniff_source
from sources.feeds import is_whole
from storage.fetches import FetchState

AT_ONCE = 16
"""Stories of one source that are on their way side by side; those of one host stand in line at the fetcher."""
ASK_AGAIN_AFTER = timedelta(days=1)
"""When an address that a listing goes on naming is asked again after an answer that will hardly change (404, refused)."""
DEAD_AFTER, DEAD_FOR = 10, timedelta(minutes=15)
"""A host that gave no answer so often in a row is left in peace for so long: each silence costs the whole timeout."""
_SILENCE = ("timeout", "connection", "dns")


class Memory(Protocol):
    """What is known of addresses from earlier runs."""

    def fetch_state(self, url: str) -> FetchState | None:
        """How the last request for the address went."""
        ...

    def cursor(self, source: str) -> object:
        """How far a source was read, as it was noted last."""
        ...

    def article_id(self, name: None = None, *, url: str | None = None) -> int | None:
        """The article stored under the address."""
        ...


class Asker(Protocol):
    """The guarded fetcher, as much of it as is needed here."""

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        source: SourceSpec | None = None,
        max_bytes: int | None = None,
    ) -> Fetched:
        """A whole answer. Raises FetchError only."""
        ...


Emit = Callable[[Event], Awaitable[None]]


@dataclass(slots=True)
class Visit:
    """One source in one run. `is_cut`: something of it was left for a later run.

    `has_passed_over`: documents were left for their dates; `kind` is what its address turned out to be.
    """

    source: SourceSpec
    cursor: Cursor
    states: list[FetchState] = field(default_factory=list)
    taken: int = 0
    is_cut: bool = False
    has_passed_over: bool = False
    kind: str | None = None
    listings: dict[str, None] = field(default_factory=dict)

    @property
    def is_on_the_spot(self) -> bool:
        """Whether somebody named the address itself: it is asked now, and taken for what it is."""
        source = self.source
        named = source.url is not None and source.name == without_credentials(source.url)
        return named and source.fetcher is None


class StoryAsker:
    """Asks for stories. Addresses that several sources name are asked for once a run."""

    def __init__(self, fetcher: Asker, memory: Memory, emit: Emit, options: GatherOptions) -> None:
        self._fetcher, self._memory, self._emit, self._options = fetcher, memory, emit, options
        self._seen: set[str] = set()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._unanswered: Counter[str] = Counter()

    async def ask_all(self, visit: Visit, entries: Iterable[Entry]) -> None:
        """Every wanted story once, several at a time."""
        wanted = self._wanted(visit, entries)

        async def work() -> None:
            for entry in wanted:
                await self.ask(visit, entry)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    def _wanted(self, visit: Visit, entries: Iterable[Entry]) -> Iterator[Entry]:
        for entry in entries:
            key = (address_key(entry.url) if entry.url else None) or entry.entry_id
            if key is None or key in self._seen:
                continue
            if self.is_full(visit):
                visit.is_cut = True
                return
            if self._is_outside(entry):
                visit.is_cut = True
                continue
            self._seen.add(key)
            visit.taken += 1
            yield entry

    async def ask(self, visit: Visit, entry: Entry, *, always: bool = False) -> None:
        """One story: known, sent along whole by the feed, or fetched; `always` asks for what is known as well."""
        try:
            await self._ask(visit, entry, always=always)
        except CopydeskError as error:
            await self.fail(visit, entry.url or visit.source.name, error, whole_source=always)
        except Exception as error:  # the one place a story that fails feeds the quarantine
            await self.fail(visit, entry.url or visit.source.name, unforeseen(error))

    async def _ask(self, visit: Visit, entry: Entry, *, always: bool) -> None:
        url = entry.url or ""
        state = self._memory.fetch_state(url) if url else None
        known = bool(url) and (self.is_stored(url) or _has_come(state))
        known = known and not is_rewritten(entry, state)
        if self._options.names_only and not always:
            is_new = not known or is_newer(entry, state)
            await self._emit(Named(source=visit.source, entry=entry, is_new=is_new))
        elif known and not always and not is_newer(entry, state):
            await self._emit(Unchanged(source=visit.source, url=without_credentials(url)))
        elif not always and is_whole(entry):
            await self._emit(arrived_whole(visit.source, entry))
        elif url:
            if not _waits_for_a_fetcher(visit.source, state):
                refuse_put_off(url, state)
            await self._fetch(visit, entry, state.validators if state and known else None)

    async def _fetch(self, visit: Visit, entry: Entry, validators: Validators | None) -> None:
        url = entry.url or ""
        host = _host(url)
        # The fetcher lets one request a host through at a time; standing in line here, the others hear how it went.
        async with self._turns[host]:
            fetched = await self._fetch_unless_dead(visit, url, host, validators)
        if fetched.not_modified:
            await self._emit(Unchanged(source=visit.source, url=without_credentials(url)))
        else:
            await self.page(visit, entry, fetched)

    async def _fetch_unless_dead(
        self, visit: Visit, url: str, host: str, validators: Validators | None
    ) -> Fetched:
        if self._unanswered[host] >= DEAD_AFTER:
            raise FetchError(
                f"{_host(url)} gave no answer {DEAD_AFTER} times in a row: {without_credentials(url)} was not asked",
                remedy="nothing to do: it is asked again by a later run",
                code="put_off",
                retry_at=datetime.now(UTC) + DEAD_FOR,
                put_off=True,
            )
        try:
            fetched = await self._fetcher.fetch(url, validators=validators, source=visit.source)
        except FetchError as error:
            self._unanswered[host] = self._unanswered[host] + 1 if error.code in _SILENCE else 0
            raise
        self._unanswered[host] = 0
        return fetched

    async def page(self, visit: Visit, entry: Entry, fetched: Fetched) -> None:
        """A page that has come, handed on with what `entry` says of it. Raises DocumentError for what is none."""
        url = entry.url or fetched.asked
        kind = sniff_source(fetched.content, media_type=fetched.media_type, url=fetched.url)
        if kind not in ("page", "list"):
            raise DocumentError(
                f"{without_credentials(url)} is a {kind}, not a page",
                remedy=f'fetch it as what it is: kind = "{kind}"',
                code="unsupported",
            )
        media_type = fetched.media_type if fetched.media_type == "text/plain" else HTML
        document = RawDocument(
            content=fetched.content,
            media_type=media_type or HTML,
            origin=without_credentials(url),
            url=fetched.url,
            fetched_at=fetched.fetched_at,
            hints=Hints(
                encoding=_known_charset(fetched.charset),
                language=visit.source.language,
                listed_title=entry.title,
                listed_published=entry.published,
                listed_authors=entry.authors,
            ),
        )
        state = noted_state(visit.source, url, fetched)
        await self._emit(Arrived(source=visit.source, document=document, state=state))

    async def fail(
        self, visit: Visit, origin: str, error: CopydeskError, *, whole_source: bool = False
    ) -> None:
        """Hand on that an address gave nothing, with when to ask it again."""
        retry_at = error.retry_at if isinstance(error, FetchError) else None
        asked = without_credentials(origin) if "://" in origin else origin
        origin = masked_address(asked) if whole_source else asked
        state = None
        visit.is_cut = visit.is_cut or retry_at is not None
        if "://" in origin and error.code != "put_off":
            now = datetime.now(UTC)
            state = FetchState(
                url=asked,
                source=visit.source.name,
                validators=Validators(),
                status=None,
                error=error.code,
                raw_sha256=None,
                fetched_at=now,
                next_try=self._next_try(asked, error, now, whole_source=whole_source),
            )
        await self._emit(
            Failed(
                source=visit.source,
                origin=origin,
                error=error,
                state=state,
                whole_source=whole_source,
            )
        )

    def _next_try(
        self, origin: str, error: CopydeskError, now: datetime, *, whole_source: bool
    ) -> datetime | None:
        """Not before the time that the server named; at once after a fault that passes; in a day after one that hardly does.

        An address that was silent, or a source that asked for time, in two runs in a row rests: each such wait holds the
        whole run up.
        """
        if isinstance(error, FetchError) and error.retry_at is not None:
            before = self._memory.fetch_state(origin)
            # A story is "rate_limited" by its site's crawl-delay too, which nobody waits for.
            waited = error.code == "timeout" or (error.code == "rate_limited" and whole_source)
            if waited and before is not None and before.error == error.code:
                return max(error.retry_at, now + DEAD_FOR)
            return error.retry_at if error.put_off else None
        return None if whole_source else now + ASK_AGAIN_AFTER

    def is_stored(self, url: str) -> bool:
        """Whether the article of an address is stored."""
        return self._memory.article_id(url=url) is not None

    def is_full(self, visit: Visit) -> bool:
        """Whether as many stories were taken as were asked for."""
        return self._options.limit is not None and visit.taken >= self._options.limit

    def is_before(self, day: str | None) -> bool:
        """Whether a listing's date is before all that is wanted."""
        when, since = instant(day), self._options.since
        return when is not None and since is not None and when < since

    def _is_outside(self, entry: Entry) -> bool:
        """Whether the entry's own date says that it is not wanted; without one it may be."""
        return self._is_unwanted(instant(entry.published or entry.updated))

    def is_dated_outside(self, document: RawDocument, now: datetime | None) -> bool:
        """The same for a document of an archive: by the date that came with it, else by when a crawler took it."""
        taken = document.fetched_at if document.fetched_at != now else None
        return self._is_unwanted(instant(document.hints.published) or taken)

    def _is_unwanted(self, when: datetime | None) -> bool:
        since, before = self._options.since, self._options.before
        if when is None:
            return False
        return (since is not None and when < since) or (before is not None and when >= before)


def _host(url: str) -> str:
    return urlsplit(without_credentials(url)).netloc


def _known_charset(label: str | None) -> str | None:
    """The server's label, or None for one that nobody knows: the page itself tells then.

    A user's word for an encoding is checked, and refused where it is none; a server's mistake costs no story.

    >>> _known_charset("x-sjis"), _known_charset("x-klingon")
    ('x-sjis', None)
    """
    return label if label and codec_of(label) else None


def unforeseen(error: Exception) -> DocumentError:
    """What no rule of ours foresaw, named as such."""
    return DocumentError(
        f"{type(error).__name__}: {error}"[:500],
        remedy="this is a fault of copydesk: please report it with the address; retry after an update",
        code="internal",
    )


def _waits_for_a_fetcher(source: SourceSpec, state: FetchState | None) -> bool:
    """Whether a page failed for want of a browser, and its source has a fetcher by now."""
    return source.fetcher is not None and state is not None and state.error == "needs_browser"


def _has_come(state: FetchState | None) -> bool:
    """Whether an address gave a page that was stored, be it under another address after a redirect."""
    return state is not None and state.raw_sha256 is not None and state.error is None
