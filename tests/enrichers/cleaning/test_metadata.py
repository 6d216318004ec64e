from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.draft import Claims
from enrichers.cleaning.fragments import parse_html
from enrichers.cleaning.headline import without_suffix
from enrichers.cleaning.json_ld import article_of, nodes_in
from enrichers.cleaning.metadata import claims_of
from enrichers.cleaning.page_head import read_page
from enrichers.cleaning.people import people, split_names

FETCHED = datetime(2024, 8, 1, tzinfo=UTC)


def claims(
    head: str, body: str = "", url: str | None = "https://news.example.org/2024/tram"
) -> Claims:
    tree = parse_html(f"<html lang='en-GB'><head>{head}</head><body>{body}</body></html>")
    assert tree is not None
    return claims_of(read_page(tree, url), fetched_at=FETCHED)


def ld(content: str) -> str:
    return f'<script type="application/ld+json">{content}</script>'


def test_the_shared_title_loses_the_name_of_the_site() -> None:
    found = claims(
        "<meta property='og:title' content='Tram line approved - Example News'><meta property='og:site_name' content='Example News'>"
    )
    assert (found.title, found.site) == ("Tram line approved", "Example News")


def test_a_title_with_a_dash_of_its_own_stays_whole() -> None:
    assert (
        without_suffix("Tram line - a long debate", site="Example", url=None, known=())
        == "Tram line - a long debate"
    )


def test_a_title_cut_by_a_quote_is_taken_from_the_headline() -> None:
    found = claims(
        '<meta property="og:title" content="Mayor calls tram line "a start"">',
        '<h1>Mayor calls tram line "a start"</h1>',
    )
    assert found.title == 'Mayor calls tram line "a start"'


def test_authors_come_from_json_ld_in_order() -> None:
    found = claims(
        ld(
            '{"@type":"NewsArticle","headline":"T","author":[{"@type":"Person","name":"Ana Ruiz"},{"@type":"Person","givenName":"Tom","familyName":"Berg"}]}'
        )
    )
    assert found.authors == ("Ana Ruiz", "Tom Berg")


def test_an_organisation_is_named_only_where_no_person_is() -> None:
    both = '[{"@type":"Person","name":"Ana Ruiz"},{"@type":"Organization","name":"Example News"}]'
    assert claims(ld(f'{{"@type":"NewsArticle","author":{both}}}')).authors == ("Ana Ruiz",)
    assert claims(
        ld('{"@type":"NewsArticle","author":{"@type":"Organization","name":"Example Agency"}}')
    ).authors == ("Example Agency",)


def test_authors_that_are_addresses_are_no_people() -> None:
    assert people("https://www.facebook.com/examplenews") == []
    assert split_names("By Ana Ruiz, ana@example.org") == ["Ana Ruiz"]


def test_an_author_may_be_a_reference_into_the_graph() -> None:
    graph = '{"@graph":[{"@type":"NewsArticle","headline":"T","author":{"@id":"#p"}},{"@type":"Person","@id":"#p","name":"Ana Ruiz"}]}'
    assert claims(ld(graph)).authors == ("Ana Ruiz",)


def test_json_ld_with_errors_is_mended_or_skipped() -> None:
    broken = ld('{"@type":"NewsArticle","headline":"Line\none",}') + ld("{nothing")
    tree = parse_html(f"<html><head>{broken}</head></html>")
    assert tree is not None
    node = article_of(nodes_in(script.text or "" for script in tree.iter("script")))
    assert node is not None
    assert node["headline"] == "Line\none"


def test_json_ld_wins_over_meta_and_says_so() -> None:
    found = claims(
        ld('{"@type":"NewsArticle","datePublished":"2024-07-08T10:00:00+02:00"}')
        + "<meta name='date' content='2024-07-01'>"
    )
    assert found.published is not None
    assert (found.published.at, found.published.precision, found.published.source) == (
        datetime(2024, 7, 8, 8, tzinfo=UTC),
        "instant",
        "json-ld",
    )


def test_an_instant_of_the_same_day_is_better_than_the_day() -> None:
    found = claims(
        ld('{"@type":"NewsArticle","datePublished":"2024-07-08"}')
        + "<meta property='article:published_time' content='2024-07-08T10:00:00Z'>"
    )
    assert found.published is not None
    assert (found.published.at.hour, found.published.source) == (10, "meta")


def test_a_date_after_the_fetch_gives_way_to_the_next_candidate() -> None:
    found = claims(
        "<meta property='article:published_time' content='2034-01-01'>",
        "<time datetime='2024-07-08T10:00:00Z'>Monday</time>",
    )
    assert found.published is not None
    assert found.published.source == "time"


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/2024/tram", "https://news.example.org/2024/tram"),
        ("https://news.example.org/a", "https://news.example.org/a"),
        ("https://news.example.org/", None),
        ("https://other.example.com/a", None),
        ("javascript:alert(1)", None),
        ("http://[bad", None),
    ],
)
def test_a_canonical_address_is_absolute_and_of_the_same_host(
    href: str, expected: str | None
) -> None:
    assert claims(f"<link rel='canonical' href='{href}'>").canonical_url == expected


def test_the_site_is_the_host_where_the_page_names_none() -> None:
    assert claims("", url="https://www.example.org/a").site == "example.org"
    assert claims("").page_language == "en"


def test_a_meta_tag_of_any_length_is_read_up_to_a_length() -> None:
    found = claims(f"<meta name='author' content='{'(' * 100_000}'><meta name='x' content='y'>")
    assert (found.authors, found.title) == ((), None)
    many = claims("<meta property='og:title' content='Tram line approved'>" * 5000)
    assert (many.title, len(many.headlines)) == ("Tram line approved", 1000)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "@type",
                        "@graph",
                        "@id",
                        "author",
                        "name",
                        "headline",
                        "datePublished",
                        "publisher",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_no_json_ld_raises(value: object) -> None:
    import json

    assert isinstance(claims(ld(json.dumps(value).replace("</", "<\\/"))), Claims)
