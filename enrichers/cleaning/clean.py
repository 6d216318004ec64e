"""From a raw document to an article: the one door of this room.

Each media type is read by its own module; here the claims, the hints and the lines that are not the article's meet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from enrichers.cleaning import boilerplate
from enrichers.cleaning.bylines import read_agency_credit, read_byline
from enrichers.cleaning.decode import decode, repair
from enrichers.cleaning.draft import Block, Claims, Draft
from enrichers.cleaning.flowed import unflowed
from enrichers.cleaning.fragments import has_markup, parse_html, split_fragment, visible_text
from enrichers.cleaning.front_matter import split_front_matter
from enrichers.cleaning.hints import with_hints
from enrichers.cleaning.lines import fold, one_line
from enrichers.cleaning.mail_html import without_quoted_mail
from enrichers.cleaning.mail_marks import plain_subject
from enrichers.cleaning.markdown import split_markdown
from enrichers.cleaning.phrase_lists import phrase_lists
from enrichers.cleaning.record import body_of, read_record, record_claims
from enrichers.cleaning.text import (
    is_title,
    split_mail_paragraphs,
    split_pages,
    split_paragraphs,
)
from enrichers.cleaning.text_claims import head_claims, with_text
from enrichers.language import detect_language
from schemas.article import Article, Dropped, Paragraph
from schemas.document import HTML, MARKDOWN, PAGED_TEXT, PLAIN_TEXT, RECORD, Hints, RawDocument
from schemas.provenance import Provenance

HTML_TYPES = frozenset((HTML, "application/xhtml+xml"))
MARKDOWN_TYPES = frozenset((MARKDOWN, "text/x-markdown"))
FIRST_PARAGRAPHS = 4
NO_ARTICLE = frozenset(("section", "error", "consent", "paywalled"))
# Possessive, because twenty comments before something else would be tried in a million ways.
LOOKS_LIKE_PAGE = re.compile(
    r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*+<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
MOST_ABOVE = 500
"""Lines a title is looked for in: judging all of a text of 200,000 for it took as long as judging them for the article."""


def clean(document: RawDocument) -> Article | None:
    """The article in `document`; None only where no paragraph is left.

    Raises DocumentError: "binary", "unknown_encoding", "undecodable", "malformed".
    """
    draft = _read(document)
    blocks = [replace(block, text=one_line(repair(block.text))) for block in draft.blocks]
    said = with_text(draft.claims, blocks, fetched_at=document.fetched_at)
    hints = _settle_subject(document.hints, blocks)
    claims = with_hints(_merged(said, draft.heads), hints, fetched_at=document.fetched_at)
    title, blocks, dropped_first = _settle_title(claims, blocks)
    reasons = _reasons(blocks, title=title, headlines=claims.headlines, authors=claims.authors)
    if draft.page_kind in NO_ARTICLE and None not in reasons:
        # A cookie wall is nothing but such lines, and has to be told by its kind.
        reasons = [None] * len(blocks)
    kept = [block for block, reason in zip(blocks, reasons, strict=True) if reason is None]
    if not kept:
        return None
    return Article(
        paragraphs=tuple(
            Paragraph(index=index, kind=block.kind, text=block.text, page=block.page)
            for index, block in enumerate(kept)
        ),
        url=document.url or claims.url or claims.canonical_url,
        canonical_url=claims.canonical_url,
        site=claims.site,
        title=title,
        authors=claims.authors,
        published_at=claims.published.at if claims.published else None,
        published_precision=claims.published.precision if claims.published else None,
        published_from=claims.published.source if claims.published else None,
        published_candidates=claims.published_candidates,
        modified_at=claims.modified_at,
        modified_precision=claims.modified_precision,
        section=claims.section,
        language=_language(claims, title, kept),
        dateline=claims.dateline,
        summary=_settle_summary(claims.summary, kept),
        image_url=claims.image_url,
        image_caption=claims.image_caption,
        dropped=(*dropped_first, *_dropped(blocks, reasons)),
        page_kind=draft.page_kind,
    )


@lru_cache(maxsize=1)
def provenance() -> Provenance:
    """The cleaner's version with trafilatura's, and the hash of its phrase lists."""
    from importlib.metadata import version

    return Provenance(
        stage="clean",
        name="copydesk-clean",
        version=f"5+trafilatura-{version('trafilatura')}",
        sha256=phrase_lists().sha256,
    )


def _read(document: RawDocument) -> Draft:
    kind = document.media_type.partition(";")[0].strip().lower()
    text = decode(document.content, document.hints.encoding, kind)
    if document.media_type == PAGED_TEXT:
        return Draft(blocks=tuple(split_pages(text)))
    if kind == RECORD:
        return _read_record(document, text)
    if kind in HTML_TYPES or (
        kind not in MARKDOWN_TYPES and kind != PLAIN_TEXT and LOOKS_LIKE_PAGE.match(text)
    ):
        return _read_page(document, text)
    parameters = document.media_type.partition(";")[2].lower()
    if kind == PLAIN_TEXT and "format=flowed" in parameters:
        text = unflowed(text, is_delsp="delsp=yes" in parameters)
    values, rest = split_front_matter(text)
    claims = _front_claims(values, document)
    if kind in MARKDOWN_TYPES:
        heading, blocks = split_markdown(rest)
        if claims.title is None and document.hints.title is None:
            claims = replace(claims, title=heading)
        elif heading and claims.title != heading:
            blocks = [Block(kind="heading", text=heading), *blocks]
        return Draft(blocks=tuple(blocks), claims=claims)
    blocks, heads = split_mail_paragraphs(rest, subject=document.hints.title)
    return Draft(
        blocks=tuple(blocks),
        claims=claims,
        heads=head_claims(heads, fetched_at=document.fetched_at),
    )


def _front_claims(values: dict[str, object], document: RawDocument) -> Claims:
    claims = record_claims(values, fetched_at=document.fetched_at)
    published = claims.published and replace(claims.published, source="front-matter")
    return replace(claims, published=published)


def _read_record(document: RawDocument, text: str) -> Draft:
    record = read_record(text)
    claims = record_claims(record, fetched_at=document.fetched_at)
    body = body_of(record)
    if LOOKS_LIKE_PAGE.match(body):
        page = _read_page(document, body)
        return replace(page, claims=_merged(claims, page.claims), page_kind="article")
    blocks = split_fragment(body) if has_markup(body) else split_paragraphs(body)
    summary = claims.summary or ""
    if has_markup(summary):
        summary = " ".join(block.text for block in split_fragment(summary))
    return Draft(
        blocks=tuple(blocks), claims=replace(claims, summary=one_line(repair(summary)) or None)
    )


def _read_page(document: RawDocument, text: str) -> Draft:
    from enrichers.cleaning import regions
    from enrichers.cleaning.galleries import with_captions
    from enrichers.cleaning.html import article_blocks
    from enrichers.cleaning.metadata import body_size, claims_of, descriptions_of
    from enrichers.cleaning.page_head import read_page
    from enrichers.cleaning.page_kind import page_kind
    from enrichers.cleaning.repair import repaired
    from enrichers.cleaning.standfirst import standfirst_of, without_standfirst

    text, quoted = without_quoted_mail(text)
    tree = parse_html(text)
    if tree is None:
        return Draft(blocks=tuple(split_paragraphs(visible_text(text))))
    page = read_page(tree, document.url)
    claims = claims_of(page, fetched_at=document.fetched_at)
    standfirst = standfirst_of(tree, descriptions_of(page), claims.title)
    anchors = regions.anchor_texts(tree)
    regions.put_right(tree, claims.title)
    found = article_blocks(tree, expected=body_size(page))
    blocks = repaired(regions.with_links(found, anchors), page, claims.title)
    if standfirst:
        shorter = without_standfirst(blocks, standfirst[0]) if standfirst[1] else blocks
        claims = replace(claims, summary=standfirst[0])
        blocks = shorter or blocks
    blocks = blocks or split_paragraphs(visible_text(text))
    body = [block for block in blocks if block.reason is None]
    kind = page_kind(page, body, claims, lambda: parse_html(text))
    if kind == "gallery":
        blocks = with_captions(parse_html(text), blocks)
    return Draft(blocks=(*blocks, *quoted), claims=claims, page_kind=kind)


def _merged(first: Claims, second: Claims) -> Claims:
    """What `first` says, and what only `second` says."""
    names = Claims.__dataclass_fields__
    return Claims(
        **{
            name: getattr(second, name)
            if getattr(first, name) in (None, ())
            else getattr(first, name)
            for name in names
        }
    )


def _settle_title(
    claims: Claims, blocks: Sequence[Block]
) -> tuple[str | None, list[Block], list[Dropped]]:
    """The title, the blocks after it, and the interface lines that stood above a title taken from the text."""
    if claims.title is not None:
        return one_line(repair(claims.title)) or None, list(blocks), []
    reasons = _reasons(blocks[:MOST_ABOVE])
    first = next((index for index, reason in enumerate(reasons) if reason is None), 0)
    follows = any(reason is None for reason in reasons[first + 1 :])
    if not follows or not is_title(blocks[first].text):
        return None, list(blocks), []
    above = [
        Dropped(text=block.text, reason=reason or "interface", where=0)
        for block, reason in zip(blocks[:first], reasons[:first], strict=True)
    ]
    return blocks[first].text, list(blocks[first + 1 :]), above


def _reasons(
    blocks: Sequence[Block],
    *,
    title: str | None = None,
    headlines: Sequence[str] = (),
    authors: Sequence[str] = (),
) -> list[str | None]:
    """Why each block is not the article's: as it was read, by an agency's last line, by the lines of the page."""
    shown = fold(title or "")
    known = [
        "title"
        if block.reason and shown and fold(block.text) == shown
        else block.reason or _credit(block)
        for block in blocks
    ]
    rest = [block for block, reason in zip(blocks, known, strict=True) if reason is None]
    judged = boilerplate.drop_reasons(rest, title=title, headlines=headlines, authors=authors)
    left = iter(judged)
    found = [reason or next(left) for reason in known]
    # "Von Ana Ruiz, dpa" has the form of a photographer's credit too.
    return [
        "byline" if reason == "credit" and read_byline(block.text) else reason
        for block, reason in zip(blocks, found, strict=True)
    ]


def _credit(block: Block) -> str | None:
    return None if read_agency_credit(block.text) is None else "credit"


def _settle_subject(hints: Hints, blocks: Sequence[Block]) -> Hints:
    """The hints, without "Fwd:" before the subject of what holds another mail."""
    is_mail = any(block.reason in ("quote", "header") for block in blocks)
    return replace(hints, title=plain_subject(hints.title)) if is_mail and hints.title else hints


def _settle_summary(summary: str | None, kept: Sequence[Block]) -> str | None:
    """The summary, unless the body opens with it, or has it as one of its first paragraphs."""
    text = one_line(repair(summary or ""))
    opening = kept[0].text.casefold()
    stem = text.casefold().rstrip(" .…[]")
    is_said = opening.startswith(stem) or any(
        block.text == text for block in kept[:FIRST_PARAGRAPHS]
    )
    return text if text and not is_said else None


def _dropped(blocks: Sequence[Block], reasons: Sequence[str | None]) -> list[Dropped]:
    found: list[Dropped] = []
    where = 0
    for block, reason in zip(blocks, reasons, strict=True):
        if reason is None:
            where += 1
        else:
            found.append(Dropped(text=block.text, reason=reason, where=where))
    return found


def _language(claims: Claims, title: str | None, kept: Sequence[Block]) -> str | None:
    said = re.match(r"\s*([A-Za-z]{2})(?:[-_]|\s*$)", claims.language or "")
    if said:
        return said[1].lower()
    found = detect_language(" ".join([title or "", *(block.text for block in kept)]))
    return found or claims.page_language
