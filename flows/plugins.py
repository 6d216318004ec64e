"""What other packages add: fetchers of pages, kinds of sources, enrichers, found by their entry points.

Fetchers and readers are loaded when one is named, enrichers in a process of their own (`flows.enricher_plugins`).

The one place that looks for entry points. What a plug-in may do is said in `schemas.protocols`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, cast, get_args

from schemas.errors import DocumentError, FetchError, UsageError
from schemas.filters import require_one_of
from schemas.web import SourceKind, SourceSpec

if TYPE_CHECKING:
    from schemas.protocols import Enricher, ListingReader, PageFetcher

FETCHERS = "copydesk.fetchers"
SOURCES = "copydesk.sources"
ENRICHERS = "copydesk.enrichers"
BUILT_IN_KINDS: tuple[str, ...] = get_args(SourceKind)

_LONGEST_SAID = 300
_STAGE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_TAKEN_STAGES = (
    "clean",
    "language",
    "entities",
    "figures",
    "quotations",
    "salience",
    "vectors",
    "failed",
)


def check_plugins(spec: SourceSpec) -> None:
    """Raises UsageError, with the nearest known name, for a kind or a fetcher that nobody has installed.

    >>> check_plugins(SourceSpec(name="wire", kind="feed", url="https://example.org/feed"))
    """
    if spec.kind not in BUILT_IN_KINDS:
        require_one_of("kind of source", spec.kind, (*BUILT_IN_KINDS, *installed(SOURCES)))
    if spec.fetcher is not None:
        _require_fetcher(spec.fetcher, installed(FETCHERS))


def _require_fetcher(name: str, known: tuple[str, ...]) -> None:
    if not known:
        raise UsageError(
            f"there is no fetcher {name!r}, for none is installed",
            remedy="install the package that has it, next to copydesk, or leave fetcher out",
        )
    require_one_of("fetcher", name, known)


def installed(group: str) -> tuple[str, ...]:
    """The names in an entry point group, sorted."""
    return tuple(sorted(_points(group)))


def load_fetcher(name: str) -> PageFetcher:
    """The fetcher of that name, not opened yet.

    Raises UsageError for an unknown name, FetchError (`fetcher`) for one that cannot be loaded.
    """
    try:
        points = _points(FETCHERS)
        _require_fetcher(name, tuple(sorted(points)))
        return cast("PageFetcher", _made(points[name], needs=("__aenter__", "__aexit__", "fetch")))
    except FaultyPluginError as error:
        raise fetcher_fault(name, f"cannot be loaded: {error}") from error


def load_reader(kind: str) -> ListingReader:
    """The reader of a kind that is not built in.

    Raises UsageError for an unknown kind, DocumentError (`reader`) for one that cannot be loaded.
    """
    try:
        points = _points(SOURCES)
        require_one_of("kind of source", kind, (*BUILT_IN_KINDS, *sorted(points)))
        return cast("ListingReader", _made(points[kind], needs=("read",)))
    except FaultyPluginError as error:
        raise reader_fault(kind, f"cannot be loaded: {error}") from error


def enricher_names() -> tuple[str, ...]:
    """The stages that installed packages add, sorted; a name that is taken, or could not stand in a command, adds none."""
    return tuple(
        name
        for name in installed(ENRICHERS)
        if _STAGE_NAME.fullmatch(name) and name not in _TAKEN_STAGES
    )


def make_enricher(name: str) -> Enricher[object]:
    """The enricher of that name. Raises FaultyPluginError for one that is not there, or cannot be loaded."""
    point = _points(ENRICHERS).get(name)
    if point is None:
        raise FaultyPluginError("it is not installed")
    made = _made(point, needs=("enrich",))
    return cast("Enricher[object]", made)


def fetcher_fault(name: str, said: str) -> FetchError:
    """The error for a fetcher that did not do as it should."""
    return FetchError(
        f"the fetcher {name!r} {said}"[:_LONGEST_SAID],
        remedy="see its own documentation, and tell those who made it",
        code="fetcher",
    )


def reader_fault(kind: str, said: str) -> DocumentError:
    """The error for a reader that did not do as it should."""
    return DocumentError(
        f"the reader of {kind!r} {said}"[:_LONGEST_SAID],
        remedy="tell those who made it, with the address of the source",
        code="reader",
    )


def said_of(error: BaseException) -> str:
    """An exception of somebody else's code, in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(": ")[:_LONGEST_SAID]


class FaultyPluginError(Exception):
    """A plug-in is there and of no use; the text says why."""


def _points(group: str) -> dict[str, EntryPoint]:
    """By name; of two packages with one name the first on the path, as Python imports it."""
    return {point.name: point for point in reversed(list(entry_points(group=group)))}


def _made(point: EntryPoint, *, needs: tuple[str, ...]) -> object:
    """What the factory behind a name gives, with the methods it `needs`."""
    made = _called(point)
    missing = [need for need in needs if not callable(getattr(made, need, None))]
    if missing:
        raise FaultyPluginError(f"{point.value} gives no {' and no '.join(missing)}")
    return made


def _called(point: EntryPoint) -> object:
    try:
        factory = cast("Callable[[], object]", point.load())
        return factory()
    except (Exception, SystemExit) as error:  # a package's import may do anything
        raise FaultyPluginError(f"{point.value} ends with {said_of(error)}") from error
