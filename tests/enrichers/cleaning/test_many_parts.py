"""Pages of which one part is there ten thousand times: cleaned like any other, at a time that grows with their length."""

from __future__ import annotations

from datetime import UTC, datetime

from enrichers.cleaning.clean import clean
from enrichers.cleaning.fragments import MOST_TAGS, parse_html
from enrichers.cleaning.html import TREE_LIMIT
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


def test_more_tags_than_a_tree_may_hold_are_read_by_eye() -> None:
    article = cleaned(
        f"<html><body><p>{'<b>' * MOST_TAGS}The first ship came at noon on Monday.</p></body></html>"
    )
    assert [one.text for one in article.paragraphs] == ["The first ship came at noon on Monday."]


def test_a_class_of_a_hundred_thousand_words_is_no_class() -> None:
    article = cleaned(
        f'<html><body><article><p class="{"wide " * 100_000}">The first ship came at noon.</p></article></body></html>'
    )
    assert [one.text for one in article.paragraphs] == ["The first ship came at noon."]
    tree = parse_html(f'<p class="{"wide " * 1_000}">Noon.</p><p class="lead">One.</p>')
    assert tree is not None
    assert [one.get("class") for one in tree.iter("p")] == [None, "lead"]


def test_more_paragraphs_than_an_article_has_are_read_as_they_stand() -> None:
    count = TREE_LIMIT + 1
    article = cleaned(
        f"<html><body><article>{'<p>The ship came at noon.</p>' * count}</article></body></html>"
    )
    assert len(article.paragraphs) == count
