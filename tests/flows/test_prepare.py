"""What is made of a document before it is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from flows.prepare import clean_document
from schemas.document import HTML, PLAIN_TEXT, RawDocument
from schemas.errors import DocumentError


@pytest.mark.parametrize("page", ["<p>" + "Oil rose again. " * 40_000 + "</p>", "<br>" * 30_100])
def test_what_no_article_can_be_is_refused_from_the_web_and_read_from_a_file(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A tenth of the real limit: cleaning as many takes 10 s.
    monkeypatch.setattr("flows.prepare.MOST_TAGS_FROM_WEB", 30_000)
    content = f"<article><p>The port raised its tolls by 4%.</p>{page}</article>".encode()
    at = datetime(2024, 3, 5, tzinfo=UTC)
    sent = RawDocument(
        content=content, media_type=HTML, origin="https://example.org/a", fetched_at=at
    )
    with pytest.raises(DocumentError, match="more than any article has") as refused:
        clean_document(sent)
    assert refused.value.code == "too_large"
    assert clean_document(replace(sent, origin="a.html")).paragraphs


@pytest.mark.parametrize("times", [500_001, 2_000_001])
def test_a_text_longer_than_any_article_is_refused_from_a_file_too(times: int) -> None:
    at = datetime(2024, 3, 5, tzinfo=UTC)
    noise = RawDocument(
        content=b"1:2 " * times, media_type=PLAIN_TEXT, origin="noise.txt", fetched_at=at
    )
    with pytest.raises(DocumentError, match="over 2,000,000 characters") as refused:
        clean_document(noise)
    assert (refused.value.code, refused.value.remedy) == (
        "too_large",
        "split it into the articles that it holds",
    )
