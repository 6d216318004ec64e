"""Dates of feeds: ISO, or nothing at all."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.feed_dates import iso_date
from tests.feed_texts import NOW, item


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Tue, 03 Mar 2026 10:00:00 +0100", "2026-03-03T10:00:00+01:00"),
        ("Tue,03 Mar 26 10:00 EST", "2026-03-03T10:00:00-05:00"),
        ("3 March 2026", "2026-03-03"),
        ("March 3, 2026 5:04 pm", "2026-03-03T17:04:00"),
        ("Mon Mar  2 10:00:00 2026", "2026-03-02T10:00:00"),
        ("2026-03-03T10:00:00Z", "2026-03-03T10:00:00+00:00"),
        ("2026-03-03 10:00:00 +0100", "2026-03-03T10:00:00+01:00"),
        ("2026-03-03T10:00:00+01:00[Europe/Paris]", "2026-03-03T10:00:00+01:00"),
        ("2026-03-03T24:00:00Z", "2026-03-04T00:00:00+00:00"),
        ("Di, 03 Mär 2026 10:00:00 +0100", "2026-03-03T10:00:00+01:00"),
        ("1772532000", "2026-03-03T10:00:00+00:00"),
        ("Tue, 03 Mar 2026 23:59:60 GMT", "2026-03-03T23:59:59+00:00"),
        ("Tue, 03 Mar 2026 24:00:00 GMT", "2026-03-04T00:00:00+00:00"),
        ("Tue, 03 Mar 2026 10:00:00 +9999", "2026-03-03T10:00:00"),
        ("Tue, 30 Feb 2026 10:00:00 GMT", None),
        ("Wed, 31 Dec 1969 19:00:00 -0500", None),
        ("Fri, 06 Mar 2026 23:00:00 +1400", "2026-03-06T23:00:00+14:00"),
        ("Fri, 06 Mar 2026 11:00:00 -0200", None),
        ("yesterday", None),
        ("03/04/2026", None),
        ("2026-02-30", None),
        ("0000-00-00 00:00:00", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Sun, 01 Jan 2099 00:00:00 GMT", None),
        ("2026-03-06T11:00:00Z", "2026-03-06T11:00:00+00:00"),
        ("2026-03-06T13:00:00Z", None),
        ("9999-12-31T24:00:00", None),
    ],
)
def test_dates_are_iso_or_nothing(said: str, expected: str | None) -> None:
    assert item(f"<link>/a</link><pubDate>{said}</pubDate>").published == expected


@given(st.datetimes(datetime(1700, 1, 1), datetime(2026, 3, 1)), st.integers(-840, 840))  # noqa: DTZ001  zones follow
def test_every_instant_of_rfc_822_reads_back(at: datetime, minutes: int) -> None:
    sign, minutes = ("-" if minutes < 0 else "+"), abs(minutes)
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    zone = f"{minutes // 60:02}{minutes % 60:02}"
    text = f"{at.day} {months[at.month - 1]} {at.year} {at:%H:%M:%S} {sign}{zone}"
    found = iso_date(text, now=NOW)
    if (at.year, at.month) == (1970, 1):
        return
    assert found is not None
    assert found.startswith(at.replace(microsecond=0).isoformat())


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    found = iso_date(text, now=NOW)
    assert found is None or found[:4].isdigit()
