"""Enrichers of other packages: each in a process of its own, which may fail, hang or die without an article stopping.

What such a process does is known to `flows.enricher_process`; what an enricher promises, to `schemas.protocols`.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flows.plugins import enricher_names
from schemas.article import Article
from schemas.enrichments import Enrichment
from schemas.provenance import Provenance
from schemas.stored import Problem

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from flows.enricher_process import serve; serve(sys.argv[2])"
)
Found = Sequence[Enrichment] | Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class EnricherLimits:
    """How long an enricher may take: to start, for one article, and for each more of a batch.

    After `most_deaths` times that it was too slow or died it is not asked again in this run.
    """

    start_may_take_s: float = 60.0
    may_take_s: float = 10.0
    more_takes_s: float = 1.0
    most_deaths: int = 3


class EnricherPlugins:
    """The enrichers that are installed. A process is started at the first use of each, and ended by `close`."""

    def __init__(self, limits: EnricherLimits | None = None) -> None:
        self._limits = limits or EnricherLimits()
        self._names: tuple[str, ...] | None = None
        self._by_name: dict[str, _Enricher] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The stages that they add, sorted."""
        if self._names is None:
            self._names = enricher_names()
        return self._names

    def maker(self, name: str) -> Provenance | Problem:
        """Who the enricher says it is; a Problem where it cannot be used."""
        return self._of(name).maker()

    def enrich(self, name: str, batch: Sequence[Article]) -> list[Found]:
        """What it found in each article, same order; a Problem for each that it could not do. Raises nothing of its own."""
        return self._of(name).enrich(batch)

    def close(self) -> None:
        """End the processes. They start anew at the next use, with no death held against them."""
        enrichers, self._by_name = self._by_name, {}
        for one in enrichers.values():
            one.end()

    def _of(self, name: str) -> _Enricher:
        return self._by_name.setdefault(name, _Enricher(name, self._limits))


class _GoneError(Exception):
    """The process ended, or was ended; the text says of what."""


class _Enricher:
    """One enricher and its process."""

    def __init__(self, name: str, limits: EnricherLimits) -> None:
        self._name, self._limits = name, limits
        self._deaths = 0
        self._maker: Provenance | Problem | None = None
        self._process: _Process | None = None

    def maker(self) -> Provenance | Problem:
        if self._maker is None:
            try:
                self._started()
            except _GoneError as error:
                self._maker = self._problem(str(error))
        return self._maker or self._problem("did not say who it is")

    def enrich(self, batch: Sequence[Article]) -> list[Found]:
        if not batch:
            return []
        maker = self.maker()
        if isinstance(maker, Problem):
            return [maker] * len(batch)
        found = self._asked(batch)
        if not isinstance(found, Problem):
            return [*found]
        if len(batch) == 1:
            return [found]
        return [one for article in batch for one in self.enrich([article])]

    def _asked(self, batch: Sequence[Article]) -> list[list[Enrichment]] | Problem:
        limits = self._limits
        if self._deaths >= limits.most_deaths:
            return self._problem(
                f"was too slow or died {self._deaths} times and is not asked again in this run"
            )
        try:
            process = self._started()
            may_take_s = limits.may_take_s + limits.more_takes_s * (len(batch) - 1)
            answer = process.ask(batch, may_take_s)
        except _GoneError as error:
            return self._problem(str(error))
        if "rows" not in answer:
            return self._problem(str(answer.get("fault")))
        return [[self._row(row) for row in rows] for rows in answer["rows"]]

    def _row(self, row: dict[str, Any]) -> Enrichment:
        return Enrichment(**{**row, "stage": self._name, "data": json.loads(row["data"])})

    def _started(self) -> _Process:
        """The process, at work. Raises _GoneError where none can be had."""
        if self._process is not None and self._process.is_alive:
            return self._process
        try:
            process = self._process = _Process(self._name)
            answer = process.answer(self._limits.start_may_take_s)
        except OSError as error:  # no more processes, no memory
            raise _GoneError(f"cannot be started: {error}") from error
        except _GoneError:
            self._deaths += 1
            raise
        if "maker" not in answer:
            process.end()
            raise _GoneError(str(answer.get("fault")))
        self._maker = Provenance(**answer["maker"])
        process.when_gone = self._note_death
        return process

    def _note_death(self) -> None:
        self._deaths += 1

    def _problem(self, said: str) -> Problem:
        return Problem(
            code="enricher",
            message=f"the enricher {self._name!r} {said}",
            remedy=f"see its own documentation, then: copydesk enrich --stage {self._name}",
        )

    def end(self) -> None:
        if self._process is not None:
            self._process.end()


class _Process:
    """A process with an enricher, which a thread talks to so that nobody waits for it longer than he wants."""

    def __init__(self, name: str) -> None:
        self.when_gone: Callable[[], None] = lambda: None
        self._worker = subprocess.Popen(  # noqa: S603  this very Python
            [sys.executable, "-c", _BOOT, json.dumps(sys.path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="copydesk-enricher")

    @property
    def is_alive(self) -> bool:
        return self._worker.poll() is None

    def ask(self, batch: Sequence[Article], may_take_s: float) -> dict[str, Any]:
        """What it answers. Raises _GoneError where it does not in time, or has ended."""
        return self._within(self._thread.submit(self._exchange, pickle.dumps([*batch])), may_take_s)

    def answer(self, may_take_s: float) -> dict[str, Any]:
        """The next thing that it says, without being asked."""
        return self._within(self._thread.submit(self._exchange, b""), may_take_s)

    def end(self) -> None:
        """Kill it, whatever it is at."""
        self._worker.kill()
        self._thread.shutdown(wait=True, cancel_futures=True)
        for pipe in (self._worker.stdin, self._worker.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
        self._worker.wait()

    def _exchange(self, message: bytes) -> dict[str, Any]:
        if self._worker.stdin is None or self._worker.stdout is None:
            raise EOFError
        self._worker.stdin.write(message)
        self._worker.stdin.flush()
        line = self._worker.stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _within(self, answer: Future[dict[str, Any]], may_take_s: float) -> dict[str, Any]:
        try:
            return answer.result(may_take_s)
        except TimeoutError as error:
            raise self._gone(f"took over {may_take_s:g} s") from error
        except (OSError, EOFError, ValueError) as error:
            raise self._gone("died") from error
        except BaseException:  # Ctrl-C: nobody waits for the rest
            self.end()
            raise

    def _gone(self, said: str) -> _GoneError:
        self.end()
        self.when_gone()
        return _GoneError(said)
