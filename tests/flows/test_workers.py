"""Processes that clean and tag: started once for a run of many parts, replaced when one dies, gone at the end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from flows.engines import EngineOptions, Engines
from flows.prepare import Prepared, Refused
from flows.worker_process import Terms
from flows.workers import kept_workers, prepared_batches
from schemas.document import RawDocument
from schemas.errors import ModelUnavailableError
from schemas.stored import PreparedArticle

Story = Callable[[int], RawDocument]
MakeText = Callable[..., RawDocument]


def titles(found: list[Prepared]) -> list[str | None]:
    return [made.article.title for made in found if isinstance(made, PreparedArticle)]


def until(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.1)
    return is_so()


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
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
            parts.append(sorted(pool.pids))
        first = parts[0]
        assert parts == [first, first]
        os.kill(first[0], signal.SIGKILL)
        assert until(lambda: first[0] not in pool.pids)
        found = [*prepared_batches(batches, engines, workers=2)]
        assert [title for batch in found for title in titles(batch)] == expected
        last = sorted(pool.pids)
        assert first != last
    assert not pool.is_started
    assert engines.pool is None
    assert all(is_gone(pid) for pid in last)


@pytest.mark.slow
def test_a_worker_that_dies_in_the_middle_of_a_run_loses_no_batch(story: Story) -> None:
    engines = Engines()
    with kept_workers(engines) as pool:
        coming = prepared_batches([[story(n)] for n in range(40)], engines, workers=2)
        found = [next(coming)]
        os.kill(sorted(pool.pids)[0], signal.SIGKILL)
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


PATCH = """
import os, time
from enrichers.cleaning import clean as module

real = module.clean

def clean(document):
    if b"HANGS" in document.content:
        time.sleep(600)
    if b"KILLS" in document.content:
        os.kill(os.getpid(), 11)
    return real(document)

module.clean = clean
"""


@pytest.fixture
def odd_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers (and no other process) whose cleaner sleeps or crashes where a document says so."""
    (tmp_path / "sitecustomize.py").write_text(PATCH)
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])
    monkeypatch.setenv("PYTHONPATH", path)
    quick = partial(Terms, may_take_s=3.0, start_may_take_s=60.0)
    monkeypatch.setattr("flows.workers.Terms", lambda options, **_: quick(options=options))


def outcomes(found: list[list[Prepared]]) -> list[str | None]:
    return [
        made.problem.code if isinstance(made, Refused) else made.article.title
        for batch in found
        for made in batch
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("odd_worker")
def test_what_hangs_or_kills_its_worker_is_refused_alone(story: Story, text: MakeText) -> None:
    batches = [[story(n) for n in range(first, first + 4)] for first in range(0, 20, 4)]
    for place, word in ((3, "HANGS"), (6, "KILLS")):
        batches[place // 4][place % 4] = text(f"{place}.txt", f"A page\n\nThis one {word} here.")
    expected: list[str | None] = [f"Port fee number {n} rises" for n in range(20)]
    expected[3] = "too_slow"
    expected[6] = "killed_worker"
    assert outcomes([*prepared_batches(batches, Engines(), workers=2)]) == expected


@pytest.mark.slow
@pytest.mark.usefixtures("odd_worker")
def test_what_is_larger_than_articles_are_is_cleaned_by_a_worker_in_a_small_run_too(
    story: Story, text: MakeText
) -> None:
    large = text("large.txt", "KILLS\n\n" + "A line of a long book.\n" * 50_000)
    engines = Engines()
    found = [*prepared_batches([[story(1), large, story(2)]], engines, workers=None)]
    assert outcomes(found) == [
        "Port fee number 1 rises",
        "killed_worker",
        "Port fee number 2 rises",
    ]
    assert engines.pool is None


def test_where_no_worker_can_be_started_this_process_does_the_work(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/no/such/python")
    found = [*prepared_batches([[story(1)], [story(2)]], Engines(), workers=2)]
    assert outcomes(found) == ["Port fee number 1 rises", "Port fee number 2 rises"]


def test_what_a_worker_raises_of_no_document_is_raised_here(story: Story) -> None:
    engines = Engines(EngineOptions(taggers={"en": "no-such-pipeline"}))
    with pytest.raises(ModelUnavailableError, match="no-such-pipeline"):
        [*prepared_batches([[story(1)], [story(2)]], engines, workers=2)]
    assert engines.pool is None
