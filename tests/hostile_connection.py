"""One request to the hostile server being answered, and the list of the ways to answer it badly."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

PAGE = b"<!doctype html><html><body><p>Ships wait at the port.</p></body></html>"
MEGABYTE = 1_048_576


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    at: float
    host: str


@dataclass(slots=True)
class Connection:
    """One request being answered: how often this path was asked before, and the ways to answer it."""

    asked: Asked
    before: int
    port: int
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()
        await asyncio.sleep(0)  # drain alone lets nobody else in while the kernel takes all

    async def answer(self, status: str = "200 OK", body: bytes = PAGE, **headers: str) -> None:
        await self.head(status, **{"Content_Length": str(len(body)), **headers})
        await self.send(body)

    async def head(self, status: str = "200 OK", **headers: str) -> None:
        fields = {"Content_Type": "text/html; charset=utf-8", "Connection": "close", **headers}
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
        await self.send("\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("utf-8"))

    async def redirect(self, location: str, status: str = "302 Found") -> None:
        await self.answer(status, b"", Location=location)

    def reset(self) -> None:
        """Closes with RST instead of FIN."""
        made: socket.socket = self.writer.get_extra_info("socket")
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Endpoint = Callable[[Connection], Awaitable[None]]
ENDPOINTS: dict[str, Endpoint] = {}


def at(path: str) -> Callable[[Endpoint], Endpoint]:
    def register(endpoint: Endpoint) -> Endpoint:
        ENDPOINTS[path] = endpoint
        return endpoint

    return register


def sends(
    path: str,
    *pieces: bytes,
    then: bytes = b"",
    every_s: float = 0,
    first_s: float = 0,
    **headers: str,
) -> None:
    """An endpoint that sends a head, the pieces, and then one more again and again, `every_s` seconds apart."""

    async def endpoint(c: Connection) -> None:
        await c.head(**headers)
        await asyncio.sleep(first_s)
        for piece in pieces:
            await c.send(piece)
        while then:
            await c.send(then)
            await asyncio.sleep(every_s)

    ENDPOINTS[path] = endpoint


def answers(path: str, body: bytes = PAGE, **headers: str) -> None:
    """An endpoint that answers with the body under the headers, whatever they say of it."""
    ENDPOINTS[path] = lambda c: c.answer(body=body, **headers)
