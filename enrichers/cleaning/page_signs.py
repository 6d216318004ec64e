"""What the tree of a page shows of its kind: links that lead to stories, lines that ask for money, captions, times.

Asked only of pages in doubt, which are few; most pages are known for articles by their text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from lxml.html import HtmlElement

from enrichers.cleaning.lines import one_line
from enrichers.cleaning.page_phrases import folded, page_phrases

LONGEST_OFFER, LONGEST_LINE = 240, 300
COMPARED, NEAR = 60, 8
LEAST_HEADLINE = 25
_UNSPACED_HEADLINE = 10
_WALL = re.compile(
    r"(?:^|[\s_-])(?:pay-?wall\w*|reg-?wall\w*|subscri(?:be|ption|ber)-?(?:wall|gate|only)|premium-?(?:wall|content|teaser)|piano-?(?:offer|paywall)\w*|metered?-?(?:wall|gate)|locked-?(?:content|article)|plus-?teaser|tp-(?:modal|container-inner))(?:$|[\s_-])",
    re.I,
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_UNSEEN = frozenset(
    ("script", "style", "template", "noscript", "svg", "head", "dialog", "footer", "nav", "aside")
)
_TIME = re.compile(
    r"^\W*(?:(?:[01]?\d|2[0-3])[:.h][0-5]\d|(?:1[0-2]|0?\d)(?::[0-5]\d)?\s?[ap]\.?m\b)", re.I
)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Signs:
    """The signs of the tree that `fresh` gives, of which nothing was taken yet; each is found when it is asked for."""

    def __init__(self, fresh: Callable[[], HtmlElement | None]) -> None:
        self._fresh = fresh

    @cached_property
    def _tree(self) -> HtmlElement | None:
        return self._fresh()

    @cached_property
    def story_links(self) -> int:
        """Links outside header and footer that are long enough for a headline, to different places."""
        return len(
            {
                element.get("href")
                for element in self._shown()
                if element.tag == "a" and element.get("href") and _is_headline(element)
            }
        )

    @cached_property
    def is_walled(self) -> bool:
        """Whether something that is shown is called a paywall by its class."""
        return any(
            _WALL.search(f"{element.get('class') or ''} {element.get('id') or ''}")
            for element in self._shown()
            if element.tag != "body"
        )

    def has_offer(self, last: str) -> bool:
        """Whether right behind the paragraph `last` a line says that the rest is for those who pay or register.

        The same words stand in menus, in teasers of other stories and under buttons that keep a story for later.
        """
        asks, lines, end = page_phrases("paywall_lines"), self._lines, folded(last)[:COMPARED]
        places = [place for place, line in enumerate(lines) if line[:COMPARED] == end]
        behind = lines[places[-1] + 1 :][:NEAR] if places and end else []
        return any(is_offer(line, asks) for line in behind)

    @cached_property
    def is_bot_check(self) -> bool:
        """Whether a line asks who is there."""
        asks = page_phrases("bot_checks")
        return any(asks.search(line) for line in self._lines if len(line) <= LONGEST_OFFER)

    @cached_property
    def captions(self) -> list[str]:
        """The captions of the figures, teasers' left out."""
        found = (
            one_line(" ".join(element.itertext()))
            for element in self._shown()
            if element.tag == "figcaption" and next(element.iterancestors("a"), None) is None
        )
        return [text for text in dict.fromkeys(found) if len(text) > 15]

    @cached_property
    def times(self) -> int:
        """Entries that begin with a time of day."""
        return sum(1 for line in self._lines if len(line) < 120 and _TIME.match(line))

    @cached_property
    def has_video(self) -> bool:
        """Whether a player stands in the page's own part."""
        return any(
            element.tag == "video"
            or (element.tag == "iframe" and _is_player(element.get("src") or ""))
            for element in self._shown()
        )

    @cached_property
    def _lines(self) -> list[str]:
        found = []
        for element in self._shown():
            own = [element.text or "", *(child.tail or "" for child in element)]
            if any(text.strip() for text in own):
                text = one_line(" ".join(element.itertext()))
                if text:
                    found.append(folded(text[:LONGEST_LINE]))
        return found

    def _shown(self) -> Iterator[HtmlElement]:
        """What a reader sees of the page, but for what frames every page."""
        waiting = [self._tree] if self._tree is not None else []
        while waiting:
            element = waiting.pop()
            if not isinstance(element.tag, str) or element.tag in _UNSEEN or _is_hidden(element):
                continue
            yield element
            waiting.extend(reversed(element))


def is_offer(line: str, asks: re.Pattern[str]) -> bool:
    """Whether a line that is no paragraph says what the rest costs."""
    return len(line) <= LONGEST_OFFER and asks.search(folded(line)) is not None


def _is_hidden(element: HtmlElement) -> bool:
    return (
        element.get("hidden") is not None
        or (element.get("aria-hidden") == "true" and element.tag != "body")
        or _HIDDEN_STYLE.search(element.get("style") or "") is not None
    )


def _is_headline(element: HtmlElement) -> bool:
    text = one_line(" ".join(element.itertext()))
    return len(text) >= (_UNSPACED_HEADLINE if _CJK.search(text) else LEAST_HEADLINE)


def _is_player(address: str) -> bool:
    return any(name in address for name in ("youtube", "vimeo", "player", "dailymotion", "video"))
