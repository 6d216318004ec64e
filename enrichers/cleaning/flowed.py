"""Text of a mail whose sender's program wrapped it and marked where (RFC 3676, format=flowed): the lines as they were typed.

Which mails say so is `sources.mail`'s to know, and what in a mail is the sender's own is `mail_text`'s.
"""

from __future__ import annotations

SIGNATURE = "-- "


def unflowed(text: str, *, is_delsp: bool) -> str:
    r"""`text` with each line that ends in a blank joined to the next one of the same depth of quoting.

    Differs from RFC 3676 (section 4.2) in that a blank line stays one also after a line that ends in a blank. With
    `is_delsp` that blank was the wrapping's and goes.

    >>> unflowed("Oil \nrose.\n> Did \n> it?\n From here", is_delsp=False)
    'Oil rose.\n> Did it?\nFrom here'
    """
    lines: list[list[str]] = []
    open_depth: int | None = None
    for ended in text.split("\n"):
        line = ended.removesuffix("\r")
        said = line.lstrip(">")
        depth = len(line) - len(said)
        said = said.removeprefix(" ")
        is_flowed = said.endswith(" ") and said != SIGNATURE
        if depth != open_depth or not said.strip() or said == SIGNATURE:
            lines.append([">" * depth + " " if depth else ""])
        lines[-1].append(said[:-1] if is_flowed and is_delsp else said)
        open_depth = depth if is_flowed and said.strip() else None
    return "\n".join(map("".join, lines))
