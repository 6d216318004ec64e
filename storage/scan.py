"""Comparing one vector with many: exact cosines of float16 lines, and the nearest by one bit a dimension.

A bit says whether a value is above nothing. Lines that differ in few bits from the query are its candidates, to be
compared exactly afterwards (Charikar, "Similarity Estimation Techniques from Rounding Algorithms", STOC 2002).
"""

from __future__ import annotations

import os
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from schemas.protocols import Matrix

Halves = NDArray[np.float16]
Bits = NDArray[np.uint64]
Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]
Distances = NDArray[np.uint16]

BLOCK = 4096
"""Lines whose bits stand together, word by word: a scan then adds up long runs instead of six numbers a line."""
_BLOCKS_AT_ONCE = 8  # 1.5 MB of bits at 384 dimensions: they stay in the processor's cache
_BLOCKS_A_THREAD = (
    250  # a million lines: below that a second thread saves less than starting it is worth
)
_MOST_THREADS = 4
_LINES_AT_ONCE = 512
_SAMPLE = 1 << 16


def widen(halves: Halves) -> Matrix:
    """`halves` as float32, for finite values only; a fifth of the time that numpy takes.

    A half's exponent and fraction, moved to a float's place, stand for the value times 2 to the power of -112.
    """
    bits = halves.view(np.int16).astype(np.int32)
    np.left_shift(bits, 13, out=bits)
    np.bitwise_and(bits, np.int32(-0x70002000), out=bits)  # the sign, and the fifteen bits moved
    floats: Matrix = bits.view(np.float32)
    np.multiply(floats, np.float32(2.0**112), out=floats)
    return floats


def word_count(dim: int) -> int:
    """How many 64-bit words hold a bit a dimension."""
    return -(-dim // 64)


def pack_bits(values: NDArray[np.int16] | Matrix) -> Bits:
    """Shape (n, words): a bit a dimension, set where a value is above nothing. Halves come as their int16 view."""
    packed = np.packbits(values > 0, axis=1)
    words = np.zeros((len(values), 8 * word_count(values.shape[1])), dtype=np.uint8)
    words[:, : packed.shape[1]] = packed
    return words.view(np.uint64)


def to_blocks(words: Bits) -> Bits:
    """Shape (blocks, words, BLOCK) from shape (n, words); the last block is filled up with nothing."""
    blocks = -(-len(words) // BLOCK)
    padded = np.zeros((blocks * BLOCK, words.shape[1]), dtype=np.uint64)
    padded[: len(words)] = words
    by_block = padded.reshape(blocks, BLOCK, words.shape[1])
    return np.ascontiguousarray(by_block.transpose(0, 2, 1))


def first_words(words: int) -> int:
    """By how many of its words a line is first looked at: two thirds of them, and no fewer than three."""
    return min(words, max(3, words * 2 // 3))


def rough_distances(blocks: Bits, lines: int, query: Bits) -> NDArray[np.unsignedinteger]:
    """In how many bits of the first words each of the first `lines` lines differs from `query` (words,).

    The highest number that fits is above any distance. Over many lines this takes several threads.
    """
    number, words = -(-lines // BLOCK), first_words(len(query))
    found = np.empty((number, BLOCK), dtype=np.uint16)
    threads = min(_cores(), _MOST_THREADS, max(number // _BLOCKS_A_THREAD, 1))
    if threads == 1:
        _fill(found, blocks[:number, :words], query[:words])
    else:
        from concurrent.futures import ThreadPoolExecutor

        ends = np.linspace(0, number, threads + 1).astype(int).tolist()
        parts = [slice(*pair) for pair in pairwise(ends)]
        with ThreadPoolExecutor(threads) as pool:
            doing = [
                pool.submit(_fill, found[part], blocks[part, :words], query[:words])
                for part in parts
            ]
            for done in doing:
                done.result()
    return found.reshape(-1)[:lines]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _fill(found: NDArray[np.unsignedinteger], blocks: Bits, query: Bits) -> None:
    differing = np.empty((_BLOCKS_AT_ONCE, len(query), BLOCK), dtype=np.uint64)
    counts = np.empty(differing.shape, dtype=np.uint8)
    for first in range(0, len(found), _BLOCKS_AT_ONCE):
        part = blocks[first : first + _BLOCKS_AT_ONCE]
        n = len(part)
        np.bitwise_xor(part, query[None, :, None], out=differing[:n])
        np.bitwise_count(differing[:n], out=counts[:n])
        np.add.reduce(counts[:n], axis=1, dtype=found.dtype, out=found[first : first + n])


def bits_of(blocks: Bits, lines: Ids) -> Bits:
    """The bits of `lines`, shape (n, words)."""
    words = blocks.shape[1]
    flat = blocks.reshape(-1)
    found = np.empty((len(lines), words), dtype=np.uint64)
    places = lines // BLOCK * (words * BLOCK) + lines % BLOCK
    for word in range(words):
        found[:, word] = flat[places]
        places += BLOCK
    return found


def distances(bits: Bits, query: Bits) -> Distances:
    """In how many bits each row of `bits` differs from `query` (words,)."""
    found: Distances = np.bitwise_count(bits ^ query).sum(axis=1, dtype=np.uint16)
    return found


def sign_products(bits: Bits, query: NDArray[np.float32]) -> Matrix:
    """What the values of `query` come to where a row's bit is set: by this lines stand nearer to their true order.

    The query's own bits would leave out how large each of its values is.
    """
    values = np.zeros(64 * bits.shape[1], dtype=np.float32)
    values[: len(query)] = query
    found = np.empty(len(bits), dtype=np.float32)
    for first in range(0, len(bits), _LINES_AT_ONCE):
        part = np.unpackbits(bits[first : first + _LINES_AT_ONCE].view(np.uint8), axis=1)
        np.dot(part.astype(np.float32), values, out=found[first : first + len(part)])
    return found


def around_nearest(distances: NDArray[np.unsignedinteger], count: int) -> Ids:
    """At least `count` lines of smallest distance, and seldom many more; in line order.

    Where the highest number that fits stands for a line that does not count, fewer if fewer count.
    """
    highest = int(np.iinfo(distances.dtype).max)
    sample = distances[:: max(len(distances) // _SAMPLE, 1)]
    within = np.bincount(sample, minlength=highest + 1).cumsum()
    edge = int(np.searchsorted(within, count / max(len(distances), 1) * len(sample)))
    while True:
        found = np.flatnonzero(distances <= min(edge, highest - 1))
        if len(found) >= count or edge >= highest - 1:
            return found
        edge += 1


def cosines(vectors: Halves, norms: NDArray[np.float32], query: NDArray[np.float32]) -> Matrix:
    """The cosine of each line with the unit vector `query`; `norms` are one over the lines' lengths."""
    found = np.empty(len(vectors), dtype=np.float32)
    for first in range(0, len(vectors), _LINES_AT_ONCE):
        part = slice(first, first + _LINES_AT_ONCE)
        np.dot(widen(vectors[part]), query, out=found[part])
    found *= norms
    return found


def unit_vectors(vectors: Halves, norms: NDArray[np.float32]) -> Matrix:
    """`vectors` as float32 and of unit length, so that a dot product is the cosine."""
    found = np.empty(vectors.shape, dtype=np.float32)
    for first in range(0, len(vectors), _LINES_AT_ONCE):
        part = slice(first, first + _LINES_AT_ONCE)
        np.multiply(widen(vectors[part]), norms[part, None], out=found[part])
    return found
