"""The options of the verbs that ask the web, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from copydesk.cli.options import named
from copydesk.settings import Settings, seconds
from copydesk.settings_checks import is_host_with_port
from schemas.errors import UsageError

if TYPE_CHECKING:
    from sources.web import FetchOptions

_SIZES = {"k": 1_000, "m": 1_000_000, "g": 1_000_000_000}

AllowHost = Annotated[
    list[str] | None,
    named(
        "--allow-host",
        "HOST:PORT",
        "An address inside your own network that may be asked; can be repeated.",
    ),
]
Pause = Annotated[
    str | None,
    named("--pause", "TIME", "Between two requests to one host (default 1s; 0 is none)."),
]
Timeout = Annotated[
    str | None, named("--timeout", "TIME", "The longest one answer may take (default 30s).")
]
MaxBytes = Annotated[
    str | None, named("--max-bytes", "SIZE", "The largest file or page taken (default 20M).")
]


def web_options(
    settings: Settings,
    allow_host: list[str] | None,
    pause: str | None,
    timeout: str | None,
    max_bytes: str | None,
) -> FetchOptions:
    """How the web is asked: the settings, and what was said on the spot. Raises UsageError for what cannot be meant."""
    from sources.web import FetchOptions

    fetch = settings.fetch
    return FetchOptions(
        contact=fetch.contact,
        allow_hosts=(*fetch.allow_hosts, *_checked_hosts(allow_host or [])),
        pause=_duration("--pause", pause if pause is not None else fetch.pause),
        timeout=_duration("--timeout", timeout if timeout is not None else fetch.timeout),
        max_bytes=size_limit(settings, max_bytes),
    )


def size_limit(settings: Settings, text: str | None) -> int:
    """The largest file or page taken, in bytes. Raises UsageError for what is no size."""
    if text is None:
        return settings.fetch.max_bytes
    number, unit = text.strip().lower().removesuffix("b"), 1
    if number[-1:] in _SIZES:
        number, unit = number[:-1], _SIZES[number[-1]]
    try:
        size = int(float(number) * unit)
    except (ValueError, OverflowError):
        size = 0
    if size < 1:
        raise UsageError(
            f"--max-bytes {text!r} is no size", remedy="write a number of bytes, 500k or 20M"
        )
    return size


def _duration(flag: str, value: float | str) -> float:
    found = seconds(value)
    if found is None:
        raise UsageError(
            f"{flag} {value!r} is no time", remedy='write seconds, or a time such as "30s" or "2m"'
        )
    return found


def _checked_hosts(hosts: list[str]) -> list[str]:
    for host in hosts:
        if not is_host_with_port(host):
            raise UsageError(
                f"--allow-host {host!r} is no host with a port", remedy="write it as 10.0.0.7:8080"
            )
    return hosts
