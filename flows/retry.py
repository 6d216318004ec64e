"""Quarantined documents once more: from their file or address, else from the bytes that were kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from flows.attendants import RISKY
from flows.engines import Engines
from flows.inputs import ingest_inputs, is_address, page_sources
from flows.pipeline import Incoming, IngestOptions
from schemas.addresses import canonical_address, masked_address, without_credentials
from schemas.document import RawDocument
from schemas.errors import DocumentError
from schemas.stored import IngestReport, QuarantinedDocument
from schemas.web import SourceSpec
from sources.files import BadDocument, ReadOptions, open_documents
from storage.sqlite import Store

if TYPE_CHECKING:
    from sources.web import FetchOptions

_RECORD = re.compile(r"(.+?)(?::[0-9]+|\[[0-9]+\])")
"""The origin of a record: its file, then its line or its place in a list."""


def retry_quarantined(
    store: Store,
    engines: Engines,
    numbers: Sequence[int],
    *,
    max_bytes: int,
    web: FetchOptions | None = None,
    sources: Iterable[SourceSpec] = (),
) -> IngestReport:
    """Bring the numbered documents in again, addresses by asking them; what fails again stays, with one more attempt.

    An address is asked as the source it came from asks, be it one of `sources` (the settings') or of the database.
    """
    kept = {number: store.quarantined(number)[0] for number in numbers}
    addresses = [one.origin for one in kept.values() if _is_address(one)]
    tries = {number: one.attempts for number, one in kept.items() if not _is_address(one)}
    documents = [document for number in tries for document in _documents(store, number, max_bytes)]
    asked = _asked_again(store, addresses, sources)
    # What held a worker up, or killed it, would do the same to this process.
    is_risky = any(one.code in RISKY for one in kept.values())
    options = IngestOptions(workers=2 if is_risky else 1)
    report = ingest_inputs(documents, asked, store, engines, options=options, web=web)
    # What was a file by itself may have come as several records now: they do not release it by name.
    left = {one.id: one.attempts for one in store.quarantined()}
    for number, attempts in tries.items():
        if left.get(number) == attempts:
            store.drop_quarantined(number)
    return report


def _is_address(kept: QuarantinedDocument) -> bool:
    return kept.stage == "fetch" and not kept.has_payload and is_address(kept.origin)


def _asked_again(
    store: Store, addresses: Sequence[str], sources: Iterable[SourceSpec]
) -> list[SourceSpec]:
    """Each address as its source asks for it, now, even where it was put off."""
    both = (*store.sources(), *sources)  # of two of one name the settings' counts
    lenders = {without_credentials(source.name): source for source in both}
    own = {masked_address(source.url): source for source in both if source.url}
    asked = [own[address] for address in addresses if address in own and "***" in address]
    for page in page_sources(one for one in addresses if one not in own or "***" not in one):
        state = store.fetch_state(page.url or "")
        lender = lenders.get(state.source) if state and state.source else None
        if state and lender:
            store.note_fetches([replace(state, next_try=None)])
        asked.append(_lent(lender, page) if lender else page)
    return asked


def _lent(lender: SourceSpec, page: SourceSpec) -> SourceSpec:
    """The page as `lender` would ask for it; what is secret goes to the lender's own host alone."""
    if lender.url and canonical_address(lender.url) == canonical_address(page.url or ""):
        return lender
    lent = replace(lender, kind="page", url=page.url, path=None)
    if _is_own_host(lender.url, page.url):
        return lent
    return replace(lent, headers=(), cookies_env=None, proxy=None, user_agent=None)


def _is_own_host(own: str | None, other: str | None) -> bool:
    from yarl import URL

    from sources.web_subscription import Origin

    try:
        return bool(own and other) and Origin.of(URL(own or "")).may_tell(
            Origin.of(URL(other or ""))
        )
    except ValueError:
        return False


def _documents(store: Store, number: int, max_bytes: int) -> Sequence[Incoming]:
    document = store.quarantined_document(number)
    if found := _read_again(document, max_bytes):
        return found
    if document.content:
        return [document]
    error = DocumentError(
        f"{document.origin}: not there any more, and its bytes were not kept",
        remedy=f"bring the file back, or: copydesk quarantine drop {number}",
        code="not_found",
    )
    return [BadDocument(origin=document.origin, origin_id=document.origin_id, error=error)]


def _read_again(document: RawDocument, max_bytes: int) -> Sequence[Incoming]:
    """What the document's file gives now: all of it, or the very record; empty where there is no such file."""
    hints = document.hints
    options = ReadOptions(
        published=hints.published,
        site=hints.site,
        language=hints.language,
        encoding=hints.encoding,
        max_bytes=max_bytes,
    )
    for name in (document.origin_id, document.origin):
        if name and _is_file(name):
            return [*open_documents([name], options=options)]
    container = _container_of(document.origin)
    if container is None:
        return []
    found = open_documents([container], options=options)
    return [again for again in found if again.origin == document.origin]


def _container_of(origin: str) -> str | None:
    """The file that a record or a member of an archive stands in, if it is there.

    >>> _container_of("no-such.zip!a.html") is None
    True
    """
    record = _RECORD.fullmatch(origin)
    places = [record[1]] if record else []
    places += [origin[: found.start()] for found in re.finditer("!", origin)]
    return next((place for place in places if _is_file(place)), None)


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False
