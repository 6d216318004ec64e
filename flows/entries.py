"""A story that a listing names, against what is known of its address."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlsplit

from flows.events import Arrived
from schemas.addresses import masked_address, shown_address, without_credentials
from schemas.document import HTML, Hints, RawDocument
from schemas.errors import FetchError
from schemas.web import Entry, Fetched, SourceKind, SourceSpec, Validators
from sources.feeds import entry_page, is_whole
from storage.fetches import FetchState


def noted_state(source: SourceSpec, url: str, fetched: Fetched) -> FetchState:
    """What is to be noted of an address that answered."""
    return FetchState(
        url=url,
        source=source.name,
        validators=fetched.validators,
        status=fetched.status,
        error=None,
        raw_sha256=None,
        fetched_at=fetched.fetched_at,
        next_try=None,
    )


def arrived_whole(source: SourceSpec, entry: Entry) -> Arrived:
    """The story that a feed carries whole, as a document."""
    origin = entry.url or f"{masked_address(source.url or source.name)}#{entry.entry_id}"
    document = RawDocument(
        content=entry_page(entry),
        media_type=HTML,
        origin=origin,
        origin_id=None if entry.url else origin,
        url=entry.url,
        fetched_at=datetime.now(UTC),
        hints=Hints(encoding="utf-8", language=source.language or entry.language),
    )
    state = FetchState(
        url=origin,
        source=source.name,
        validators=Validators(),
        status=None,  # the story itself was never asked for
        error=None,
        raw_sha256=None,
        fetched_at=document.fetched_at,
    )
    return Arrived(source=source, document=document, state=state if entry.url else None)


def is_rewritten(entry: Entry, state: FetchState | None) -> bool:
    """Whether a feed now carries other words for a story that was taken from a feed whole, with or without a date."""
    if state is None or state.raw_sha256 is None or state.status is not None or state.error:
        return False
    return is_whole(entry) and sha256(entry_page(entry)).hexdigest() != state.raw_sha256


def refuse_put_off(url: str, state: FetchState | None) -> None:
    """Raise FetchError for an address that is not to be asked yet."""
    if state and state.next_try and state.next_try > datetime.now(UTC):
        raise FetchError(
            f"{shown_address(url)} is not asked again before {state.next_try:%Y-%m-%d %H:%M} UTC ({state.error})",
            remedy="wait until then, or fetch the address itself by name",
            code="put_off",
            retry_at=state.next_try,
            put_off=True,
        )


def is_newer(entry: Entry, state: FetchState | None) -> bool:
    """Whether the listing says that the story was changed since it was fetched."""
    updated = instant(entry.updated)
    return updated is not None and state is not None and updated > state.fetched_at


def instant(text: str | None) -> datetime | None:
    """A date of a listing, aware; None for what is none."""
    if text is None:
        return None
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def as_source(address: str) -> SourceSpec:
    """An address given on the spot: a site's front page, or whatever it shows itself to be when it is fetched.

    >>> as_source("https://example.org/").kind, as_source("https://example.org/news/7").kind
    ('site', 'page')
    """
    parts = urlsplit(address)
    kind: SourceKind = "page" if parts.path.strip("/") or parts.query else "site"
    return SourceSpec(name=without_credentials(address), kind=kind, url=address)
