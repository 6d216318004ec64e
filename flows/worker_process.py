"""The other end of `flows.workers`: a process that cleans and tags what it is given, and says which document it is at.

It is no process of `multiprocessing`: that would run the caller's main module again, which a notebook or an unguarded
script does not survive.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from flows.child_process import end_with_parent, own_pipes
from flows.engines import EngineOptions, Engines
from flows.prepare import Prepared, prepare
from schemas.document import RawDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Documents to prepare."""

    documents: Sequence[RawDocument]
    keep_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a worker is told first: its engines, and how long a document may be cleaned.

    The first one may take `start_may_take_s` beside: it loads what cleaning is made of, on a busy machine too.
    """

    options: EngineOptions
    may_take_s: float = 10.0
    start_may_take_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """The document of the order that is being cleaned; None: between two, or past the last."""

    place: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made of an order; same length, same order."""

    prepared: list[Prepared]


Answer = At | Made | Exception
Tell = Callable[[Answer], None]


def serve() -> None:
    """Prepare what comes until nothing more can come.

    A document that takes too long ends the process by SIGALRM: the kernel's clock stops C code too, which no
    exception and no thread of Python's would.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    given, answers = own_pipes()

    def tell(answer: Answer) -> None:
        answers.write(_pickled(answer))
        answers.flush()

    try:
        terms: Terms = pickle.load(given)  # noqa: S301  from our own parent
        engines = Engines(terms.options, convert=False)
        clock = _Clock(tell, terms)
        while True:
            order: Order = pickle.load(given)  # noqa: S301  from our own parent
            tell(_answer(order, engines, clock))
    except (EOFError, BrokenPipeError):
        return


def _answer(order: Order, engines: Engines, clock: _Clock) -> Answer:
    try:
        made = prepare(order.documents, engines, keep_all=order.keep_all, watch=clock.watch)
    except Exception as error:  # what is wrong with no document, the parent raises
        return error
    return Made(prepared=made)


class _Clock:
    """Ends the process where a document takes too long."""

    def __init__(self, tell: Tell, terms: Terms) -> None:
        self._tell, self._may_take_s = tell, terms.may_take_s
        self._allowance_s = terms.start_may_take_s

    @contextmanager
    def watch(self, place: int) -> Iterator[None]:
        self._tell(At(place=place))
        self._set(self._may_take_s + self._allowance_s)
        try:
            yield
        finally:
            self._set(0)
            self._allowance_s = 0.0
        self._tell(At(place=None))

    def _set(self, seconds: float) -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, seconds)


def _pickled(answer: Answer) -> bytes:
    try:
        return pickle.dumps(answer)
    except (pickle.PicklingError, TypeError, AttributeError):
        return pickle.dumps(RuntimeError(f"{type(answer).__name__}: {answer}"[:500]))
