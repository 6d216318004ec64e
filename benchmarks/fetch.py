"""Pages a second through the guarded fetcher, against plain aiohttp in the same run, over loopback.

    python benchmarks/fetch.py [--pages 2000] [--rounds 3]

The server is a process of its own on sixteen loopback hosts; pages are 40 kB of text, as news pages are, sent as they are.
The pause is off; everything else is as users have it: robots.txt, one request a host at a time, every address checked.
Plain aiohttp asks with sixteen connections, as many as the fetcher may have there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from typing import cast

HOSTS = tuple(f"127.0.0.{n}" for n in range(2, 18))
WORDS = "Oil imports rose again while ships waited at the port and prices went on climbing. "
PAGE = ("<!doctype html><html><body><p>" + WORDS * 500)[:39_980].encode() + b"</body></html>"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
ANSWER = HEAD % len(PAGE) + PAGE
MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def serve(told: Connection) -> None:
    """The server process: the same page for every path, kept-alive connections, no robots.txt."""

    class Answering(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport, self.waiting = cast("asyncio.WriteTransport", transport), b""

        def data_received(self, data: bytes) -> None:
            *requests, self.waiting = (self.waiting + data).split(b"\r\n\r\n")
            for request in requests:
                robots = request.startswith(b"GET /robots.txt")
                self.transport.write(MISSING if robots else ANSWER)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        first = await loop.create_server(Answering, HOSTS[0], 0)
        port = first.sockets[0].getsockname()[1]
        for host in HOSTS[1:]:
            await loop.create_server(Answering, host, port)
        told.send(port)
        await asyncio.Event().wait()

    asyncio.run(run())


async def guarded(urls: list[str], port: int) -> float:
    """Seconds for all pages through the fetcher."""
    from sources.web import Fetcher, FetchOptions

    allowed = tuple(f"{host}:{port}" for host in HOSTS)
    async with Fetcher(FetchOptions(allow_hosts=allowed, pause=0)) as fetcher:

        async def one(url: str) -> None:
            check((await fetcher.fetch(url)).content)

        return await timed(urls, one)


async def plain(urls: list[str], _port: int) -> float:
    """Seconds for all pages with aiohttp alone."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=16)) as session:

        async def one(url: str) -> None:
            async with session.get(url) as response:
                check(await response.read())

        return await timed(urls, one)


def check(content: bytes) -> None:
    """Stops the run if a page is not whole."""
    if len(content) != len(PAGE):
        raise SystemExit(f"{len(content)} bytes came, not {len(PAGE)}")


async def timed(urls: list[str], one: Callable[[str], Awaitable[None]]) -> float:
    """Seconds until every address is read, sixty-four of them wanted at any time."""
    waiting = iter(urls)

    async def worker() -> None:
        for url in waiting:
            await one(url)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(64)))
    return time.perf_counter() - began


def main() -> None:
    """Prints the medians and their ratio as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    port: int = here.recv()
    urls = [f"http://{HOSTS[n % len(HOSTS)]}:{port}/news/{n}" for n in range(wanted.pages)]
    ways = {"copydesk": guarded, "aiohttp": plain}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(wanted.rounds):
        for name, way in ways.items():
            times[name].append(asyncio.run(way(urls, port)))
    server.terminate()
    speeds = {name: wanted.pages / statistics.median(took) for name, took in times.items()}
    ratio = speeds["copydesk"] / speeds["aiohttp"]
    print(
        json.dumps(
            {f"{k}_pages_per_s": round(v) for k, v in speeds.items()} | {"ratio": round(ratio, 3)}
        )
    )


if __name__ == "__main__":
    main()
