"""Answers that are no proper HTTP: cut off, reset, contradictory, or something else altogether."""

from __future__ import annotations

import asyncio

from tests.hostile_connection import MEGABYTE, PAGE, Connection, answers, at, sends

# Broken answers

_LONGER = b"%x\r\n" % (len(PAGE) + 100)
sends("/short-body", PAGE, Content_Length=str(len(PAGE) + 100))
sends("/negative-length", PAGE, Content_Length="-5")
sends("/no-length-at-all", PAGE, Content_Length="many")
sends("/huge-header", X_Big="a" * 4 * MEGABYTE, Content_Length="0")
sends("/many-headers", **{f"X_{n}": "a" for n in range(20_000)}, Content_Length="0")  # type: ignore[arg-type]
sends("/nul-in-header", X_Nul="a\0b", Content_Length="0")
answers("/nul-bytes", b"<p>a\0b</p>")
answers("/empty", b"", Content_Encoding="gzip")
answers("/odd-media-type", Content_Type="; ;;=charset=\"'; x" + "y" * 500)
for _path, _chunks, _more in (
    ("/cut-chunk", _LONGER + PAGE, b""),
    ("/no-last-chunk", b"%x\r\n%b\r\n" % (len(PAGE), PAGE), b""),
    ("/bad-chunk-size", b"zz\r\n" + PAGE, b""),
    ("/huge-chunk-size", b"f" * 100 + b"\r\n" + PAGE, b""),
    ("/endless-chunk-size", b"", b"0" * 65_536),
    ("/endless-chunk-extension", b"5;", b"a" * 65_536),
    (
        "/endless-trailers",
        b"5\r\nabcde\r\n0\r\n",
        b"X-More: aaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 1000,
    ),
):
    # The head goes first by itself, or the client meets the bad size together with it.
    sends(_path, _chunks, then=_more, first_s=0.05, Transfer_Encoding="chunked")
sends(
    "/length-and-chunks",
    b"3\r\nabc\r\n0\r\n\r\n",
    Content_Length="5",
    Transfer_Encoding="chunked",
)


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


@at("/upgrade")
async def upgrade(c: Connection) -> None:
    await c.head("101 Switching Protocols", Upgrade="websocket", Connection="upgrade")
    await asyncio.sleep(60)


@at("/bare")
async def bare(c: Connection) -> None:
    await c.send(b"HTTP/1.0 200\r\n\r\n" + PAGE)
