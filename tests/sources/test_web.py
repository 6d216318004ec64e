"""Every misbehaviour of the hostile server ends in the error that names it, in time and within memory."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import pytest

from schemas.errors import FetchError
from sources.web import Fetcher, FetchOptions
from tests.hostile_server import ENDPOINTS, REDIRECTS, HostileServer

LIMIT = 2_000_000
TIMEOUT = 4.0
WHOLE = "whole"
ENDS: dict[str, str] = {
    **dict.fromkeys(
        ["/silent", "/slow-headers", "/drip", "/drip-chunked", "/drip-gzip", "/continue-forever"],
        "timeout",
    ),
    "/one-more-moment": "timeout",
    **dict.fromkeys(["/endless-chunk-size", "/continue-flood"], "too_large"),
    "/endless-chunk-extension": "too_large",
    "/endless-trailers": "protocol",
    **dict.fromkeys(
        ["/endless-chunks", "/endless", "/ten-gibibytes", "/thirty-megabytes", "/bomb-gzip"],
        "too_large",
    ),
    **dict.fromkeys(
        ["/bomb-deflate", "/bomb-br", "/bomb-zstd", "/bomb-twice", "/bomb-mixed"], "too_large"
    ),
    "/bomb-chunked-without-end": "too_large",
    **dict.fromkeys(
        ["/gzip-lie", "/br-lie", "/zstd-lie", "/unknown-coding", "/three-codings"], "bad_encoding"
    ),
    "/gzip-bad-checksum": "bad_encoding",
    "/gzip-members": "bad_encoding",
    "/gzip-cut": "truncated",
    "/raw-deflate": WHOLE,
    "/gzip-twice": WHOLE,
    **dict.fromkeys(["/loop", "/loop-of-two", "/loop-back", "/chain"], "redirects"),
    "/cookie-wall": WHOLE,
    **{f"/to-{name}": "guard" for name in REDIRECTS},
    "/to-disallowed": "robots",
    **dict.fromkeys(["/to-garbage", "/to-no-host", "/to-control"], "bad_url"),
    "/to-nowhere": "protocol",
    "/to-same-port-without-leave": "guard",
    "/429-seconds": WHOLE,
    "/429-date": WHOLE,
    **dict.fromkeys(
        ["/429-day", "/429-tomorrow", "/429-nonsense", "/429-negative", "/429-eternity"],
        "rate_limited",
    ),
    "/429-nothing": "rate_limited",
    "/429-now": "rate_limited",
    **dict.fromkeys(["/500", "/503", "/503-day", "/520"], "unavailable"),
    "/503-recovers": WHOLE,
    **dict.fromkeys(["/401", "/403", "/challenge-503", "/challenge-429"], "blocked"),
    "/challenge-header": "blocked",
    "/404": "not_found",
    "/410": "gone",
    **dict.fromkeys(["/402", "/418", "/451", "/304", "/300"], "http_status"),
    "/999": "unavailable",
    "/206": "truncated",
    "/unchanged": WHOLE,
    **dict.fromkeys(["/short-body", "/cut-chunk", "/no-last-chunk"], "truncated"),
    **dict.fromkeys(["/bad-chunk-size", "/huge-chunk-size"], "protocol"),
    **dict.fromkeys(["/reset", "/reset-in-the-middle", "/hang-up", "/half-a-head"], "connection"),
    "/reset-once": WHOLE,
    **dict.fromkeys(["/ssh", "/noise", "/huge-header", "/many-headers"], "protocol"),
    **dict.fromkeys(["/endless-headers", "/endless-status", "/two-lengths"], "protocol"),
    **dict.fromkeys(["/negative-length", "/no-length-at-all", "/length-and-chunks"], "protocol"),
    **dict.fromkeys(["/nul-in-header", "/upgrade", "/huge-number-of-bytes"], "protocol"),
    **dict.fromkeys(["/nul-bytes", "/empty", "/odd-media-type", "/bare"], WHOLE),
}
PASSES = {"timeout", "rate_limited", "unavailable", "truncated", "connection"}
HOSTS = tuple(f"127.0.0.{n}" for n in range(11, 27))


@dataclass(frozen=True)
class End:
    """How one endpoint ended: the status or the error, and after how long."""

    took_s: float
    status: int | None = None
    error: FetchError | None = None


@pytest.fixture(scope="module")
def ends() -> dict[str, End]:
    """All endpoints, sixteen hosts at once; any error but ours fails the lot."""
    with HostileServer(hosts=HOSTS) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sources.web_request._FIRST_BACKOFF", 0.05)
        return asyncio.run(fetch_all(server))


async def fetch_all(server: HostileServer) -> dict[str, End]:
    found: dict[str, End] = {}
    given = FetchOptions(allow_hosts=server.allowed, pause=0, timeout=TIMEOUT, max_bytes=LIMIT)

    async def work_through(host: str, paths: list[str]) -> None:
        for path in paths:
            began = time.monotonic()
            try:
                answer = await fetcher.fetch(server.url(path, host=host))
                found[path] = End(time.monotonic() - began, status=answer.status)
            except FetchError as error:
                found[path] = End(time.monotonic() - began, error=error)

    async with Fetcher(given) as fetcher:
        paths = sorted(ENDPOINTS)
        await asyncio.gather(
            *(work_through(h, paths[n :: len(HOSTS)]) for n, h in enumerate(HOSTS))
        )
    return found


def test_every_endpoint_of_the_server_has_its_end_written_down() -> None:
    assert set(ENDS) == set(ENDPOINTS)
    assert len(ENDS) >= 40


@pytest.mark.parametrize("path", sorted(ENDS))
def test_each_misbehaviour_ends_as_it_should_and_in_time(ends: dict[str, End], path: str) -> None:
    end = ends[path]
    assert end.took_s < TIMEOUT + 3.0
    if ENDS[path] == WHOLE:
        assert end.status == 200, str(end.error)
        return
    assert end.error, f"status {end.status}"
    assert end.error.code == ENDS[path], str(end.error)
    assert end.error.message
    assert (end.error.retry_at is not None) == (end.error.code in PASSES)
