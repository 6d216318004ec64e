"""The small parts of an entry, made safe to keep: titles and names as plain text, links as absolute http addresses.

Every pattern here is linear, whatever the text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from urllib.parse import quote, urljoin

from schemas.addresses import canonical_address, without_credentials

_LONGEST_TITLE = 2_000
_LONGEST_URL = 8_000
_TAG = re.compile(r"<(?:[A-Za-z/][^<>]*|!--[^<>]*--|!\[CDATA\[|\?[^<>]*)>|<!\[CDATA\[|\]\]>")
# What a title marked as plain text can only hold by mistake.
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|br|cite|code|em|font|i|img|mark|p|q|s|small|span|strong|sub|sup|u)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_BREAKING_TAG = re.compile(
    r"</?(?:address|article|aside|blockquote|br|div|dd|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|td|th|tr|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_UNSEEN = re.compile(
    r"<(script|style|template|noscript|iframe|svg)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_UNKEPT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Nearly every address there is; the full check costs twenty times as much.
_PLAIN_URL = re.compile(
    r"https?://(?:[a-z0-9][a-z0-9-]{0,62}\.){1,3}[a-z]{2,24}(?:[/?#][!-~]{0,1900})?"
)
_SPACE = re.compile(r"\s")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def plain_title(markup: str | None, *, is_text: bool = False) -> str | None:
    r"""One line of plain text: tags stripped, then character references undone; None where nothing is left.

    `is_text` is for what its format declares plain: there "<b>" is stripped still, "<Enter>" stays.

    >>> plain_title(" Oil &amp; <b>gas</b>\n up "), plain_title("Press <Enter>", is_text=True)
    ('Oil & gas up', 'Press <Enter>')
    """
    if not markup:
        return None
    text = markup[: 10 * _LONGEST_TITLE]
    if "<" in text or "]]>" in text:
        text = (_INLINE_TAG if is_text else _TAG).sub("", text)
    if "&" in text:
        text = unescape(text)
        # Escaped twice: tags that only now show are as little part of the title.
        text = _INLINE_TAG.sub("", text) if "<" in text else text
    return kept(" ".join(text.split())[:_LONGEST_TITLE]) or None


def plain_paragraphs(html: str) -> list[str]:
    """The text of each block of an HTML fragment, in order, those without text left out.

    >>> plain_paragraphs("<p>Oil &amp; gas</p><script>x()</script>rose<br>again")
    ['Oil & gas', 'rose', 'again']
    """
    if "<" not in html and "&" not in html:
        return [" ".join(html.split())] if html and not html.isspace() else []
    blocks = _BREAKING_TAG.split(_UNSEEN.sub(" ", html))
    texts = (" ".join(unescape(_TAG.sub("", block)).split()) for block in blocks)
    return [text for text in texts if text]


def kept(text: str) -> str:
    """The text without control characters and lone surrogates, which no database or page can hold."""
    return text if text.isascii() and text.isprintable() else _UNKEPT.sub("", text)


def language_tag(text: str | None) -> str | None:
    """A language tag as BCP 47 writes it ("en_gb" becomes "en-gb"), or None for anything else.

    >>> language_tag(" en_GB "), language_tag("English please")
    ('en-GB', None)
    """
    tag = (text or "").strip()[:40].replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else None


def absolute_url(link: str | None, base: str) -> str | None:
    """The link against its base as an http(s) address without user and password, or None for what is none.

    >>> absolute_url("../oil?id=7#end", "https://example.org/news/feed.xml")
    'https://example.org/oil?id=7#end'
    >>> absolute_url("javascript:alert(1)", "https://example.org/") is None
    True
    """
    if link and _PLAIN_URL.fullmatch(link):
        return link
    link = link.replace("\n", "").strip(" \t\r\0") if link else ""
    if not link or len(link) > _LONGEST_URL:
        return None
    whole = link
    if not link[:8].lower().startswith(("http://", "https://")):
        try:
            whole = urljoin(base, link)
        except ValueError:
            return None
    if "@" in whole:
        whole = without_credentials(whole)
    if _PLAIN_URL.fullmatch(whole):
        return whole
    whole = _UNKEPT.sub("", whole).replace("\t", "").replace("\r", "")
    whole = _SPACE.sub(lambda found: quote(found.group()), whole)
    return whole if canonical_address(whole) is not None else None


@lru_cache(maxsize=256)
def joined_base(base: str, bases: tuple[str, ...]) -> str:
    """The address that links are relative to: `base`, then each xml:base from the outermost in."""
    for step in bases:
        base = absolute_url(step, base) or base
    return base
