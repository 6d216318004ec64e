from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from enrichers.cleaning.clean import clean
from schemas.article import Article
from schemas.document import HTML, Hints, RawDocument

LEAD = "The council approved the new tram line on Tuesday after a debate of six hours, and building may begin in spring."
PAGE = f"""<!doctype html><html lang="en"><head><script type="application/ld+json">{{"@type":"NewsArticle",
"headline":"Tram line approved","datePublished":"2024-07-08T10:00:00Z","author":{{"@type":"Person","name":"Ana Ruiz"}}}}</script>
</head><body><article><h1>Tram line approved</h1><p>{LEAD}</p></article></body></html>"""


def cleaned(content: str, *, url: str | None = None, hints: Hints | None = None) -> Article:
    document = RawDocument(
        content=content.encode(),
        media_type=HTML,
        origin="test",
        fetched_at=datetime(2024, 8, 1, tzinfo=UTC),
        url=url,
        hints=hints or Hints(),
    )
    article = clean(document)
    assert article is not None
    return article


def test_what_a_listing_said_counts_where_the_page_says_nothing() -> None:
    listed = Hints(
        listed_title="Listed", listed_published="2024-07-03T10:30:00Z", listed_authors=("Al Hof",)
    )
    bare = cleaned(f"<html><body><article><p>{LEAD}</p></article></body></html>", hints=listed)
    assert (bare.title, bare.authors) == ("Listed", ("Al Hof",))
    assert (bare.published_at, bare.published_from) == (
        datetime(2024, 7, 3, 10, 30, tzinfo=UTC),
        "listing",
    )
    full = cleaned(PAGE, hints=listed)
    assert (full.title, full.authors, full.published_from) == (
        "Tram line approved",
        ("Ana Ruiz",),
        "json-ld",
    )
    assert cleaned(PAGE, hints=replace(listed, title="Mine")).title == "Mine"


@pytest.mark.parametrize(
    ("listed", "believed"),
    [
        ("2024-07-08T06:15:00Z", "listing"),
        ("2024-07-10T06:15:00Z", "time"),
        ("2024-07-08", "time"),
    ],
)
def test_a_listing_tells_the_instant_of_the_day_that_a_page_names(
    listed: str, believed: str
) -> None:
    page = f'<html><body><article><h1>Tram</h1><time datetime="2024-07-08">8 July</time><p>{LEAD}</p></article></body></html>'
    article = cleaned(page, hints=Hints(listed_published=listed))
    assert article.published_from == believed


def test_a_listing_is_believed_before_a_date_that_was_guessed() -> None:
    url = "https://example.org/2024/07/01/tram"
    page = f"<html><body><article><h1>Tram</h1><p>{LEAD}</p></article></body></html>"
    hints = Hints(listed_published="2024-07-05T06:15:00Z")
    assert cleaned(page, url=url).published_from == "trafilatura"
    assert cleaned(page, url=url, hints=hints).published_from == "listing"


def test_what_was_said_outside_stands_among_the_candidates() -> None:
    hints = Hints(published="2024-07-07", listed_published="soon")
    article = cleaned(PAGE, hints=hints)
    assert [(one.value, one.source, one.refused) for one in article.published_candidates] == [
        ("2024-07-07", "hint", None),
        ("2024-07-08T10:00:00Z", "json-ld", None),
        ("soon", "listing", "unreadable"),
    ]
    assert article.published_from == "hint"


def test_a_date_after_the_fetch_is_not_believed_of_a_listing_nor_of_a_record() -> None:
    late = "2031-01-01T10:00:00Z"
    found = cleaned(PAGE, hints=Hints(published=late, listed_published=late))
    assert found.published_from == "json-ld"
    refused = [(one.source, one.refused) for one in found.published_candidates]
    assert refused == [
        ("hint", "after the fetch"),
        ("json-ld", None),
        ("listing", "after the fetch"),
    ]


def test_a_day_before_the_web_is_believed_where_somebody_says_it() -> None:
    found = cleaned(PAGE, hints=Hints(published="1931-05-02"))
    assert found.published_at == datetime(1931, 5, 2, tzinfo=UTC)


def test_staff_that_was_said_from_outside_is_nobody() -> None:
    assert cleaned(PAGE, hints=Hints(authors=("Staff",))).authors == ("Ana Ruiz",)
    assert cleaned(PAGE, hints=Hints(authors=("Tom Berg", "Web Desk"))).authors == ("Tom Berg",)


def test_a_stamp_that_head_and_text_both_read_is_one_candidate() -> None:
    stamp = "Published 8 July 2024, 10:15 GMT"
    page = f"<html lang=en><body><article><h1>Tram line approved</h1><p>{stamp}</p><p>{LEAD}</p></article></body></html>"
    assert [one.value for one in cleaned(page).published_candidates] == [stamp]
