"""Reading chosen vectors of a file: mapped where it is small, else by calls.

A mapped vector that is touched counts as memory with all that lies about it: 1,500 of a million came to 500 MB.
"""

from __future__ import annotations

import os
import weakref
from pathlib import Path

import numpy as np

from storage.scan import Halves, Ids

_GAP = 8
"""What lies between two lines is read too where it is less than so many lines: a call costs as much as some kilobytes."""


_MAPPED_BYTES = 1 << 28


class VectorRows:
    """The vectors of a file of float16, a line after another; `mapped` are those that count."""

    def __init__(self, path: Path, mapped: Halves) -> None:
        # Elsewhere a file is opened as text unless told otherwise.
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._dim = int(mapped.shape[1])
        self._mapped = mapped if mapped.nbytes <= _MAPPED_BYTES else None
        weakref.finalize(self, os.close, self._file)

    def read(self, lines: Ids) -> Halves:
        """The vectors of `lines`, in their order; nothing but zeros where the file has no more."""
        if self._mapped is not None:
            return self._mapped[lines]
        if not len(lines):
            return np.zeros((0, self._dim), dtype=np.float16)
        if len(lines) > 1 and (lines[1:] < lines[:-1]).any():
            order = np.argsort(lines, kind="stable")
            found = np.empty((len(lines), self._dim), dtype=np.float16)
            found[order] = self.read(lines[order])
            return found
        begins = np.flatnonzero(np.diff(lines, prepend=lines[0] - _GAP - 1) > _GAP)
        first = lines[begins]
        numbers = np.append(lines[begins[1:] - 1], lines[-1]) - first + 1
        read = np.frombuffer(
            b"".join(
                map(self._read, (first * self._size).tolist(), (numbers * self._size).tolist())
            ),
            dtype=np.dtype(np.float16).newbyteorder("<"),
        ).reshape(-1, self._dim)
        if len(begins) == len(lines):
            return read
        moved = np.cumsum(numbers) - numbers - first  # from the file to what was read
        places = lines + np.repeat(moved, np.diff(np.append(begins, len(lines))))
        return read[places]

    @property
    def _size(self) -> int:
        return 2 * self._dim

    def _read(self, place: int, size: int) -> bytes:
        if hasattr(os, "pread"):
            found = os.pread(self._file, size, place)
        else:
            os.lseek(self._file, place, os.SEEK_SET)
            found = os.read(self._file, size)
        return found if len(found) == size else found.ljust(size, b"\0")
