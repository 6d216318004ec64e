"""Answers that are too slow, too large or packed in ways nobody can unpack."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from functools import cache

from tests.hostile_connection import (
    ENDPOINTS,
    MEGABYTE,
    PAGE,
    Connection,
    Endpoint,
    answers,
    at,
    sends,
)


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


sends("/drip", then=b"a", every_s=0.1, Content_Length="1000")
sends("/drip-chunked", then=b"1\r\na\r\n", every_s=0.1, Transfer_Encoding="chunked")


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

sends("/endless-chunks", then=b"10000\r\n" + b"a" * 65_536 + b"\r\n", Transfer_Encoding="chunked")
sends("/endless", then=b"a" * 65_536)
sends("/huge-number-of-bytes", Content_Length="9" * 5000)


@at("/ten-gibibytes")
async def ten_gibibytes(c: Connection) -> None:
    await c.head(Content_Length=str(10 * 1024**3))
    await c.send(b"a" * 1000)
    await asyncio.sleep(60)


@at("/thirty-megabytes")
async def thirty_megabytes(c: Connection) -> None:
    await c.answer(body=PAGE + b" " * (30 * MEGABYTE))


def _bomb(coding: str, outside: str = "") -> Endpoint:
    """Zeros in `coding`, once more packed by gzip where something is to be outside; packed when first asked for."""
    stated = f"{coding}, {outside}" if outside else coding
    return lambda c: c.answer(
        body=gzip.compress(zeros(coding)) if outside else zeros(coding), Content_Encoding=stated
    )


for _coding in ("gzip", "deflate", "br", "zstd"):
    ENDPOINTS[f"/bomb-{_coding}"] = _bomb(_coding)
ENDPOINTS["/bomb-twice"] = _bomb("gzip", outside="gzip")
ENDPOINTS["/bomb-mixed"] = _bomb("zstd", outside="gzip")


@at("/bomb-chunked-without-end")
async def bomb_without_end(c: Connection) -> None:
    await c.head(Transfer_Encoding="chunked", Content_Encoding="gzip")
    packer = zlib.compressobj(wbits=31)
    while True:
        piece = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_SYNC_FLUSH)
        await c.send(b"%x\r\n%b\r\n" % (len(piece), piece))


# Content-Encoding

_PACKED = gzip.compress(PAGE)
answers("/gzip-lie", Content_Encoding="gzip")
answers("/br-lie", Content_Encoding="br")
answers("/zstd-lie", Content_Encoding="zstd")
answers("/unknown-coding", Content_Encoding="rot13")
answers("/gzip-twice", gzip.compress(_PACKED), Content_Encoding="gzip, gzip")
answers(
    "/three-codings", gzip.compress(gzip.compress(_PACKED)), Content_Encoding="gzip, gzip, gzip"
)
answers("/gzip-cut", _PACKED[:-12], Content_Encoding="gzip")
answers("/gzip-bad-checksum", _PACKED[:-8] + bytes(4) + _PACKED[-4:], Content_Encoding="gzip")
answers("/gzip-members", gzip.compress(b"") * 50_000, Content_Encoding="gzip")


@at("/raw-deflate")
async def raw_deflate(c: Connection) -> None:
    packer = zlib.compressobj(wbits=-15)
    await c.answer(body=packer.compress(PAGE) + packer.flush(), Content_Encoding="deflate")
