"""Pages of which one part is there ten thousand times: cleaned like any other, at a time that grows with their length."""

from __future__ import annotations

from datetime import UTC, datetime

from enrichers.cleaning.clean import clean
from schemas.article import Article
from schemas.document import HTML, RawDocument


def cleaned(page: str) -> Article:
    found = clean(
        RawDocument(
            content=page.encode(),
            media_type=HTML,
            origin="t",
            fetched_at=datetime(2024, 8, 1, tzinfo=UTC),
        )
    )
    assert found is not None
    return found


def test_a_line_with_ten_thousand_breaks_stays_one() -> None:
    article = cleaned(
        f"<html><body><article><p>{'ships wait <br>' * 10_000}</p></article></body></html>"
    )
    (paragraph,) = article.paragraphs
    assert paragraph.text == " ".join(["ships wait"] * 10_000)


def test_a_title_of_ten_thousand_parts_is_a_title() -> None:
    text = (
        "<p>The harbour of Gdansk opened a quay on Monday, and the first ship came at noon.</p>" * 4
    )
    title = "Quay | " * 10_000
    article = cleaned(
        f"<html><head><title>{title}</title></head><body><article>{text}</article></body></html>"
    )
    assert (article.title or "").startswith("Quay | Quay")
