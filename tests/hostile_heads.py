"""Answers that are no proper HTTP: cut off, reset, contradictory, or something else altogether."""

from __future__ import annotations

import asyncio

from tests.hostile_connection import MEGABYTE, PAGE, Connection, at

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
