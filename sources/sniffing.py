"""What bytes are, by looking at them: binary by its signature, which text format, which encoding.

For containers (JSON, CSV) and for naming a format. Text and HTML documents keep their bytes; their encoding is the
cleaner's to find, with a page's own meta tags at hand.
"""

from __future__ import annotations

import codecs
import json
import re
from difflib import get_close_matches
from encodings.aliases import aliases
from itertools import islice
from typing import Final

from schemas.wide_text import is_misread, unmarked_wide

_SIGNATURES: Final = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or office document"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\x1f\x8b", "gzip-compressed"),
    (b"BZh", "bzip2-compressed"),
    (b"\xfd7zXZ\0", "xz-compressed"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7fELF", "a program"),
    (b"OggS\0", "a sound or video file"),
    (b"ID3\x03", "a sound file"),
    (b"ID3\x04", "a sound file"),
    (b"fLaC\0", "a sound file"),
    (b"PAR1\x15", "a Parquet file"),
)
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with that one's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What these names mean on the web is the larger code page (WHATWG Encoding Standard, section 4.2).
_WEB_MEANING: Final = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}
# Those that newsrooms wrote in; without the list rare code pages win on short texts.
_GUESSABLE: Final = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("iso8859_2", "iso8859_15", "koi8_r", "gb18030", "big5", "cp932", "euc_jp", "cp949", "cp874"),
]
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|article|main|section|header|div|p|h[1-3]|meta|title|span)\b",
    re.IGNORECASE,
)
_WHOLE_PAGE = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_JSON_OBJECT = re.compile(r'\{\s*(?:"|\}|\Z)')
_JSON_LIST = re.compile(r"\[\s*(?:\{|\]|\Z)")
_FRONT_MATTER = re.compile(r"\A---\n(?:.*\n)*?---\s*\n\s*")
_MARKDOWN = re.compile(
    r"^#{1,6} +[^\W\d_]|\[[^\]\n]{1,200}\]\((?:https?://|/)[^()\s]{1,300}\)", re.MULTILINE
)
_LOOKED_AT = 20_000
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def binary_kind(head: bytes) -> str | None:
    """What the signature says the bytes are ("a PDF"), or None where no signature of a binary format is there.

    >>> binary_kind(b"%PDF-1.7 ..."), binary_kind(b"Oil prices rose")
    ('a PDF', None)
    """
    for signature, kind in _SIGNATURES:
        # "BZh" could begin a word; what follows it in a bzip2 file (a digit, then pi in decimal) could not.
        if head.startswith(signature) and (signature != b"BZh" or head[4:7] == b"1AY"):
            return kind
    if head[4:8] == b"ftyp" and head[:1] == b"\0":
        return "a video or image file"
    if head.startswith(b"RIFF") and head[8:12] in {b"WEBP", b"WAVE", b"AVI "}:
        return "a picture, sound or video file"
    return "a tar archive" if head[257:262] == b"ustar" and b"\0" in head[:257] else None


# Python's names for things that are no charset of a document, though they "decode".
_NO_CHARSET: Final = frozenset(
    ("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7")
)


def known_encoding(name: str) -> str | None:
    """Python's name of a charset, or None where it knows none of that name.

    >>> known_encoding("Latin-1"), known_encoding("base64"), known_encoding("utf8x")
    ('iso8859-1', None, None)
    """
    try:
        codec = codecs.lookup(name.strip())
    except (LookupError, ValueError):
        return None
    # codecs.lookup also finds base64 and zip, which give bytes; only this attribute tells (bytes.decode asks it too).
    is_text = getattr(codec, "_is_text_encoding", True) and codec.name not in _NO_CHARSET
    return codec.name if is_text and codec.incrementaldecoder is not None else None


def encodings_like(name: str) -> list[str]:
    """The names of charsets nearest to one that is unknown."""
    known = {alias.replace("_", "-") for alias in [*aliases, *aliases.values()]}
    return get_close_matches(name.lower().replace("_", "-"), sorted(known - _NO_CHARSET), n=3)


def wide_encoding(head: bytes) -> str | None:
    """The encoding a byte order mark or the look of UTF-16 shows; None where there is neither.

    >>> wide_encoding("Öl".encode("utf-16")), wide_encoding(b"Oil")
    ('utf-16', None)
    """
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    return unmarked_wide(head)


def decode(content: bytes, declared: str | None) -> str | None:
    """The text: byte order mark > what was declared > look of UTF-16 > UTF-8 > charset-normalizer; None if it is none of them.

    A declared encoding that the bytes do not fit gives None too: guessing over the user's word would hide the mistake.
    """
    if declared and is_wrong_encoding(content, declared):
        return None
    wide = wide_encoding(content)
    name = wide if wide and (not declared or _is_marked(content)) else _on_the_web(declared)
    try:
        return content.decode(name or "utf-8").removeprefix("\ufeff")
    except UnicodeError:
        return None if name else _decode_by_guess(content)


def is_wrong_encoding(content: bytes, declared: str) -> bool:
    """Whether the bytes are plainly not in the encoding that was named for them; a byte order mark is never wrong.

    >>> is_wrong_encoding(b"Oil rose.", "utf-16"), is_wrong_encoding(b"Oil rose.", "cp1252")
    (True, False)
    """
    return not _is_marked(content) and is_misread(content, _on_the_web(declared) or declared)


def _is_marked(content: bytes) -> bool:
    return content.startswith(tuple(mark for mark, _ in _BOMS))


def _on_the_web(name: str | None) -> str | None:
    return _WEB_MEANING.get(name, name) if name else None


def _decode_by_guess(content: bytes) -> str | None:
    lenient = content.decode("utf-8", "replace")
    letters = sum(not character.isascii() for character in lenient)
    # A file of UTF-8 with one broken letter is UTF-8; a guess would break all the others.
    if lenient.count("\ufffd") * 20 <= letters:
        return lenient
    from charset_normalizer import from_bytes

    # Only lines with letters beyond ASCII tell encodings apart; a sample of them is quicker and no worse.
    telling = b"\n".join(line for line in content.splitlines() if not line.isascii())[:65_536]
    best = from_bytes(telling, cp_isolation=_GUESSABLE).best()
    return None if best is None else content.decode(best.encoding, "replace")


def sniff_format(head: bytes, encoding: str | None) -> str | None:
    r"""The format (json, jsonl, html, md, txt) the beginning of something looks like, None where it is no text of ours.

    What a table looks like is known to `sources.tables`.

    >>> sniff_format(b'{"title": "a"}\n{"title": "b"}', None), sniff_format(b"<p>Oil</p>", None)
    ('jsonl', 'html')
    """
    if binary_kind(head):
        return None
    text = head_text(head, encoding)
    if len(_CONTROL.findall(text)) > len(text) / 100:
        return None
    if _JSON_OBJECT.match(text) or _JSON_LIST.match(text):
        return "jsonl" if _is_lines(text) else "json"
    if _WHOLE_PAGE.search(text) or (text.startswith("<") and _HTML.search(text)):
        return "html"
    if re.match(r"<\?xml|<rss\b|<feed\b|<urlset\b|<svg\b", text):
        return None
    return "md" if _is_markdown(text) else "txt"


def head_text(head: bytes, encoding: str | None) -> str:
    """The beginning as text good enough to look at, without blanks before it."""
    text = head.decode(wide_encoding(head) or encoding or "latin-1", "replace")
    return text.lstrip("\ufeffï»¿ \t\r\n\f")


def _is_markdown(text: str) -> bool:
    """Whether it opens with a heading of Markdown, or has two of its headings or links: "#1" and "[1]" are none."""
    marks = islice(_MARKDOWN.finditer(_FRONT_MATTER.sub("", text[:_LOOKED_AT], count=1)), 2)
    found = [mark.start() for mark in marks]
    return len(found) > 1 or found == [0]


def _is_lines(text: str) -> bool:
    first, _, rest = text.partition("\n")
    if not rest.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False
