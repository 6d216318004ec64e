"""The bytes of an answer as they were before the server compressed them (RFC 9110 section 8.4), within a limit.

Decoding goes on while the body arrives, in pieces of at most 64 kB, so a bomb is refused when it passes the limit and not
when it has gone off. Reading from the network is left to `sources.web_connection`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from schemas.errors import FetchError
from sources.web_faults import retry_later

ACCEPTED: Final = "gzip, deflate, br, zstd"
"""The Accept-Encoding we send."""

_GZIP_MAGIC: Final = b"\x1f\x8b"
_PIECE: Final = 65_536
_MOST_CODINGS: Final = 2
_MOST_MEMBERS: Final = 1_000  # gzip members or zstd frames; honest answers have one
# A block of four bytes makes 128 kB in zstd, and its decoder cannot be told to stop: it is fed so little at a time.
_ZSTD_SLICE: Final = 128
_ZSTD_WINDOW: Final = 8 * 1024 * 1024  # RFC 9659: what a receiver on the web has to bear

_CODINGS: Final = {
    "gzip": "gzip",
    "x-gzip": "gzip",
    "deflate": "deflate",
    "br": "br",
    "zstd": "zstd",
}


class _Decoder(Protocol):
    """Undoes one content coding, piece by piece; `finished` once the coded stream has come to its own end."""

    finished: bool

    def feed(self, data: bytes) -> Iterator[bytes]: ...


class Body:
    """A body under construction: compressed bytes go in by `feed`, the whole content comes out of `finish`.

    `limit` holds for the bytes on the wire, for the decoded ones, and for what lies between two stacked codings.
    With `cut`, what is beyond the limit is dropped instead of refused.
    """

    def __init__(
        self, content_encoding: str | None, *, limit: int, url: str, cut: bool = False
    ) -> None:
        self._url = url
        self._limit = limit
        self._cut = cut
        self._stages = [_STAGES[name]() for name in reversed(self._codings(content_encoding or ""))]
        self._sizes = [0] * (len(self._stages) + 1)
        self._content = bytearray()

    @property
    def size(self) -> int:
        """Decoded bytes so far."""
        return len(self._content)

    @property
    def wire_size(self) -> int:
        """Bytes fed in so far."""
        return self._sizes[0]

    @property
    def full(self) -> bool:
        """Whether a body that may be cut has all it can hold."""
        return self._cut and max(self._sizes) >= self._limit

    def feed(self, data: bytes) -> None:
        """Takes the next bytes from the wire; FetchError `too_large` or `bad_encoding` as soon as either is certain."""
        try:
            self._push(data, 0)
        except _coding_errors() as error:
            raise self._bad(f"the bytes are not what Content-Encoding says ({error})") from error

    def finish(self) -> bytes:
        """The content; FetchError `truncated` where a compressed stream stops before its end."""
        unfinished = any(not stage.finished for stage in self._stages)
        if self._sizes[0] and unfinished and not self.full:
            message = f"the compressed answer of {self._url} breaks off in the middle"
            raise retry_later("truncated", message)
        return bytes(self._content)

    def _push(self, data: bytes, level: int) -> None:
        self._sizes[level] += len(data)
        if self._sizes[level] > self._limit and not self._cut:
            raise too_large(self._url, self._limit)
        if level == len(self._stages):
            self._content += data[: self._limit - len(self._content)]
            return
        for piece in self._stages[level].feed(data):
            self._push(piece, level + 1)
            if self.full:
                return

    def _codings(self, header: str) -> list[str]:
        names = [name.strip().lower() for name in header.split(",")]
        names = [name for name in names if name not in {"", "identity"}]
        unknown = [name for name in names if name not in _CODINGS]
        if unknown:
            raise self._bad(f"Content-Encoding {unknown[0][:40]!r} is not known")
        if len(names) > _MOST_CODINGS:
            raise self._bad(
                f"{len(names)} content codings are stacked, at most {_MOST_CODINGS} are undone"
            )
        return [_CODINGS[name] for name in names]

    def _bad(self, reason: str) -> FetchError:
        return FetchError(
            f"cannot decode the answer of {self._url}: {reason}",
            remedy=f"the server has to send {ACCEPTED} or nothing of the kind",
            code="bad_encoding",
        )


def too_large(url: str, limit: int) -> FetchError:
    """The error for an answer beyond the limit."""
    return FetchError(
        f"the answer of {url} is larger than {limit:,} bytes",
        remedy="raise --max-bytes or fetch.max_bytes if it is wanted all the same",
        code="too_large",
    )


class _BadCodingError(ValueError):
    """The stream is not in the coding it claims to be in."""


class _Zlib:
    """Gzip (also of several members) and both readings of "deflate"."""

    def __init__(self, pick: Callable[[bytes], int | None]) -> None:
        self._pick = pick
        self._head = b""
        self._inflater: zlib._Decompress | None = None
        self._members = 0
        self.finished = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inflater is None or self.finished:
                data, self._head = self._head + data, b""
                if not self._begins(data) or not self._begin(data):
                    return
            yield from self._inflate(data)
            data = self._rest()

    def _begins(self, data: bytes) -> bool:
        if not self.finished:
            return True
        # Padding after the last member is common and means nothing.
        if self._pick is _gzip_bits and data == _GZIP_MAGIC[:1]:
            self._head = data
            return False
        return self._pick is _gzip_bits and data.startswith(_GZIP_MAGIC)

    def _begin(self, data: bytes) -> bool:
        bits = self._pick(data)
        if bits is None:
            self._head = data
            return False
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise _BadCodingError(f"more than {_MOST_MEMBERS} members")
        self._inflater, self.finished = zlib.decompressobj(bits), False
        return True

    def _inflate(self, data: bytes) -> Iterator[bytes]:
        inflater = self._inflater
        while inflater and not inflater.eof:
            piece = inflater.decompress(data, _PIECE)
            data = inflater.unconsumed_tail
            if piece:
                yield piece
            if not data and len(piece) < _PIECE:
                break
        self.finished = bool(inflater and inflater.eof)

    def _rest(self) -> bytes:
        return self._inflater.unused_data if self._inflater and self.finished else b""


def _gzip_bits(_: bytes) -> int:
    return 16 + zlib.MAX_WBITS


def _deflate_bits(head: bytes) -> int | None:
    # "deflate" means a zlib stream (RFC 9110 section 8.4.1.2); some servers send it bare, and browsers read both.
    if len(head) < 2:
        return None
    wrapped = head[0] & 0x0F == 8 and (head[0] * 256 + head[1]) % 31 == 0
    return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS


class _Brotli:
    def __init__(self) -> None:
        import brotli  # type: ignore[import-untyped]

        self._decoder = brotli.Decompressor()
        self.finished = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        while not self.finished:
            piece = self._decoder.process(data, output_buffer_limit=_PIECE)
            data = b""
            self.finished = self._decoder.is_finished()
            if piece:
                yield piece
            if self._decoder.can_accept_more_data() and not piece:
                return


class _Zstd:
    def __init__(self) -> None:
        import zstandard

        self._new = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj
        self._decoder = self._new()
        self._frames = 1
        self._begun = False
        self.finished = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_SLICE):
            yield from self._slice(data[start : start + _ZSTD_SLICE])

    def _slice(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self.finished:
                self._next_frame()
            piece = self._decoder.decompress(data)
            self.finished = self._decoder.eof
            data = self._decoder.unused_data if self.finished else b""
            for start in range(0, len(piece), _PIECE):
                yield piece[start : start + _PIECE]

    def _next_frame(self) -> None:
        self._frames += 1
        if self._frames > _MOST_MEMBERS:
            raise _BadCodingError(f"more than {_MOST_MEMBERS} frames")
        self._decoder, self.finished = self._new(), False


_STAGES: Final[dict[str, Callable[[], _Decoder]]] = {
    "gzip": lambda: _Zlib(_gzip_bits),
    "deflate": lambda: _Zlib(_deflate_bits),
    "br": _Brotli,
    "zstd": _Zstd,
}


def _coding_errors() -> tuple[type[Exception], ...]:
    import brotli
    import zstandard

    return (zlib.error, brotli.error, zstandard.ZstdError, _BadCodingError)
