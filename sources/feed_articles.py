"""When what a feed carries is the whole article, and that article as a page for the cleaner.

The rule is conservative: a page fetched for nothing costs a second, a teaser stored as the article costs the article.
"""

from __future__ import annotations

import re
from html import escape

from schemas.web import Entry
from sources.feed_text import plain_paragraphs

_LEAST_LETTERS = 1_000
_LEAST_PARAGRAPHS = 3
_PARAGRAPH_LETTERS = 60
_CLOSING_CHARACTERS = 400

# Lines that blogs put under article and teaser alike; they say nothing about which it is.
_FOOTER = re.compile(
    r"(?:The post .{1,300} (?:first )?appeared (?:first )?on .{1,200}"
    r"|(?:Source|Quelle|Copyright|©|Tags?|Filed under|Share|Comments?)\b.{0,200})",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"(?:\.\.\.|…|\[\s?(?:\.\.\.|…|&hellip;|\+\d{1,7} chars)\s?\]|\(more\)|>>|»|→)\s*[.\])]*$"
)
_MORE = re.compile(
    r"\b(?:(?:read|see|view|get|find)\s+(?:the\s+)?(?:more|full|rest|whole|entire|on\b)"
    r"|read\s+(?:the\s+)?(?:complete\s+)?(?:article|story|post)|continue[sd]?\s+reading|keep\s+reading|click\s+here|full\s+(?:story|article)|learn\s+more"
    r"|subscribe(?:rs)?\s+(?:to|now|only|for)|(?:sign|log)\s+in\s+to|to\s+continue\s+reading"
    r"|weiterlesen|mehr\s+lesen|lesen\s+sie\s+(?:mehr|den|weiter)|zum\s+(?:ganzen\s+)?artikel|mehr\s+dazu"
    r"|lire\s+(?:la\s+suite|plus|l.article)|en\s+savoir\s+plus|la\s+suite\s+(?:sur|ici)|article\s+réservé"
    r"|seguir\s+leyendo|leer\s+más|sigue\s+leyendo|leia\s+mais|ler\s+mais|saiba\s+mais|continua(?:re)?\s+a\s+leggere|leggi\s+(?:tutto|di\s+più|anche)"
    r"|lees\s+(?:meer|verder)|läs\s+mer|les\s+mer|læs\s+mere|lue\s+lisää|czytaj\s+(?:więcej|dalej)|devamını\s+oku)"
    r"|читать\s+(?:далее|полностью|дальше)|подробнее|阅读(?:全文|更多)|查看(?:全文|更多)|閱讀全文|続きを読む|전체\s?기사",
    re.IGNORECASE,
)
_LEFTOVER = re.compile(
    r"</?(?:html|head|body|article|base|meta|link|form|frameset|frame)\b[^<>]*>|<!doctype[^<>]*>",
    re.IGNORECASE,
)
_SCRIPTED = re.compile(
    r"<(script|style|title|textarea|template|noscript|xmp|plaintext)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")


def is_whole(entry: Entry) -> bool:
    """Whether `entry.html` is the whole article rather than a teaser.

    All of these must hold:


    - at least 1,000 letters of text (a Chinese, Japanese or Korean character counts as three);
    - at least three paragraphs of 60 letters or more;
    - the last of the text, footers of blogs aside, neither breaks off ("…", "[...]", "»") nor invites to read on;
    - it is not the summary over again: it has at least half as much text more than it.

    >>> is_whole(Entry(url="https://example.org/oil", html="<p>Oil prices rose on Monday. [...]</p>"))
    False
    """
    if not entry.html:
        return False
    paragraphs = [text for text in plain_paragraphs(entry.html) if not _FOOTER.fullmatch(text)]
    weights = [_letters(text) for text in paragraphs]
    if sum(weights) < max(_LEAST_LETTERS, 1.5 * _letters(entry.summary or "")):
        return False
    if sum(weight >= _PARAGRAPH_LETTERS for weight in weights) < _LEAST_PARAGRAPHS:
        return False
    return not _invites_to_read_on(paragraphs)


def _invites_to_read_on(paragraphs: list[str]) -> bool:
    closing = [text[-_CLOSING_CHARACTERS:] for text in paragraphs[-2:]]
    if any(_CUT.search(text) for text in closing):
        return True
    # In the middle of a long paragraph the words are the article's own.
    return any(_MORE.search(text[-80:]) for text in closing)


def _letters(text: str) -> int:
    return len(text) + 2 * len(_WIDE.findall(text))


def entry_page(entry: Entry) -> bytes:
    """A page of UTF-8 HTML with the entry's title, link, dates, authors and content, for the cleaner.

    Scripts, styles and whatever would speak for the page (meta, link, base) are taken out of the content.

    >>> b"<h1>Oil &amp; gas</h1>" in entry_page(Entry(title="Oil & gas", html="<p>Up.</p>"))
    True
    """
    title = escape(entry.title or "", quote=False)
    metas = [
        ("property", "article:published_time", entry.published),
        ("property", "article:modified_time", entry.updated),
        ("property", "og:site_name", entry.site),
        *(("name", "author", author) for author in entry.authors),
    ]
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{escape(entry.language)}">' if entry.language else "<html>",
        '<head><meta charset="utf-8">',
        f"<title>{title}</title>",
        *([f'<link rel="canonical" href="{escape(entry.url)}">'] if entry.url else []),
        *(
            f'<meta {kind}="{name}" content="{escape(value)}">'
            for kind, name, value in metas
            if value
        ),
        "</head><body><article>",
        *([f"<h1>{title}</h1>"] if title else []),
        _LEFTOVER.sub(" ", _SCRIPTED.sub(" ", entry.html or "")),
        "</article></body></html>",
    ]
    return "\n".join(lines).encode("utf-8", "replace")
