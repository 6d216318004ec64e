"""The byline a reader sees: what a page marks as its author's name, else a first line that is a name and nothing else.

Strict, because it is asked only where the page's head names nobody: better no author than the next story's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from lxml.html import HtmlElement

from enrichers.cleaning.bylines import is_author_label, is_byline, read_byline
from enrichers.cleaning.lines import fold, one_line
from enrichers.cleaning.page_head import Page
from enrichers.cleaning.people import people, unique

# XPath walks the tree in C; what it finds too much the pattern below sorts out.
MAYBE_MARKED = (
    ".//*[@rel='author' or @itemprop='author' or contains(@class,'uthor') or contains(@class,'yline') or contains(@class,'autor') or "
    "contains(@class,'uteur') or contains(@id,'uthor') or contains(@id,'yline') or contains(@data-testid,'uthor') or contains(@data-testid,'yline') or @data-author]"
)
MARKED = re.compile(
    r"(?:^|[\s_-])(?:author|byline|autor(?:in|en)?|auteur|autore|forfatter|författare|penulis|yazar)s?(?:[_-]{0,2}(?:names?|info|links?|line|list|\d+))*(?:$|[\s_-])|[a-z](?:Author|Byline)(?:Name|s)?(?:$|\s)",
)
BESIDE = re.compile(
    r"(?:^|[\s_-])(?:comments?|related|teasers?|recommend\w*|sidebar|most-?read|newsletter|promo|bio|biography|images?|photos?|photographer|caption|credits?|cards?|listing|widget)(?:$|[\s_-])",
    re.I,
)
OUTSIDE = frozenset(
    ("aside", "nav", "footer", "figure", "figcaption", "form", "script", "style", "li")
)
BESIDE_LABEL = OUTSIDE - {"li"}
EMPHASIS = frozenset(("strong", "b", "em", "i"))
PARTICLES = frozenset(("de", "da", "do", "dos", "das", "del", "della", "di", "du", "la", "le", "van", "von", "der", "den", "ter", "zu", "bin", "al", "el", "y", "e", "ibn", "af"))  # fmt: skip
LONGEST = 120
MOST_MARKED = 40
MOST_PARAGRAPHS = 5
MOST_PIECES = 20
MOST_LOOKED_AT = 60
MOST_LABELS = 200
LONG_PARAGRAPH = 250


def shown_byline(page: Page, site: str | None, *, passed_over: Sequence[str] = ()) -> list[str]:
    """The people named in the page's own byline, but for the site and those `passed_over`; [] where none stands apart."""
    marked = islice(_marked(_around_headline(page)), MOST_MARKED)
    own = {fold(name) for name in (site or "", *passed_over)}
    for pieces in chain(marked, _first_lines(page), _labelled(page)):
        # A role stands in an element of its own behind the name, a family name hardly ever.
        found = people(" | ".join(pieces)) or people(" ".join(pieces))
        names = [name for name in found if _is_full_name(name) and fold(name) not in own]
        if names:
            return unique(names)
    return []


def _around_headline(page: Page) -> HtmlElement:
    """The article or main part the first headline stands in, else the page."""
    head = page.headings[0] if page.headings else page.tree
    return next(head.iterancestors("article", "main"), page.tree)


def _marked(tree: HtmlElement) -> Iterator[list[str]]:
    for element in tree.xpath(MAYBE_MARKED):
        names = " ".join(element.get(key) or "" for key in ("class", "id", "data-testid"))
        is_named = (
            element.get("rel") == "author"
            or element.get("itemprop") == "author"
            or element.get("data-author")
            or MARKED.search(names)
        )
        if not is_named or BESIDE.search(names) or _is_outside(element):
            continue
        pieces = _pieces(element)
        if pieces and sum(map(len, pieces)) <= LONGEST:
            yield pieces


def _first_lines(page: Page) -> Iterator[list[str]]:
    """Lines on top of the text that are in bold or begin with "By", and are names only; a date may follow."""
    yield from _opened_lines(page)
    after = page.after_headline("p") if page.headings else page.tree.iter("p")
    shown = ((one_line("".join(one.itertext())), one) for one in after)
    for text, element in islice(((t, e) for t, e in shown if t), MOST_PARAGRAPHS):
        if len(text) > LONGEST:
            continue
        is_bold = not (element.text or "").strip() and all(
            child.tag in EMPHASIS and not (child.tail or "").strip() for child in element
        )
        parts = re.split(r"\s*(?:[/,;&]|\band\b|\bund\b|\bet\b|\by\b)\s*", text)
        if is_byline(text) or (is_bold and len(parts) < 5 and all(map(_is_full_name, parts))):
            yield [text]


def _opened_lines(page: Page) -> Iterator[list[str]]:
    """Bylines between the headline and the text that stand in no paragraph."""
    if not page.headings:
        return
    for element in islice(page.after_headline("p", "div", "span", "address", "li"), MOST_LOOKED_AT):
        text = one_line("".join(islice(element.itertext(), MOST_PIECES)))
        if element.tag == "p" and len(text) > LONG_PARAGRAPH:
            return
        byline = None if element.tag == "p" or _is_outside(element) else read_byline(text)
        if byline:
            yield list(byline.names)


def _labelled(page: Page) -> Iterator[list[str]]:
    """Names behind a label in an element of its own: <strong>Author</strong> Ann Lee."""
    for element in islice(page.after_headline("strong", "b", "dt"), MOST_LABELS):
        label = one_line(element.text or "")
        if not is_author_label(label) or not BESIDE_LABEL.isdisjoint(_tags_around(element)):
            continue
        following = element.getnext()
        name = one_line(element.tail or "") or one_line(
            "" if following is None else "".join(islice(following.itertext(), MOST_PIECES))
        )
        byline = read_byline(f"{label.rstrip(' :')}: {name}")
        if byline:
            yield list(byline.names)


def _tags_around(element: HtmlElement) -> Iterator[str]:
    return (parent.tag for parent in islice(element.iterancestors(), 3))


def _pieces(element: HtmlElement) -> list[str]:
    """The texts in an element; [] where it holds too many to be a name."""
    pieces = [line for text in islice(element.itertext(), MOST_PIECES) if (line := one_line(text))]
    return pieces if len(pieces) < MOST_PIECES else []


def _is_outside(element: HtmlElement) -> bool:
    return any(
        parent.tag in OUTSIDE or BESIDE.search(parent.get("class") or "")
        for parent in islice(element.iterancestors(), 3)
    )


def _is_full_name(name: str) -> bool:
    words = name.split()
    if not 2 <= len(words) <= 5 or any(character.isdigit() for character in name):
        return False
    capital = [word for word in words if word.casefold() not in PARTICLES]
    return len(capital) >= 2 and all(
        (word[0].isupper() and not word.endswith((".", ":", "!", "?")))
        or re.fullmatch(r"[A-Z]\.", word)
        for word in capital
    )
