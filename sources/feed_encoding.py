"""Which encoding the bytes of a feed or sitemap are in; what reads them gets UTF-8.

Order: byte order mark, pattern of NULs, UTF-8 where the bytes are valid UTF-8 (no other encoding's text is, by chance),
the header's charset, the XML declaration, a guess. Servers say "iso-8859-1" of feeds that say "utf-8" of themselves.
"""

from __future__ import annotations

import codecs
import re

from sources.sniffing import decode, wide_encoding

_BLOCK_BYTES = 1_048_576
_GUESSED_BYTES = 5_000_000
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{2,40})[\"']")
# What these names mean on the web (WHATWG Encoding Standard, section 4.2).
_WEB_MEANING = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
_SAFE_FAMILIES = re.compile(
    r"cp\d+|iso8859-\d+|iso2022[_-]\w+|mac-\w+|koi8-\w+|big5\w*|gb\w+|euc[_-]\w+|shift_?\w+|johab|tis-620|ptcp154|kz1048|utf-8"
)


def as_utf8(content: bytes, charset: str | None = None) -> bytes:
    r"""The same text in UTF-8 without a byte order mark; never raises: what cannot be read becomes U+FFFD.

    >>> as_utf8("Öl".encode("utf-16")).decode(), as_utf8(b"\xd6l", "iso-8859-1").decode()
    ('Öl', 'Öl')
    """
    wide = wide_encoding(content)
    if wide == "utf-8-sig":
        content = content[3:]
    elif wide:
        return _transcoded(content, wide).removeprefix(codecs.BOM_UTF8)
    declared = _declared(content, charset)
    if any(name.startswith("iso2022") for name in declared) and b"\x1b" in content:
        return _transcoded(content, next(name for name in declared if name.startswith("iso2022")))
    if _is_utf8(content):
        return content
    for name in declared:
        if name != "utf-8":
            return _transcoded(content, name)
    if len(content) > _GUESSED_BYTES or "utf-8" in declared:
        return _transcoded(content, "utf-8" if _is_nearly_utf8(content) else "cp1252")
    return (decode(content, None) or content.decode("cp1252", "replace")).encode("utf-8", "replace")


def _declared(content: bytes, charset: str | None) -> list[str]:
    inside = _DECLARATION.search(content[:1024])
    names = [charset, inside.group(1).decode("ascii", "replace") if inside else None]
    return [known for name in names if name and (known := _known(name))]


def _known(name: str) -> str | None:
    try:
        known = codecs.lookup(name.strip("\"' ")[:40]).name.lower()
    except (LookupError, ValueError):
        return None
    known = _WEB_MEANING.get(known, known)
    return known if _SAFE_FAMILIES.fullmatch(known) else None


def _is_utf8(content: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for place in range(0, len(content), _BLOCK_BYTES):
            decoder.decode(content[place : place + _BLOCK_BYTES])
    except UnicodeDecodeError:
        return False
    # A character cut at the very end is no reason to read all the others as another encoding.
    return True


def _is_nearly_utf8(content: bytes) -> bool:
    sample = content[:_BLOCK_BYTES].decode("utf-8", "replace")
    letters = sum(not character.isascii() for character in sample)
    return sample.count("\ufffd") * 20 <= letters


def _transcoded(content: bytes, encoding: str) -> bytes:
    if encoding in {"utf-16", "utf-32"}:
        # The mark says which; an incremental decoder without one would take this machine's order.
        big_endian = content.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE))
        encoding += "-be" if big_endian else "-le"
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    made = bytearray()
    for place in range(0, len(content), _BLOCK_BYTES):
        made += decoder.decode(content[place : place + _BLOCK_BYTES]).encode("utf-8", "replace")
    return bytes(made + decoder.decode(b"", True).encode("utf-8", "replace"))  # noqa: FBT003  codecs takes no keyword
