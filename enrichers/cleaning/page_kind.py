"""What kind of page this is. Says "article" wherever there is doubt: a lost article costs more than a stored section."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from enrichers.cleaning.draft import Block, Claims
from enrichers.cleaning.json_ld import types_of
from enrichers.cleaning.page_head import Page
from schemas.article import PageKind

ERROR_TITLE = re.compile(
    r"^\W*(?:error\W*)?(?:40[0134]|410|429|50[0234])\b|page (?:not|cannot be) found|page you .{0,30}(?:not|n.t) (?:exist|found)|not found|access denied|"
    r"forbidden|just a moment|attention required|are you (?:a )?(?:human|robot)|service unavailable|bad gateway|"
    r"seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)|página no encontrada|pagina non trovata|página não encontrada|"
    r"pagina niet gevonden|nie znaleziono strony|sidan hittades inte|siden (?:ble )?ikke funnet|страница не найдена|sayfa bulunamadı",
    re.I,
)
CONSENT = re.compile(
    r"cookie|consent|gdpr|privacy|tracking|datenschutz|einwillig|confidentialité|privacidad|personenbezogen|we and our partners|données personnelles",
    re.I,
)
LITTLE_TEXT = 700
STUB = 900


def page_kind(page: Page, blocks: Sequence[Block], claims: Claims) -> PageKind:
    """The kind of `page`, of which `blocks` were taken."""
    size = sum(len(block.text) for block in blocks)
    kinds = {kind for node in page.nodes for kind in types_of(node)}
    is_article = _has_article_evidence(page)
    if not is_article and size < LITTLE_TEXT and ERROR_TITLE.search(_headings(page, claims)):
        return "error"
    if not is_article and _is_consent(blocks, size):
        return "consent"
    if "liveblogposting" in kinds:
        return "live"
    if size < STUB and (short := _short_kind(page, kinds, is_article=is_article)):
        return short
    return "section" if not is_article and _is_section(page, blocks, kinds) else "article"


def _short_kind(page: Page, kinds: set[str], *, is_article: bool) -> PageKind | None:
    """What a page with little text is instead of an article."""
    if _is_locked(page):
        return "paywalled"
    if is_article:
        return None
    if _og_type(page).startswith("video"):
        return "video"
    return "gallery" if "imagegallery" in kinds else None


def _has_article_evidence(page: Page) -> bool:
    if page.article or _og_type(page) in ("article", "news"):
        return True
    return bool(
        list(page.meta("article:published_time", "datepublished", "parsely-pub-date", "pubdate"))
    )


def _og_type(page: Page) -> str:
    return next(page.meta("og:type"), "").lower()


def _headings(page: Page, claims: Claims) -> str:
    return f"{page.window_title}\n{claims.title or ''}"


def _is_consent(blocks: Sequence[Block], size: int) -> bool:
    if not blocks or size > 4000:
        return False
    about = sum(len(block.text) for block in blocks if CONSENT.search(block.text))
    return about > 0.6 * size and sum(len(CONSENT.findall(block.text)) for block in blocks) >= 3


def _is_locked(page: Page) -> bool:
    return any(
        str(node.get("isAccessibleForFree")).lower() in ("false", "0", "no") for node in page.nodes
    )


def _is_section(page: Page, blocks: Sequence[Block], kinds: set[str]) -> bool:
    if page.url and urlsplit(page.url).path in ("", "/") and not urlsplit(page.url).query:
        return True
    size = sum(len(block.text) for block in blocks) or 1
    linked = sum(len(block.text) * block.linked for block in blocks) / size
    prose = sum(1 for block in blocks if len(block.text) > 250 and block.linked < 0.3)
    if kinds & {"collectionpage", "itemlist"} and prose < 3:
        return linked > 0.3 or page.teasers >= 5
    return prose < 3 and ((linked > 0.6 and len(blocks) >= 6) or page.teasers >= 6)
