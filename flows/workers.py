"""Cleaning and tagging on several processes, results in the order the batches came."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import chain, islice
from multiprocessing import get_context, parent_process

from flows.engines import EngineOptions, Engines
from flows.prepare import Prepared, prepare
from schemas.document import RawDocument

POOL_FROM_BATCHES = 3
"""A worker costs a second or two of loading; below this many batches one process is done before that pays."""
_AHEAD = 5
"""Batches that wait beside those the workers hold. The pool takes one more than it has workers off their queue."""

_engines: list[Engines] = []


def prepared_batches(
    batches: Iterable[list[RawDocument]], engines: Engines, *, workers: int | None
) -> Iterator[list[Prepared]]:
    """`prepare` over batches. 1 worker is this process; None: one for two cores, where there is enough to do for it.

    The other core's worth is this process, which embeds what the workers have prepared. A worker that dies (killed,
    out of memory) leaves its batch to this process.
    """
    source = iter(batches)
    head: list[list[RawDocument]] = []
    if workers is None:
        head = list(islice(source, POOL_FROM_BATCHES))
        cores = os.cpu_count() or 1
        workers = 0 if len(head) < POOL_FROM_BATCHES or cores < 2 else max(1, cores // 2)
    elif workers < 2:
        workers = 0
    if workers:
        yield from _pooled(chain(head, source), engines, workers)
        return
    for batch in chain(head, source):
        yield prepare(batch, engines)


def _pooled(
    batches: Iterable[list[RawDocument]], engines: Engines, workers: int
) -> Iterator[list[Prepared]]:
    pool = ProcessPoolExecutor(
        workers,
        mp_context=get_context("spawn"),
        initializer=_start,
        initargs=(engines.options,),
    )
    waiting: deque[_Job] = deque()
    try:
        for batch in batches:
            waiting.append(_Job(pool, batch))
            if len(waiting) > workers + _AHEAD:
                yield _next(waiting, engines)
        while waiting:
            yield _next(waiting, engines)
        pool.shutdown()
    except BaseException:
        _end(pool)
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _end(pool: ProcessPoolExecutor) -> None:
    """End the workers in the middle of their batches, of which nothing would be kept: Ctrl-C took 9 s to answer."""
    for worker in list((pool._processes or {}).values()):
        worker.terminate()


class _Job:
    """A batch and where its result comes from: a worker, or this process."""

    def __init__(self, pool: ProcessPoolExecutor, batch: list[RawDocument]) -> None:
        self.batch = batch
        self._future: Future[list[Prepared]] | None = None
        self._result: list[Prepared] | None = None
        with suppress(BrokenProcessPool):
            self._future = pool.submit(_prepare, batch)

    def is_done(self) -> bool:
        return self._result is not None or (self._future is not None and self._future.done())

    def take_over(self, engines: Engines) -> bool:
        """Prepare the batch here, unless a worker has begun with it."""
        if self.is_done() or (self._future is not None and not self._future.cancel()):
            return False
        self._result = prepare(self.batch, engines)
        return True

    def result(self, engines: Engines) -> list[Prepared]:
        if self._result is not None:
            return self._result
        try:
            return self._future.result() if self._future else prepare(self.batch, engines)
        except BrokenProcessPool:
            return prepare(self.batch, engines)


def _next(waiting: deque[_Job], engines: Engines) -> list[Prepared]:
    """The first batch's result; while it is not there, this process prepares what no worker has begun."""
    first = waiting.popleft()
    while not first.is_done():
        if not any(job.take_over(engines) for job in (first, *waiting)):
            break
    return first.result(engines)


def _start(options: EngineOptions) -> None:
    # Ctrl-C goes to the whole group; the parent decides what is finished and what is not.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _engines.append(Engines(options, convert=False))


def _end_with_parent() -> None:
    """A worker holds both ends of its queue, so that after a kill -9 of its parent it would wait for work for ever."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _prepare(batch: list[RawDocument]) -> list[Prepared]:
    return prepare(batch, _engines[0])
