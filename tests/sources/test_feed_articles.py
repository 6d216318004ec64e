"""What of a feed is a whole article, and the page made of it."""

from __future__ import annotations

import pytest

from schemas.web import Entry
from sources.feed_articles import entry_page, is_whole
from tests.feed_texts import PARAGRAPH


def test_three_paragraphs_that_end_are_the_whole_article() -> None:
    assert is_whole(Entry(html=PARAGRAPH * 3, summary="Output rose."))
    assert is_whole(
        Entry(html=PARAGRAPH * 3 + "<p>The post <a>Oil</a> appeared first on <a>Wire</a>.</p>")
    )


@pytest.mark.parametrize(
    "html",
    [
        None,
        "",
        "<p>Output rose.</p>",
        PARAGRAPH.replace("</p>", "") * 3,
        PARAGRAPH * 3 + "<p>Output fell […]</p>",
        PARAGRAPH * 3 + "<p>Output fell &#8230;</p>",
        PARAGRAPH * 3 + "<p>But [&hellip;]</p><p>The post Oil appeared first on Wire.</p>",
        PARAGRAPH * 3 + '<a href="/oil">Read more</a>',
        PARAGRAPH * 3 + '<p><a href="/oil">Continue reading →</a></p>',
        PARAGRAPH * 3 + "<p>Weiterlesen</p>",
        PARAGRAPH * 3 + "<p>Lire la suite</p><p>© Wire</p>",
    ],
)
def test_a_teaser_is_not_the_whole_article(html: str | None) -> None:
    if html and html.startswith("<p>") and "</p>" not in html:
        html = html.replace("<p>", "")  # one paragraph, however long
    assert not is_whole(Entry(html=html))


def test_the_summary_over_again_is_not_the_whole_article() -> None:
    text = "The ministry said on Monday that output had risen again. " * 24
    assert not is_whole(Entry(html=PARAGRAPH * 3, summary=text.strip()))


def test_a_page_of_an_entry_escapes_what_is_not_markup_and_speaks_only_for_the_entry() -> None:
    page = entry_page(
        Entry(
            url='https://example.org/a?b=1&c="2',
            title="Oil <& gas>",
            published="2026-03-03",
            authors=("Ann 'A' Lee",),
            language="en",
            html='<link rel="canonical" href="https://evil.example/"><script>x()</script></article><p>Up.</p>',
        )
    ).decode()
    assert "<title>Oil &lt;&amp; gas&gt;</title>" in page
    assert '<link rel="canonical" href="https://example.org/a?b=1&amp;c=&quot;2">' in page
    assert '<meta name="author" content="Ann &#x27;A&#x27; Lee">' in page
    assert '<html lang="en">' in page
    assert "evil" not in page
    assert "x()" not in page
    assert page.count("</article>") == 1
