"""Markup that was made to stall a parser: tags with thousands of attributes, for which libxml2 takes the square of the time."""

from __future__ import annotations

import re

# One tag with two hundred attributes or more, as a parser reads them; possessive, so that nothing is looked at twice.
_FLOOD = re.compile(
    r"<([A-Za-z][^\s<>/\"']{0,99}+)"
    r"(?:[\s/]++[^\s<>/\"'=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"']*+))?+){200,}+"
)


def without_attribute_floods(text: str) -> str:
    """`text` with the attributes taken off tags that have two hundred of them and more.

    >>> without_attribute_floods("<p class='a'>Oil rose.</p>")
    "<p class='a'>Oil rose.</p>"
    >>> without_attribute_floods("<p " + " ".join(f"a{n}=1" for n in range(1_000)) + ">Oil rose.</p>")
    '<p>Oil rose.</p>'
    """
    return _FLOOD.sub(r"<\1", text)
