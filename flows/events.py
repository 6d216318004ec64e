"""What the asking side of a fetch tells the storing side, and what it was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.document import RawDocument
from schemas.errors import CopydeskError
from schemas.web import Entry, SourceSpec
from sources.reading import BadDocument
from storage.fetches import FetchState


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherOptions:
    """What of the sources is wanted: entries dated from `since` on and before `before`, at most `limit` a source.

    With `names_only` stories are named, not fetched; listings are.
    """

    since: datetime | None = None
    before: datetime | None = None
    limit: int | None = None
    names_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A story that a listing names, where no more was asked for; `is_new` where a run would fetch it."""

    source: SourceSpec
    entry: Entry
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A document, and what is to be noted of its address once it is stored."""

    source: SourceSpec
    document: RawDocument | BadDocument
    state: FetchState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An address that gave nothing, and why."""

    source: SourceSpec
    origin: str
    error: CopydeskError
    state: FetchState | None = None
    whole_source: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """An address whose article is stored and was not, or need not be, sent again."""

    source: SourceSpec
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A source that was gone through; `states` may be noted if nothing of it was put off.

    `kind` is what an address given on the spot showed itself to be, `listings` the feeds, sitemaps and lists that were read.
    """

    source: SourceSpec
    states: tuple[FetchState, ...] = ()
    is_cut: bool = False
    kind: str | None = None
    listings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """All before this place of a source has been handed on; `cursor` is how to go on from there."""

    source: SourceSpec
    cursor: object


Event = Arrived | Failed | Named | Reached | Unchanged | Finished
