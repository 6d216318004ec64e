"""Cleaning and tagging on several processes, results in the order the batches came."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_context

from flows.engines import EngineOptions, Engines
from flows.prepare import Prepared, prepare
from schemas.document import RawDocument

POOL_FROM_BATCHES = 4
"""A worker costs a second or two of loading; below this many batches one process is done before that pays."""

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
    waiting: deque[tuple[list[RawDocument], Future[list[Prepared]] | None]] = deque()
    try:
        for batch in batches:
            waiting.append((batch, _submit(pool, batch)))
            if len(waiting) > workers + 1:
                yield _result(*waiting.popleft(), engines)
        while waiting:
            yield _result(*waiting.popleft(), engines)
        pool.shutdown()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _result(
    batch: Sequence[RawDocument], future: Future[list[Prepared]] | None, engines: Engines
) -> list[Prepared]:
    try:
        return future.result() if future else prepare(batch, engines)
    except BrokenProcessPool:
        return prepare(batch, engines)


def _submit(pool: ProcessPoolExecutor, batch: list[RawDocument]) -> Future[list[Prepared]] | None:
    try:
        return pool.submit(_prepare, batch)
    except BrokenProcessPool:
        return None


def _start(options: EngineOptions) -> None:
    # Ctrl-C goes to the whole group; the parent decides what is finished and what is not.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _engines.append(Engines(options, convert=False))


def _prepare(batch: list[RawDocument]) -> list[Prepared]:
    return prepare(batch, _engines[0])
