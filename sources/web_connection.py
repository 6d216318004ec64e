"""One HTTP exchange over a connection whose address has been checked; what can go wrong in it becomes a FetchError.

The address is resolved once, each answer is checked, and the connection goes to one of those answers: a name that means
something else a moment later is of no use to anybody. Robots, pacing, redirects and retries are left to `sources.web`.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from schemas.errors import FetchError
from sources.guard import Guard
from sources.web_faults import Passing, later, retry_later
from sources.web_socket import MeteredSocket, is_over_limit

_CONNECT_S: Final = 10.0
_MAX_LINE: Final = 8_190
_MAX_FIELD: Final = (
    32_768  # the content security policies of some papers are longer than aiohttp's 8,190
)
_MAX_HEADERS: Final = 128
_READ_BUFFER: Final = 65_536
_WIRE_OVERHEAD: Final = 8_388_608  # the longest head we take is four megabytes
_LOOKUPS_AT_ONCE: Final = 16


class CheckedResolver(AbstractResolver):
    """The system's resolver; one bad address in its answer refuses the name."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._threads = ThreadPoolExecutor(_LOOKUPS_AT_ONCE, thread_name_prefix="resolver")
        self.lifted: set[tuple[str, int]] = set()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of `host`; FetchError `guard` if any of them may not be connected to, `dns` if there are none."""
        loop = asyncio.get_running_loop()
        try:
            answers = await loop.run_in_executor(self._threads, _look_up, host, port, family)
        except (OSError, UnicodeError) as error:
            raise _unresolved(host, error) from error
        for answer in answers:
            self._guard.check_answer(host, port, answer["host"])
        if self._guard.allows(host, port):
            self.lifted.update((answer["host"], port) for answer in answers)
        return answers

    async def close(self) -> None:
        """Lets go of the threads; one that still waits for a server ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    infos = socket.getaddrinfo(
        host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
    )
    return [
        ResolveResult(
            hostname=host,
            host=str(address[0]),
            port=port,
            family=found,
            proto=proto,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for found, _, proto, _, address in infos
    ]


def _unresolved(host: str, error: Exception) -> FetchError:
    passing = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
    return FetchError(
        f"the name {host} could not be resolved ({error})",
        remedy="check the address and this machine's network",
        code="dns",
        retry_at=later() if passing else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What is sent: a GET for `url` (no credentials in it), straight or by `proxy`. `shown` is for messages.

    `limit` is the largest body that is wanted; what comes over the wire may be twice that and some more, all told.
    """

    url: URL
    shown: str
    limit: int
    headers: Mapping[str, str] = field(repr=False)
    proxy: URL | None = field(default=None, repr=False)
    proxy_headers: Mapping[str, str] | None = field(default=None, repr=False)


class Connections:
    """The open connections of one run; `guard` has the last word on each new one."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._resolver = CheckedResolver(guard)
        self._wire_limit = 0
        connector = aiohttp.TCPConnector(
            resolver=self._resolver,
            limit=0,  # how many are open at once is decided before the clock of a request runs
            ttl_dns_cache=60,
            socket_factory=self._socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S),
            auto_decompress=False,
            trust_env=False,
            read_bufsize=_READ_BUFFER,
            max_line_size=_MAX_LINE,
            max_field_size=_MAX_FIELD,
            max_headers=_MAX_HEADERS,
        )
        # It would ask a second time by itself, without pause and uncounted, when a kept connection turns out closed.
        self._session._retry_connection = False

    async def close(self) -> None:
        """Closes all connections."""
        await self._session.close()
        await self._resolver.close()

    @asynccontextmanager
    async def exchange(self, asked: Exchange) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer, its body still unread; whatever the network does in it comes out as FetchError or `Passing`."""
        self._wire_limit = max(self._wire_limit, 2 * asked.limit + _WIRE_OVERHEAD)
        try:
            response = await self._session.get(
                asked.url,
                headers=asked.headers,
                allow_redirects=False,
                proxy=asked.proxy,
                proxy_headers=asked.proxy_headers,
            )
            try:
                lost = _watch(response)
                yield response
            except aiohttp.ClientPayloadError as error:
                raise _broken_body(error, asked.shown, lost) from None
            finally:
                # Nothing is drained: what was not read is not wanted, and a whole body has released its connection.
                response.close()
        except (FetchError, Passing):
            raise
        except (aiohttp.ClientError, OSError, ValueError, UnicodeError) as error:
            # Not chained: what aiohttp raises holds the headers that were sent, cookies and passwords among them.
            raise _fault(error, asked.shown) from None

    def _socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        # The last line: nothing that got past the checks above by some way of writing it is ever connected to.
        family, kind, proto, _, address = info
        host, port = str(address[0]), int(address[1])
        if (host, port) not in self._resolver.lifted:
            self._guard.check_answer(host, port, host)
        made = MeteredSocket(family, kind, proto, limit=lambda: self._wire_limit)
        made.setblocking(False)  # noqa: FBT003  the library's own signature
        return made


def _fault(error: Exception, shown: str) -> Exception:
    refused = _nested_fetch_error(error)
    if refused:
        return refused
    if isinstance(error, (ssl.SSLError, ssl.CertificateError, aiohttp.ClientSSLError)):
        return FetchError(
            f"no secure connection to {shown} ({_tls_reason(error)})",
            remedy="the site's certificate has to be put right; an authority of your own is named in SSL_CERT_FILE",
            code="connection",
        )
    if isinstance(error, OSError | aiohttp.ClientConnectionError):
        return _unconnected(error, shown)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return retry_later("connection", f"the proxy does not take us to {shown}")
    return FetchError(
        f"{shown} does not answer in HTTP ({_reason(error)})",
        remedy="check the address and the port",
        code="protocol",
    )


def _unconnected(error: Exception, shown: str) -> Exception:
    if is_over_limit(error):
        return _flood(shown)
    if isinstance(error, TimeoutError):
        return Passing(retry_later("timeout", f"{shown} did not take the connection in time"))
    message = f"the connection to {shown} failed ({_reason(error)})"
    return Passing(retry_later("connection", message))


def _flood(shown: str) -> FetchError:
    return FetchError(
        f"{shown} sends without end what is no content",
        remedy="the server has to be put right",
        code="too_large",
    )


def _nested_fetch_error(error: BaseException) -> FetchError | None:
    # Happy eyeballs and the connector wrap what the resolver and the socket factory raise.
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None or isinstance(seen, FetchError):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def _watch(response: aiohttp.ClientResponse) -> asyncio.Future[None] | None:
    """The future that is done when the connection is gone, None where the whole answer is here already.

    When chunks are malformed, aiohttp (3.14) closes the connection and leaves the reader of the body waiting for ever.
    """
    connection, content = response.connection, response.content
    protocol = None if connection is None else connection.protocol
    lost = (
        None if protocol is None else protocol.closed
    )  # a protocol is false while its queue is empty

    def wake(gone: asyncio.Future[None]) -> None:
        if not gone.cancelled():
            gone.exception()
        if not content.is_eof() and content.exception() is None:
            content.set_exception(aiohttp.ClientPayloadError("malformed"))

    if lost is not None:
        lost.add_done_callback(wake)
    return lost


def _broken_body(
    error: aiohttp.ClientPayloadError, shown: str, lost: asyncio.Future[None] | None
) -> Exception:
    gone = lost.exception() if lost and lost.done() and not lost.cancelled() else None
    if is_over_limit(gone):
        return _flood(shown)
    if gone:
        return Passing(
            retry_later("connection", f"the connection to {shown} was reset in the middle")
        )
    cause = str(error.__cause__ or error)
    if "Not enough data" not in cause and "not completed" not in cause:
        return FetchError(
            f"the chunks of the answer of {shown} are malformed",
            remedy="the server has to be put right",
            code="protocol",
        )
    return retry_later("truncated", f"the answer of {shown} breaks off before its end")


def _reason(error: Exception) -> str:
    # Never the error's own text: it may quote a header of the answer, or the proxy's address with its password.
    text = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else None
    return text or type(error).__name__


def _tls_reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        error = error.certificate_error
    # The error number of a TLS error is none of the system's.
    return getattr(error, "verify_message", "") or type(error).__name__
