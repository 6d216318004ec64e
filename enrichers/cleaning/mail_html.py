"""A mail in HTML without the mail it answers and without its signature, by the marks that mail programs set.

What is quoted stays where the mail passes it on, or says nothing else.
"""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

from enrichers.cleaning.draft import Block
from enrichers.cleaning.fragments import blocks_of, parse_html
from enrichers.cleaning.lines import one_line
from enrichers.cleaning.mail_marks import is_attribution, is_forward_mark, is_sentence

# Looked for first, and first of all what several have in common, so that a page of the web costs five looks.
_MARKS = (
    "gmail_quote", "gmail_signature", "moz-cite-prefix", "moz-signature", 'type="cite"', "type='cite'", "type=cite", "divRplyFwdMsg",
    "yahoo_quoted", "protonmail_quote", "protonmail_signature", "OLK_SRC_BODY", "outlook-mobile-signature",
)  # fmt: skip
_PARTS_OF_MARKS = ("signature", "_quote", "cite", "divRplyFwdMsg", "OLK_SRC_BODY")
_SIGNATURES = (
    "//*[contains(@class,'gmail_signature') or contains(@class,'moz-signature') or contains(@class,'protonmail_signature_block')"
    " or @id='ms-outlook-mobile-signature']"
)
_QUOTES = (
    "//*[contains(@class,'gmail_quote') or contains(@class,'yahoo_quoted') or contains(@class,'protonmail_quote')"
    " or contains(@class,'moz-cite-prefix') or @id='OLK_SRC_BODY_SECTION' or @id='divRplyFwdMsg'"
    " or (self::blockquote and @type='cite')]"
)
_OPENING = 400


def without_quoted_mail(text: str) -> tuple[str, list[Block]]:
    """`text`, a page of HTML, without what of it is quoted mail and signature, and these as blocks with their reason.

    >>> page, left = without_quoted_mail("<p>Oil rose.</p><div class='gmail_quote'>Ann wrote: Did it?</div>")
    >>> "wrote" in page, [(block.text, block.reason) for block in left]
    (False, [('Ann wrote: Did it?', 'quote')])
    """
    if not any(part in text for part in _PARTS_OF_MARKS) or not any(m in text for m in _MARKS):
        return text, []
    tree = parse_html(text)
    if tree is None:
        return text, []
    left = [block for node in tree.xpath(_SIGNATURES) for block in _taken(node, "signature")]
    found = [one for node in tree.xpath(_QUOTES) if _is_quote(node) for one in _with_rest(node)]
    left += [block for node in found for block in _taken(node, "quote")]
    if not left or not any(is_sentence(block.text) for block in blocks_of(tree)):
        return text, []
    return etree.tostring(tree, encoding="unicode", method="html"), left


def _is_quote(node: HtmlElement) -> bool:
    """Whether the node is the mail that was answered; one passed on says so on top."""
    pieces = [piece for piece in map(one_line, node.itertext()) if piece][:6]
    if any(is_forward_mark(piece) for piece in pieces):
        return False
    if node.get("type") != "cite":
        return True
    before = node.getprevious()
    above = one_line("".join(before.itertext()))[-_OPENING:] if before is not None else ""
    return is_attribution(above) or any(is_attribution(" ".join(pieces[:end])) for end in (1, 2, 3))


def _with_rest(node: HtmlElement) -> list[HtmlElement]:
    """The node, and all behind it where it is but the head of the mail answered."""
    return [node, *node.itersiblings()] if node.get("id") == "divRplyFwdMsg" else [node]


def _taken(node: HtmlElement, reason: str) -> list[Block]:
    """The node's paragraphs as blocks with the reason; it is taken out of the tree."""
    parent = node.getparent()
    if parent is None:
        return []
    texts = [block.text for block in blocks_of(node)] or [one_line("".join(node.itertext()))]
    node.drop_tree()
    return [Block(text=text, reason=reason) for text in texts if text]
