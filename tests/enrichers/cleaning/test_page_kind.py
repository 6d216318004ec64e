from __future__ import annotations

from datetime import UTC, datetime

from enrichers.cleaning.clean import clean
from schemas.article import PageKind
from schemas.document import HTML, PLAIN_TEXT, RawDocument

SENTENCE = "The council approved the new tram line on Tuesday after a debate of six hours, and building may begin in spring. "


def kind_of(page: str, *, media_type: str = HTML, url: str | None = None) -> PageKind | None:
    article = clean(
        RawDocument(
            content=page.encode(),
            media_type=media_type,
            origin="t",
            fetched_at=datetime(2024, 8, 1, tzinfo=UTC),
            url=url,
        )
    )
    return article.page_kind if article else None


def ld(content: str) -> str:
    return f'<script type="application/ld+json">{content}</script>'


def test_a_missing_page_is_an_error() -> None:
    assert (
        kind_of(
            "<html><head><title>404 - Page not found</title></head><body><h1>Page not found</h1><p>The page you asked for is not here. Try the front page or the search.</p></body></html>"
        )
        == "error"
    )


def test_a_challenge_page_is_an_error() -> None:
    assert (
        kind_of(
            "<html><head><title>Just a moment...</title></head><body><p>Checking your browser before you go on. This takes a few seconds.</p></body></html>"
        )
        == "error"
    )


def test_a_report_about_a_missing_page_is_an_article() -> None:
    page = f"<html><head><title>Page not found: how links die</title><meta property='og:type' content='article'></head><body><article><h1>Page not found: how links die</h1><p>{SENTENCE}</p></article></body></html>"
    assert kind_of(page) == "article"


def test_a_wall_of_cookies_is_consent() -> None:
    wall = "<p>We and our partners use cookies and similar tracking to show you advertisements. Your consent covers this website and the privacy settings of the app.</p>"
    assert (
        kind_of(
            f"<html><head><title>Example News</title></head><body>{wall}<p>You can withdraw consent in the privacy settings; our cookie policy says more.</p></body></html>"
        )
        == "consent"
    )


def test_a_list_of_teasers_is_a_section() -> None:
    teasers = "".join(
        f"<article><h2><a href='/{n}'>Story number {n} about the harbour</a></h2><p>One line on story {n} and no more.</p></article>"
        for n in range(14)
    )
    page = f"<html><head><title>Politics</title><meta property='og:type' content='website'></head><body><main>{teasers}</main></body></html>"
    assert kind_of(page, url="https://news.example.org/politics") == "section"


def test_a_locked_stub_is_paywalled_and_a_locked_whole_article_is_not() -> None:
    head = ld('{"@type":"NewsArticle","headline":"Tram line","isAccessibleForFree":"False"}')
    page = "<html><head>{}</head><body><article><h1>Tram line</h1>{}</article></body></html>"
    assert kind_of(page.format(head, f"<p>{SENTENCE}</p>")) == "paywalled"
    assert (
        kind_of(page.format(head, "".join(f"<p>Item {n}: {SENTENCE * 3}</p>" for n in range(5))))
        == "article"
    )


def test_a_live_blog_is_live() -> None:
    live = ld('{"@type":"LiveBlogPosting","headline":"Storm: all news"}')
    assert (
        kind_of(
            f"<html><head>{live}</head><body><article><p>{SENTENCE * 2}</p></article></body></html>"
        )
        == "live"
    )


def test_text_is_always_an_article() -> None:
    assert kind_of("404 not found", media_type=PLAIN_TEXT) == "article"
