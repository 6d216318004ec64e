"""The parts of a MIME message (RFC 2045, 2046), without recursion and never deeper than mail programs nest them.

The standard library's parser goes one frame deeper for each level and looks at every line once for each level it is in;
here the bytes are only split where a boundary stands, down to the one part that is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import Parser
from email.policy import compat32

from schemas.errors import DocumentError
from sources.sniffing import known_encoding

_DEEPEST = 20
_MOST_PARTS = 1_000
_HEADER_BYTES = 1_000_000
_LONGEST_VALUE = 10_000
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n|\A\r?\n")


@dataclass(frozen=True, slots=True)
class Part:
    """One part that is no multipart: its headers, and its body as it was transferred.

    `is_cut` says that the message ends in it, without the boundary that should follow.
    """

    headers: Message
    body: bytes
    is_cut: bool = False

    @property
    def media_type(self) -> str:
        """In lower case; text/plain where the part names none."""
        return self.headers.get_content_type()

    @property
    def charset(self) -> str | None:
        """Python's name of the charset the part names, where it names one that is known."""
        try:
            name = self.headers.get_content_charset()
        except (LookupError, ValueError):
            return None
        return known_encoding(name) if name else None

    def parameter(self, name: str) -> str:
        """What the media type says of `name`, in lower case; "" where it says nothing readable."""
        try:
            value = self.headers.get_param(name)
        except (LookupError, ValueError):
            return ""
        return value.lower() if isinstance(value, str) else ""

    @property
    def is_attachment(self) -> bool:
        """Whether the part says it is to be kept rather than shown."""
        return value_of(self.headers, "Content-Disposition").lower().startswith("attachment")

    def decoded(self) -> bytes:
        """The body with its transfer encoding (base64, quoted-printable, uuencode) undone; what is broken is left."""
        message = Message(policy=compat32)
        message["Content-Transfer-Encoding"] = value_of(self.headers, "Content-Transfer-Encoding")
        message.set_payload(self.body.decode("ascii", "surrogateescape"))
        try:
            content = message.get_payload(decode=True)
        except (MessageError, ValueError):
            return self.body
        return content if isinstance(content, bytes) else self.body


def headers_and_body(content: bytes) -> tuple[Message, bytes]:
    r"""A message's headers and what follows them.

    >>> headers, body = headers_and_body(b"Subject: Oil\n\nPrices rose.")
    >>> headers["Subject"], body
    ('Oil', b'Prices rose.')
    """
    end = _END_OF_HEADERS.search(content[:_HEADER_BYTES])
    if end is None:
        head, body = content[:_HEADER_BYTES], b""
    else:
        head, body = content[: end.start()], content[end.end() :]
    headers = Parser(policy=compat32).parsestr(_as_text(head), headersonly=True)
    kind = str(headers.get("Content-Type") or "")
    if len(kind) > _LONGEST_VALUE:
        # Its parameters are looked for in time that grows with the square of their number.
        headers.replace_header("Content-Type", kind[:_LONGEST_VALUE])
    return headers, body


def parts_of(headers: Message, body: bytes) -> Iterator[Part]:
    """The parts that are no multiparts, in the order they stand, as they are asked for.

    Of a message within the message, its parts. Nothing below the twentieth level, and a thousand parts at most.
    """
    waiting = [(headers, body, 0, False)]
    seen = 0
    while waiting and seen < _MOST_PARTS:
        headers, body, level, is_cut = waiting.pop()
        seen += 1
        if headers.get_content_maintype() == "multipart" and headers.get_boundary():
            if level < _DEEPEST:
                pieces, is_open = _split(body, headers)
                # What has no end of its own ends where the multipart around it goes on.
                last_is_cut = is_open and (is_cut or not level)
                for number, piece in reversed(list(enumerate(pieces, start=1))):
                    inner_is_cut = last_is_cut and number == len(pieces)
                    waiting.append((*headers_and_body(piece), level + 1, inner_is_cut))
        elif headers.get_content_type() == "message/rfc822":
            if level < _DEEPEST:
                inner = headers_and_body(body.lstrip(b"\r\n"))
                waiting.append((*inner, level + 1, is_cut))
        else:
            yield Part(headers, body, is_cut)


def cut_off(origin: str) -> DocumentError:
    """The error for a message that ends in the part that is wanted of it."""
    return DocumentError(
        f"{origin} is cut off: its last boundary is missing",
        remedy="get the whole message",
        code="truncated",
    )


def value_of(headers: Message, name: str) -> str:
    """The header as one line of text, its encoded words (RFC 2047) decoded; "" where it is missing.

    >>> headers, _ = headers_and_body(b"Subject: =?utf-8?q?Caf=C3=A9?= prices")
    >>> value_of(headers, "subject")
    'Café prices'
    """
    raw = headers.get(name)
    if raw is None:
        return ""
    text = str(raw)[:_LONGEST_VALUE]
    with suppress(MessageError, LookupError, ValueError):
        text = str(make_header(decode_header(text)))
    return " ".join(text.encode("utf-8", "replace").decode("utf-8", "replace").split())


def _as_text(head: bytes) -> str:
    # Bytes over 127 are UTF-8 (RFC 6532), or against the rules and then mostly of Windows.
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError:
        return head.decode("cp1252", "replace")


def _split(body: bytes, headers: Message) -> tuple[list[bytes], bool]:
    """What stands between the boundaries (RFC 2046, section 5.1.1), and whether the end of the last piece is missing."""
    boundary = str(headers.get_boundary()).encode("utf-8", "replace")
    # A pattern that begins with fixed bytes is looked for ten times as fast as one that begins with a choice; with the
    # end of a line, a body of nothing but hyphens is looked at once.
    mark = re.compile(b"\n--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    body = b"\n" + body
    pieces: list[bytes] = []
    start: int | None = None
    for found in mark.finditer(body):
        if start is not None:
            pieces.append(body[start : found.start()].removesuffix(b"\r"))
        start = None if found[1] else found.end()
        if found[1] or len(pieces) >= _MOST_PARTS:
            break
    is_open = start is not None and len(pieces) < _MOST_PARTS
    if is_open:
        pieces.append(body[start:])
    return [piece.removeprefix(b"\r").removeprefix(b"\n") for piece in pieces], is_open
