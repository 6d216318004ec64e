"""Which values of the right type cannot be meant: durations, sizes, hosts, sources that contradict themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from copydesk.settings import (
    Duration,
    FetchSettings,
    NotifySettings,
    Settings,
    seconds,
    source_specs,
)
from copydesk.settings_faults import origin_of, wrong
from schemas.addresses import canonical_address
from schemas.errors import SettingsError, UsageError


def check_values(settings: Settings) -> None:
    """Raise SettingsError for a value that has the right type and cannot be meant."""
    durations: dict[str, Duration | None] = {
        "fetch.pause": settings.fetch.pause,
        "fetch.timeout": settings.fetch.timeout,
        **{f"source.{n}.pause": place.pause for n, place in enumerate(settings.source)},
    }
    for key, value in durations.items():
        if value is not None and seconds(value) is None:
            why = 'it has to be seconds or a duration such as "15m"'
            raise wrong(key, f"= {value!r} is wrong", settings.origins, why=why)
    for key, said, why in (*_fetch_faults(settings.fetch), *_link_faults(settings.notify)):
        raise wrong(key, f"= {said} is wrong", settings.origins, why=why)
    if settings.source:
        _check_sources(settings)
    if settings.schedule:
        from copydesk.schedules import check_schedules

        check_schedules(settings)
    from copydesk.webhooks import check_webhooks

    check_webhooks(settings)


def _fetch_faults(fetch: FetchSettings) -> Iterator[tuple[str, str, str]]:
    if fetch.max_bytes < 1:
        yield "fetch.max_bytes", str(fetch.max_bytes), "it lets nothing in"
    for host in fetch.allow_hosts:
        if not is_host_with_port(host):
            yield "fetch.allow_hosts", repr(host), 'it has to be host:port, as in "10.0.0.7:8080"'
    if fetch.contact is not None and not (fetch.contact.isprintable() and fetch.contact.strip()):
        why = "it has to be one line: an address or a page where you can be reached"
        yield "fetch.contact", repr(fetch.contact), why


def _link_faults(notify: NotifySettings) -> Iterator[tuple[str, str, str]]:
    link = notify.link
    if link is not None and (canonical_address(link) is None or re.search(r"[\s()<>]", link)):
        yield "notify.link", repr(link), "it has to be an address, as in https://desk.example.org"


def is_host_with_port(text: str) -> bool:
    """Whether a text is a host and a port, as an allow list has them.

    >>> is_host_with_port("10.0.0.7:8080"), is_host_with_port("[::1]:80"), is_host_with_port("example.org")
    (True, True, False)
    """
    try:
        parts = urlsplit(f"http://{text}")
        fits = parts.netloc == text and "@" not in text and bool(parts.port)
    except ValueError:
        return False
    return fits and canonical_address(f"http://{text}/") is not None


def _check_sources(settings: Settings) -> None:
    from flows.plugins import check_plugins
    from storage.sources import check_source

    seen: dict[str, int] = {}
    for n, spec in enumerate(source_specs(settings)):
        key = f"source.{n}"
        try:
            check_plugins(spec)
            check_source(spec)
        except UsageError as error:
            raise SettingsError(
                f"{origin_of(key, settings.origins)}: {key}: {error.message}", remedy=error.remedy
            ) from error
        if spec.name in seen:
            why = f"source.{seen[spec.name]} has that name; each has to have its own"
            raise wrong(f"{key}.name", f"= {spec.name!r} is wrong", settings.origins, why=why)
        seen[spec.name] = n
