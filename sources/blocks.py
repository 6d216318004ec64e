"""A stream of byte blocks: as a file that is only read forward, and measured against what it was made of.

Which compression or container the blocks come from is left to `sources.compressed` and `sources.archives`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.errors import DocumentError

BLOCK_BYTES = 65_536
# Pages pack 4 to 20 times, a mirror of nearly equal ones up to 100; deflate can do no more than 1,032.
_RATIO = 200
_FREE_BYTES = 64_000_000
_TOTAL_BYTES = 100_000_000_000


@dataclass(slots=True)
class Meter:
    """How much one file from outside has unpacked to so far, through all its layers together.

    A file may give 200 bytes for each of its own, beyond 64 MB that are free, and 100 GB in all: what gives more was
    made to fill a disk. `origin` is the file's.

    >>> meter = Meter("bomb.gz", taken_bytes=1_000)
    >>> meter.give(300_000_000)
    Traceback (most recent call last):
    schemas.errors.DocumentError: bomb.gz unpacks to more than 200 times its own size. Unpack ...
    """

    origin: str
    taken_bytes: int = 0
    given_bytes: int = 0
    spent: bool = False

    def give(self, size: int) -> None:
        """Count `size` unpacked bytes. Raises DocumentError (too_large), now and at every later call, over the limit."""
        self.given_bytes += size
        allowed = min(_TOTAL_BYTES, _FREE_BYTES + _RATIO * self.taken_bytes)
        if self.given_bytes <= allowed:
            return
        self.spent = True
        over = (
            f"{_TOTAL_BYTES:,} bytes" if allowed == _TOTAL_BYTES else f"{_RATIO} times its own size"
        )
        raise DocumentError(
            f"{self.origin} unpacks to more than {over}",
            remedy="unpack what is wanted of it into a folder and give that",
            code="too_large",
        )


class BlockFile:
    """The blocks as a file that can be read, told and sought forward, as far as tar, zstd and WARC readers need it."""

    def __init__(self, blocks: Iterator[bytes], *, start: int = 0) -> None:
        self._blocks = blocks
        self._left = memoryview(b"")
        self._place = start

    def read(self, size: int = -1) -> bytes:
        """Exactly `size` bytes, fewer only at the end; a negative size is one block, never all there is."""
        if size < 0:
            size = BLOCK_BYTES
        parts: list[memoryview] = []
        while size > 0 and self._fill():
            part, self._left = self._left[:size], self._left[size:]
            parts.append(part)
            size -= len(part)
            self._place += len(part)
        return b"".join(parts)

    def seek(self, place: int, whence: int = 0) -> int:
        """Read on to `place`. Raises ValueError for a place that is behind."""
        if whence or place < self._place:
            raise ValueError(f"cannot go back from byte {self._place} to {place}")
        while self._place < place and self.read(min(place - self._place, BLOCK_BYTES)):
            pass
        return self._place

    def tell(self) -> int:
        """How many bytes were read."""
        return self._place

    def _fill(self) -> bool:
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return False
            self._left = memoryview(block)
        return True
