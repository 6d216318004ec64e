"""Each worker process has a thread here that hands it batches, and finds out which document it was that a worker died of."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from flows.prepare import Prepared, Refused
from flows.worker_process import Answer, At, Made, Order, Terms
from schemas.document import RawDocument
from schemas.stored import Problem

RISKY = ("too_slow", "killed_worker")
"""Codes of documents that only a worker may prepare."""
_MOST_DEATHS = 2
"""A worker that is killed from outside is no fault of the document it is at: it gets another chance."""
_MOST_STARTS = 3
_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from flows.worker_process import serve; serve()"
_MAY_END_S = 5.0


class Job:
    """A batch on its way to a worker and back."""

    def __init__(self, documents: Sequence[RawDocument], *, keep_all: bool) -> None:
        self.documents, self.keep_all = documents, keep_all
        self._made: list[Prepared] | None = None
        self._error: Exception | None = None
        self._done = threading.Event()

    def finish(self, made: list[Prepared] | None = None, *, error: Exception | None = None) -> None:
        """It is done, or nobody will do it."""
        self._made, self._error = made, error
        self._done.set()

    def result(self) -> list[Prepared] | None:
        """What was made; None where no worker could be had. Raises what making it raised."""
        self._done.wait()
        if self._error is not None:
            raise self._error
        return self._made


class Jobs:
    """Batches that wait for a worker, first come first served."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Job | None] = SimpleQueue()

    def add(self, documents: Sequence[RawDocument], *, keep_all: bool) -> Job:
        """A batch at the end of the line."""
        job = Job(documents, keep_all=keep_all)
        self._waiting.put(job)
        return job

    def next(self) -> Job | None:
        """The next one, as soon as there is one; None: there will be none."""
        return self._waiting.get()

    def close(self, takers: int, *, drop: bool) -> None:
        """No more will come; with `drop`, those that wait are not done either."""
        with suppress(Empty):
            while drop:
                if job := self._waiting.get_nowait():
                    job.finish()
        for _ in range(takers):
            self._waiting.put(None)


@dataclass(slots=True)
class _DiedError(Exception):
    """A worker is gone. `has_begun` whether with an order, `place` in the middle of cleaning which document of it."""

    has_begun: bool
    place: int | None
    is_slow: bool


class Attendant:
    """A thread with one worker process, started at its first batch and whenever the last one died."""

    def __init__(self, terms: Terms, jobs: Jobs) -> None:
        self._terms, self._jobs = terms, jobs
        self._worker: subprocess.Popen[bytes] | None = None
        self._has_ended = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._attend, name="copydesk-worker", daemon=True)

    @property
    def pid(self) -> int | None:
        """Its process, if it has one that lives."""
        worker = self._worker
        return worker.pid if worker is not None and worker.poll() is None else None

    def start(self) -> None:
        """Begin to take jobs."""
        self._thread.start()

    def end(self) -> None:
        """Kill the process, whatever it is at, and start no other."""
        with self._lock:
            self._has_ended = True
            if self._worker is not None:
                self._worker.kill()

    def join(self) -> None:
        """Wait until the last job is done and the process gone."""
        self._thread.join()

    def _attend(self) -> None:
        if hasattr(signal, "pthread_sigmask"):
            # A worker inherits that: Ctrl-C goes to the whole group, and this process decides what is finished.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        while job := self._jobs.next():
            try:
                job.finish(self._prepared(job))
            except Exception as error:  # whoever waits for the job raises it
                job.finish(error=error)
        self.end()
        self._bury()

    def _prepared(self, job: Job) -> list[Prepared] | None:
        found: dict[int, Prepared] = {}
        deaths: Counter[int] = Counter()
        starts = 0
        is_alone = False
        while left := [place for place in range(len(job.documents)) if place not in found]:
            asked = left[:1] if is_alone else left
            try:
                made = self._ask([job.documents[place] for place in asked], job)
                found.update(zip(asked, made, strict=True))
            except _DiedError as death:
                if self._has_ended:
                    return None
                if not death.has_begun:
                    starts += 1
                    if starts == _MOST_STARTS:
                        return None
                elif death.place is None and len(asked) > 1:
                    is_alone = True
                else:
                    place = asked[death.place or 0]
                    deaths[place] += 1
                    if death.is_slow or deaths[place] == _MOST_DEATHS:
                        found[place] = _refused(job.documents[place], death, self._terms)
        return [found[place] for place in range(len(job.documents))]

    def _ask(self, documents: Sequence[RawDocument], job: Job) -> list[Prepared]:
        at: At | None = None
        try:
            worker = self._started()
            _send(worker, Order(documents=documents, keep_all=job.keep_all))
            while isinstance(answer := _received(worker), At):
                at = answer
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            code = self._bury()
            raise _DiedError(
                has_begun=at is not None,
                place=at.place if at else None,
                is_slow=hasattr(signal, "SIGALRM") and code == -signal.SIGALRM,
            ) from error
        if isinstance(answer, Made):
            return answer.prepared
        raise answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._worker is not None:
            return self._worker
        with self._lock:
            if self._has_ended:
                raise EOFError
            worker = self._worker = subprocess.Popen(  # noqa: S603  this very Python
                [sys.executable, "-c", _BOOT, json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        _send(worker, self._terms)
        return worker

    def _bury(self) -> int | None:
        """The exit code of the worker, which is gone now."""
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is None:
            return None
        for pipe in (worker.stdin, worker.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
        try:
            return worker.wait(_MAY_END_S)
        except subprocess.TimeoutExpired:
            worker.kill()
            return worker.wait()


def _send(worker: subprocess.Popen[bytes], message: Order | Terms) -> None:
    if worker.stdin:
        worker.stdin.write(pickle.dumps(message))
        worker.stdin.flush()


def _received(worker: subprocess.Popen[bytes]) -> Answer:
    if worker.stdout is None:
        raise EOFError
    answer: Answer = pickle.load(worker.stdout)  # noqa: S301  what our own process wrote
    return answer


def _refused(document: RawDocument, death: _DiedError, terms: Terms) -> Refused:
    if death.is_slow:
        problem = Problem(
            code="too_slow",
            message=f"{document.origin}: over {terms.may_take_s:g} s of cleaning, two hundred times what a news page takes",
            remedy="see what it holds, or split it; if the machine was busy: copydesk quarantine retry",
        )
    else:
        problem = Problem(
            code="killed_worker",
            message=f"{document.origin}: the process that prepared it died, twice",
            remedy="see that there is memory to spare, then: copydesk quarantine retry; if that happens again, please report it with the document",
        )
    stage = "entities, figures" if death.place is None else "clean"
    return Refused(document=document, stage=stage, problem=problem)
