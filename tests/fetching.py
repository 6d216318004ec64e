"""Runs a fetcher against the hostile server, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from schemas.errors import FetchError
from schemas.web import SourceSpec
from sources.web import Fetcher, FetchOptions
from tests.hostile_server import HostileServer

T = TypeVar("T")


def run(
    server: HostileServer,
    use: Callable[[Fetcher], Coroutine[Any, Any, T]],
    *,
    environment: dict[str, str] | None = None,
    **changed: object,
) -> T:
    """What `use` gives with an open fetcher that may ask the server, without pauses unless said otherwise."""
    given = {"allow_hosts": server.allowed, "pause": 0.0, "timeout": 3.0} | changed
    options = FetchOptions(**given)  # type: ignore[arg-type]

    async def opened() -> T:
        async with Fetcher(options, environment=environment) as fetcher:
            return await use(fetcher)

    return asyncio.run(opened())


def failure(
    server: HostileServer, path: str, *, source: SourceSpec | None = None, **more: Any
) -> FetchError:
    with pytest.raises(FetchError) as caught:
        run(server, lambda f: f.fetch(server.url(path), source=source), **more)
    return caught.value
