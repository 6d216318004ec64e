"""Cleaning and tagging on several processes, results in the order the batches came."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import get_context, parent_process

from flows.engines import EngineOptions, Engines
from flows.prepare import Prepared, prepare
from schemas.document import RawDocument

POOL_FROM_BATCHES = 3
"""A worker costs a second or two of loading; below this many batches one process is done before that pays."""
_AHEAD = 5
"""Batches that wait beside those the workers hold."""

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
            executor.shutdown(cancel_futures=True)

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
    line = _Line(pool.executor(workers), workers)
    waiting: deque[_Job] = deque()
    try:
        for batch in batches:
            waiting.append(line.add(batch))
            if len(waiting) > workers + _AHEAD:
                yield _result(waiting.popleft(), line, engines)
        while waiting:
            yield _result(waiting.popleft(), line, engines)
    except BaseException:
        pool.end()
        raise


class _Job:
    """A batch and where its result comes from: a worker, or this process."""

    def __init__(self, batch: list[RawDocument]) -> None:
        self.batch = batch
        self.future: Future[list[Prepared]] | None = None
        self.made: list[Prepared] | None = None

    def is_done(self) -> bool:
        return self.made is not None or (self.future is not None and self.future.done())


class _Line:
    """Batches on their way to the workers, who hold one each and one more between them; the others anyone may take.

    A batch is not handed to the executor and cancelled there: where a worker dies, Python 3.11's stumbles over what
    was cancelled, and leaves whoever waits for the rest waiting for ever.
    """

    def __init__(self, executor: ProcessPoolExecutor, workers: int) -> None:
        self._executor, self._room = executor, workers + 1
        self._jobs: deque[_Job] = deque()
        self._lock = threading.RLock()

    def add(self, batch: list[RawDocument]) -> _Job:
        job = _Job(batch)
        with self._lock:
            self._jobs.append(job)
            self._hand_over()
        return job

    def take(self) -> _Job | None:
        """The first that no worker was given; from now on it is the caller's."""
        with self._lock:
            return self._jobs.popleft() if self._jobs else None

    def _hand_over(self) -> None:
        while self._jobs and self._room:
            try:
                with _without_interrupts():
                    future = self._executor.submit(_prepare, self._jobs[0].batch)
            except RuntimeError:  # a worker has died, or the pool was ended
                return
            self._jobs.popleft().future = future
            self._room -= 1
            future.add_done_callback(self._make_room)

    def _make_room(self, _done: Future[list[Prepared]]) -> None:
        with self._lock:
            self._room += 1
            self._hand_over()


def _result(first: _Job, line: _Line, engines: Engines) -> list[Prepared]:
    """The batch's result; while it is not there, this process prepares what no worker was given."""
    while not first.is_done() and (job := line.take()):
        job.made = prepare(job.batch, engines)
    if first.made is not None:
        return first.made
    try:
        return first.future.result() if first.future else prepare(first.batch, engines)
    except BrokenProcessPool:
        return prepare(first.batch, engines)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back while a worker may be started: the worker inherits that, this process hears it right after.

    Ctrl-C goes to the whole group; the parent decides what is finished and what is not.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(options: EngineOptions) -> None:
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
