"""Text with pages: each paragraph knows the page it begins on, whatever the pages hold."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.clean import clean
from enrichers.cleaning.text import split_pages
from schemas.document import PAGED_TEXT, PLAIN_TEXT, RawDocument

SENTENCES = st.sampled_from(["Oil rose on Monday.", "Rain fell in Kent.", "The harbour closed."])


def document(text: str, media_type: str = PAGED_TEXT) -> RawDocument:
    at = datetime(2024, 3, 5, tzinfo=UTC)
    return RawDocument(content=text.encode(), media_type=media_type, origin="a.pdf", fetched_at=at)


@given(st.lists(st.lists(SENTENCES, max_size=3), max_size=6))
def test_what_was_put_on_a_page_is_found_there(pages: list[list[str]]) -> None:
    text = "\f".join("\n\n".join(page) for page in pages)
    found = [(block.page, block.text) for block in split_pages(text)]
    assert found == [(n, one) for n, page in enumerate(pages, start=1) for one in page]


@given(st.text(alphabet="ab. \f\n\r\x1c-", max_size=60))
def test_any_text_has_its_pages_in_order(text: str) -> None:
    pages = [block.page or 0 for block in split_pages(text)]
    assert pages == sorted(pages)
    assert all(1 <= page <= text.count("\f") + 1 for page in pages)


def test_a_paragraph_keeps_its_page_after_title_and_interface_lines_are_taken_off() -> None:
    pages = [
        "Port fees rise",
        "The harbour of Gdansk will charge more.\n\nScroll to Top",
        "Rain fell.",
    ]
    article = clean(document("\f".join(pages)))
    assert article is not None
    assert article.title == "Port fees rise"
    assert [(row.index, row.page) for row in article.paragraphs] == [(0, 2), (1, 3)]


def test_what_looks_like_front_matter_in_a_pdf_is_its_text() -> None:
    article = clean(document("---\ntitle: Oil\n---\fRain fell in Kent. The harbour closed."))
    assert article is not None
    assert article.paragraphs[-1].page == 2


def test_a_form_feed_in_other_text_makes_no_pages() -> None:
    article = clean(document("Rain fell.\fThe harbour closed.", PLAIN_TEXT))
    assert article is not None
    assert [row.page for row in article.paragraphs] == [None, None]
