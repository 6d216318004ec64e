"""Content codings: whatever is packed comes out whole, whatever is broken is named, and no bomb gets far."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import FetchError
from sources.web_body import Body
from tests.hostile_server import HostileServer, zeros

ROOT = Path(__file__).parents[2]
LIMIT = 1_000_000


def deflate_bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def brotli(data: bytes) -> bytes:
    import brotli as library  # type: ignore[import-untyped]

    return bytes(library.compress(data, quality=3))


def zstd(data: bytes) -> bytes:
    import zstandard

    return zstandard.compress(data)


PACKERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("X-GZIP", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", deflate_bare),
    ("br", brotli),
    ("zstd", zstd),
    ("identity", bytes),
]
packers = st.lists(st.sampled_from(PACKERS), max_size=2)
contents = st.binary(max_size=300) | st.binary(min_size=1, max_size=20).map(
    lambda piece: piece * 5000
)


def unpack(coding: str | None, data: bytes, *, step: int = 1000, limit: int = LIMIT) -> bytes:
    body = Body(coding, limit=limit, url="http://a.org/")
    for start in range(0, len(data), step):
        body.feed(data[start : start + step])
    return body.finish()


@given(contents, packers, st.integers(1, 500))
def test_what_was_packed_comes_out_however_it_arrives(
    content: bytes, stack: list[tuple[str, Callable[[bytes], bytes]]], step: int
) -> None:
    data = content
    for _, pack in stack:
        data = pack(data)
    assert unpack(", ".join(name for name, _ in stack), data, step=step) == content


@given(
    st.binary(max_size=200),
    st.sampled_from(PACKERS[:-1]),
    st.binary(max_size=40),
    st.integers(0, 60),
)
def test_broken_bytes_raise_our_error_or_nothing(
    content: bytes, packer: tuple[str, Callable[[bytes], bytes]], noise: bytes, place: int
) -> None:
    name, pack = packer
    packed = pack(content)
    for broken in (noise, packed[:place] + noise + packed[place:], noise + packed):
        try:
            unpack(name, broken, step=7)
        except FetchError as error:
            assert error.code in {"bad_encoding", "truncated"}  # noqa: PT017  not raising is right too


@given(st.binary(min_size=1, max_size=2000), st.sampled_from(PACKERS[:-1]), st.data())
def test_a_cut_stream_is_never_taken_for_a_whole_one(
    content: bytes, packer: tuple[str, Callable[[bytes], bytes]], data: st.DataObject
) -> None:
    name, pack = packer
    packed = pack(content)
    cut = packed[: data.draw(st.integers(1, len(packed) - 1))]
    with pytest.raises(FetchError) as caught:
        unpack(name, cut, step=data.draw(st.integers(1, 100)))
    assert caught.value.code in {"truncated", "bad_encoding"}


@pytest.mark.parametrize("step", [1, 2, 3, 50, 1000])
def test_members_and_frames_one_after_the_other_are_one_content(step: int) -> None:
    assert (
        unpack("gzip", gzip.compress(b"a" * 99) + gzip.compress(b"b" * 99), step=step)
        == b"a" * 99 + b"b" * 99
    )
    assert unpack("zstd", zstd(b"a" * 99) + zstd(b"b" * 99), step=step) == b"a" * 99 + b"b" * 99


@pytest.mark.parametrize("padding", [b"\0\0", b"\r\n", b"\x1f", b"trailing"])
def test_padding_behind_a_gzip_stream_means_nothing(padding: bytes) -> None:
    assert unpack("gzip", gzip.compress(b"news") + padding, step=1) == b"news"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize("step", [100, 10_000_000])
def test_a_bomb_is_refused_before_it_fills_the_memory(coding: str, step: int) -> None:
    bomb = zeros(coding)
    tracemalloc.start()
    with pytest.raises(FetchError) as caught:
        unpack(coding, bomb, step=step)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.code == "too_large"
    assert peak < 12_000_000


def test_a_body_that_may_be_cut_is_cut() -> None:
    body = Body("gzip", limit=1000, url="http://a.org/", cut=True)
    body.feed(zeros("gzip"))
    assert body.full
    assert body.finish() == bytes(1000)


def test_an_empty_body_is_empty_in_every_coding() -> None:
    assert all(unpack(name, b"") == b"" for name, _ in PACKERS)


MEASURED = """
import asyncio, json, pathlib, sys
from sources.web import Fetcher, FetchOptions
from schemas.errors import FetchError

def kilobytes(key):
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key))

async def main(hosts, port, paths):
    allowed = tuple(f"{host}:{port}" for host in hosts)
    codes = []
    async with Fetcher(FetchOptions(allow_hosts=allowed, pause=0, timeout=20)) as fetcher:
        await fetcher.fetch(f"http://{hosts[0]}:{port}/gzip-twice")
        idle = kilobytes("VmRSS")

        async def one(host, path):
            try:
                await fetcher.fetch(f"http://{host}:{port}{path}")
            except FetchError as error:
                codes.append(error.code)

        await asyncio.gather(*(one(host, path) for host, path in zip(hosts, paths * 10)))
    print(json.dumps({"grown_kb": kilobytes("VmHWM") - idle, "codes": codes}))

asyncio.run(main(*json.loads(sys.argv[1])))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the kernel's own figures")
def test_twenty_hostile_servers_at_once_stay_within_memory() -> None:
    hosts = [f"127.0.0.{n}" for n in range(31, 51)]
    paths = ["/endless", "/endless-chunks", "/bomb-gzip", "/bomb-zstd", "/bomb-br", "/huge-header"]
    with HostileServer(hosts=tuple(hosts)) as server:
        command = [sys.executable, "-c", MEASURED, json.dumps([hosts, server.port, paths])]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
        )
    found = json.loads(done.stdout)
    assert sorted(set(found["codes"])) == ["protocol", "too_large"]
    assert len(found["codes"]) == len(hosts)
    assert found["grown_kb"] < 200_000
