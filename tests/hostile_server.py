"""A web server that misbehaves in every way we know of, on loopback, over raw sockets: a library's would be too polite.

    with HostileServer() as server:
        server.url("/drip")        # a body of one byte every tenth of a second
        server.requests            # what was asked: path, headers, when

Each misbehaviour is a function below with its path; `ENDPOINTS` has them all. A path that is not among them is a plain page.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import struct
import threading
import time
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

ROBOTS = b"User-agent: *\nDisallow: /private\n"
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


@cache
def zeros(coding: str) -> bytes:
    """Sixty-four megabytes of nothing, compressed."""
    import brotli  # type: ignore[import-untyped]
    import zstandard

    nothing = bytes(64 * MEGABYTE)
    if coding == "br":
        return bytes(brotli.compress(nothing, quality=5))
    if coding == "zstd":
        return zstandard.compress(nothing)
    return gzip.compress(nothing) if coding == "gzip" else zlib.compress(nothing)


# Slowness


@at("/silent")
async def silent(c: Connection) -> None:
    await asyncio.sleep(60)


@at("/slow-headers")
async def slow_headers(c: Connection) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" * 100:
        await c.send(bytes([byte]))
        await asyncio.sleep(0.1)


@at("/drip")
async def drip(c: Connection) -> None:
    await c.head(Content_Length="1000")
    while True:
        await c.send(b"a")
        await asyncio.sleep(0.1)


@at("/drip-chunked")
async def drip_chunked(c: Connection) -> None:
    await c.head(Transfer_Encoding="chunked")
    while True:
        await c.send(b"1\r\na\r\n")
        await asyncio.sleep(0.1)


@at("/drip-gzip")
async def drip_gzip(c: Connection) -> None:
    await c.head(Content_Encoding="gzip")
    for byte in zeros("gzip"):
        await c.send(bytes([byte]))
        await asyncio.sleep(0.1)


@at("/continue-forever")
async def continue_forever(c: Connection) -> None:
    while True:
        await c.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.01)


@at("/one-more-moment")
async def half_then_silent(c: Connection) -> None:
    await c.head(Content_Length="1000")
    await c.send(b"a" * 500)
    await asyncio.sleep(60)


# Size


@at("/endless-chunks")
async def endless_chunks(c: Connection) -> None:
    await c.head(Transfer_Encoding="chunked")
    while True:
        await c.send(b"10000\r\n" + b"a" * 65_536 + b"\r\n")


@at("/endless")
async def endless(c: Connection) -> None:
    await c.head()
    while True:
        await c.send(b"a" * 65_536)


@at("/ten-gibibytes")
async def ten_gibibytes(c: Connection) -> None:
    await c.head(Content_Length=str(10 * 1024**3))
    await c.send(b"a" * 1000)
    await asyncio.sleep(60)


@at("/thirty-megabytes")
async def thirty_megabytes(c: Connection) -> None:
    await c.answer(body=PAGE + b" " * (30 * MEGABYTE))


@at("/huge-number-of-bytes")
async def huge_number(c: Connection) -> None:
    await c.head(Content_Length="9" * 5000)


def _bomb(coding: str) -> Endpoint:
    return lambda c: c.answer(body=zeros(coding), Content_Encoding=coding)


for _coding in ("gzip", "deflate", "br", "zstd"):
    ENDPOINTS[f"/bomb-{_coding}"] = _bomb(_coding)


@at("/bomb-twice")
async def bomb_twice(c: Connection) -> None:
    await c.answer(body=gzip.compress(zeros("gzip")), Content_Encoding="gzip, gzip")


@at("/bomb-mixed")
async def bomb_mixed(c: Connection) -> None:
    await c.answer(body=gzip.compress(zeros("zstd")), Content_Encoding="zstd, gzip")


@at("/bomb-chunked-without-end")
async def bomb_without_end(c: Connection) -> None:
    await c.head(Transfer_Encoding="chunked", Content_Encoding="gzip")
    packer = zlib.compressobj(wbits=31)
    while True:
        piece = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_SYNC_FLUSH)
        await c.send(b"%x\r\n%b\r\n" % (len(piece), piece))


# Content-Encoding


@at("/gzip-lie")
async def gzip_lie(c: Connection) -> None:
    await c.answer(Content_Encoding="gzip")


@at("/br-lie")
async def br_lie(c: Connection) -> None:
    await c.answer(Content_Encoding="br")


@at("/zstd-lie")
async def zstd_lie(c: Connection) -> None:
    await c.answer(Content_Encoding="zstd")


@at("/unknown-coding")
async def unknown_coding(c: Connection) -> None:
    await c.answer(Content_Encoding="rot13")


@at("/three-codings")
async def three_codings(c: Connection) -> None:
    body = gzip.compress(gzip.compress(gzip.compress(PAGE)))
    await c.answer(body=body, Content_Encoding="gzip, gzip, gzip")


@at("/gzip-cut")
async def gzip_cut(c: Connection) -> None:
    await c.answer(body=gzip.compress(PAGE)[:-12], Content_Encoding="gzip")


@at("/gzip-bad-checksum")
async def gzip_bad_checksum(c: Connection) -> None:
    packed = gzip.compress(PAGE)
    await c.answer(body=packed[:-8] + bytes(4) + packed[-4:], Content_Encoding="gzip")


@at("/gzip-members")
async def gzip_members(c: Connection) -> None:
    await c.answer(body=gzip.compress(b"") * 50_000, Content_Encoding="gzip")


@at("/raw-deflate")
async def raw_deflate(c: Connection) -> None:
    packer = zlib.compressobj(wbits=-15)
    await c.answer(body=packer.compress(PAGE) + packer.flush(), Content_Encoding="deflate")


@at("/gzip-twice")
async def gzip_twice(c: Connection) -> None:
    await c.answer(body=gzip.compress(gzip.compress(PAGE)), Content_Encoding="gzip, gzip")


# Redirects


@at("/loop")
async def loop(c: Connection) -> None:
    await c.redirect("/loop")


@at("/loop-of-two")
async def loop_of_two(c: Connection) -> None:
    await c.redirect("/loop-back")


@at("/loop-back")
async def loop_back(c: Connection) -> None:
    await c.redirect("/loop-of-two")


@at("/chain")
async def chain(c: Connection) -> None:
    step = int(c.asked.path.partition("?")[2] or 0)
    await c.redirect(f"/chain?{step + 1}")


@at("/cookie-wall")
async def cookie_wall(c: Connection) -> None:
    if "seen=yes" in c.asked.headers.get("cookie", ""):
        await c.answer()
    else:
        await c.answer("302 Found", b"", Location="/cookie-wall", Set_Cookie="seen=yes; Path=/")


REDIRECTS = {
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata-named": "http://[fd00:ec2::254]/latest/",
    "file": "file:///etc/passwd",
    "ftp": "ftp://example.org/x",
    "gopher": "gopher://127.0.0.1:70/x",
    "javascript": "javascript:alert(1)",
    "data": "data:text/html,<p>x</p>",
    "decimal": "http://2130706433/",
    "octal": "http://0177.0.0.1/",
    "hexadecimal": "http://0x7f.0.0.1/",
    "short": "http://127.1/",
    "mapped": "http://[::ffff:127.0.0.1]/",
    "nat64": "http://[64:ff9b::a9fe:a9fe]/",
    "6to4": "http://[2002:a9fe:a9fe::]/",
    "localhost": "http://localhost/",
    "private": "//10.0.0.1/",
    "zero": "http://0/",
    "full-width": "http://127.0.0.1/",
    "trailing-dot": "http://127.0.0.1./",
    "disallowed": "/private/page",
    "garbage": "http://[::1",
    "no-host": "http:///x",
    "control": "http://exa\tmple.org\x01/",
}


def _redirect(location: str) -> Endpoint:
    return lambda c: c.redirect(location)


for _name, _location in REDIRECTS.items():
    ENDPOINTS[f"/to-{_name}"] = _redirect(_location)


@at("/to-nowhere")
async def to_nowhere(c: Connection) -> None:
    await c.answer("301 Moved Permanently", b"")


@at("/to-same-port-without-leave")
async def to_other_name(c: Connection) -> None:
    await c.redirect(f"http://127.0.0.9:{c.port}/")


# Statuses


@at("/429-seconds")
async def later_seconds(c: Connection) -> None:
    await (c.answer() if c.before else c.answer("429 Too Many Requests", b"", Retry_After="1"))


@at("/429-date")
async def later_date(c: Connection) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    await (c.answer() if c.before else c.answer("429 Too Many Requests", b"", Retry_After=soon))


def _status(status: str, body: bytes = PAGE, **headers: str) -> Endpoint:
    return lambda c: c.answer(status, body, **headers)


_TOMORROW = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
STATUSES: dict[str, Endpoint] = {
    "/429-day": _status("429 Too Many Requests", Retry_After="86400"),
    "/429-tomorrow": _status("429 Too Many Requests", Retry_After=_TOMORROW),
    "/429-nonsense": _status(
        "429 Too Many Requests", Retry_After="when we like; \udcff".strip("\udcff")
    ),
    "/429-negative": _status("429 Too Many Requests", Retry_After="-5"),
    "/429-eternity": _status("429 Too Many Requests", Retry_After="9" * 300),
    "/429-nothing": _status("429 Too Many Requests"),
    "/429-now": _status("429 Too Many Requests", Retry_After="0"),
    "/500": _status("500 Internal Server Error"),
    "/503": _status("503 Service Unavailable"),
    "/503-day": _status("503 Service Unavailable", Retry_After="86400"),
    "/520": _status("520 Unknown"),
    "/401": _status("401 Unauthorized", WWW_Authenticate="Basic realm=x"),
    "/403": _status("403 Forbidden"),
    "/404": _status("404 Not Found"),
    "/410": _status("410 Gone"),
    "/402": _status("402 Payment Required"),
    "/418": _status("418 I'm a teapot"),
    "/451": _status("451 Unavailable For Legal Reasons"),
    "/304": _status("304 Not Modified", b""),
    "/300": _status("300 Multiple Choices"),
    "/206": _status("206 Partial Content", Content_Range="bytes 0-9/100"),
    "/999": _status("999 Request denied"),
    "/challenge-503": _status("503 Service Unavailable", b"<title>Just a moment...</title>"),
    "/challenge-429": _status("429 Too Many Requests", b"<script src='/_Incapsula_Resource'>"),
    "/challenge-header": _status("405 Method Not Allowed", cf_mitigated="challenge"),
}
ENDPOINTS.update(STATUSES)


@at("/503-recovers")
async def recovers(c: Connection) -> None:
    await (c.answer() if c.before else c.answer("503 Service Unavailable"))


@at("/unchanged")
async def unchanged(c: Connection) -> None:
    if c.asked.headers.get("if-none-match") == '"v1"':
        await c.answer("304 Not Modified", b"", ETag='"v1"')
    else:
        await c.answer(ETag='"v1"', Last_Modified="Tue, 05 Mar 2024 12:00:00 GMT")


# Broken answers


@at("/short-body")
async def short_body(c: Connection) -> None:
    await c.head(Content_Length=str(len(PAGE) + 100))
    await c.send(PAGE)


@at("/cut-chunk")
async def cut_chunk(c: Connection) -> None:
    await c.head(Transfer_Encoding="chunked")
    await c.send(b"%x\r\n%b" % (len(PAGE) + 100, PAGE))


@at("/no-last-chunk")
async def no_last_chunk(c: Connection) -> None:
    await c.head(Transfer_Encoding="chunked")
    await c.send(b"%x\r\n%b\r\n" % (len(PAGE), PAGE))


@at("/bad-chunk-size")
async def bad_chunk_size(c: Connection) -> None:
    await c.head(Transfer_Encoding="chunked")
    await asyncio.sleep(0.05)
    await c.send(b"zz\r\n" + PAGE)


@at("/huge-chunk-size")
async def huge_chunk_size(c: Connection) -> None:
    await c.head(Transfer_Encoding="chunked")
    await asyncio.sleep(0.05)
    await c.send(b"f" * 100 + b"\r\n" + PAGE)


@at("/endless-chunk-size")
async def endless_chunk_size(c: Connection) -> None:
    await c.head(Transfer_Encoding="chunked")
    while True:
        await c.send(b"0" * 65_536)


@at("/endless-chunk-extension")
async def endless_chunk_extension(c: Connection) -> None:
    await c.head(Transfer_Encoding="chunked")
    await c.send(b"5;")
    while True:
        await c.send(b"a" * 65_536)


@at("/endless-trailers")
async def endless_trailers(c: Connection) -> None:
    await c.head(Transfer_Encoding="chunked")
    await c.send(b"5\r\nabcde\r\n0\r\n")
    while True:
        await c.send(b"X-More: aaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 1000)


@at("/continue-flood")
async def continue_flood(c: Connection) -> None:
    while True:
        hints = b"HTTP/1.1 103 Early Hints\r\nLink: </" + b"a" * 4000 + b".css>\r\n\r\n"
        await c.send(hints * 20)


@at("/reset")
async def reset(c: Connection) -> None:
    c.reset()


@at("/reset-in-the-middle")
async def reset_in_the_middle(c: Connection) -> None:
    await c.head(Content_Length="100000")
    await c.send(b"a" * 500)
    await asyncio.sleep(0.05)
    c.reset()


@at("/reset-once")
async def reset_once(c: Connection) -> None:
    if c.before:
        await c.answer()
    else:
        c.reset()


@at("/hang-up")
async def hang_up(c: Connection) -> None:
    c.writer.close()


@at("/half-a-head")
async def half_a_head(c: Connection) -> None:
    await c.send(b"HTTP/1.1 200 OK\r\nContent-Ty")


@at("/ssh")
async def ssh(c: Connection) -> None:
    await c.send(b"SSH-2.0-OpenSSH_9.6\r\n")


@at("/noise")
async def noise(c: Connection) -> None:
    await c.send(bytes(range(256)) * 40)


@at("/huge-header")
async def huge_header(c: Connection) -> None:
    await c.head(X_Big="a" * 4 * MEGABYTE, Content_Length="0")


@at("/many-headers")
async def many_headers(c: Connection) -> None:
    await c.head(**{f"X_{n}": "a" for n in range(20_000)}, Content_Length="0")


@at("/endless-headers")
async def endless_headers(c: Connection) -> None:
    await c.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await c.send(b"X-More: aaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 100)


@at("/endless-status")
async def endless_status(c: Connection) -> None:
    await c.send(b"HTTP/1.1 200 ")
    while True:
        await c.send(b"O" * 65_536)


@at("/two-lengths")
async def two_lengths(c: Connection) -> None:
    await c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\n" + PAGE)


@at("/negative-length")
async def negative_length(c: Connection) -> None:
    await c.head(Content_Length="-5")
    await c.send(PAGE)


@at("/no-length-at-all")
async def word_for_length(c: Connection) -> None:
    await c.head(Content_Length="many")
    await c.send(PAGE)


@at("/length-and-chunks")
async def length_and_chunks(c: Connection) -> None:
    await c.head(Content_Length="5", Transfer_Encoding="chunked")
    await c.send(b"3\r\nabc\r\n0\r\n\r\n")


@at("/nul-in-header")
async def nul_in_header(c: Connection) -> None:
    await c.head(X_Nul="a\0b", Content_Length="0")


@at("/upgrade")
async def upgrade(c: Connection) -> None:
    await c.head("101 Switching Protocols", Upgrade="websocket", Connection="upgrade")
    await asyncio.sleep(60)


@at("/nul-bytes")
async def nul_bytes(c: Connection) -> None:
    await c.answer(body=b"<p>a\0b</p>")


@at("/empty")
async def empty(c: Connection) -> None:
    await c.answer(body=b"", Content_Encoding="gzip")


@at("/odd-media-type")
async def odd_media_type(c: Connection) -> None:
    await c.answer(Content_Type="; ;;=charset=\"'; x" + "y" * 500)


@at("/bare")
async def bare(c: Connection) -> None:
    await c.send(b"HTTP/1.0 200\r\n\r\n" + PAGE)
