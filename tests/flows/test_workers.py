"""Processes that clean and tag: started once for a run of many parts, replaced when one dies, gone at the end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from flows.engines import Engines
from flows.prepare import Prepared
from flows.workers import WorkerPool, kept_workers, prepared_batches
from schemas.document import RawDocument
from schemas.stored import PreparedArticle

Story = Callable[[int], RawDocument]


def pids(pool: WorkerPool) -> list[int]:
    return sorted(pool.executor(2)._processes or {})


def titles(found: list[Prepared]) -> list[str | None]:
    return [made.article.title for made in found if isinstance(made, PreparedArticle)]


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_workers_stay_from_one_part_of_a_run_to_the_next_and_are_replaced_when_they_die(
    story: Story,
) -> None:
    engines = Engines()
    batches = [[story(n), story(n + 1)] for n in range(0, 16, 2)]
    expected = [f"Port fee number {n} rises" for n in range(16)]
    with kept_workers(engines) as pool, kept_workers(engines) as same:
        assert same is pool
        parts = []
        for _ in range(2):
            found = [*prepared_batches(batches, engines, workers=2)]
            assert [title for batch in found for title in titles(batch)] == expected
            parts.append(pids(pool))
        first = parts[0]
        assert parts == [first, first]
        os.kill(first[0], signal.SIGKILL)
        assert gone(first[0])
        found = [*prepared_batches(batches, engines, workers=2)]
        assert [title for batch in found for title in titles(batch)] == expected
        last = pids(pool)
        assert first != last
    assert not pool.is_started
    assert engines.pool is None
    assert all(gone(pid) for pid in last)


@pytest.mark.slow
def test_a_worker_that_dies_in_the_middle_of_a_run_loses_no_batch(story: Story) -> None:
    engines = Engines()
    with kept_workers(engines) as pool:
        coming = prepared_batches([[story(n)] for n in range(40)], engines, workers=2)
        found = [next(coming)]
        os.kill(pids(pool)[0], signal.SIGKILL)
        found += coming
    assert [title for batch in found for title in titles(batch)] == [
        f"Port fee number {n} rises" for n in range(40)
    ]


def test_a_run_that_needs_no_workers_starts_none(story: Story) -> None:
    engines = Engines()
    with kept_workers(engines) as pool:
        (found,) = prepared_batches([[story(1)]], engines, workers=None)
        assert titles(found) == ["Port fee number 1 rises"]
        assert not pool.is_started
