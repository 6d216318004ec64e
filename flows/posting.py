"""One message to a web address of the user's own choosing: posted as JSON, in bounded time, and why it did not arrive.

Private addresses are allowed, since the settings name them; redirects are not followed. Whatever is said of a failure names
neither the address nor a header: both may be secrets.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

from schemas.addresses import canonical_address
from schemas.errors import FetchError
from sources.web_subscription import SecretReader

if TYPE_CHECKING:
    from aiohttp import ClientSession

# What a receiver says of one message, not of itself (RFC 9110 section 15.5): the next message may be taken.
_OF_THE_MESSAGE: Final = frozenset([400, 406, 409, 411, 412, 413, 414, 415, 422, 431])
_OURS: Final = frozenset(["content-type", "copydesk-delivery"])
_LONGEST_ADVICE_S: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to post, with what headers; both were read from where the secrets stand."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a message did not arrive. `of_message`: this one alone was refused. `wait_s`: what the receiver asked for."""

    said: str
    of_message: bool = False
    wait_s: float | None = None


def address_of(
    owner: str, url: str, headers: tuple[tuple[str, str], ...], environment: Mapping[str, str]
) -> Address:
    """The address and headers in full. Raises FetchError `settings` for what is missing or cannot be sent."""
    reader = SecretReader(owner, environment)
    address = reader.read("url", url)
    if canonical_address(address) is None:
        raise FetchError(
            f"{owner}: its url is no address", remedy="begin it with https://", code="settings"
        )
    named = {reader.name(name): reader.read(name, value) for name, value in headers}
    return Address(url=address, headers=named)


@asynccontextmanager
async def posting(timeout_s: float) -> AsyncIterator[ClientSession]:
    """A session for `post`; a request takes no longer than `timeout_s`, however slowly the answer drips."""
    from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

    async with ClientSession(
        timeout=ClientTimeout(total=timeout_s),
        cookie_jar=DummyCookieJar(),
        connector=TCPConnector(limit=16, limit_per_host=8),
        headers={"User-Agent": f"copydesk/{_version()}"},
    ) as session:
        yield session


async def post(
    session: ClientSession, address: Address, body: str, *, delivery_id: str
) -> Refusal | None:
    """None where the message was taken (2xx), else why not; never raises for what a server or a network does."""
    from aiohttp import ClientError

    headers = {
        **{name: text for name, text in address.headers.items() if name.lower() not in _OURS},
        "Content-Type": "application/json; charset=utf-8",
        "Copydesk-Delivery": delivery_id,
    }
    try:
        async with session.post(
            address.url, data=body.encode(), headers=headers, allow_redirects=False
        ) as answer:
            return _refusal(answer.status, answer.headers.get("Retry-After"))
    except TimeoutError:
        return Refusal(said="no answer in time")
    except (ClientError, OSError, ValueError) as error:
        return Refusal(said=_said(error))


def _refusal(status: int, advice: str | None) -> Refusal | None:
    if 200 <= status < 300:
        return None
    moved = ": it is elsewhere now, and redirects are not followed" if 300 <= status < 400 else ""
    return Refusal(
        said=f"HTTP {status}{moved}",
        of_message=status in _OF_THE_MESSAGE,
        wait_s=_wait(advice) if status in (429, 503) else None,
    )


def _wait(advice: str | None) -> float | None:
    """The seconds that Retry-After asks for (RFC 9110 section 10.2.3), a day at most; None where it says nothing."""
    if not advice:
        return None
    text = advice.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST_ADVICE_S)
    try:
        until = parsedate_to_datetime(text)
        seconds = (until.astimezone(UTC) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), _LONGEST_ADVICE_S)


def _said(error: Exception) -> str:
    """What went wrong, without the address that aiohttp puts into its messages."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and isinstance(cause.errno, int) and cause.errno > 0:
            return f"no connection ({os.strerror(cause.errno)})"
        cause = cause.__cause__
    return f"no connection ({type(error).__name__})"


def _version() -> str:
    try:
        return version("copydesk")
    except PackageNotFoundError:
        return "0"
