"""Whole pages of our own writing, one for each way in which cleaning was seen to fail, with what a reader gets of them.

A page is `pages/NAME.html`, what is expected of it `pages/NAME.json` beside it; only the fields named there are compared.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from enrichers.cleaning.clean import clean
from schemas.article import Article
from schemas.document import HTML, RawDocument

PAGES = Path(__file__).parent / "pages"
NAMES = sorted(path.stem for path in PAGES.glob("*.json"))
LANGUAGES = {"en", "de", "fr", "es", "ru", "zh", "ar", "ja", "hi"}


def expected(name: str) -> dict[str, object]:
    loaded = json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def cleaned(name: str) -> Article:
    page = (PAGES / f"{name}.html").read_bytes()
    url = str(expected(name)["url"])
    at = datetime(2025, 1, 1, tzinfo=UTC)
    article = clean(RawDocument(content=page, media_type=HTML, url=url, origin=url, fetched_at=at))
    assert article is not None
    return article


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_gets_the_paragraphs_of_the_article_and_no_others(name: str) -> None:
    wanted = expected(name)
    if "paragraphs" in wanted:
        assert [paragraph.text for paragraph in cleaned(name).paragraphs] == wanted["paragraphs"]


@pytest.mark.parametrize("name", NAMES)
def test_what_the_page_says_of_the_article_is_known(name: str) -> None:
    article = cleaned(name)
    published = article.published_at.isoformat() if article.published_at else None
    found: dict[str, object] = {
        "title": article.title,
        "authors": list(article.authors),
        "published": published,
        "summary": article.summary,
        "language": article.language,
        "page_kind": article.page_kind,
    }
    wanted = {key: value for key, value in expected(name).items() if key in found}
    assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize("name", NAMES)
def test_lines_that_are_not_the_article_are_kept_with_their_reason(name: str) -> None:
    dropped = [(line.reason, line.text) for line in cleaned(name).dropped]
    wanted = expected(name).get("dropped", {})
    assert isinstance(wanted, dict)
    missing = [
        (reason, text)
        for reason, texts in wanted.items()
        for text in texts
        if (reason, text) not in dropped
    ]
    assert not missing, dropped


@pytest.mark.parametrize("name", NAMES)
def test_a_cleaned_text_cleaned_again_loses_nothing(name: str) -> None:
    article = cleaned(name)
    again = clean(
        RawDocument(
            content="\n\n".join(one.text for one in article.paragraphs).encode(),
            media_type="text/plain",
            origin="again.txt",
            fetched_at=datetime(2025, 1, 1, tzinfo=UTC),
        )
    )
    assert again is not None
    assert len(again.paragraphs) + len(again.dropped) + bool(again.title) >= len(article.paragraphs)


def test_the_pages_are_in_many_languages() -> None:
    assert {expected(name).get("language") for name in NAMES} >= LANGUAGES
