"""Cleaning and tagging on several processes, results in the order the batches came.

What takes too long, or kills the process that cleans it, is refused alone; `flows.worker_process` is the other end.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, compress, islice

from flows.attendants import Attendant, Job, Jobs
from flows.engines import EngineOptions, Engines
from flows.prepare import Prepared, prepare
from flows.worker_process import Terms
from schemas.document import HTML, MARKDOWN, RawDocument

POOL_FROM_BATCHES = 3
"""A worker costs a second or two of loading; below this many batches one process is done before that pays."""
CLEANING_MAY_TAKE_S = 10.0
"""Seconds that a document may be cleaned: two hundred times what a news page takes."""
LIGHT_BYTES, LIGHT_TAGS, LIGHT_LINES = 2_000_000, 12_000, 20_000
"""Up to so many a document is cleaned where it is: more than any of two hundred news pages has, and a few seconds."""
_AHEAD = 5
"""Batches that wait beside those the workers hold."""


def prepared_batches(
    batches: Iterable[list[RawDocument]],
    engines: Engines,
    *,
    workers: int | None,
    keep_all: bool = False,
) -> Iterator[list[Prepared]]:
    """`prepare` over batches. 1 worker is this process; None: one for two cores and one more, where there is enough to do.

    This process embeds what the workers have prepared. A worker that dies (killed, out of memory) loses no batch.
    """
    source = iter(batches)
    head: list[list[RawDocument]] = []
    if workers is None and engines.pool is not None and engines.pool.is_started:
        workers = _as_many_as_pay()
    elif workers is None:
        head = list(islice(source, POOL_FROM_BATCHES))
        is_much = len(head) == POOL_FROM_BATCHES and (os.cpu_count() or 1) > 1
        workers = _as_many_as_pay() if is_much else 1
    if workers > 1:
        with kept_workers(engines) as pool:
            yield from _pooled(chain(head, source), engines, pool, workers, keep_all=keep_all)
        return
    with kept_workers(engines):
        for batch in chain(head, source):
            yield prepare_batch(batch, engines, keep_all=keep_all)


def prepare_batch(
    batch: Sequence[RawDocument], engines: Engines, *, keep_all: bool = False
) -> list[Prepared]:
    """`prepare` in this process, but for what might hold it up: that goes to a worker, which can be ended."""
    are_heavy = [is_heavy(document) for document in batch]
    if not any(are_heavy):
        return prepare(batch, engines, keep_all=keep_all)
    with kept_workers(engines) as pool:
        job = pool.submit([*compress(batch, are_heavy)], workers=1, keep_all=keep_all)
        light = [*compress(batch, (not heavy for heavy in are_heavy))]
        here = iter(prepare(light, engines, keep_all=keep_all))
        there = iter(_result(job, engines))
    return [next(there) if heavy else next(here) for heavy in are_heavy]


def is_heavy(document: RawDocument) -> bool:
    """Whether it is larger than articles are, and might take more time than one may."""
    content = document.content
    if len(content) > LIGHT_BYTES or content.count(b"<") > LIGHT_TAGS:
        return True
    if document.media_type == MARKDOWN and content.count(b"[") + content.count(b"*") > LIGHT_TAGS:
        return True
    return document.media_type != HTML and content.count(b"\n") > LIGHT_LINES


class WorkerPool:
    """Processes that clean and tag, started at their first use."""

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self._jobs = Jobs()
        self._attendants: list[Attendant] = []

    @property
    def is_started(self) -> bool:
        """Whether it has processes."""
        return bool(self._attendants)

    @property
    def pids(self) -> list[int]:
        """The processes that live."""
        return [pid for one in self._attendants if (pid := one.pid) is not None]

    def submit(self, batch: Sequence[RawDocument], *, workers: int, keep_all: bool = False) -> Job:
        """The batch as work for the next worker that is free, of at least so many."""
        while len(self._attendants) < workers:
            terms = Terms(options=self._options, may_take_s=CLEANING_MAY_TAKE_S)
            one = Attendant(terms, self._jobs)
            self._attendants.append(one)
            one.start()
        return self._jobs.add(batch, keep_all=keep_all)

    def end(self) -> None:
        """End the workers in the middle of their batches, of which nothing would be kept: Ctrl-C took 9 s to answer."""
        self._leave(at_once=True)

    def close(self) -> None:
        """Let the workers end, which have nothing more to do."""
        self._leave(at_once=False)

    def _leave(self, *, at_once: bool) -> None:
        attendants, self._attendants = self._attendants, []
        jobs, self._jobs = self._jobs, Jobs()
        jobs.close(len(attendants), drop=at_once)
        for one in attendants if at_once else ():
            one.end()
        for one in attendants:
            one.join()


@contextmanager
def kept_workers(engines: Engines) -> Iterator[WorkerPool]:
    """While the block runs, workers that were started stay: a run of many parts loads their models once. So do plug-ins.

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
        engines.plugins.close()


def _pooled(
    batches: Iterable[list[RawDocument]],
    engines: Engines,
    pool: WorkerPool,
    workers: int,
    *,
    keep_all: bool,
) -> Iterator[list[Prepared]]:
    waiting: deque[Job] = deque()
    try:
        for batch in batches:
            waiting.append(pool.submit(batch, workers=workers, keep_all=keep_all))
            if len(waiting) > workers + _AHEAD:
                yield _result(waiting.popleft(), engines)
        while waiting:
            yield _result(waiting.popleft(), engines)
    except BaseException:
        pool.end()
        raise


def _result(job: Job, engines: Engines) -> list[Prepared]:
    """What a worker made; by this process, where none could be started (no memory, no more processes)."""
    made = job.result()
    return prepare(job.documents, engines, keep_all=job.keep_all) if made is None else made


def _as_many_as_pay() -> int:
    cores = os.cpu_count() or 1
    return min(cores, cores // 2 + 1)
