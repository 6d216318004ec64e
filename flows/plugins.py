"""What other packages add: fetchers of pages and kinds of sources, found by their entry points, loaded when one is named.

The one place that looks for entry points. What a plug-in may do is said in `schemas.protocols`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import cast, get_args

from schemas.errors import DocumentError, FetchError
from schemas.filters import require_one_of
from schemas.protocols import ListingReader, PageFetcher
from schemas.web import SourceKind, SourceSpec

FETCHERS = "copydesk.fetchers"
SOURCES = "copydesk.sources"
BUILT_IN_KINDS: tuple[str, ...] = get_args(SourceKind)

_LONGEST_SAID = 300


def check_plugins(spec: SourceSpec) -> None:
    """Raises UsageError, with the nearest known name, for a kind or a fetcher that nobody has installed.

    >>> check_plugins(SourceSpec(name="wire", kind="feed", url="https://example.org/feed"))
    """
    if spec.kind not in BUILT_IN_KINDS:
        require_one_of("kind of source", spec.kind, (*BUILT_IN_KINDS, *installed(SOURCES)))
    if spec.fetcher is not None:
        known = installed(FETCHERS)
        require_one_of("fetcher", spec.fetcher, known or ("none is installed",))


def installed(group: str) -> tuple[str, ...]:
    """The names in an entry point group, sorted."""
    return tuple(sorted({point.name for point in entry_points(group=group)}))


def load_fetcher(name: str) -> PageFetcher:
    """The fetcher of that name, not opened yet.

    Raises UsageError for an unknown name, FetchError (`fetcher`) for one that cannot be loaded.
    """
    try:
        return cast("PageFetcher", _made(FETCHERS, "fetcher", name, needs=_OF_A_FETCHER))
    except _FaultyPluginError as error:
        raise fetcher_fault(name, f"cannot be loaded: {error}") from error


def load_reader(kind: str) -> ListingReader:
    """The reader of a kind that is not built in.

    Raises UsageError for an unknown kind, DocumentError (`reader`) for one that cannot be loaded.
    """
    try:
        return cast("ListingReader", _made(SOURCES, "kind of source", kind, needs=("read",)))
    except _FaultyPluginError as error:
        raise reader_fault(kind, f"cannot be loaded: {error}") from error


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


_OF_A_FETCHER = ("__aenter__", "__aexit__", "fetch")


class _FaultyPluginError(Exception):
    """A plug-in is there and of no use; the text says why."""


def _made(group: str, what: str, name: str, *, needs: tuple[str, ...]) -> object:
    """What the factory behind a name gives, with the methods it `needs`."""
    points = {point.name: point for point in reversed(list(entry_points(group=group)))}
    known = tuple(sorted(points))
    if group == SOURCES:
        known = (*BUILT_IN_KINDS, *known)
    require_one_of(what, name, known or ("none is installed",))
    made = _called(points[name])
    missing = [need for need in needs if not callable(getattr(made, need, None))]
    if missing:
        raise _FaultyPluginError(f"{points[name].value} gives no {' and no '.join(missing)}")
    return made


def _called(point: EntryPoint) -> object:
    try:
        factory = cast("Callable[[], object]", point.load())
        return factory()
    except (Exception, SystemExit) as error:  # a package's import may do anything
        raise _FaultyPluginError(f"{point.value} ends with {said_of(error)}") from error
