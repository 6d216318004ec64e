"""The bytes of a web archive as they are read, kept since the record began: to look at them again when its length was false.

What a record says is left to `sources.warc`.
"""

from __future__ import annotations

import re
import zlib

from sources.compressed import compression_of
from sources.reading import Source

_HEADER_BYTES = 65_536
_RECORD = re.compile(rb"WARC/1\.[0-9]\r?\n")
_BEGINNINGS = {"gz": re.compile(rb"\x1f\x8b\x08"), "zst": re.compile(rb"\x28\xb5\x2f\xfd")}
_LOOK_BYTES = 512
# What is decoded of the last block before a cut is lost with it.
_READ_BYTES = 4_096
_MOST_LOOKS = 200_000


class Tape:
    """A file for fastwarc (read and tell) that can go on at the next record. Places are bytes of the source.

    Keeps a record's bytes, and at most `max_bytes` and a little.
    """

    def __init__(self, source: Source) -> None:
        head = source.read_up_to(16)
        source = source.put_back(head)
        self._blocks = source.blocks
        self._meter = source.meter
        self._kind = compression_of(head)
        self._most = source.options.max_bytes + 16 * _HEADER_BYTES
        self._kept = bytearray()
        self._first = 0  # the place of the first byte kept
        self._next = 0  # the place that is read next
        self._looks = 0
        self.record_place = 0
        self.records = 0
        self.at_end = False

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002  a block may be shorter, and is what there is
        """The next block; empty at the end."""
        if self._next == self._first + len(self._kept) and not self._keep_more():
            return b""
        at = self._next - self._first
        block = bytes(memoryview(self._kept)[at : at + _READ_BYTES])
        self._next += len(block)
        return block

    def tell(self) -> int:
        """The place that is read next."""
        return self._next

    def begin(self, place: int) -> None:
        """A record begins at `place`: nothing before it is asked for again."""
        self.records += 1
        self.record_place = place
        self._forget(place)

    def find_record(self) -> int | None:
        """Go to the next place after the beginning of this record that looks like another; None at the end."""
        place = self.record_place + 1
        while (found := self._find(max(place, self._first))) is not None:
            self._looks += 1
            if self._looks > _MOST_LOOKS:
                break
            if self._begins_record(found):
                self._next = self.record_place = found
                self._forget(found)
                return found
            place = found + 1
            self._forget(place)
        self.at_end = True
        return None

    def record_end(self) -> int | None:
        """Where the record that began last ends, by its own length; None where its end is not to be seen there."""
        if self._first != self.record_place:
            return None
        decoded, end = self._decoded()
        header = decoded.find(b"\r\n\r\n", 0, _HEADER_BYTES)
        length = re.search(
            rb"(?i)\ncontent-length:[ \t]*([0-9]{1,19})[ \t]*\r\n", decoded[: header + 2]
        )
        if not _RECORD.match(decoded) or header < 0 or length is None:
            return None
        size = header + 4 + int(length[1])
        if decoded[size : size + 4] != b"\r\n\r\n":
            return None
        if self._kind is None:
            return self.record_place + size + 4
        return end if len(decoded) == size + 4 else None

    def is_cut(self) -> bool:
        """Whether the compressed data since the last record began has no end (gzip; the others end with an error)."""
        if self._kind != "gz" or self._first != self.record_place:
            return False
        rest = bytes(self._kept)
        while rest.strip(b"\0"):
            decoder = zlib.decompressobj(31)
            try:
                self._drain(decoder, rest)
            except zlib.error:
                return True
            if not decoder.eof:
                return True
            rest = decoder.unused_data
        return False

    def _keep_more(self) -> bool:
        block = next(self._blocks, b"")
        self._kept += block
        if len(self._kept) > self._most:
            self._forget(self._first + len(self._kept) - self._most)
        return bool(block)

    def _forget(self, before: int) -> None:
        if before > self._first:
            del self._kept[: before - self._first]
            self._first = before

    def _find(self, place: int) -> int | None:
        beginning = _BEGINNINGS.get(self._kind or "", _RECORD)
        while True:
            if found := beginning.search(self._kept, place - self._first):
                return self._first + found.start()
            # A beginning may be cut by the end of the block.
            place = max(place, self._first + len(self._kept) - 10)
            self._forget(place)
            if not self._keep_more():
                return None

    def _begins_record(self, place: int) -> bool:
        while self._first + len(self._kept) < place + _LOOK_BYTES and self._keep_more():
            pass
        at = place - self._first
        look = bytes(self._kept[at : at + _LOOK_BYTES])
        if self._kind == "gz":
            try:
                return zlib.decompressobj(31).decompress(look, 16).startswith(b"WARC/1.")
            except zlib.error:
                return False
        return self._kind == "zst" or at == 0 or self._kept[at - 1] == 0x0A

    def _decoded(self) -> tuple[bytes, int | None]:
        """The kept bytes decoded, and the place where the first compressed member ends (None where it does not)."""
        if self._kind is None:
            return bytes(self._kept), None
        if self._kind != "gz":
            return b"", None
        decoder = zlib.decompressobj(31)
        try:
            decoded = decoder.decompress(bytes(self._kept), self._most)
        except zlib.error:
            return b"", None
        self._meter.give(len(decoded))
        if not decoder.eof:
            return decoded, None
        return decoded, self._first + len(self._kept) - len(decoder.unused_data)

    def _drain(self, decoder: zlib._Decompress, data: bytes) -> None:
        while data and not decoder.eof:
            size = len(decoder.decompress(data, 2**20))
            self._meter.give(size)
            data = decoder.unconsumed_tail
