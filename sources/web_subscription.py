"""What a reader with a subscription sends: headers, cookies, proxy and name of one source, for its own host alone.

The values are secrets. They are read from the environment or a file when they are needed and stand in no message.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from schemas.errors import FetchError
from schemas.web import HEADER_NAME
from sources.guard import Guard

if TYPE_CHECKING:
    from yarl import URL

    from schemas.web import SourceSpec

# These say how the message is sent, or to whom; who could set them could speak to another server than the guard checked.
_OURS: Final = frozenset(
    [
        *("host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade"),
        *("expect", "keep-alive", "accept-encoding", "user-agent", "content-encoding"),
    ]
)
_LONGEST_FILE: Final = 65_536
_COOKIES_A_SITE: Final = 50
_LONGEST_COOKIE: Final = 4_096


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose secret it is: scheme, host and port of an address."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: URL) -> Origin:
        """The origin of an address."""
        return cls(url.scheme, (url.raw_host or "").rstrip("."), url.port or 0)

    def may_tell(self, other: Origin) -> bool:
        """Whether `other` is the same host: the same origin, or its https where this is plain http."""
        upgraded = (self.scheme, self.port, other.scheme, other.port) == ("http", 80, "https", 443)
        return self == other or (upgraded and self.host == other.host)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """The secrets of one source, read and checked; `origin` is the only place they go to."""

    origin: Origin | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: str | None = field(default=None, repr=False)
    user_agent: str | None = None
    proxy: URL | None = field(default=None, repr=False)

    def holds_for(self, url: URL) -> bool:
        """Whether `url` is on the source's own host."""
        return self.origin is not None and self.origin.may_tell(Origin.of(url))


def subscription(source: SourceSpec, environment: Mapping[str, str], guard: Guard) -> Subscription:
    """What `source` sends to its own host; FetchError `settings` where a value is missing or cannot be sent.

    A value "env:NAME" stands for a variable of the environment, "file:PATH" for what a file holds.
    """
    if not source.url:
        return Subscription()
    reader = SecretReader(f"source {source.name}", environment)
    cookies = (
        reader.read("cookies_env", f"env:{source.cookies_env}") if source.cookies_env else None
    )
    proxy = reader.read("proxy", source.proxy) if source.proxy else None
    agent = reader.read("user_agent", source.user_agent) if source.user_agent else None
    return Subscription(
        origin=Origin.of(guard.check(source.url)),
        headers={reader.name(name): reader.read(name, value) for name, value in source.headers},
        cookies=cookies,
        user_agent=agent,
        proxy=guard.check(proxy) if proxy else None,
    )


class SecretReader:
    """Reads what may stand in the environment or a file; `owner` is who wants it, as in "source wires", for messages.

    Raises FetchError `settings`, which never shows a value.
    """

    def __init__(self, owner: str, environment: Mapping[str, str]) -> None:
        self._owner = owner
        self._environment = environment

    def name(self, name: str) -> str:
        """The name of a header, if it may be set."""
        if not HEADER_NAME.fullmatch(name):
            raise self._wrong(f"{name!r} is no name of a header", "correct it")
        if name.lower() in _OURS or name.lower().startswith("proxy-"):
            raise self._wrong(
                f"the header {name} cannot be set", "leave it out, or set user_agent or proxy"
            )
        return name

    def read(self, key: str, value: str) -> str:
        """The value itself, or what "env:NAME" or "file:PATH" stands for."""
        kind, _, name = value.partition(":")
        if kind == "env":
            value = self._from_environment(key, name)
        elif kind == "file":
            value = self._from_file(key, name)
        value = value.strip()
        if not value or not value.isprintable():
            raise self._wrong(
                f"the value of {key} is empty or has control characters in it", "correct it"
            )
        return value

    def _from_environment(self, key: str, name: str) -> str:
        if name not in self._environment:
            raise self._wrong(
                f"{key} stands in the environment as {name}, which is not set", "set it"
            )
        return self._environment[name]

    def _from_file(self, key: str, name: str) -> str:
        try:
            with Path(name).expanduser().open("rb") as file:
                return file.read(_LONGEST_FILE).decode("utf-8")
        except (OSError, ValueError, RuntimeError) as error:
            reason = f"{key} stands in {name}, which cannot be read ({type(error).__name__})"
            raise self._wrong(reason, "give a file of one line of UTF-8") from error

    def _wrong(self, reason: str, remedy: str) -> FetchError:
        return FetchError(f"{self._owner}: {reason}", remedy=remedy, code="settings")


def basic_auth(url: URL) -> str | None:
    """The Authorization header for the credentials in an address, None where it has none."""
    if url.user is None and url.password is None:
        return None
    pair = f"{url.user or ''}:{url.password or ''}".encode("utf-8", "replace")
    return f"Basic {b64encode(pair).decode('ascii')}"


class CookieJar:
    """The cookies of one request and its redirects: each goes back to the origin that set it and nowhere else.

    Domain and path are not looked at. A cookie for a whole domain would cross hosts, and some sites redirect to themselves
    until the cookie they have just set comes back.
    """

    def __init__(self) -> None:
        self._cookies: dict[Origin, dict[str, str]] = {}

    def take(self, url: URL, set_cookies: list[str]) -> None:
        """Keeps what the headers say; what is too long or too much is dropped."""
        jar = self._cookies.setdefault(Origin.of(url), {})
        for header in set_cookies[:_COOKIES_A_SITE]:
            pair, _, attributes = header.partition(";")
            name, mark, value = (part.strip() for part in pair.partition("="))
            if not mark or not HEADER_NAME.fullmatch(name) or len(pair) > _LONGEST_COOKIE:
                continue
            if re.search(r"max-age\s*=\s*(?:0|-\d+)\s*(?:;|$)", attributes, re.IGNORECASE):
                jar.pop(name, None)
            elif value.isprintable() and (name in jar or len(jar) < _COOKIES_A_SITE):
                jar[name] = value

    def header(self, url: URL) -> str:
        """The cookies for an address, "" where there are none."""
        jar = self._cookies.get(Origin.of(url), {})
        return "; ".join(f"{name}={value}" for name, value in jar.items())
