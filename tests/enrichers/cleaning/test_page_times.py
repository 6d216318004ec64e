"""Every date a page gives: which one is believed, and why the others are not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.fragments import parse_html
from enrichers.cleaning.page_head import read_page
from enrichers.cleaning.page_times import PageTimes, page_times
from schemas.article import DateCandidate

FETCHED = datetime(2024, 8, 1, tzinfo=UTC)
TEN = datetime(2024, 7, 8, 10, tzinfo=UTC)


def times(node: Mapping[str, object] | None = None, head: str = "", body: str = "") -> PageTimes:
    script = json.dumps({"@type": "NewsArticle", "headline": "T", **(node or {})})
    tree = parse_html(
        f"<html><head>{head}<script type='application/ld+json'>{script}</script></head><body>{body}</body></html>"
    )
    assert tree is not None
    return page_times(read_page(tree, "https://e.org/a"), fetched_at=FETCHED)


def meta(name: str, content: str) -> str:
    return f"<meta property='{name}' content='{content}'>"


def test_all_candidates_are_kept_in_order_with_their_sources() -> None:
    found = times(
        {"datePublished": "2024-07-08T12:00:00+02:00"},
        meta("article:published_time", "2024-07-08"),
        "<time datetime='2024-07-07T09:00Z'>Sunday</time>",
    )
    assert found.candidates == (
        DateCandidate(value="2024-07-08T12:00:00+02:00", source="json-ld"),
        DateCandidate(value="2024-07-08", source="meta"),
        DateCandidate(value="2024-07-07T09:00Z", source="time"),
    )
    assert found.published is not None
    assert (found.published.at, found.published.source) == (TEN, "json-ld")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2034-01-01", "after the fetch"),
        ("1970-01-01T00:00:00+00:00", "unreadable"),
        ("1970-01-01T01:00:00Z", "no date"),
        ("1900-01-01", "no date"),
        ("1985-03-02", "before 1990"),
        ("soon", "unreadable"),
        ("2024-13-45", "unreadable"),
    ],
)
def test_a_candidate_that_is_not_believed_is_kept_with_the_reason(value: str, reason: str) -> None:
    found = times({"datePublished": value}, meta("date", "2024-07-08T10:00:00Z"))
    assert found.candidates[0] == DateCandidate(value=value, source="json-ld", refused=reason)
    assert found.published is not None
    assert (found.published.at, found.published.source) == (TEN, "meta")


def test_a_page_of_an_old_archive_is_believed_where_nothing_else_is_given() -> None:
    found = times({"datePublished": "1969-07-21"})
    assert found.published is not None
    assert found.published.at.year == 1969
    assert found.candidates[0].refused is None


def test_a_date_a_day_after_the_fetch_is_believed_for_the_zones_of_the_world() -> None:
    assert times({"datePublished": "2024-08-01T20:00:00Z"}).published is not None
    assert times({"datePublished": "2024-08-03T00:00:01Z"}).published is None


def test_a_clock_without_a_zone_takes_that_of_the_candidate_with_the_same_reading() -> None:
    found = times(
        {"datePublished": "2024-07-08 12:00:00.0"}, meta("date", "2024-07-08T12:00:00+02:00")
    )
    assert found.published is not None
    assert (found.published.at, found.published.source) == (TEN, "meta")


def test_a_clock_without_a_zone_is_utc_where_no_other_shows_the_same_reading() -> None:
    found = times(
        {"datePublished": "2024-07-08 10:00:00"}, meta("date", "2024-07-08T13:30:00+02:00")
    )
    assert found.published is not None
    assert (found.published.at, found.published.source) == (TEN, "json-ld")


def test_an_epoch_written_as_a_number_is_an_instant() -> None:
    found = times({"datePublished": 1720432800})
    assert found.published is not None
    assert (found.published.at, found.published.precision) == (TEN, "instant")


def test_the_last_change_has_its_precision() -> None:
    found = times({"dateModified": "2024-07-09"})
    assert found.modified is not None
    assert (found.modified.at.day, found.modified.precision) == (9, "day")
    assert times({"dateModified": "2044-07-09"}).modified is None


@pytest.mark.parametrize(
    "stamp",
    [
        "<span>8 July 2024, 10:00 GMT</span>", "<p>Published: July 8, 2024 10:00 am UTC</p>", "<div><small>Veröffentlicht am 08.07.2024, 10:00 Uhr</small></div>",
        "<li>Publié le 8 juillet 2024 à 10:00</li>", "<div>Опубликовано: 8 июля 2024, 10:00</div>", "<p>Publicado el 8 de julio de 2024, 10:00</p>",
    ],
)  # fmt: skip
def test_a_stamp_under_the_headline_gives_the_time_of_day_that_the_head_leaves_out(
    stamp: str,
) -> None:
    for node in ({}, {"datePublished": "2024-07-08"}):
        found = times(node, body=f"<h1>Tram line approved</h1>{stamp}<p>The council voted.</p>")
        assert found.published is not None
        assert (found.published.at, found.published.source) == (TEN, "text")


def test_a_stamp_behind_the_text_or_beside_an_instant_is_not_looked_at() -> None:
    text, stamp = f"<p>{'The council voted. ' * 20}</p>", "<span>8 July 2024, 11:30</span>"
    assert times(body=f"<h1>Tram</h1>{text}{stamp}").published is None
    known = times({"datePublished": "2024-07-08T10:00:00Z"}, body=f"<h1>Tram</h1>{stamp}")
    assert [one.source for one in known.candidates] == ["json-ld"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["@value", "name", "x"]), inner, max_size=2),
        max_leaves=5,
    )
)  # fmt: skip
def test_no_date_in_json_ld_raises(value: object) -> None:
    found = times({"datePublished": value, "dateModified": value, "dateCreated": [value, value]})
    assert len(found.candidates) <= 24
    assert all(len(one.value) <= 80 for one in found.candidates)


def test_a_byline_outside_a_paragraph_says_when_it_was_published_and_changed() -> None:
    line = (
        "By <a href='/ana'>Ana Ruiz</a> · 8 July 2024, 12:00 CEST · Updated 9 July 2024 07:30 CEST"
    )
    found = times(body=f"<h1>T</h1><div class='info'>{line}</div><p>The council met.</p>")
    assert found.published is not None
    assert found.modified is not None
    assert (found.published.at, found.published.source) == (TEN, "text")
    assert found.modified.at == datetime(2024, 7, 9, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "key"), [("VideoObject", "uploadDate"), ("ImageGallery", "datePublished")]
)
def test_a_page_that_is_no_article_has_the_date_of_its_video_or_gallery(
    kind: str, key: str
) -> None:
    found = times({"@type": kind, key: "2024-07-08T12:00:00+02:00"})
    assert found.published is not None
    assert (found.published.at, found.published.source) == (TEN, "json-ld")


def test_the_date_of_the_page_wins_over_that_of_a_video_on_it() -> None:
    found = times(
        {"@type": "VideoObject", "uploadDate": "2023-01-02T12:00:00Z"},
        meta("article:published_time", "2024-07-08T10:00:00Z"),
    )
    assert found.published is not None
    assert (found.published.at, found.published.source) == (TEN, "meta")
