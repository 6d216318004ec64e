"""Whether a page is nothing until a browser has run its scripts."""

from __future__ import annotations

import re

from enrichers.cleaning.decode import decode
from enrichers.cleaning.fragments import parse_html
from schemas.document import HTML, RawDocument

LITTLE_TEXT = 300
_ASKS_FOR_SCRIPT = re.compile(
    r"(?:enable|activate|turn on|requires?|needs?|without) java\s?script|java\s?script (?:is )?(?:disabled|required|turned off|aktivieren)|"
    r"activer (?:le )?java\s?script|(?:activar|habilitar|activa|habilita) java\s?script|abilit\w+ java\s?script|włącz\w* (?:obsługę )?java\s?script",
    re.I,
)
_TEXT = ".//text()[not(ancestor::script or ancestor::style or ancestor::noscript or ancestor::template)]"
_SHOWN = f"//body{_TEXT.removeprefix('.')}"
_MOUNT = "//*[self::div or self::main or self::app-root][@id='root' or @id='app' or @id='__next' or @id='__nuxt' or @id='svelte' or self::app-root]"


def is_script_only(document: RawDocument) -> bool:
    """Whether the page has scripts, next to no text, and a sign that the text is to come from them.

    The signs: a place where a framework puts the page, still empty, or a sentence that asks for JavaScript.
    """
    if document.media_type != HTML:
        return False
    tree = parse_html(decode(document.content, document.hints.encoding, document.media_type))
    if tree is None or not tree.xpath("//script"):
        return False
    notes = " ".join("".join(node.itertext()) for node in tree.xpath("//noscript"))
    text = " ".join(" ".join(tree.xpath(_SHOWN)).split())
    if len(text) > LITTLE_TEXT:
        return False
    has_empty_mount = any(
        not node.xpath(f"boolean({_TEXT}[normalize-space()])") for node in tree.xpath(_MOUNT)
    )
    return has_empty_mount or bool(_ASKS_FOR_SCRIPT.search(f"{notes} {text}"))
