"""Turns at a host: in order, apart, and given back whatever happens."""

from __future__ import annotations

import asyncio
import time

import pytest

from schemas.errors import FetchError
from sources.pacing import Turns
from sources.web_deadline import Deadline


def test_turns_at_one_host_come_in_order_and_apart() -> None:
    async def run() -> list[tuple[int, float]]:
        turns, began = Turns(), []

        async def one(number: int) -> None:
            async with turns.turn("a.org", pause=0.05, crawl_delay=0.0):
                began.append((number, time.monotonic()))

        await asyncio.gather(*(one(n) for n in range(4)))
        return began

    began = asyncio.run(run())
    assert [number for number, _ in began] == [0, 1, 2, 3]
    assert began[-1][1] - began[0][1] >= 0.15


def test_a_turn_that_fails_or_is_cancelled_while_waiting_is_given_back() -> None:
    async def run() -> None:
        turns = Turns()
        with pytest.raises(ValueError, match="broken"):
            async with turns.turn("a.org", pause=0.0):
                raise ValueError("broken")

        async def waits() -> None:
            async with turns.turn("a.org", pause=60.0):
                raise AssertionError("its turn never comes")

        waiting = asyncio.create_task(waits())
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        async with asyncio.timeout(1), turns.turn("a.org", pause=0.0):
            pass

    asyncio.run(run())


def test_a_host_that_rests_keeps_nobody_else_waiting() -> None:
    async def run() -> tuple[list[str], float]:
        turns, order, began = Turns(), list[str](), time.monotonic()
        turns.rest("a.org", 0.1)

        async def ask(host: str) -> None:
            async with turns.turn(host, pause=0.0):
                order.append(host)

        await asyncio.gather(ask("a.org"), ask("b.org"))
        return order, time.monotonic() - began

    order, took = asyncio.run(run())
    assert order == ["b.org", "a.org"]
    assert took >= 0.1


def test_robots_does_not_count_as_a_page_of_a_slow_site() -> None:
    async def run() -> None:
        turns = Turns()
        async with turns.turn("a.org", pause=0.0):
            pass
        async with turns.turn("a.org", pause=0.0, crawl_delay=3600.0):
            pass
        with pytest.raises(FetchError) as caught:
            async with turns.turn("a.org", pause=0.0, crawl_delay=3600.0):
                pass
        assert caught.value.code == "rate_limited"

    asyncio.run(run())


def test_hosts_asked_long_ago_are_forgotten_when_there_are_too_many() -> None:
    async def run() -> int:
        turns = Turns()
        for number in range(2_500):
            async with turns.turn(f"{number}.org", pause=0.0):
                pass
            for place in turns._hosts.values():
                place.last_start -= 7200
        return len(turns._hosts)

    assert asyncio.run(run()) <= 2_000


def test_a_deadline_stands_still_while_it_is_paused_and_runs_on_after() -> None:
    async def run() -> float:
        began = time.monotonic()

        async def late() -> None:
            async with Deadline(0.1) as deadline:
                async with deadline.paused():
                    await asyncio.sleep(0.2)
                await asyncio.sleep(60)

        with pytest.raises(TimeoutError):
            await late()
        return time.monotonic() - began

    assert asyncio.run(run()) > 0.28
