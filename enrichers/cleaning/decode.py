"""Bytes to text: which charset they are in, and whether they are text at all.

Order: byte order mark, what was declared outside, what the page declares, the look of UTF-16, UTF-8, charset-normalizer.
What the text means is left to the others.
"""

from __future__ import annotations

import codecs
import re
from itertools import islice

from enrichers.cleaning.lines import ESCAPES
from schemas.document import HTML, RECORD
from schemas.errors import DocumentError
from schemas.wide_text import unmarked_wide

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What a label means on the web is the larger code page (WHATWG Encoding Standard, section 4.2).
WEB_CODECS = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
}  # fmt: skip
WEB_LABELS = {
    "x-sjis": "cp932", "windows-31j": "cp932", "ks_c_5601-1987": "cp949", "x-gbk": "gb18030", "unicode": "utf-16-le",
    "x-cp1252": "cp1252", "utf8mb4": "utf-8", "windows-874": "cp874", "macintosh": "mac-roman", "x-euc-jp": "euc_jp",
    "iso-8859-8-i": "iso8859-8", "koi8-ru": "koi8-u", "x-mac-cyrillic": "mac-cyrillic",
}  # fmt: skip
NOT_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"}
GUESSABLE = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "iso8859_2", "iso8859_5",
    "iso8859_7", "iso8859_15", "koi8_r", "koi8_u", "gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "cp874", "cp866",
    "mac_cyrillic",
]  # fmt: skip
SIGNATURES = (
    (b"\x89PNG", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"), (b"GIF87a", "a GIF image"), (b"GIF89a", "a GIF image"),
    (b"%PDF-", "a PDF"), (b"PK\x03\x04", "a zip archive or office document"), (b"\x1f\x8b", "gzip data"),
    (b"BZh", "bzip2 data"), (b"\xfd7zXZ\x00", "xz data"), (b"7z\xbc\xaf", "a 7z archive"), (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"Rar!\x1a", "a rar archive"), (b"\x7fELF", "a program"), (b"MZ\x90", "a program"), (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"SQLite format 3\x00", "a SQLite database"), (b"RIFF", "media data"), (b"OggS", "media data"), (b"ID3", "media data"),
    (b"{\\rtf", "rich text (RTF)"), (b"wOF", "a font"), (b"II*\x00", "a TIFF image"), (b"MM\x00*", "a TIFF image"),
)  # fmt: skip
TEXT_LIKE_SIGNATURES = {b"BZh", b"RIFF", b"ID3", b"OggS", b"wOF"}
BYTE_CONTROLS = bytes([*range(0x00, 0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F])
META_CHARSET = re.compile(
    rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.I
)
XML_ENCODING = re.compile(
    rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.\-]{2,40})", re.I
)
TAGS = re.compile(rb"<(?:script|style)\b.*?</(?:script|style)\s*>|<[^<>]*>", re.I | re.S)
TEXT_CONTROLS = BYTE_CONTROLS.rstrip(b"\x7f")
LATIN_CONTROLS = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")
# The quotes, dashes and signs of windows-1252 that stand in text without accents. Each is a letter elsewhere.
WESTERN_SIGNS = bytes(
    [
        0x80,
        0x82,
        0x84,
        0x85,
        *range(0x91, 0x98),
        0x99,
        0xA0,
        0xA3,
        0xA7,
        0xA9,
        0xAB,
        0xAE,
        0xB0,
        0xBB,
    ]
)
SIGN_WITHIN_WORD = re.compile(rb"[A-Za-z][\x80\xa3]|\x80[A-Za-z]|\xa3(?! ?[0-9])")
UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
SAMPLE_BYTES = 60_000


def decode(content: bytes, declared: str | None, media_type: str) -> str:
    r"""`content` as text; a charset that does not fit the bytes gives way to the next candidate.

    Raises DocumentError: "unknown_encoding" for a `declared` charset nobody knows, "binary" for what is not text,
    "undecodable" where no charset fits.

    >>> decode("Zürich – 5 €".encode("cp1252"), "iso-8859-1", "text/plain")
    'Zürich – 5 €'
    """
    outside = codec_of(declared) if declared and declared.strip() else None
    if declared and declared.strip() and outside is None:
        raise DocumentError(
            f"unknown character encoding {declared.strip()[:60]!r}",
            remedy="name one that Python knows (utf-8, cp1252, iso-8859-15, gb18030 ...) or leave it out",
            code="unknown_encoding",
        )
    _refuse_signature(content)
    for mark, codec in BOMS:
        if content.startswith(mark):
            text = _strict(content[len(mark) :], codec)
            if text is not None:
                return _checked(text)
    _refuse_controls(content, outside)
    for codec in _candidates(content, outside, media_type):
        text = _strict(content, codec)
        if text is not None:
            return _checked(text)
    return _checked(_guess(content, outside, media_type))


def codec_of(label: str) -> str | None:
    """The codec a charset label means on the web, None for what is no charset.

    >>> codec_of("ISO-8859-1"), codec_of("klingon"), codec_of("base64")
    ('cp1252', None, None)
    """
    name = label.strip().strip("\"'").lower()
    name = WEB_LABELS.get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    if info.name in NOT_CHARSETS or not getattr(info, "_is_text_encoding", True):
        return None
    return WEB_CODECS.get(info.name, info.name)


def repair(text: str) -> str:
    """`text` with mojibake undone where it is provably broken; anything else comes back as it was.

    >>> repair("cafÃ© prices"), repair("“Fine”, he said")
    ('café prices', '“Fine”, he said')
    """
    if text.isascii():
        return text
    import ftfy
    import ftfy.badness

    if not ftfy.badness.is_bad(text):
        return text
    fixed: str = ftfy.fix_text(
        text,
        uncurl_quotes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        unescape_html=False,
        normalization="NFC",
    )
    return fixed


def _candidates(content: bytes, outside: str | None, media_type: str) -> list[str]:
    found = [_with_byte_order(outside, content) if outside else None]
    found.append(_declared_inside(content, media_type))
    found.append(unmarked_wide(content))
    if b"\x1b$" in content or b"\x1b(" in content:
        found.append("iso2022_jp")
    found.append("utf-8")
    # What an older label led us to UTF-8 for, and is not, is that label after all.
    found.append(_label_inside(content, media_type))
    return [codec for codec in found if codec]


def _with_byte_order(codec: str, content: bytes) -> str:
    if codec in ("utf-16", "utf-32"):
        pattern = unmarked_wide(content)
        return pattern if pattern and pattern.startswith(codec) else f"{codec}-le"
    return codec


def _label_inside(content: bytes, media_type: str) -> str | None:
    head = content[:4096]
    if media_type == RECORD or (media_type != HTML and not head.lstrip().startswith(b"<")):
        return None
    match = XML_ENCODING.search(head) or META_CHARSET.search(head)
    return codec_of(match[1].decode("ascii")) if match else None


def _declared_inside(content: bytes, media_type: str) -> str | None:
    codec = _label_inside(content, media_type)
    # A page whose declaration can be read as ASCII is not in UTF-16, whatever it says (HTML standard, 13.2.3.2).
    if codec and codec.startswith(("utf-16", "utf-32")):
        return "utf-8"
    # Saved pages are often UTF-8 under their old label; that bytes of a code page form UTF-8 three times is no accident.
    if codec in (None, "utf-8"):
        return codec
    return "utf-8" if _has_utf8_letters(content[:SAMPLE_BYTES]) else codec


def _has_utf8_letters(sample: bytes) -> bool:
    return not sample.isascii() and len(list(islice(UTF8_LETTER.finditer(sample), 3))) == 3


def _strict(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as problem:
        # A download cut inside the last character is still that text; but one that was all ASCII is none in UTF-8.
        cut = problem.reason == "unexpected end of data" and not content[: problem.start].isascii()
        if codec == "utf-8" and cut:
            return content[: problem.start].decode(codec)
        return None
    except (ValueError, LookupError):
        return None


def _guess(content: bytes, outside: str | None, media_type: str) -> str:
    lenient = content.decode("utf-8", "replace")
    damage = lenient.count("\ufffd")
    if damage * 50 <= sum(not character.isascii() for character in lenient):
        return lenient
    if not outside and _is_signs_only(content):
        return content.decode("cp1252")
    from charset_normalizer import from_bytes

    sample = (
        TAGS.sub(b" ", content)
        if media_type == HTML or content.lstrip().startswith(b"<")
        else content
    )
    best = from_bytes(sample[:SAMPLE_BYTES], cp_isolation=GUESSABLE).best()
    codec = (
        (codec_of(best.encoding) if best else None)
        or _declared_inside(content, media_type)
        or outside
    )
    if codec is None:
        raise DocumentError(
            "the text is in no character encoding that fits",
            remedy="name it with --encoding, or save the file as UTF-8",
            code="undecodable",
        )
    text = content.decode(codec, "replace")
    if text.count("\ufffd") * 20 > len(text):
        raise DocumentError(
            f"the text is not in {codec}: more than one character in twenty cannot be read",
            remedy="name its encoding, or save the file as UTF-8",
            code="undecodable",
        )
    return text


def _is_signs_only(content: bytes) -> bool:
    """English with curly quotes or "£150": charset-normalizer, which knows letters, made "Ł150" of it, or Japanese."""
    rest = content.translate(None, WESTERN_SIGNS)
    few = (len(content) - len(rest)) * 5 < len(content)
    return few and rest.isascii() and not SIGN_WITHIN_WORD.search(content)


def _refuse_signature(content: bytes) -> None:
    for signature, what in SIGNATURES:
        if content.startswith(signature):
            # Four letters may open a sentence; then the bytes after them decide.
            if (
                signature in TEXT_LIKE_SIGNATURES
                and content[:200].translate(None, BYTE_CONTROLS) == content[:200]
            ):
                continue
            raise _binary(what)


def _refuse_controls(content: bytes, outside: str | None) -> None:
    if (outside or "").startswith(("utf-16", "utf-32", "cp037", "cp500")):
        return
    head = content[:100_000]
    controls = len(head) - len(head.translate(None, BYTE_CONTROLS))
    if controls > 1 and controls * 20 > len(head) and not unmarked_wide(content):
        raise _binary("control characters rather than text")


def _checked(text: str) -> str:
    # Here already: a parser of pages drops the escape alone and leaves "[31m". Hardly a text has one: two quick looks.
    if "\x1b" in text or "\x9b" in text:
        text = ESCAPES.sub("", text)
    head = text[:20_000]
    # In UTF-8, where every control has bytes of its own, both looks cost a tenth of what they do in text.
    raw = head.encode("utf-8", "replace")
    controls = len(raw) - len(raw.translate(None, TEXT_CONTROLS))
    if controls > 1 and controls * 20 > len(head):
        raise _binary("control characters rather than text")
    # Halves of letters read as Latin-1: to be put together while they are there, for no parser keeps them.
    if not text.isascii() and LATIN_CONTROLS.search(text.encode("utf-8", "replace")):
        return "\n".join(map(repair, text.split("\n")))
    return text


def _binary(what: str) -> DocumentError:
    return DocumentError(
        f"the content is {what}",
        remedy="give text, Markdown, HTML or JSON; unpack or convert it first",
        code="binary",
    )
