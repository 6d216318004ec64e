"""A socket that takes so many bytes for each request and no more, whatever they pretend to be.

The limit on a body does not see what is no body: a chunk size of endless zeros, endless trailers, one interim answer after
the other. Here every byte from the network passes.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


class MeteredSocket(socket.socket):
    """Fails with OSError (EFBIG) once more than `limit()` bytes came in since something was last sent."""

    def __init__(self, family: int, kind: int, proto: int, *, limit: Callable[[], int]) -> None:
        super().__init__(family, kind, proto)
        self._limit = limit
        self._received = 0

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        """As the socket does; a new request begins a new count."""
        self._received = 0
        return super().send(data, flags)

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """As the socket does, counted."""
        data = super().recv(size, flags)
        self._count(len(data))
        return data

    def recv_into(self, buffer: WriteableBuffer, size: int = 0, flags: int = 0) -> int:
        """As the socket does, counted."""
        taken = super().recv_into(buffer, size, flags)
        self._count(taken)
        return taken

    def _count(self, taken: int) -> None:
        self._received += taken
        if self._received > self._limit():
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))


def is_over_limit(error: BaseException | None) -> bool:
    """Whether an error of the connection comes from the limit."""
    for _ in range(4):
        if error is None:
            return False
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            return True
        error = error.__cause__
    return False
