"""Answers that are too slow, too large or packed in ways nobody can unpack."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from functools import cache

from tests.hostile_connection import ENDPOINTS, MEGABYTE, PAGE, Connection, Endpoint, at


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
