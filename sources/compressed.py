"""How compression is undone: gzip, bzip2, xz and zstd files, and the codings of HTTP, a block at a time.

A file of one compressed document gives that document, under the file's own name. What is inside is read by whoever is
handed in as `read`.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import PurePath
from typing import Protocol

from schemas.errors import DocumentError
from sources.blocks import BLOCK_BYTES, Meter
from sources.reading import Outcome, Source, too_large

Read = Callable[[Source, str | None], Iterator[Outcome]]
"""Reads a source in the format named, or in the one it looks like; one bad document for what cannot be read."""

_SIGNATURES = (
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
)
_NAMES = {
    "gz": "gzip",
    "bz2": "bzip2",
    "xz": "xz",
    "zst": "zstd",
    "deflate": "deflate",
    "br": "brotli",
}
_CODINGS = {"gzip": "gz", "x-gzip": "gz", "deflate": "deflate", "br": "br", "zstd": "zst"}
# The window of `zstd --ultra --long=27` and the dictionary of `xz -9` (64 MiB); more would be memory for the asking.
_WINDOW_BYTES = 2**27
# A zstd block of 4 bytes can stand for 128 KiB, and its decoder takes no limit: so it is fed little at a time.
_ZSTD_INPUT_BYTES = 128


class _Decoder(Protocol):
    """What `bz2` and `lzma` offer; `unused_data` is what follows the end of the stream."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


def compression_of(head: bytes) -> str | None:
    r"""The compression (gz, bz2, xz, zst) whose signature the bytes begin with, or None.

    >>> compression_of(b"\x1f\x8b\x08..."), compression_of(b"BZh is no word"), compression_of(b"Oil")
    ('gz', None, None)
    """
    for signature, kind in _SIGNATURES:
        if head.startswith(signature) and (kind != "bz2" or head[4:7] in {b"1AY", b"\x17rE"}):
            return kind
    return None


def packed_format(head: bytes) -> str | None:
    r"""The format of a container whose signature the bytes begin with, or None; what is compressed may hold another.

    >>> packed_format(b"PK\x03\x04..."), packed_format(b"WARC/1.0\r\n"), packed_format(b"\x1f\x8b\x08"), packed_format(b"Oil")
    ('zip', 'warc', 'gz', None)
    """
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return "warc" if head.startswith(b"WARC/1.") else compression_of(head)


def read_compressed(source: Source, read: Read, inner_format: str | None) -> Iterator[Outcome]:
    """What the compressed source holds, read in `inner_format`, or in what it looks like where that is None.

    Raises DocumentError: nested (compressed twice), malformed; truncated and too_large come while it is read.
    """
    if source.unpacked:
        raise DocumentError(
            f"{source.origin} is compressed twice",
            remedy="unpack it once and give what is inside",
            code="nested",
        )
    inner, kind = undone(source)
    if kind is None:
        raise DocumentError(
            f"{source.origin} is not compressed as its name says",
            remedy="name what it is with --format, or give it its right name",
            code="malformed",
        )
    yield from read(inner, inner_format)


def undone(source: Source) -> tuple[Source, str | None]:
    """The source without its compression, and which that was; as it is, and None, where it has none."""
    head = source.read_up_to(16)
    source = source.put_back(head)
    kind = compression_of(head)
    if kind is None:
        return source, None
    return source.unpack(decompressed(source, kind)), kind


def inner_name(name: str) -> str:
    """The name without the suffix of the compression.

    >>> inner_name("news/page.html.gz")
    'news/page.html'
    """
    suffix = PurePath(name).suffix
    return name.removesuffix(suffix) if suffix.lower() in {".gz", ".bz2", ".xz", ".zst"} else name


def decompressed(source: Source, kind: str) -> Iterator[bytes]:
    """The decoded blocks, of 64 KiB at most (zstd: 4 MiB), one stream after the other as `cat a.gz b.gz` makes them.

    Raises DocumentError: truncated, malformed (also for other bytes after the end), too_large (see Meter).
    """
    blocks = chain.from_iterable(map(_little, source.blocks)) if kind == "zst" else source.blocks
    try:
        yield from _decoded_blocks(blocks, kind, source.meter)
    except EOFError as error:
        raise DocumentError(
            f"{source.origin} is cut off: its {_NAMES[kind]} data has no end",
            remedy="get the whole file",
            code="truncated",
        ) from error
    except (zlib.error, lzma.LZMAError, ValueError, _decoder_error(kind)) as error:
        raise _damaged(source.origin, kind, error) from error


def decoded_body(source: Source, content: bytes, coding: str) -> bytes:
    """The content without its Content-Encoding (also several, last applied last), as it is where none is there in truth.

    Archives keep that header although the crawler has decoded the body; the signature tells.

    Raises DocumentError: truncated, malformed, too_large, unsupported (a coding nobody knows).
    """
    names = [name.strip().lower() for name in coding.split(",")]
    for name in reversed([name for name in names if name not in {"", "identity"}][:3]):
        kind = _CODINGS.get(name)
        if kind is None:
            raise DocumentError(f"{source.origin} is coded as {name[:40]!r}", code="unsupported")
        if _is_coded(content, kind):
            content = _whole(source, content, kind)
    return content


def _is_coded(content: bytes, kind: str) -> bool:
    if kind in {"deflate", "br"}:
        # Neither has a signature, but markup and text never begin as they do.
        return not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    return compression_of(content) == kind


def _whole(source: Source, content: bytes, kind: str) -> bytes:
    limit = source.options.max_bytes
    decoded = bytearray()
    part = source.unpack(iter([content]))
    for block in decompressed(part, kind):
        decoded += block
        if len(decoded) > limit:
            raise too_large(source.origin, limit)
    return bytes(decoded)


def _decoded_blocks(blocks: Iterable[bytes], kind: str, meter: Meter) -> Iterator[bytes]:
    decoder: _Decoder | None = None
    some = False
    for block in blocks:
        data = block
        while data or (decoder is not None and not decoder.needs_input):
            if decoder is None:
                if some and not data.strip(b"\0"):  # what fills up the last block of a tape
                    break
                decoder, some = _decoder(kind, data), True
            decoded = decoder.decompress(data, BLOCK_BYTES)
            data = b""
            if decoded:
                meter.give(len(decoded))
                yield decoded
            if decoder.eof:
                data, decoder = decoder.unused_data, None
    if decoder is not None:
        raise EOFError


def _decoder(kind: str, head: bytes) -> _Decoder:
    if kind == "bz2":
        return bz2.BZ2Decompressor()
    if kind == "xz":
        return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_WINDOW_BYTES)
    if kind == "zst":
        return _Zstd()
    if kind == "br":
        return _Brotli()
    if kind == "gz":
        return _Inflater(31)
    # "deflate" is zlib's format (RFC 9110, section 8.4.1.2), but some servers send the bare data.
    zlib_header = head[:1] and head[0] & 15 == 8 and int.from_bytes(head[:2]) % 31 == 0
    return _Inflater(15 if zlib_header else -15)


class _Inflater:
    """zlib's decoder, with the attributes of the other two."""

    def __init__(self, window: int) -> None:
        self._decoder = zlib.decompressobj(window)
        self._full = False

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        return not self._full and not self._decoder.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        decoded = self._decoder.decompress(self._decoder.unconsumed_tail + data, max_length)
        self._full = len(decoded) == max_length
        return decoded


class _Zstd:
    """zstandard's decoder, which takes no limit."""

    def __init__(self) -> None:
        import zstandard

        self._decoder = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES).decompressobj()

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        return True

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int = 0) -> bytes:  # noqa: ARG002  its input is short instead
        return self._decoder.decompress(data)


class _Brotli:
    """Brotli's decoder; nothing follows a stream of it."""

    unused_data = b""

    def __init__(self) -> None:
        import brotli  # type: ignore[import-untyped]

        self._decoder = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._decoder.is_finished())

    @property
    def needs_input(self) -> bool:
        return bool(self._decoder.can_accept_more_data())

    def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        return bytes(self._decoder.process(data, output_buffer_limit=max_length))


def _little(block: bytes) -> Iterator[bytes]:
    return (block[at : at + _ZSTD_INPUT_BYTES] for at in range(0, len(block), _ZSTD_INPUT_BYTES))


def _decoder_error(kind: str) -> type[Exception]:
    if kind == "zst":
        import zstandard

        return zstandard.ZstdError
    if kind == "br":
        import brotli

        error: type[Exception] = brotli.error
        return error
    return OSError  # what bz2 raises for invalid data


def _damaged(origin: str, kind: str, error: Exception) -> DocumentError:
    return DocumentError(
        f"{origin} is damaged: its {_NAMES[kind]} data cannot be decoded ({error})",
        remedy="get the file again",
        code="malformed",
    )
