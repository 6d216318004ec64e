"""What one line of text may hold: no control, escape or zero-width characters, one blank between words, NFC.

Curly quotes, dashes and accents are the author's and stay. What a line means is left to `boilerplate` and `text`.
"""

from __future__ import annotations

import re
import unicodedata

LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Soft hyphen, zero-width space, word joiner, BOM and overriding directions: nobody reads them, every search trips on them.
INVISIBLE = re.compile(
    "[\xad\u180e\u200b\u202d\u202e\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]"
)
# These keep numbers and Latin names in place beside Hebrew and Arabic letters (UAX 9); in any other line they do nothing.
DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069]")
RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
# Colours, links and titles for a terminal (ECMA-48, 5.3 to 5.6), whole: without its first character the rest is text.
ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-9;?]+[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]{0,4000}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[#%()*+./-][0-~]|\x1b[78=>]"
)
# The joiners carry meaning between Arabic or Indic letters and inside emoji, never beside a Latin letter or a blank.
IDLE_JOINERS = re.compile(
    "(?:(?<=[\x00-\u024f\u2000-\u206f])|^)[\u200c\u200d]+|[\u200c\u200d]+(?=[\x00-\u024f\u2000-\u206f]|$)"
)
CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
# The same written as numbers in markup (&#11; &#x1f;), and what no XML may hold besides (XML 1.0, 2.2).
CONTROL_NUMBERS = re.compile(
    r"&#(?:0*(?:[1-8]|1[124-9]|2\d|3[01]|6553[45])(?!\d)|x0*(?:[1-8bcef]|1[0-9a-f]|fff[ef])(?![0-9a-f]));?", re.I
)  # fmt: skip
NO_XML = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
SURROGATES = re.compile("[\ud800-\udfff]")
WHITESPACE = re.compile(r"\s+")
CONTROL_BYTES = bytes([*range(9), 0x0B, 0x0C, *range(0x0E, 0x20)])
NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())
# Every character the patterns above are about, so that most lines are passed at one look.
SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\uffff]"
)


def tidy(text: str) -> str:
    r"""`text` with "\n" line ends and without characters nobody can see; blanks and line breaks stay.

    >>> tidy("oil\u200b prices\r\n\x1b[31mrose\x1b[0m\x00")
    'oil prices\nrose'
    """
    if not SUSPECT.search(text):
        return _composed(text)
    text = SURROGATES.sub("\ufffd", LINE_BREAKS.sub("\n", ESCAPES.sub("", text)))
    text = _without_idle_directions(CONTROLS.sub("", INVISIBLE.sub("", text)))
    return _composed(IDLE_JOINERS.sub("", text))


def without_controls(markup: str) -> str:
    r"""`markup` without characters that libxml2 reads in HTML and refuses to write: moving them in a tree raises.

    >>> without_controls("<p>Oil\x0c prices&#31;\x1b[31mrose\x1b[0m</p>")
    '<p>Oil\n prices rose</p>'
    """
    if "&#" in markup:
        markup = CONTROL_NUMBERS.sub(" ", markup)
    markup = ESCAPES.sub(lambda found: found[0] if "<" in found[0] else "", markup)
    return NO_XML.sub("", LINE_BREAKS.sub("\n", markup))


def has_controls(markup: str, data: bytes) -> bool:
    """Whether `markup`, with its bytes in UTF-8, may hold such characters, which of a hundred pages one does."""
    if len(data.translate(None, CONTROL_BYTES)) != len(data):
        return True
    if "\ufffe" in markup or "\uffff" in markup:
        return True
    return CONTROL_NUMBERS.search(markup) is not None


def _composed(text: str) -> str:
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text)


def _without_idle_directions(text: str) -> str:
    if not DIRECTIONS.search(text):
        return text
    return "\n".join(
        line if RIGHT_TO_LEFT.search(line) else DIRECTIONS.sub("", line)
        for line in text.split("\n")
    )


def one_line(text: str) -> str:
    r"""`text` as a paragraph is stored: tidied, every run of blanks and breaks one space, none at the ends.

    >>> one_line("  10\u202f000\n barrels ")
    '10 000 barrels'
    """
    joined = " ".join(text.split())
    # Nothing of what `tidy` takes out is printable; all but one of its line ends part words for `split` as well.
    if joined.isprintable() and "\x1f" not in text:
        return _composed(joined)
    return " ".join(tidy(text).split())


def is_blank(text: str) -> bool:
    """Whether `text` has no letter and no digit, so that it says nothing (a rule of dashes, three stars).

    >>> is_blank("* * *"), is_blank("7")
    (True, False)
    """
    return not (text[:1].isalnum() or any(map(str.isalnum, text)))


def fold(text: str) -> str:
    """`text` for comparing: letters and digits only, no case.

    >>> fold("Don’t stop – now!")
    'dontstopnow'
    """
    if text.isascii():
        return text.lower().encode().translate(None, NO_LETTERS).decode()
    return "".join(filter(str.isalnum, text.casefold()))
