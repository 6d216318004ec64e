"""Text of two or four bytes a letter without a byte order mark: which form it is, and what is declared so and is not.

Latin, Cyrillic and their like are told by where the zero bytes stand. Chinese and Japanese hardly have any: there both
orders are tried, and the one that gives the everyday letters of a script is the right one.
"""

from __future__ import annotations

import codecs
from functools import cache

_SAMPLE_BYTES = 4000
_FEWEST_LETTERS = 6
# Where the national standards keep the letters of everyday use: the first and last byte of each half of a code.
_EVERYDAY_ROWS = (
    ("gb2312", (0xB0, 0xD7), (0xA1, 0xFE)),
    ("big5", (0xA4, 0xC6), (0x40, 0xFE)),
    ("shift_jis", (0x88, 0x98), (0x40, 0xFC)),
    ("euc_kr", (0xB0, 0xC8), (0xA1, 0xFE)),
)
# Scripts that fit into a block: Greek to Arabic, Devanagari to Thai, kana.
_BLOCKS = (range(0x370, 0x700), range(0x900, 0xE80), range(0x3000, 0x3100), range(0xFF00, 0xFF60))
_CONTROLS = bytes({*range(0x20)} - {0x09, 0x0A, 0x0D})
_ASCII = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def unmarked_wide(content: bytes) -> str | None:
    """The codec (utf-16-le ...) of wide text without a mark, by its beginning; None for anything else.

    >>> unmarked_wide("Oil rose.".encode("utf-16-be")), unmarked_wide("中国经济，今年的增长。".encode("utf-16-le"))
    ('utf-16-be', 'utf-16-le')
    >>> unmarked_wide("Oil rose.".encode()), unmarked_wide("中国经济，今年的增长。".encode("gb18030"))
    (None, None)
    """
    return _by_zeros(content) or _by_letters(content[:_SAMPLE_BYTES])


def is_misread(content: bytes, encoding: str) -> bool:
    r"""Whether `encoding` cannot be what `content` is in: it does not decode, or makes something else of plain UTF-8.

    >>> is_misread(b"Oil rose.", "utf-16"), is_misread(b"Oil rose.", "cp1252"), is_misread(b"caf\xe9", "utf-8")
    (True, False, True)
    """
    try:
        content.decode(encoding)
    except (UnicodeError, ValueError, LookupError):
        return True
    if _keeps_ascii(encoding):
        return False
    order = unmarked_wide(content)
    if order and encoding.startswith("utf") and not encoding.endswith(("16", "32")):
        return order != encoding
    return _is_plain(content)


def _keeps_ascii(encoding: str) -> bool:
    try:
        return _ASCII.encode("ascii").decode(encoding) == _ASCII
    except (UnicodeError, ValueError, LookupError):
        return False


def _is_plain(content: bytes) -> bool:
    """Whether it is UTF-8 of letters: Cyrillic of two bytes is valid UTF-8 too, every other byte of it a control."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content)  # a letter may be cut at the end
    except UnicodeDecodeError:
        return False
    low = (
        _CONTROLS + b"\t" if 0 in content else _CONTROLS
    )  # each letter of Hindi has what would be a tab
    return len(content.translate(None, low)) * 5 > len(content) * 4


def _by_zeros(content: bytes) -> str | None:
    head = content[:_SAMPLE_BYTES]
    head = head[: len(head) - len(head) % 4]
    if head.count(0) * 50 < len(head) or not head:
        return None
    # Latin letters in UTF-16 are half zeros. Others have few, and then hardly form UTF-8: a short line with one NUL does.
    if head.count(0) * 4 < len(head) and _is_plain(content[:_SAMPLE_BYTES]):
        return None
    shares = [head[place::4].count(0) * 4 / len(head) for place in range(4)]
    if min(shares[2:]) > 0.9 and shares[0] < 0.1:
        return "utf-32-le"
    if min(shares[:2]) > 0.9 and shares[3] < 0.1:
        return "utf-32-be"
    even, odd = shares[0] + shares[2], shares[1] + shares[3]
    if max(even, odd) < 10 * min(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _by_letters(head: bytes) -> str | None:
    if len(head) < 2 * _FEWEST_LETTERS or _is_plain(head):
        return None
    little, big = _everyday_share(head, "utf-16-le"), _everyday_share(head, "utf-16-be")
    # By chance two bytes form one of these letters once in six.
    if max(little, big) < 0.7 or min(little, big) * 2 > max(little, big):
        return None
    return "utf-16-le" if little > big else "utf-16-be"


def _everyday_share(head: bytes, codec: str) -> float:
    try:
        text = codecs.getincrementaldecoder(codec)().decode(head)
    except UnicodeDecodeError:
        return 0.0
    return sum(letter in _everyday() for letter in text) / len(text) if text else 0.0


@cache
def _everyday() -> frozenset[str]:
    letters = {*map(chr, range(0x20, 0x7F)), *"\n\r\t\u00a0‘’“”…–—"}
    letters.update(chr(point) for block in _BLOCKS for point in block)
    for codec, (first, last), (left, right) in _EVERYDAY_ROWS:
        for lead in range(first, last + 1):
            row = b"".join(bytes((lead, trail)) for trail in range(left, right + 1))
            letters.update(row.decode(codec, "ignore"))
    return frozenset(letters)
