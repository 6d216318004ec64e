"""An encoder that is opened when it is first needed, or beside other work just before."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from contextlib import suppress

from schemas.protocols import Encoder

_LAST_WAIT_S = 3.0
"""Longest wait, as the process ends, for a model being opened; without a conversion that takes half a second."""


class LazyEncoder:
    """Calling it gives the encoder, opened once, whichever thread asks first."""

    def __init__(self, open_it: Callable[[], Encoder]) -> None:
        self._open = open_it
        self._lock = threading.Lock()
        self._made: Encoder | None = None

    def __call__(self) -> Encoder:
        """The encoder. Raises what opening it raises (ModelUnavailableError), each time it is asked for."""
        with self._lock:
            if self._made is None:
                self._made = self._open()
            return self._made

    @property
    def made(self) -> Encoder | None:
        """The encoder if it was opened already."""
        return self._made

    def preload(self, *, daemon: bool = True) -> None:
        """Begin to open it on another thread; what goes wrong there is raised by the call that needs it.

        A daemon thread does not keep the process from ending for longer than `_LAST_WAIT_S` (a first conversion takes
        some 20 s).
        """
        if self._made is None and not self._lock.locked():
            thread = threading.Thread(target=self._try, daemon=daemon)
            thread.start()
            # Python tears daemon threads out as it ends: in the middle of C++ code that aborts the whole process.
            atexit.register(thread.join, _LAST_WAIT_S)

    def give_up(self) -> None:
        """End the encoding that is under way on another thread, where the encoder can."""
        end = getattr(self._made, "give_up", None)
        if end is not None:
            end()

    def _try(self) -> None:
        # Also RuntimeError and the like, where the process ends meanwhile: an empty query needs no encoder.
        with suppress(Exception):
            self()
