"""What kind of page this is. Says "article" wherever there is doubt: a lost article costs more than a stored section."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from urllib.parse import parse_qs, urlsplit

from lxml.html import HtmlElement

from enrichers.cleaning.draft import Block, Claims
from enrichers.cleaning.json_ld import text_of, types_of
from enrichers.cleaning.page_head import Page
from enrichers.cleaning.page_phrases import address_parts, addresses, folded, page_phrases
from enrichers.cleaning.page_signs import Signs, is_offer
from schemas.article import PageKind

LITTLE_TEXT = 700
STUB = 900
NO_TEXT = 300
LONGEST_STUB = 3000
LONGEST_WALL = 4000
MANY_CAPTIONS, MANY_TIMES, MANY_STORIES = 6, 4, 10
PROSE = 250
_STATUS = re.compile(r"^\W*(?:(?:error|http)\W*)?(?:40[0134]|410|429|451|50[0234])\b")
_CUT_END = re.compile(r"(?:\.\.\.|…|\[…\]|[^.!?\"'”’»」』。！？؟।)\]])\s*$")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LISTS = frozenset(("collectionpage", "itemlist", "searchresultspage", "profilepage"))
_RUBRIC = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+){0,2}(?:/[^\W\d_]+)?")
_QUERIES = frozenset(("s", "q", "query", "search", "keyword", "suche", "buscar"))
_MARKED_AS = {
    "error": ("error404", "error-404", "page-404", "http-error"),
    "section": ("search-results", "search-no-results", "category", "tag", "author", "archive"),
}


def page_kind(
    page: Page,
    blocks: Sequence[Block],
    claims: Claims,
    fresh: Callable[[], HtmlElement | None] = lambda: None,
) -> PageKind:
    """The kind of `page`, of which `blocks` were taken; `fresh` gives its tree as it came, where that must be asked."""
    look = _Look(page, blocks, claims, Signs(fresh))
    return next((kind for kind, is_kind in _KINDS if is_kind(look)), "article")


class _Look:
    """A page with what the rules ask of it; what costs something is found once, when it is asked for."""

    def __init__(self, page: Page, blocks: Sequence[Block], claims: Claims, signs: Signs) -> None:
        self.page, self.blocks, self.signs = page, blocks, signs
        self.size = sum(len(block.text) for block in blocks)
        self.kinds = {kind for node in page.nodes for kind in types_of(node)}
        self.og_type = next(page.meta("og:type"), "").lower()
        self.parts = address_parts(page.url or claims.canonical_url or claims.url)
        self.titles = [folded(title) for title in (page.window_title, claims.title or "") if title]
        self.address = page.url or claims.canonical_url or claims.url

    @cached_property
    def is_article(self) -> bool:
        """Whether the page says of itself that it is one."""
        if self.is_dated or self.page.article:
            return True
        return self.og_type in ("article", "news")

    @cached_property
    def is_dated(self) -> bool:
        names = ("article:published_time", "datepublished", "parsely-pub-date", "pubdate")
        return next(self.page.meta(*names), None) is not None

    @cached_property
    def is_one_story(self) -> bool:
        """Whether it describes one article, and no list of them."""
        return bool(self.page.article) or (self.is_dated and not self.kinds & _LISTS)

    @cached_property
    def prose(self) -> int:
        """Paragraphs of some length that are no links."""
        return sum(1 for block in self.blocks if _weight(block) > PROSE and block.linked < 0.3)

    @cached_property
    def is_free(self) -> bool | None:
        """Whether the page says that all may read it; None: it says nothing."""
        said = [
            str(node["isAccessibleForFree"]).lower().rpartition("/")[2]
            for node in self.page.nodes
            if node.get("isAccessibleForFree") is not None
        ]
        return None if not said else not any(word in ("false", "0", "no") for word in said)

    @cached_property
    def weight(self) -> float:
        """The length of the text in letters of an alphabet."""
        return sum(map(_weight, self.blocks))

    @cached_property
    def told(self) -> float:
        """The length of what is no link."""
        return sum(_weight(block) * (1 - block.linked) for block in self.blocks)

    @cached_property
    def story(self) -> Sequence[Block]:
        """The blocks without the lines at their end that say what the rest costs."""
        asks = page_phrases("paywall_lines")
        end = len(self.blocks)
        while end and is_offer(self.blocks[end - 1].text, asks):
            end -= 1
        return self.blocks[:end]

    @cached_property
    def linked(self) -> float:
        return sum(len(block.text) * block.linked for block in self.blocks) / (self.size or 1)

    @cached_property
    def marks(self) -> frozenset[str]:
        body = self.page.tree.find("body")
        return frozenset((body.get("class") or "").lower().split() if body is not None else ())

    def has_address(self, kind: str) -> bool:
        """Whether a part of the address names the kind, be it not the last one with a title in it."""
        return not addresses(kind).isdisjoint(self.parts)

    def is_titled(self, phrases: re.Pattern[str]) -> bool:
        return any(phrases.search(title) for title in self.titles)

    @cached_property
    def is_front(self) -> bool:
        parts = _split(self.address)
        return parts is not None and not parts[0] and not parts[1]

    @cached_property
    def is_query(self) -> bool:
        parts = _split(self.address)
        return parts is not None and not _QUERIES.isdisjoint(parse_qs(parts[1]))


def _is_error(look: _Look) -> bool:
    if look.size >= LITTLE_TEXT or look.is_article:
        return False
    if not look.marks.isdisjoint(_MARKED_AS["error"]):
        return True
    if any(_STATUS.search(title) for title in look.titles) or look.is_titled(
        page_phrases("error_titles")
    ):
        return True
    return look.is_titled(page_phrases("bot_checks")) or look.signs.is_bot_check


def _is_consent(look: _Look) -> bool:
    """A page that speaks to its reader of consent, and of nearly nothing else."""
    if look.is_article or not look.blocks or look.size > LONGEST_WALL:
        return False
    texts = [folded(block.text) for block in look.blocks]
    consent_words = page_phrases("consent_words")
    about = sum(len(text) for text in texts if consent_words.search(text))
    words = sum(len(consent_words.findall(text)) for text in texts)
    if about <= 0.6 * sum(map(len, texts)) or words < 3:
        return False
    asks = page_phrases("consent_phrases")
    return any(asks.search(text) for text in (*texts, *look.titles))


def _is_live(look: _Look) -> bool:
    if "liveblogposting" in look.kinds:
        return True
    hints = look.has_address("live") + look.is_titled(page_phrases("live_titles"))
    return hints > 0 and look.prose > 0 and look.signs.times >= MANY_TIMES


def _is_paywalled(look: _Look) -> bool:
    """What a wall leaves: little, or more that breaks off where the wall stands."""
    if not look.blocks or look.weight > LONGEST_STUB or look.is_free is True:
        return False
    if look.weight < STUB:
        is_story = look.og_type not in ("website", "profile")
        return look.is_free is False or (
            is_story and (look.is_article or look.signs.is_walled) and _has_offer(look)
        )
    return look.is_free is False and _has_offer(look) and _breaks_off(look)


def _has_offer(look: _Look) -> bool:
    if not look.story:
        return bool(look.blocks)
    is_said = len(look.story) < len(look.blocks)
    return is_said or look.signs.has_offer(look.story[-1].text)


def _breaks_off(look: _Look) -> bool:
    """Whether the text ends in the middle, or has not two thirds of the words that it is said to have."""
    said = text_of(look.page.article.get("wordCount")) or str(look.page.article.get("wordCount"))
    if said.isdigit() and int(said) > 0:
        return sum(len(block.text.split()) for block in look.blocks) * 3 < int(said) * 2
    return _CUT_END.search(look.story[-1].text) is not None


def _is_video(look: _Look) -> bool:
    if look.size >= STUB or look.prose > 1:
        return False
    if look.og_type.startswith("video"):
        return True
    is_said = "videoobject" in look.kinds or look.has_address("video")
    return is_said and not look.page.article and look.signs.has_video


def _is_gallery(look: _Look) -> bool:
    is_said = bool(look.kinds & {"imagegallery", "mediagallery"})
    if is_said and look.size < STUB and not look.is_article:
        return True
    if len(look.page.figures) < MANY_CAPTIONS:
        return False
    captions = look.signs.captions
    text = " ".join(block.text for block in look.blocks)
    rest = len(text) - sum(len(caption) for caption in captions if caption in text)
    if is_said or look.has_address("gallery"):
        return len(captions) >= MANY_CAPTIONS // 2 and rest < LONGEST_STUB
    is_little = rest < min(STUB, sum(map(len, captions)))
    return look.is_article and len(captions) >= MANY_CAPTIONS and is_little


def _is_section(look: _Look) -> bool:
    if look.is_front and not look.page.article:
        return True
    if look.is_one_story or look.prose > 2:
        return False
    if look.kinds & _LISTS or not look.marks.isdisjoint(_MARKED_AS["section"]):
        return look.linked > 0.3 or look.page.teasers > 4 or look.signs.story_links > 4
    if look.is_article:
        return False
    if (look.linked > 0.6 and len(look.blocks) > 5) or look.page.teasers > 5:
        return True
    return _is_list_by_name(look) and look.signs.story_links >= MANY_STORIES


def _is_list_by_name(look: _Look) -> bool:
    """Whether its address or title say that it is a list, and nothing much is told on it."""
    is_named = look.is_query or look.has_address("section")
    if look.told < LITTLE_TEXT and (is_named or look.is_titled(page_phrases("section_titles"))):
        return True
    parts = _split(look.address)
    return look.told < NO_TEXT and parts is not None and bool(_RUBRIC.fullmatch(parts[0]))


def _weight(block: Block) -> float:
    """The length of a block in letters of an alphabet."""
    return len(block.text) * (2.5 if _CJK.search(block.text) else 1)


def _split(address: str | None) -> tuple[str, str] | None:
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return None
    return (parts.path.strip("/"), parts.query) if parts.netloc else None


_KINDS: tuple[tuple[PageKind, Callable[[_Look], bool]], ...] = (
    ("error", _is_error),
    ("consent", _is_consent),
    ("live", _is_live),
    ("gallery", _is_gallery),
    ("video", _is_video),
    ("paywalled", _is_paywalled),
    ("section", _is_section),
)
