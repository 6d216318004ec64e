"""A gallery's captions are its text: each a paragraph, in the page's order."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from enrichers.cleaning.clean import clean
from enrichers.cleaning.fragments import parse_html
from enrichers.cleaning.galleries import with_captions
from schemas.article import Article
from schemas.document import HTML, RawDocument

CAPTIONS = [f"Picture {n}: the ferry leaves quay {n} before the tide turns." for n in range(1, 8)]
LEAD = "Our photographer spent a day at the harbour before the bridge was closed for repairs."


def figures(*captions: str) -> str:
    return "".join(
        f"<figure><img src='/{n}.jpg'><figcaption>{text}</figcaption></figure>"
        for n, text in enumerate(captions)
    )


def page(body: str, kind: str = "ImageGallery") -> Article:
    head = f"""<title>A day at the harbour</title><script type="application/ld+json">{{"@type": "{kind}",
        "headline": "A day at the harbour", "datePublished": "2024-07-08T12:00:00+02:00"}}</script>"""
    article = clean(
        RawDocument(
            content=f"<html lang=en><head>{head}</head><body><main><h1>A day at the harbour</h1>{body}</main></body></html>".encode(),
            media_type=HTML,
            origin="page",
            fetched_at=datetime(2024, 8, 1, tzinfo=UTC),
        )
    )
    assert article is not None
    return article


@pytest.mark.parametrize("kind", ["ImageGallery", "MediaGallery"])
def test_the_captions_of_a_gallery_are_its_paragraphs_in_order(kind: str) -> None:
    found = page(f"<p>{LEAD}</p>{figures(*CAPTIONS)}", kind)
    assert found.page_kind == "gallery"
    assert [one.text for one in found.paragraphs] == [LEAD, *CAPTIONS]


def test_text_between_the_pictures_stays_where_it_stands() -> None:
    body = f"<p>{LEAD}</p>{figures(*CAPTIONS[:3])}<p>{LEAD.replace('day', 'week')}</p>{figures(*CAPTIONS[3:])}"
    texts = [one.text for one in page(body).paragraphs]
    assert texts == [LEAD, *CAPTIONS[:3], LEAD.replace("day", "week"), *CAPTIONS[3:]]


def test_a_caption_that_two_sizes_of_a_picture_share_is_read_once() -> None:
    found = page(f"<p>{LEAD}</p>{figures(*[text for text in CAPTIONS for _ in range(2)])}")
    assert [one.text for one in found.paragraphs] == [LEAD, *CAPTIONS]


def test_captions_of_teasers_beside_a_gallery_are_not_its_own() -> None:
    beside = f"<aside>{figures('The mayor opens a swimming pool in the east of town.')}</aside>"
    found = page(f"<p>{LEAD}</p>{figures(*CAPTIONS)}{beside}")
    assert [one.text for one in found.paragraphs] == [LEAD, *CAPTIONS]


def test_without_captions_the_text_stays_as_it_was() -> None:
    tree = parse_html(f"<body><p>{LEAD}</p>{figures('One caption, and no more.')}</body>")
    assert with_captions(tree, []) == []
    assert with_captions(None, []) == []
