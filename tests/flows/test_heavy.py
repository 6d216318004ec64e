"""What is sent to a worker because it might take more time than a document may."""

from __future__ import annotations

from datetime import UTC, datetime

from flows.workers import LIGHT_TAGS, is_heavy
from schemas.document import HTML, MARKDOWN, PLAIN_TEXT, RawDocument


def document(text: str, media_type: str) -> RawDocument:
    now = datetime(2024, 8, 1, tzinfo=UTC)
    return RawDocument(content=text.encode(), media_type=media_type, origin="t", fetched_at=now)


def test_markdown_of_ten_thousand_brackets_is_heavy_and_text_is_not() -> None:
    flood = "[" * (LIGHT_TAGS + 1)
    assert is_heavy(document(flood, MARKDOWN))
    assert is_heavy(document("<b>" * (LIGHT_TAGS + 1), HTML))
    assert not is_heavy(document(flood, PLAIN_TEXT))
    assert not is_heavy(
        document("# Quay\n\nThe *ship* came in [May](https://quay.example).", MARKDOWN)
    )
