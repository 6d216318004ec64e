"""A web server that misbehaves in every way we know of, on loopback, over raw sockets: a library's would be too polite.

    with HostileServer() as server:
        server.url("/drip")        # a body of one byte every tenth of a second
        server.requests            # what was asked: path, headers, when

Each misbehaviour is a function in the files tests/hostile_*.py, with its path; `ENDPOINTS` has them all. A path that is
not among them is a plain page.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from dataclasses import dataclass, field

from tests.hostile_bodies import zeros
from tests.hostile_connection import ENDPOINTS, PAGE, Asked, Connection, Endpoint
from tests.hostile_heads import reset
from tests.hostile_statuses import REDIRECTS

__all__ = ["ENDPOINTS", "PAGE", "REDIRECTS", "Connection", "HostileServer", "reset", "zeros"]

ROBOTS = b"User-agent: *\nDisallow: /private\n"


@dataclass
class HostileServer:
    """Runs in a thread of its own, on one port of each of `hosts`. `endpoints` come before those of this file."""

    hosts: tuple[str, ...] = ("127.0.0.1",)
    robots: Endpoint | bytes = ROBOTS
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    requests: list[Asked] = field(default_factory=list)
    most_at_once: dict[str, int] = field(default_factory=dict)
    port: int = 0
    _open: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> HostileServer:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def url(self, path: str, *, host: str = "127.0.0.1", credentials: str = "") -> str:
        return f"http://{credentials}{host}:{self.port}{path}"

    @property
    def allowed(self) -> tuple[str, ...]:
        return tuple(f"{host}:{self.port}" for host in self.hosts)

    def asked(self, path: str) -> list[Asked]:
        return [request for request in self.requests if request.path == path]

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        first = await asyncio.start_server(self._handle, self.hosts[0], self.port)
        self.port = first.sockets[0].getsockname()[1]
        servers = [first]
        servers += [await asyncio.start_server(self._handle, h, self.port) for h in self.hosts[1:]]
        ready.set()
        await self._stop.wait()
        for server in servers:
            server.close()
        pending = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        self._open[host] = self._open.get(host, 0) + 1
        self.most_at_once[host] = max(self.most_at_once.get(host, 0), self._open[host])
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1]
            pairs = (line.partition(":") for line in head[1:] if ":" in line)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            asked = Asked(path, headers, time.monotonic(), host)
            before = len([r for r in self.requests if r.path == path and r.host == host])
            self.requests.append(asked)
            await self._endpoint(path)(Connection(asked, before, self.port, writer))
        except (OSError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # the client has had enough, or the test is over
        finally:
            self._open[host] -= 1
            with contextlib.suppress(OSError):
                writer.close()

    def _endpoint(self, path: str) -> Endpoint:
        if path == "/robots.txt":
            robots = self.robots
            return robots if callable(robots) else lambda c: c.answer(body=robots)
        bare = path.partition("?")[0]
        return self.endpoints.get(bare) or ENDPOINTS.get(bare) or Connection.answer
