"""The sources of the settings file and of the database together: where each comes from, and which of two counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from copydesk.settings import Settings, source_specs
from copydesk.source_places import default_name
from schemas.addresses import address_key, masked_address, without_credentials
from schemas.errors import UsageError
from schemas.web import SourceSpec

COLUMNS = (
    "name", "kind", "url", "path", "language", "pause", "headers", "cookies_env", "proxy", "user_agent", "fetcher",
    "enabled", "from", "overridden",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSource:
    """A source and the file it stands in. `overridden`: the settings file has one of that name, and that one counts."""

    spec: SourceSpec
    origin: str
    overridden: bool = False


def list_sources(settings: Settings, kept: Iterable[SourceSpec]) -> list[ListedSource]:
    """The settings' sources, then those `kept` in the database, each in its order."""
    file = settings.origins.get("source", "settings")
    written = source_specs(settings)
    names = {spec.name for spec in written}
    return [
        *(ListedSource(spec=spec, origin=file) for spec in written),
        *(
            ListedSource(spec=spec, origin=settings.db, overridden=spec.name in names)
            for spec in kept
        ),
    ]


def record_of_source(listed: ListedSource) -> dict[str, object]:
    """A source as it may be shown: of headers their names, of addresses no user and no password."""
    spec = listed.spec
    return {
        "name": without_credentials(spec.name),
        "kind": spec.kind,
        "url": masked_address(spec.url) if spec.url else None,
        "path": spec.path,
        "language": spec.language,
        "pause": spec.pause,
        "headers": [name for name, _ in spec.headers],
        "cookies_env": spec.cookies_env,
        "proxy": without_credentials(spec.proxy) if spec.proxy else None,
        "user_agent": spec.user_agent,
        "fetcher": spec.fetcher,
        "enabled": spec.enabled,
        "from": listed.origin,
        "overridden": listed.overridden,
    }


def place_key(spec: SourceSpec) -> tuple[str, str | None]:
    """What two sources share that are one and the same: the kind, and the address in any of its spellings, or the path."""
    return spec.kind, (address_key(spec.url) or spec.url) if spec.url else spec.path


def unknown_source(name: str, known: Sequence[str]) -> UsageError:
    """The error for a name that no source has, with the nearest that one has."""
    near = get_close_matches(name, known, n=1)
    return UsageError(
        f"there is no source {without_credentials(name)!r}",
        remedy=f"did you mean {near[0]}?" if near else "see: copydesk sources list",
        code="source_missing",
    )


def with_free_name(
    spec: SourceSpec, listed: Sequence[ListedSource], *, is_named: bool
) -> SourceSpec:
    """The source under a name that is free. Raises UsageError where the place itself is there already."""
    for there in listed:
        if place_key(there.spec) == place_key(spec):
            raise UsageError(
                f"that {spec.kind} is there already, as {there.spec.name!r} in {there.origin}",
                remedy="see: copydesk sources list",
                code="source_exists",
            )
    taken = any(there.spec.name == spec.name for there in listed)
    if not taken or is_named:
        return spec  # a name that was asked for is kept or refused, never changed
    if spec.url:
        return replace(spec, name=default_name(spec.url, longer=True))
    return replace(spec, name=str(spec.path)[-200:])
