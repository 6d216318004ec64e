"""Heads of answers: whatever a server writes there is understood or passed over, and never an accident."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from schemas.errors import FetchError
from schemas.web import Validators
from sources import web_answer
from sources.guard import Guard
from sources.web_subscription import CookieJar

PAGE = URL("http://a.org/news/1")
NOW = datetime(2024, 3, 5, 12, tzinfo=UTC)
# A header's bytes as aiohttp hands them over.
headers = st.binary(max_size=60).map(lambda raw: raw.decode("utf-8", "surrogateescape")) | st.text(
    alphabet="0123456789 ,:;-+=/GMTMonJan\"'.", max_size=40
)


@given(headers)
def test_a_retry_after_is_a_time_to_wait_or_nothing(value: str) -> None:
    wait = web_answer.retry_after(value)
    assert wait is None or wait >= 0


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", 0),
        (" 120 ", 120),
        ("Tue, 05 Mar 2024 12:00:30 GMT", 30),
        ("Tue, 05 Mar 2024 13:00:30 +0100", 30),
        ("Tuesday, 05-Mar-24 12:00:30 GMT", 30),
        ("Tue, 05 Mar 2024 11:00:00 GMT", 0),
        ("1.5", None),
        ("-1", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_seconds_and_dates_are_read_and_nonsense_is_not(
    value: str | None, wait: float | None
) -> None:
    assert web_answer.retry_after(value, now=NOW) == wait


@given(headers)
def test_a_location_is_an_address_for_the_guard_or_our_error(location: str) -> None:
    with contextlib.suppress(FetchError):
        Guard().check(web_answer.redirect_target(PAGE, location, "a page"))


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "http://a.org/b"),
        ("b?c=1", "http://a.org/news/b?c=1"),
        ("//b.org/c", "http://b.org/c"),
        ("https://b.org/ä", "https://b.org/ä"),
        ("/caf\udce9", "http://a.org/caf%C3%A9"),
        ("?p=2", "http://a.org/news/1?p=2"),
    ],
)
def test_a_redirect_is_read_from_where_it_stands(location: str, target: str) -> None:
    assert web_answer.redirect_target(PAGE, location, "a page") == target


@given(headers)
def test_any_media_type_is_read_or_passed_over(value: str) -> None:
    kind, charset = web_answer.media_type({"Content-Type": value})
    assert kind is None or kind == kind.lower().strip()
    assert charset is None or charset.isascii()


@given(headers, headers)
def test_validators_come_back_as_headers_of_one_line(etag: str, modified: str) -> None:
    given_back = web_answer.conditions(Validators(etag=etag, last_modified=modified))
    assert all(value.isprintable() and value for value in given_back.values())


@given(st.lists(headers, max_size=5))
def test_any_cookie_is_kept_on_one_line_or_dropped(set_cookies: list[str]) -> None:
    jar = CookieJar()
    jar.take(PAGE, set_cookies)
    assert jar.header(PAGE).isprintable()
    assert jar.header(URL("http://b.org/news/1")) == ""
    assert jar.header(URL("http://a.org:81/news/1")) == ""


def test_a_cookie_is_replaced_and_taken_back() -> None:
    jar = CookieJar()
    jar.take(PAGE, ["a=1; Path=/", "b=2; Domain=org"])
    jar.take(PAGE, ["a=3", "b=; Max-Age=0"])
    assert jar.header(PAGE) == "a=3"


def test_a_thousand_cookies_are_not_kept() -> None:
    jar = CookieJar()
    for start in range(0, 1000, 40):
        jar.take(PAGE, [f"c{n}=1" for n in range(start, start + 40)])
    assert jar.header(PAGE).count("=") == 50


def test_a_page_that_speaks_of_a_fault_is_no_challenge() -> None:
    assert not web_answer.is_challenge(
        {}, b"<h1>Just a moment</h1><p>The press is being oiled.</p>"
    )
