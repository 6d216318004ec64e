"""Cleaning and tagging on several processes, results in the order the batches came."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
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
    if workers is None and engines.pool is not None and engines.pool.is_started:
        workers = max(1, (os.cpu_count() or 1) // 2)
    elif workers is None:
        head = list(islice(source, POOL_FROM_BATCHES))
        cores = os.cpu_count() or 1
        workers = 0 if len(head) < POOL_FROM_BATCHES or cores < 2 else max(1, cores // 2)
    elif workers < 2:
        workers = 0
    if workers:
        with kept_workers(engines) as pool:
            yield from _pooled(chain(head, source), engines, pool, workers)
        return
    for batch in chain(head, source):
        yield prepare(batch, engines)


class WorkerPool:
    """Processes that clean and tag, started at their first use."""

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self._executor: ProcessPoolExecutor | None = None
        self._size = 0

    @property
    def is_started(self) -> bool:
        """Whether it has processes."""
        return self._executor is not None

    def executor(self, workers: int) -> ProcessPoolExecutor:
        """The executor, made anew where another number of processes is wanted, or one has died."""
        found = self._executor
        if found is None or self._size != workers or found._broken:
            self.end()
            context = get_context("spawn")
            found = ProcessPoolExecutor(
                workers, mp_context=context, initializer=_start, initargs=(self._options,)
            )
            self._executor, self._size = found, workers
        return found

    def end(self) -> None:
        """End the workers in the middle of their batches, of which nothing would be kept: Ctrl-C took 9 s to answer."""
        executor, self._executor = self._executor, None
        if executor is not None:
            for worker in list((executor._processes or {}).values()):
                worker.terminate()
            executor.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Let the workers end, which have nothing more to do."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown()


@contextmanager
def kept_workers(engines: Engines) -> Iterator[WorkerPool]:
    """While the block runs, workers that were started stay: a run of many parts loads their models once.

    Starting one for every 64 documents cost a fifth of the CPU that cleaning and tagging them did.
    """
    if engines.pool is not None:
        yield engines.pool
        return
    pool = engines.pool = WorkerPool(engines.options)
    try:
        yield pool
        pool.close()
    finally:
        engines.pool = None
        pool.end()


def _pooled(
    batches: Iterable[list[RawDocument]], engines: Engines, pool: WorkerPool, workers: int
) -> Iterator[list[Prepared]]:
    executor = pool.executor(workers)
    waiting: deque[_Job] = deque()
    try:
        for batch in batches:
            waiting.append(_Job(executor, batch))
            if len(waiting) > workers + _AHEAD:
                yield _next(waiting, engines)
        while waiting:
            yield _next(waiting, engines)
    except BaseException:
        pool.end()
        raise


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
